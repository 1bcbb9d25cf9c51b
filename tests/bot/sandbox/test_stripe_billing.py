"""Subscriptions, meters and the clock at the Stripe stand-in."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.sandbox.stripe import StandIn
from bot.sandbox.stripe.periods import period_end
from bot.sandbox.stripe.pricing import parts_of
from tests.bot.sandbox.stripe_desk import (
    START,
    Json,
    event_types,
    make_customer,
    make_draft,
    make_meter,
    make_price,
    read,
    refusal,
)

MONTHLY = {"interval": "month"}


@pytest.fixture
def standin() -> StandIn:
    return StandIn(now=START)


def report(standin: StandIn, customer: Json, value: int, identifier: str, **given: int) -> Json:
    return standin.call(
        "POST",
        "/v1/billing/meter_events",
        {
            "event_name": "calls",
            "payload": {"stripe_customer_id": customer["id"], "value": str(value)},
            "identifier": identifier,
            **given,
        },
    )


def subscribe(standin: StandIn, customer: Json, *items: Json, **given: object) -> Json:
    return standin.call(
        "POST",
        "/v1/subscriptions",
        {"customer": customer["id"], "items": list(items), **given},
    )


def invoices_of(standin: StandIn, customer: Json) -> list[Json]:
    answer = standin.call("GET", "/v1/invoices", {"customer": customer["id"], "limit": 100})
    rows: list[Json] = answer["data"]
    return rows


def metered_price(standin: StandIn, **given: object) -> Json:
    meter = make_meter(standin)
    recurring = {**MONTHLY, "usage_type": "metered", "meter": meter["id"]}
    return make_price(standin, recurring=recurring, **given)


def test_a_renewal_bills_usage_behind_and_fees_ahead(standin: StandIn) -> None:
    customer = make_customer(standin)
    licensed = make_price(standin, name="Numbers", recurring=MONTHLY)
    metered = metered_price(standin, unit_amount_decimal="1.5")
    subscription = subscribe(
        standin,
        customer,
        {"price": licensed["id"], "quantity": 3},
        {"price": metered["id"]},
        collection_method="send_invoice",
        days_until_due=30,
    )
    standin.advance(START + timedelta(days=3))
    report(standin, customer, 100, "a")

    end = datetime(2026, 2, 28, 10, tzinfo=UTC)
    standin.advance(end)
    draft = invoices_of(standin, customer)[0]
    # An event of the period that arrives while the invoice is a draft still counts.
    report(standin, customer, 11, "late", timestamp=int(end.timestamp()) - 60)
    standin.advance(end + timedelta(hours=1))

    invoice = read(standin, draft)
    assert draft["status"] == "draft"
    assert (invoice["status"], invoice["billing_reason"]) == ("open", "subscription_cycle")
    usage, fees = invoice["lines"]["data"]
    assert (usage["quantity"], usage["amount"]) == (111, 167)
    assert usage["period"] == {"start": int(START.timestamp()), "end": int(end.timestamp())}
    assert (fees["quantity"], fees["amount"]) == (3, 3000)
    assert fees["period"]["start"] == int(end.timestamp())
    assert fees["period"]["end"] == int(datetime(2026, 3, 31, 10, tzinfo=UTC).timestamp())
    details = invoice["parent"]["subscription_details"]
    assert details["subscription"] == subscription["id"]
    assert usage["parent"]["subscription_item_details"]["subscription"] == subscription["id"]
    item = standin.call("GET", f"/v1/subscriptions/{subscription['id']}")["items"]["data"][0]
    assert item["current_period_start"] == int(end.timestamp())


def test_a_preview_shows_the_next_renewal_and_keeps_nothing(standin: StandIn) -> None:
    customer = make_customer(standin)
    licensed = make_price(standin, name="Numbers", recurring=MONTHLY)
    metered = metered_price(standin, unit_amount=3)
    given = {"collection_method": "send_invoice", "days_until_due": 30}
    subscribe(standin, customer, {"price": licensed["id"]}, {"price": metered["id"]}, **given)
    report(standin, customer, 7, "a")
    before = [invoice["id"] for invoice in invoices_of(standin, customer)]

    preview = standin.call("POST", "/v1/invoices/create_preview", {"customer": customer["id"]})

    assert (preview["total"], preview["billing_reason"]) == (1000 + 21, "upcoming")
    assert [invoice["id"] for invoice in invoices_of(standin, customer)] == before
    nobody = {"customer": make_customer(standin)["id"]}
    error = refusal(standin, "POST", "/v1/invoices/create_preview", nobody)
    assert error.error["code"] == "invoice_upcoming_none"


def test_a_subscription_charges_its_first_period_at_once(standin: StandIn) -> None:
    customer = make_customer(standin, "pm_card_visa")
    price = make_price(standin, recurring=MONTHLY)

    subscription = subscribe(standin, customer, {"price": price["id"]})

    assert subscription["status"] == "active"
    (invoice,) = invoices_of(standin, customer)
    assert (invoice["status"], invoice["billing_reason"]) == ("paid", "subscription_create")


def test_without_a_card_nothing_of_a_subscription_stays(standin: StandIn) -> None:
    customer = make_customer(standin)
    price = make_price(standin, recurring=MONTHLY)
    given = {"customer": customer["id"], "items": [{"price": price["id"]}]}

    assert refusal(standin, "POST", "/v1/subscriptions", given).status == 400

    assert invoices_of(standin, customer) == []
    assert standin.call("GET", "/v1/subscriptions")["data"] == []


def test_a_declined_renewal_is_retried_on_days_3_5_and_7_and_then_exhausted(
    standin: StandIn,
) -> None:
    customer = make_customer(standin, "pm_card_visa")
    price = make_price(standin, recurring=MONTHLY)
    subscription = subscribe(standin, customer, {"price": price["id"]})
    method = customer["invoice_settings"]["default_payment_method"]
    standin.world.card_outcomes[method] = "insufficient_funds"
    first = datetime(2026, 2, 28, 11, tzinfo=UTC)

    attempts = []
    for days in (0, 2, 3, 5, 7, 9):
        standin.advance(first + timedelta(days=days))
        invoice = invoices_of(standin, customer)[0]
        following = invoice["next_payment_attempt"]
        attempts.append((days, invoice["attempt_count"], following is None))

    assert attempts == [
        (0, 1, False),
        (2, 1, False),
        (3, 2, False),
        (5, 3, False),
        (7, 4, True),
        (9, 4, True),
    ]
    path = f"/v1/subscriptions/{subscription['id']}"
    assert standin.call("GET", path)["status"] == "past_due"
    own = f"/v1/customers/{customer['id']}"
    assert standin.call("GET", own)["delinquent"] is True

    del standin.world.card_outcomes[method]
    standin.call("POST", f"/v1/invoices/{invoice['id']}/pay")

    assert standin.call("GET", path)["status"] == "active"
    assert standin.call("GET", own)["delinquent"] is False


def test_cancelling_at_the_period_s_end_bills_the_last_usage(standin: StandIn) -> None:
    customer = make_customer(standin)
    price = metered_price(standin, unit_amount=2)
    subscription = subscribe(
        standin,
        customer,
        {"price": price["id"]},
        collection_method="send_invoice",
        days_until_due=10,
    )
    report(standin, customer, 50, "a")
    path = f"/v1/subscriptions/{subscription['id']}"
    standin.call("POST", path, {"cancel_at_period_end": True})

    standin.advance(START + timedelta(days=29))

    assert standin.call("GET", path)["status"] == "canceled"
    (invoice,) = invoices_of(standin, customer)
    assert (invoice["status"], invoice["total"]) == ("open", 100)
    assert "customer.subscription.deleted" in event_types(standin)


def test_a_changed_quantity_is_prorated_on_the_next_invoice(standin: StandIn) -> None:
    customer = make_customer(standin, "pm_card_visa")
    price = make_price(standin, recurring=MONTHLY)
    subscription = subscribe(standin, customer, {"price": price["id"], "quantity": 1})
    standin.advance(START + timedelta(days=14))

    item = subscription["items"]["data"][0]["id"]
    standin.call("POST", f"/v1/subscription_items/{item}", {"quantity": 3})
    standin.advance(START + timedelta(days=29))

    lines = invoices_of(standin, customer)[0]["lines"]["data"]
    assert [line["amount"] for line in lines] == [-500, 1500, 3000]
    assert lines[0]["parent"]["invoice_item_details"]["proration"] is True


def test_an_identifier_counts_once_and_times_have_bounds(standin: StandIn) -> None:
    customer = make_customer(standin)
    make_meter(standin)
    now = int(START.timestamp())
    event = {
        "event_name": "calls",
        "payload": {"stripe_customer_id": customer["id"], "value": "1"},
    }
    report(standin, customer, 1, "once")
    path = "/v1/billing/meter_events"

    again = refusal(standin, "POST", path, {**event, "identifier": "once"})
    old = refusal(standin, "POST", path, {**event, "timestamp": now - 35 * 86_400 - 1})
    ahead = refusal(standin, "POST", path, {**event, "timestamp": now + 301})
    other = refusal(standin, "POST", path, {**event, "event_name": "minutes"})

    assert again.error["code"] == "resource_already_exists"
    assert old.error["code"] == "timestamp_too_far_in_past"
    assert ahead.error["code"] == "timestamp_in_future"
    assert other.error["code"] == "resource_missing"


def test_summaries_add_up_by_hour_and_forget_what_was_taken_back(standin: StandIn) -> None:
    customer = make_customer(standin)
    meter = make_meter(standin)
    hour = int(START.timestamp())
    report(standin, customer, 5, "a", timestamp=hour - 10)
    report(standin, customer, 7, "b", timestamp=hour)
    report(standin, customer, 1, "c", timestamp=hour)
    standin.call(
        "POST",
        "/v1/billing/meter_event_adjustments",
        {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "c"}},
    )
    path = f"/v1/billing/meters/{meter['id']}/event_summaries"
    span = {"customer": customer["id"], "start_time": hour - 3600, "end_time": hour + 3600}

    hourly = standin.call("GET", path, {**span, "value_grouping_window": "hour"})["data"]
    whole = standin.call("GET", path, span)["data"]
    uneven = refusal(standin, "GET", path, {**span, "end_time": hour + 61})

    assert [row["aggregated_value"] for row in hourly] == [7, 5]
    assert [row["aggregated_value"] for row in whole] == [12]
    assert uneven.error["param"] == "end_time"


def test_waiting_items_join_an_invoice_that_includes_them(standin: StandIn) -> None:
    customer = make_customer(standin)
    item = {"customer": customer["id"], "amount": 70, "currency": "eur"}
    standin.call("POST", "/v1/invoiceitems", item)

    left = make_draft(standin, customer, currency="eur")
    taken = make_draft(standin, customer, pending_invoice_items_behavior="include")

    assert left["total"] == 0
    assert (taken["total"], taken["currency"]) == (70, "eur")


TIERS: list[Json] = [
    {"up_to": 10, "unit_amount_decimal": "5", "flat_amount_decimal": None},
    {"up_to": 20, "unit_amount_decimal": "4", "flat_amount_decimal": "100"},
    {"up_to": None, "unit_amount_decimal": "1", "flat_amount_decimal": None},
]


def plain_price(**given: object) -> Json:
    return {
        "billing_scheme": "per_unit",
        "currency": "usd",
        "recurring": None,
        "tiers_mode": None,
        "transform_quantity": None,
        "unit_amount_decimal": "10",
        **given,
    }


@pytest.mark.parametrize(
    ("price", "quantity", "amount"),
    [
        (plain_price(), "3", 30),
        (plain_price(unit_amount_decimal="0.5"), "1", 1),
        (plain_price(unit_amount_decimal="0.000001"), "499999", 0),
        (plain_price(unit_amount_decimal="0.000001"), "500000", 1),
        (plain_price(transform_quantity={"divide_by": 100, "round": "up"}), "101", 20),
        (plain_price(transform_quantity={"divide_by": 100, "round": "down"}), "199", 10),
        (plain_price(billing_scheme="tiered", tiers_mode="graduated"), "0", 0),
        (plain_price(billing_scheme="tiered", tiers_mode="graduated"), "10", 50),
        (plain_price(billing_scheme="tiered", tiers_mode="graduated"), "11", 154),
        (plain_price(billing_scheme="tiered", tiers_mode="graduated"), "25", 50 + 40 + 100 + 5),
        (plain_price(billing_scheme="tiered", tiers_mode="volume"), "10", 50),
        (plain_price(billing_scheme="tiered", tiers_mode="volume"), "20", 180),
        (plain_price(billing_scheme="tiered", tiers_mode="volume"), "21", 21),
    ],
)
def test_a_price_and_a_quantity_make_an_amount(price: Json, quantity: str, amount: int) -> None:
    parts = parts_of(price, TIERS, Decimal(quantity), "Calls")

    assert sum(part.amount for part in parts) == amount


@pytest.mark.parametrize(
    ("anchor", "start", "end"),
    [
        ("2026-01-31", "2026-01-31", "2026-02-28"),
        ("2026-01-31", "2026-02-28", "2026-03-31"),
        ("2026-01-31", "2026-03-31", "2026-04-30"),
        ("2026-02-10", "2026-01-31", "2026-02-10"),
        ("2024-02-29", "2027-02-28", "2027-03-29"),
    ],
)
def test_periods_keep_the_anchor_s_day(anchor: str, start: str, end: str) -> None:
    moments = [
        int(datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp())
        for day in (anchor, start, end)
    ]
    recurring = {"interval": "month", "interval_count": 1}

    assert period_end(moments[0], recurring, moments[1]) == moments[2]
