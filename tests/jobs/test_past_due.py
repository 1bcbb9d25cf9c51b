"""The night's judgement: each move to Past Due recorded once, and its people told once."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select, update

from bot.bells import ring
from bot.clock import BusinessClock
from bot.effects.promises import BELL
from bot.mirror.sweep import sweep
from bot.models import Account, Effect, Invoice, Occurrence, PastDueCrossing
from bot.queries.crossings import Crossing, list_crossings
from bot.runtime import Runtime, opened
from bot.sandbox.stripe import StandIn
from bot.settings import Settings
from bot.term_rows import write_terms
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.billing import Billing, day
from tests.build import make_customer, make_invoice, mark_swept
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import grant
from tests.workspace import Person, Seen

PAST_DUE, NOTICES = (
    next(job for job in TIMETABLE if job.name == name) for name in ("past_due", "past_due_notices")
)
OWNER = "U0JAMIE"


@dataclass(slots=True)
class Nights:
    """A database, the clock that judges it, and nobody else."""

    runtime: Runtime

    def at(self, moment: str) -> int:
        """Look at this moment; how many zones were judged."""
        self.runtime.clock.follow(datetime.fromisoformat(moment).astimezone(UTC))
        judged = look(self.runtime, PAST_DUE)
        look(self.runtime, NOTICES)
        return judged

    def change(self, invoice: str, **columns: Any) -> None:
        """What the mirror has heard of an invoice."""
        with self.runtime.database.writing() as session:
            session.execute(update(Invoice).where(Invoice.id == invoice).values(**columns))

    def crossings(self, invoice: str) -> list[Crossing]:
        """What is recorded of it."""
        with self.runtime.database.reading() as session:
            return list_crossings(session, [invoice])

    def notices(self) -> list[str]:
        """Whether somebody is told, crossing by crossing."""
        with self.runtime.database.reading() as session:
            found = select(PastDueCrossing.notice).order_by(PastDueCrossing.crossed_at)
            return list(session.scalars(found))


@pytest.fixture
def nights(database_url: str) -> Iterator[Nights]:
    settings = Settings(
        _env_file=None, database_url=database_url, stripe_secret_key=SecretStr(SECRET_KEY)
    )
    with opened(settings, clock=BusinessClock()) as runtime:
        yield Nights(runtime)


def test_each_zone_has_its_own_night(nights: Nights) -> None:
    database = nights.runtime.database
    late = {
        zone: make_invoice(
            database, customer=make_customer(database, zone=zone), due_on=date(2026, 11, 20)
        )
        for zone in ("Asia/Tokyo", "Europe/Berlin", "America/Denver")
    }
    nights.at("2026-11-20T12:00+00:00")
    assert nights.crossings(late["Asia/Tokyo"]) == []

    nights.at("2026-11-20T16:30+00:00")

    recorded = nights.crossings(late["Asia/Tokyo"])
    assert [one.crossed_on for one in recorded] == [date(2026, 11, 21)]
    assert recorded[0].crossed_at == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert nights.crossings(late["Europe/Berlin"]) == []
    nights.at("2026-11-21T08:30+00:00")
    assert [len(nights.crossings(one)) for one in late.values()] == [1, 1, 1]
    assert nights.at("2026-11-21T08:40+00:00") == 0


def test_only_what_is_owed_and_late_is_recorded(nights: Nights) -> None:
    database, soon = nights.runtime.database, date(2026, 11, 22)
    for status in ("paid", "void", "uncollectible", "draft"):
        make_invoice(database, status=status, due_on=date(2026, 11, 1))
    make_invoice(database, due_on=date(2026, 11, 1), remaining_minor=0)
    make_invoice(database, due_on=soon)
    make_invoice(database)

    nights.at("2026-11-22T12:00+00:00")

    assert nights.notices() == []


def test_an_automatic_collection_counts_from_its_first_failed_attempt(nights: Nights) -> None:
    failed_at = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
    failing = make_invoice(
        nights.runtime.database, first_failed_at=failed_at, was_attempted=True, attempt_count=1
    )

    nights.at("2026-11-21T02:00+00:00")

    recorded = nights.crossings(failing)
    assert [(one.crossed_at, one.crossed_on) for one in recorded] == [
        (failed_at, date(2026, 11, 20))
    ]


def test_a_new_due_date_ends_a_stretch_and_another_may_begin(nights: Nights) -> None:
    invoice = make_invoice(nights.runtime.database, due_on=date(2026, 11, 20))
    nights.at("2026-11-21T02:00+00:00")
    later = datetime(2026, 11, 25, tzinfo=UTC)
    nights.change(invoice, due_on=date(2026, 11, 24), overdue_at=later)

    nights.at("2026-11-22T02:00+00:00")
    nights.at("2026-11-25T02:00+00:00")
    nights.at("2026-11-26T02:00+00:00")

    first, second = nights.crossings(invoice)
    assert first.ended_at is not None
    assert (second.crossed_at, second.ended_at) == (later, None)


def test_what_was_past_due_before_anybody_judged_is_recorded_without_a_word(
    nights: Nights,
) -> None:
    for due_on in (date(2026, 8, 1), date(2026, 11, 18), date(2026, 11, 21)):
        make_invoice(nights.runtime.database, due_on=due_on)

    nights.at("2026-11-22T09:00+00:00")
    make_invoice(nights.runtime.database, due_on=date(2026, 9, 1))
    nights.at("2026-11-23T09:00+00:00")

    # The one that came to light later was news to somebody, however old it is.
    assert sorted(nights.notices()) == ["silent", "silent", "told", "told"]


def test_a_night_that_nobody_was_there_for_is_made_up_for_in_the_next(nights: Nights) -> None:
    make_invoice(nights.runtime.database, due_on=date(2026, 11, 10))
    nights.at("2026-11-12T02:00+00:00")
    missed = make_invoice(nights.runtime.database, due_on=date(2026, 11, 14))

    nights.at("2026-11-20T09:00+00:00")

    assert [one.crossed_on for one in nights.crossings(missed)] == [date(2026, 11, 15)]
    with nights.runtime.database.reading() as session:
        states = select(Occurrence.state, func.count().label("days")).group_by(Occurrence.state)
        states = states.where(Occurrence.job == "past_due")
        assert {row.state: row.days for row in session.execute(states)} == {
            "done": 2,
            "skipped": 7,
        }


def test_a_night_is_not_judged_before_the_mirror_has_heard_of_it(nights: Nights) -> None:
    invoice = make_invoice(nights.runtime.database, due_on=date(2026, 11, 20))
    swept_at = datetime.now(UTC)
    mark_swept(
        nights.runtime.database,
        business_at=datetime(2026, 11, 20, 23, 50, tzinfo=UTC),
        real_at=swept_at,
    )

    nights.at("2026-11-21T02:00+00:00")
    assert nights.crossings(invoice) == []
    # Stripe is silent: what is known has to do.
    mark_swept(nights.runtime.database, real_at=swept_at - timedelta(hours=1))
    nights.at("2026-11-21T02:00+00:00")

    assert len(nights.crossings(invoice)) == 1


@pytest.fixture
def desk(database_url: str) -> Iterator[Tallyman]:
    """An owner's account with two invoices, one without an owner, and one that pays in time."""
    stripe = StandIn(now=day("2026-11-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    for name, count in (("Owned", 2), ("Orphan", 1), ("Punctual", 1)):
        customer = billing.customer(name, company=name, time_zone="Europe/Berlin")
        for number in range(count):
            billing.invoice(customer, ("Calls", 10_000 + number), due=day("2026-11-20"))
    with deployed(database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


def test_the_owner_and_whoever_stands_in_for_one_are_told_once(desk: Tallyman) -> None:
    avery, jamie = desk.person(), desk.person(OWNER)
    grant(avery, f"<@{OWNER}> collector")
    numbers = _own(desk, "Owned", OWNER)
    night(desk, "2026-11-20")
    Billing(desk.stripe).pay(_first(desk, "Punctual"))

    night(desk, "2026-11-21")

    wait_until(lambda: len(direct(jamie)) == len(direct(avery)) == 1)
    told, stood_in = direct(jamie)[0], direct(avery)[0]
    assert "2 invoices are now Past Due" in told.words
    assert all(number in told.words for number in numbers)
    assert "You own this account" in told.words
    assert "1 invoice is now Past Due" in stood_in.words
    assert "The account has no owner" in stood_in.words
    assert "Punctual" not in stood_in.words
    night(desk, "2026-11-22")
    with desk.runtime.database.reading() as session:
        kinds = session.scalars(select(Effect.kind).where(Effect.kind == "announce"))
        assert len(kinds.all()) == 2
    for person in (avery, jamie):
        person.close()


def test_a_payment_ends_the_stretch_within_seconds(desk: Tallyman) -> None:
    night(desk, "2026-11-21")
    invoice = _first(desk, "Orphan")

    Billing(desk.stripe).pay(invoice)
    follow(desk)

    with desk.runtime.database.reading() as session:
        assert [one.ended_at is None for one in list_crossings(session, [invoice["id"]])] == [False]


def night(desk: Tallyman, text: str) -> None:
    """Come to noon of a day, as Stripe has it, and let a worker look."""
    desk.stripe.advance(day(text))
    follow(desk)
    for job in (NOTICES, PAST_DUE, NOTICES):
        assert look(desk.runtime, job) <= 1
    with desk.runtime.database.writing() as session:
        ring(session, BELL)


def follow(desk: Tallyman) -> None:
    """Have the mirror know what has happened."""
    assert desk.stripe.webhooks_idle(20)
    sweep(desk.runtime)
    desk.sync()


def direct(person: Person) -> list[Seen]:
    """What the bot has told somebody of what is late."""
    places = [each["id"] for each in person.channels() if each["id"].startswith("D")]
    seen = [one for place in places for one in person.messages(place)]
    return [one for one in seen if "Past Due" in one.words]


def _own(desk: Tallyman, name: str, person_id: str) -> list[str]:
    """Give an account to somebody; the numbers of its invoices."""
    with desk.runtime.database.writing() as session:
        account_id = session.scalars(select(Account.id).where(Account.name == name)).one()
        owner, now = {"owner_id": person_id}, datetime.now(UTC)
        write_terms(session, account_id, owner, by="U0AVERY", now=now)
        numbers = session.scalars(select(Invoice.number).where(Invoice.account_id == account_id))
        return [str(number) for number in numbers]


def _first(desk: Tallyman, name: str) -> dict[str, Any]:
    """The invoice of a customer, as Stripe has it."""
    listed = desk.stripe.call("GET", "/v1/invoices", {"limit": "100"})["data"]
    return next(one for one in listed if one["customer_name"] == name)
