"""The Stripe stand-in against Stripe's OpenAPI document: every answer, event and parameter."""

import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.stripe import StandIn, StripeError
from bot.sandbox.stripe.control import CONTROLS
from bot.sandbox.stripe.params import Kind
from bot.sandbox.stripe.routes import ROUTES
from tests.bot.sandbox.stripe_desk import (
    START,
    Json,
    act,
    make_customer,
    make_draft,
    make_meter,
    make_open,
    make_price,
    refusal,
)
from tests.bot.sandbox.stripe_schema import Schemas

FOLDER = os.environ.get("REFERENCE_DIR", "")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not FOLDER, reason="REFERENCE_DIR names no folder with Stripe's document"),
]
# Stripe's document calls these optional; a call without them is refused all the same.
STRICTER = {
    ("POST", "/v1/payment_methods"): {"type"},
    ("POST", "/v1/payment_methods/{payment_method}/attach"): {"customer"},
}
NOW = int(START.timestamp())


@pytest.fixture(scope="module")
def schemas() -> Schemas:
    return Schemas(Path(FOLDER) / "stripe-openapi.json")


def test_every_answer_and_every_event_fits_the_document(schemas: Schemas) -> None:
    standin = StandIn(now=START, observer=schemas.observe)

    live_through_everything(standin)

    assert schemas.misfits == []
    events = list(standin.world.table("event"))
    assert [wrong for event in events for wrong in schemas.event_misfits(event)] == []
    answered = {(method, path) for method, path, status in schemas.seen if status == 200}
    assert {(route.method, route.path) for route in ROUTES} - answered == set()


def test_seeded_invoices_fit_the_document(schemas: Schemas) -> None:
    standin = StandIn(now=START, observer=schemas.observe)
    before = list(schemas.misfits)

    standin.seed_invoices(50, customers=5)
    for path in ("invoices", "customers", "subscriptions", "prices", "products"):
        standin.call("GET", f"/v1/{path}", {"limit": 100})

    assert schemas.misfits == before


def test_no_call_takes_what_stripe_does_not(schemas: Schemas) -> None:
    wrong = []
    for route in ROUTES:
        known = schemas.parameters(route.method, route.path)
        for name, kind in route.kinds.items():
            where = f"{route.method} {route.path} {name}"
            wrong += differences(where, kind, known.get(name))

    assert wrong == []


def test_every_call_needs_what_stripe_needs(schemas: Schemas) -> None:
    for route in ROUTES:
        stricter = STRICTER.get((route.method, route.path), set())
        needed = schemas.required_parameters(route.method, route.path)
        assert set(route.required) == needed | stricter, route


def differences(where: str, kind: Kind, schema: Any) -> list[str]:
    """What a parameter of ours takes beyond the document's."""
    if schema is None:
        return [f"{where} is not in the document"]
    options = schema.get("anyOf", [schema])
    found = []
    if kind.choices:
        words = {word for option in options for word in option.get("enum", [])}
        found += [f"{where}: {word}" for word in kind.choices if word not in words]
    if kind.fields:
        fields = merged(option.get("properties", {}) for option in options)
        for name, inner in kind.fields.items():
            found += differences(f"{where}[{name}]", inner, fields.get(name))
    if kind.item is not None:
        items = [option["items"] for option in options if "items" in option]
        found += differences(f"{where}[]", kind.item, items[0] if items else None)
    return found


def merged(parts: Any) -> Mapping[str, Any]:
    whole: dict[str, Any] = {}
    for part in parts:
        whole |= part
    return whole


def live_through_everything(standin: StandIn) -> None:
    """Make every call at least once, so that every kind of answer is seen."""
    call = standin.call
    customer = make_customer(
        standin,
        "pm_card_visa",
        email="ada@example.com",
        address={"line1": "Street 1", "country": "DE"},
        shipping={"address": {"city": "B"}, "name": "Ada"},
        balance=-150,
    )
    catalogue(standin)
    customers(standin, customer)
    price, usage = metering(standin, customer)
    subscribing(standin, customer, price, usage)
    invoice = invoicing(standin, customer)
    crediting(standin, customer)
    paying(standin, customer, invoice)
    looking(standin, customer)
    call("DELETE", f"/v1/customers/{customer['id']}")
    call("GET", f"/v1/customers/{customer['id']}")
    refusal(standin, "GET", "/v1/customers/cus_none")
    refusal(standin, "POST", "/v1/customers", {"x": 1})


def catalogue(standin: StandIn) -> None:
    call = standin.call
    product = call("POST", "/v1/products", {"name": "Gone", "metadata": {"a": "b"}})
    path = f"/v1/products/{product['id']}"
    call("POST", path, {"description": "Soon", "images": ["https://a.example/b.png"]})
    call("GET", path)
    call("DELETE", path)
    tiers = [{"up_to": 5, "unit_amount": 3}, {"up_to": "inf", "flat_amount": 7}]
    price = make_price(standin, billing_scheme="tiered", tiers_mode="volume", tiers=tiers)
    path = f"/v1/prices/{price['id']}"
    call("POST", path, {"nickname": "N", "lookup_key": "L"})
    call("GET", path, {"expand": ["tiers", "product"]})
    call("GET", "/v1/prices", {"lookup_keys": ["L"], "expand": ["data.tiers"]})
    rate = call("POST", "/v1/tax_rates", {"display_name": "V", "inclusive": True, "percentage": 7})
    call("POST", f"/v1/tax_rates/{rate['id']}", {"active": False})
    call("GET", f"/v1/tax_rates/{rate['id']}")
    coupon = call("POST", "/v1/coupons", {"percent_off": "12.5", "duration": "forever"})
    path = f"/v1/coupons/{coupon['id']}"
    call("POST", path, {"name": "C"})
    call("GET", path)
    call("DELETE", path)
    for name in ("products", "tax_rates", "coupons"):
        call("GET", f"/v1/{name}")


def customers(standin: StandIn, customer: Json) -> None:
    call = standin.call
    path = f"/v1/customers/{customer['id']}"
    call("POST", path, {"phone": "1", "preferred_locales": ["de"], "metadata": {"x": "y"}})
    call("GET", path, {"expand": ["tax_ids", "subscriptions"]})
    moved = call("POST", f"{path}/balance_transactions", {"amount": -5, "currency": "usd"})
    call("GET", f"{path}/balance_transactions/{moved['id']}")
    call("GET", f"{path}/balance_transactions")
    tax_id = call("POST", f"{path}/tax_ids", {"type": "eu_vat", "value": "DE123456789"})
    call("GET", f"{path}/tax_ids")
    call("GET", f"{path}/tax_ids/{tax_id['id']}")
    gone = call("POST", f"{path}/tax_ids", {"type": "gb_vat", "value": "GB123456789"})
    call("DELETE", f"{path}/tax_ids/{gone['id']}")
    method = call(
        "POST", "/v1/payment_methods", {"type": "card", "card": {"number": "4242424242424242"}}
    )
    own = f"/v1/payment_methods/{method['id']}"
    call("POST", f"{own}/attach", {"customer": customer["id"]})
    call("POST", own, {"billing_details": {"name": "Ada"}})
    call("GET", own, {"expand": ["customer"]})
    call("GET", "/v1/payment_methods", {"customer": customer["id"]})
    call("GET", f"{path}/payment_methods", {"type": "card"})
    call("GET", f"{path}/payment_methods/{method['id']}")
    call("POST", f"{own}/detach")
    flow = {"type": "payment_method_update"}
    call("POST", "/v1/billing_portal/sessions", {"customer": customer["id"], "flow_data": flow})


def metering(standin: StandIn, customer: Json) -> tuple[Json, Json]:
    call = standin.call
    meter = make_meter(standin)
    path = f"/v1/billing/meters/{meter['id']}"
    call("GET", path)
    call("POST", path, {"display_name": "Calls handled"})
    call("POST", f"{path}/deactivate")
    call("POST", f"{path}/reactivate")
    call("GET", "/v1/billing/meters", {"status": "active"})
    for number in range(3):
        call(
            "POST",
            "/v1/billing/meter_events",
            {
                "event_name": "calls",
                "identifier": f"e{number}",
                "payload": {"stripe_customer_id": customer["id"], "value": "40"},
            },
        )
    taken_back = {"event_name": "calls", "type": "cancel", "cancel": {"identifier": "e0"}}
    call("POST", "/v1/billing/meter_event_adjustments", taken_back)
    span = {"customer": customer["id"], "start_time": NOW - 600, "end_time": NOW + 600}
    call("GET", f"{path}/event_summaries", span)
    monthly = {"interval": "month"}
    usage = {**monthly, "usage_type": "metered", "meter": meter["id"]}
    return (
        make_price(standin, recurring=monthly),
        make_price(standin, recurring=usage, unit_amount_decimal="0.25"),
    )


def subscribing(standin: StandIn, customer: Json, price: Json, usage: Json) -> None:
    call = standin.call
    given = {"customer": customer["id"], "items": [{"price": price["id"], "quantity": 2}]}
    subscription = call("POST", "/v1/subscriptions", given)
    path = f"/v1/subscriptions/{subscription['id']}"
    item = call(
        "POST",
        "/v1/subscription_items",
        {"subscription": subscription["id"], "price": usage["id"]},
    )
    own = f"/v1/subscription_items/{item['id']}"
    call("GET", own)
    call("POST", own, {"metadata": {"a": "b"}})
    call("GET", "/v1/subscription_items", {"subscription": subscription["id"]})
    first = subscription["items"]["data"][0]["id"]
    call("POST", path, {"items": [{"id": first, "quantity": 4}], "description": "D"})
    standin.advance(START + timedelta(days=28, hours=2))
    call("GET", path, {"expand": ["latest_invoice.payments", "customer"]})
    call("POST", "/v1/invoices/create_preview", {"subscription": subscription["id"]})
    call("DELETE", own)
    call("GET", "/v1/subscriptions", {"status": "all"})
    call("DELETE", path, {"invoice_now": True})


def invoicing(standin: StandIn, customer: Json) -> Json:
    call = standin.call
    draft = make_draft(standin, customer, 500)
    path = f"/v1/invoices/{draft['id']}"
    coupon = call("POST", "/v1/coupons", {"percent_off": 10})
    rate = call(
        "POST", "/v1/tax_rates", {"display_name": "V", "inclusive": False, "percentage": 19}
    )
    discounts = [{"coupon": coupon["id"]}]
    call("POST", path, {"discounts": discounts, "default_tax_rates": [rate["id"]]})
    waiting = call(
        "POST",
        "/v1/invoiceitems",
        {"customer": customer["id"], "unit_amount_decimal": "1.5", "quantity": 3},
    )
    own = f"/v1/invoiceitems/{waiting['id']}"
    call("GET", own)
    call("POST", own, {"quantity": 9})
    call("GET", "/v1/invoiceitems", {"pending": True})
    call("DELETE", own)
    call("POST", f"{path}/finalize")
    call("POST", f"{path}/send")
    call("GET", f"{path}/lines", {"limit": 1})
    everything = ["customer", "payments", "discounts", "confirmation_secret"]
    call("GET", path, {"expand": everything})
    act(standin, make_open(standin, customer), "void")
    act(standin, make_open(standin, customer), "mark_uncollectible")
    call("DELETE", f"/v1/invoices/{make_draft(standin, customer, 5)['id']}")
    return call("GET", path)


def crediting(standin: StandIn, customer: Json) -> None:
    call = standin.call
    invoice = make_open(standin, customer, 4000)
    path = "/v1/credit_notes"
    given = {"invoice": invoice["id"], "amount": 100, "reason": "duplicate"}
    call("GET", f"{path}/preview", given)
    call("GET", f"{path}/preview/lines", given)
    note = call("POST", path, given)
    call("GET", path, {"invoice": invoice["id"]})
    call("GET", f"{path}/{note['id']}")
    call("GET", f"{path}/{note['id']}/lines")
    call("POST", f"{path}/{note['id']}", {"memo": "M"})
    call("POST", f"{path}/{note['id']}/void")
    act(standin, invoice, "pay")
    line = {"type": "invoice_line_item", "invoice_line_item": invoice["lines"]["data"][0]["id"]}
    mixed = {"lines": [{**line, "amount": 700}], "refund_amount": 300, "credit_amount": 400}
    call("POST", path, {"invoice": invoice["id"], **mixed})


def paying(standin: StandIn, customer: Json, invoice: Json) -> None:
    call = standin.call
    record = call(
        "POST",
        "/v1/payment_records/report_payment",
        {
            "amount_requested": {"currency": "usd", "value": 10},
            "initiated_at": NOW,
            "payment_method_details": {"type": "custom", "custom": {"display_name": "Wire"}},
            "customer_details": {"customer": customer["id"]},
            "processor_details": {"type": "custom", "custom": {"payment_reference": "R"}},
            "outcome": "guaranteed",
            "guaranteed": {"guaranteed_at": NOW},
        },
    )
    act(standin, invoice, "attach_payment", payment_record=record["id"])
    call("GET", f"/v1/payment_records/{record['id']}")
    call("GET", "/v1/payment_records")
    intent = call(
        "POST",
        "/v1/payment_intents",
        {"amount": 20, "currency": "usd", "customer": customer["id"]},
    )
    call("POST", f"/v1/payment_intents/{intent['id']}", {"description": "D"})
    call("GET", f"/v1/payment_intents/{intent['id']}")
    act(standin, invoice, "pay")
    for status in ("open", "paid"):
        call("GET", "/v1/invoice_payments", {"status": status})
    row = call("GET", "/v1/invoice_payments", {"invoice": invoice["id"]})["data"][0]
    call("GET", f"/v1/invoice_payments/{row['id']}", {"expand": ["payment.payment_intent"]})
    declined = make_customer(standin, "pm_card_chargeCustomerFail")
    refusal(standin, "POST", f"/v1/invoices/{make_open(standin, declined)['id']}/pay")
    charge = call("GET", "/v1/charges", {"customer": customer["id"]})["data"][0]
    refund = call("POST", "/v1/refunds", {"charge": charge["id"], "amount": 1})
    call("POST", f"/v1/refunds/{refund['id']}", {"metadata": {"a": "b"}})
    call("GET", f"/v1/refunds/{refund['id']}")
    call("GET", f"/v1/charges/{charge['id']}", {"expand": ["refunds"]})
    disputing(standin, charge, make_open(standin, customer))


def disputing(standin: StandIn, charge: Json, invoice: Json) -> None:
    call = standin.call
    act(standin, invoice, "pay")
    second = call("GET", "/v1/charges", {"limit": 1})["data"][0]
    for disputed in (charge, second):
        CONTROLS["POST", "dispute"](standin, {"charge": disputed["id"]})
    first, last = call("GET", "/v1/disputes")["data"]
    path = f"/v1/disputes/{first['id']}"
    call("POST", path, {"evidence": {"uncategorized_text": "T"}, "submit": False})
    call("GET", path, {"expand": ["charge"]})
    call("POST", f"/v1/disputes/{last['id']}/close")


def looking(standin: StandIn, customer: Json) -> None:
    call = standin.call
    given = {"url": "http://127.0.0.1:9/x", "enabled_events": ["billing.meter.created"]}
    endpoint = call("POST", "/v1/webhook_endpoints", given)
    path = f"/v1/webhook_endpoints/{endpoint['id']}"
    call("GET", path)
    call("POST", path, {"disabled": True})
    call("GET", "/v1/webhook_endpoints")
    call("DELETE", path)
    event = call("GET", "/v1/events", {"types": ["invoice.paid"]})["data"][0]
    call("GET", f"/v1/events/{event['id']}")
    for name in ("account", "balance", "refunds", "payment_intents", "customers", "events"):
        call("GET", f"/v1/{name}")
    for status in ("draft", "open", "paid", "uncollectible", "void"):
        call("GET", "/v1/invoices", {"status": status, "customer": customer["id"]})


def test_a_bent_answer_does_not_pass(schemas: Schemas) -> None:
    standin = StandIn(now=START)
    path = f"/v1/invoices/{make_open(standin, make_customer(standin))['id']}"
    good = standin.call("GET", path)
    line = good["lines"]["data"][0]
    bent = [
        {name: value for name, value in good.items() if name != "amount_due"},
        {**good, "subscription": None},
        {**good, "amount_due": "1000"},
        {**good, "status": "overdue"},
        {**good, "lines": {**good["lines"], "data": [{**line, "price": "price_1"}]}},
    ]

    assert schemas.misfits_of("GET", path, 200, good) == []
    assert all(schemas.misfits_of("GET", path, 200, body) for body in bent)


def test_a_refusal_is_judged_too(schemas: Schemas) -> None:
    body = StripeError(400, "No", code="parameter_missing", surprise=1).body

    assert schemas.misfits_of("GET", "/v1/customers", 400, body) != []
