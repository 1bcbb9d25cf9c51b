"""Counting usage at night: once, in each account's zone, also where Stripe fails."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.models import UsageDay, UsagePeriod
from bot.sandbox.stripe import StandIn
from jobs import usage
from tests.alerts import list_alerts
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.handlers.slack.billing_desk import ask
from tests.metering import Metering

BEGINS = datetime(2026, 10, 15, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Night:
    """A customer whose month began on 15 October at midnight UTC, and its usage."""

    made: Metering
    desk: Tallyman
    customer: str

    def live_until(self, moment: datetime, *, value: int = 10) -> None:
        """Use something each noon until a moment, and let the mirror follow."""
        noon = self.made.stripe.clock.replace(hour=12, minute=0)
        while noon < moment:
            if noon >= self.made.stripe.clock:
                self.made.stripe.advance(noon)
                self.made.use(self.customer, "calls", value, noon)
            noon += timedelta(days=1)
        self.made.stripe.advance(moment)
        self.follow()

    def follow(self) -> None:
        """Have the mirror know what has happened."""
        assert self.made.stripe.webhooks_idle()
        self.desk.sync()

    def count(self) -> None:
        """What a worker does when it looks."""
        usage.run(self.desk.runtime)

    def asked(self) -> int:
        """How many requests Stripe has had so far."""
        return len(self.made.stripe.requests)

    def card(self) -> str:
        """What an admin is shown."""
        person = self.desk.person()
        try:
            return ask(person, "/usage nightly").words
        finally:
            person.close()

    def days(self) -> dict[date, str]:
        """What is kept of each day of the newest period."""
        with self.desk.runtime.database.reading() as session:
            newest = session.scalars(
                select(UsagePeriod).order_by(UsagePeriod.starts_at.desc())
            ).first()
            assert newest is not None
            rows = session.scalars(select(UsageDay).where(UsageDay.period_id == newest.id))
            return {row.day: row.quantity for row in rows}

    def alerts(self) -> list[str]:
        """What operators should look at."""
        with self.desk.runtime.database.reading() as session:
            return [alert.detail for alert in list_alerts(session)]


@pytest.fixture
def zone() -> str:
    """The zone of the customer's account."""
    return "UTC"


@pytest.fixture
def night(database_url: str, zone: str, request: pytest.FixtureRequest) -> Iterator[Night]:
    """The company with its desk, in the first hour of the period."""
    formula = getattr(request, "param", "sum")
    stripe = StandIn(now=BEGINS, secret_key=SECRET_KEY, requests_per_second=None)
    made = Metering(stripe)
    made.meter("calls", formula=formula)
    price = made.price("Calls", "calls", unit="minute", unit_amount="2")
    customer = made.billing.customer("Nightly", company="Nightly", time_zone=zone)
    made.subscribe(customer, price)
    with deployed(database_url, now=stripe.clock, stripe=stripe) as desk:
        desk.backfill()
        yield Night(made, desk, customer)


def test_on_the_first_day_there_is_no_full_day_yet(night: Night) -> None:
    night.live_until(BEGINS + timedelta(hours=20))

    night.count()

    assert "No full day yet: the period began on 15 Oct." in night.card()
    assert "projected" not in night.card().lower()


def test_a_snapshot_ends_with_yesterday(night: Night) -> None:
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC))

    night.count()

    assert night.days() == {date(2026, 10, number): "10" for number in range(15, 20)}
    assert "50 minutes" in night.card()
    assert "15 Oct – 14 Nov 2026 · 5 full days counted" in night.card()


def test_a_night_is_counted_once_whatever_number_of_workers_look(night: Night) -> None:
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC))
    night.count()
    before = night.asked()

    night.count()
    usage.UsageCounter(night.desk.runtime).look()

    assert night.asked() == before


def test_the_next_night_counts_again_an_hour_after_midnight(night: Night) -> None:
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC))
    night.count()

    night.live_until(datetime(2026, 10, 21, 0, 59, tzinfo=UTC))
    night.count()
    early = len(night.days())
    night.live_until(datetime(2026, 10, 21, 1, 1, tzinfo=UTC))
    night.count()

    assert (early, len(night.days())) == (5, 6)


def test_usage_that_came_late_is_counted_the_night_after(night: Night) -> None:
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC))
    night.count()

    night.made.use(night.customer, "calls", 7, datetime(2026, 10, 16, 3, tzinfo=UTC))
    night.live_until(datetime(2026, 10, 21, 2, tzinfo=UTC))
    night.count()

    assert night.days()[date(2026, 10, 16)] == "17"


def test_a_failed_night_keeps_the_figures_and_says_so(night: Night) -> None:
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC))
    night.count()
    night.live_until(datetime(2026, 10, 21, 2, tzinfo=UTC))

    night.made.stripe.world.faults.set({"deny": ["billing_meters"]})
    night.count()
    failed = night.card()
    night.made.stripe.world.faults.set({"deny": []})
    night.live_until(datetime(2026, 10, 21, 2, 6, tzinfo=UTC))
    told = night.alerts()
    night.count()

    assert "50 minutes" in failed
    assert "Counting anew failed on 21 Oct 2026 02:00 UTC" in failed
    assert "this is what was counted on 20 Oct 2026 13:00 UTC" in failed
    assert any("could not be counted" in detail for detail in told)
    assert "60 minutes" in night.card()
    assert "failed" not in night.card()
    assert night.alerts() == []


def test_where_no_worker_counts_the_card_says_how_old_it_is(night: Night) -> None:
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC))
    night.count()

    night.live_until(datetime(2026, 10, 21, 4, tzinfo=UTC))

    assert "out of date: it was last counted on 20 Oct 2026 13:00 UTC" in night.card()


def test_a_period_that_is_over_is_counted_to_its_end_and_compared_with_its_invoice(
    night: Night,
) -> None:
    night.live_until(datetime(2026, 11, 16, 13, tzinfo=UTC))
    night.count()
    before = night.card()
    night.live_until(datetime(2026, 11, 19, 13, tzinfo=UTC))
    night.count()
    night.count()
    before_asked = night.asked()
    night.count()

    person = night.desk.person()
    over = ask(person, "/usage nightly 2026-11").words
    person.close()
    assert "15 Nov – 14 Dec 2026" in before
    assert "310 minutes" in over
    assert "USD 6.20" in over
    assert "agrees with Stripe" in over
    assert night.asked() == before_asked


@pytest.mark.parametrize("night", ["last"], indirect=True)
def test_a_meter_that_keeps_the_last_value_is_not_summed(night: Night) -> None:
    night.live_until(datetime(2026, 10, 18, 13, tzinfo=UTC), value=10)
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC), value=4)

    night.count()

    assert "4 minutes" in night.card()
    assert "USD 0.08 projected at the end" in night.card()


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        # The 15th began in UTC: in Berlin at 02:00, in Kathmandu at 05:45, in Denver the
        # day before.
        ("Europe/Berlin", {15: "100", 16: "1"}),
        ("Asia/Kathmandu", {15: "100", 16: "1"}),
        ("America/Denver", {14: "100", 15: "1"}),
    ],
)
def test_days_are_those_of_the_account(night: Night, expected: dict[int, str]) -> None:
    night.made.stripe.advance(datetime(2026, 10, 15, 0, 10, tzinfo=UTC))
    night.made.use(night.customer, "calls", 100, datetime(2026, 10, 15, 0, 5, tzinfo=UTC))
    night.made.stripe.advance(datetime(2026, 10, 16, 12, tzinfo=UTC))
    late = {"Europe/Berlin": (22, 0), "Asia/Kathmandu": (18, 15), "America/Denver": (6, 0)}
    hour, minute = late[night_zone(night)]
    night.made.use(night.customer, "calls", 1, datetime(2026, 10, 15, hour, minute, tzinfo=UTC))
    night.live_until(datetime(2026, 10, 18, 12, tzinfo=UTC), value=0)

    night.count()

    counted = {day.day: quantity for day, quantity in night.days().items() if quantity != "0"}
    assert counted == expected


def night_zone(night: Night) -> str:
    """The zone that the customer's metadata names."""
    customer: dict[str, Any] = night.made.stripe.call("GET", f"/v1/customers/{night.customer}")
    return str(customer["metadata"]["time_zone"])


def test_a_zone_that_changes_counts_from_that_day_on(night: Night) -> None:
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC))
    night.count()

    path = f"/v1/customers/{night.customer}"
    night.made.stripe.call("POST", path, {"metadata": {"time_zone": "Asia/Tokyo"}})
    night.follow()
    night.count()
    moved = night.card()
    night.made.use(night.customer, "calls", 5, datetime(2026, 10, 19, 16, tzinfo=UTC))
    night.live_until(datetime(2026, 10, 21, 16, 30, tzinfo=UTC))
    night.count()

    # The 20th began at midnight in Tokyo, so the 19th, the last in UTC, ended with it.
    assert "as of 20 Oct 2026 00:00 Asia/Tokyo" in moved
    assert night.days()[date(2026, 10, 19)] == "10"
    assert night.days()[date(2026, 10, 20)] == "15"
    assert "as of 22 Oct 2026 00:00 Asia/Tokyo" in night.card()


def test_a_subscription_that_ended_is_counted_to_its_end_and_still_shown(night: Night) -> None:
    night.live_until(datetime(2026, 10, 20, 13, tzinfo=UTC))
    night.count()
    listed = night.made.stripe.call("GET", "/v1/subscriptions", {"customer": night.customer})

    night.made.stripe.call("DELETE", f"/v1/subscriptions/{listed['data'][0]['id']}")
    night.follow()
    night.count()

    assert "Usage of October 2026" in night.card()
    assert "15 – 20 Oct 2026" in night.card()
    assert "60 minutes" in night.card()
    assert "projected" not in night.card().lower()
