"""The story at the stand-in Stripe: what must be found in it, whatever day it is."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.sandbox.story import Told, beginning_of, tell_story
from bot.sandbox.stripe import StandIn

pytestmark = pytest.mark.slow

Json = dict[str, Any]
TODAY = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
# Minutes after a short month: nothing of the new one has happened yet.
AWKWARD = datetime(2027, 3, 1, 0, 10, tzinfo=UTC)


class Past:
    """A story that was told, and its Stripe."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.stripe = StandIn(now=beginning_of(now))
        self.told: Told = tell_story(self.stripe, now=now, report=lambda _: None)

    @property
    def invoices(self) -> list[Json]:
        return list(self.stripe.world.table("invoice"))

    def invoice(self, number: str) -> Json:
        return next(each for each in self.invoices if each["number"] == number)

    def customer(self, name: str) -> str:
        customers = self.stripe.world.table("customer")
        return next(str(each["id"]) for each in customers if each["name"] == name)

    def of(self, name: str) -> list[Json]:
        return [each for each in self.invoices if each["customer"] == self.customer(name)]

    def recorded(self, line: Json, customer: str) -> int:
        """What Stripe's meter has for the period of an invoice's line."""
        price = self.stripe.world.get("price", line["pricing"]["price_details"]["price"])
        meter = price["recurring"]["meter"]
        asked = {
            "customer": customer,
            "start_time": str(line["period"]["start"]),
            "end_time": str(line["period"]["end"]),
        }
        path = f"/v1/billing/meters/{meter}/event_summaries"
        return sum(
            int(each["aggregated_value"]) for each in self.stripe.call("GET", path, asked)["data"]
        )


@pytest.fixture(scope="module")
def past() -> Past:
    return Past(TODAY)


def billed_and_recorded(past: Past, invoice: Json) -> dict[str, tuple[int, int]]:
    """Minutes and gigabytes of an invoice: billed, and what the meter has; tiers together."""
    found: dict[str, tuple[int, int]] = {}
    for line in past.stripe.world.lines_of(invoice["id"]):
        price = past.stripe.world.get("price", line["pricing"]["price_details"]["price"])
        if price["recurring"]["usage_type"] != "metered":
            continue
        before = found.get(price["id"], (0, 0))[0]
        recorded = past.recorded(line, invoice["customer"])
        found[price["id"]] = (before + int(line["quantity"]), recorded)
    return found


def test_one_line_bills_more_than_the_meter_recorded(past: Past) -> None:
    contested = past.invoice(past.told.contested.number)
    differing = [
        billed - recorded
        for billed, recorded in billed_and_recorded(past, contested).values()
        if billed != recorded
    ]
    assert differing == [past.told.contested_minutes]
    assert contested["status"] == "open"

    others = [each for each in past.of("Juniper Insurance") if each["status"] == "paid"]
    assert all(billed == has for billed, has in billed_and_recorded(past, others[-1]).values())


def test_one_closed_month_was_never_billed(past: Past) -> None:
    subscriptions = past.stripe.world.table("subscription").where(
        customer=past.customer(past.told.lapsed)
    )
    assert [each["status"] for each in subscriptions] == ["canceled", "active"]
    assert subscriptions[1]["start_date"] - subscriptions[0]["ended_at"] == 31 * 86_400
    assert past.told.lapsed_month == "2026-10"


def test_no_two_invoices_have_the_same_number(past: Past) -> None:
    numbers = [each["number"] for each in past.invoices if each["number"]]
    assert len(set(numbers)) == len(numbers)


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("Borealis Deutschland GmbH", "Europe/Berlin"),
        ("Borealis UK Ltd", "Europe/London"),
        ("日本コール株式会社", "Asia/Tokyo"),
        ("Quartz Property Group", "Australia/Sydney"),
        ("Acme East Inc.", "America/New_York"),
    ],
)
def test_a_month_is_over_with_its_last_day_or_an_hour_before(
    past: Past, name: str, zone: str
) -> None:
    cycles = [each for each in past.of(name) if each["billing_reason"] == "subscription_cycle"]
    ends = [datetime.fromtimestamp(each["period_end"], ZoneInfo(zone)) for each in cycles]

    assert len(ends) >= 18
    assert all((end + timedelta(hours=1)).day == 1 for end in ends)


def test_every_state_of_an_invoice_is_there(past: Past) -> None:
    invoices = past.invoices
    assert {each["status"] for each in invoices} == {
        "draft",
        "open",
        "paid",
        "uncollectible",
        "void",
    }
    assert {each["currency"] for each in invoices} == {"usd", "eur", "gbp", "jpy", "kwd"}
    open_ones = [each for each in invoices if each["status"] == "open"]
    failed = [each for each in open_ones if each["attempt_count"]]
    assert any(each["next_payment_attempt"] for each in failed)
    assert any(not each["next_payment_attempt"] for each in failed)
    assert any(0 < each["amount_paid"] < each["amount_due"] for each in open_ones)
    assert any(each["pre_payment_credit_notes_amount"] for each in open_ones)


def test_one_payment_was_charged_back_and_waits_for_an_answer(past: Past) -> None:
    [dispute] = past.stripe.call("GET", "/v1/disputes")["data"]
    assert dispute["status"] == "needs_response"
    assert dispute["evidence_details"]["due_by"] > past.now.timestamp()


def test_there_is_some_of_everything_that_is_about_paying(past: Past) -> None:
    [refund] = past.stripe.call("GET", "/v1/refunds")["data"]
    charge = past.stripe.call("GET", f"/v1/charges/{refund['charge']}")
    path = f"/v1/customers/{charge['customer']}"
    [card] = past.stripe.call("GET", f"{path}/payment_methods")["data"]
    assert 0 < charge["amount_refunded"] < charge["amount"]
    assert card["card"]["last4"] == "4242"
    statuses = {
        one["status"] for one in past.stripe.call("GET", "/v1/charges", {"limit": 100})["data"]
    }
    assert statuses == {"succeeded", "failed"}
    assert past.stripe.call("GET", "/v1/billing/meters")["data"]
    customers = past.stripe.call("GET", "/v1/customers", {"limit": 100})["data"]
    assert any(customer["balance"] < 0 for customer in customers)


def test_it_is_the_same_at_every_start(past: Past) -> None:
    assert Past(TODAY).invoices == past.invoices


def test_it_can_be_told_on_an_awkward_day() -> None:
    past = Past(AWKWARD)
    contested = past.invoice(past.told.contested.number)

    assert contested["status"] == "open"
    assert datetime.fromtimestamp(contested["created"], UTC) < AWKWARD - timedelta(days=2)
    retried = past.of("Halcyon Motors (Fleet)")[-1]
    assert retried["attempt_count"] > 0
    assert retried["next_payment_attempt"] > AWKWARD.timestamp()
