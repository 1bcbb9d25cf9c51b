"""Invoices at the Stripe stand-in: their states, their money, and what they tell."""

from datetime import timedelta

import pytest

from bot.sandbox.stripe import StandIn
from bot.sandbox.stripe.hosted import pay_on_page
from tests.bot.sandbox.stripe_desk import (
    START,
    act,
    event_types,
    make_customer,
    make_draft,
    make_open,
    make_price,
    read,
    refusal,
)


@pytest.fixture
def standin() -> StandIn:
    return StandIn(now=START)


def test_finalizing_gives_a_number_links_and_a_due_date(standin: StandIn) -> None:
    customer = make_customer(standin, invoice_prefix="ACME")
    draft = make_draft(standin, customer, 1000, 500)
    assert draft["number"] is None
    assert draft["hosted_invoice_url"] is None

    invoice = act(standin, draft, "finalize")

    assert (invoice["status"], invoice["number"]) == ("open", "ACME-0001")
    assert invoice["amount_due"] == invoice["amount_remaining"] == 1500
    assert invoice["due_date"] == int(START.timestamp()) + 30 * 86_400
    assert invoice["status_transitions"]["finalized_at"] == int(START.timestamp())
    assert "/i/acct_1Tallyman/test_" in invoice["hosted_invoice_url"]
    assert invoice["id"] not in invoice["hosted_invoice_url"]
    assert make_open(standin, customer)["number"] == "ACME-0002"


@pytest.mark.parametrize(
    ("state", "action", "result"),
    [
        ("draft", "finalize", "open"),
        ("draft", "pay", "paid"),
        ("draft", "void", None),
        ("draft", "mark_uncollectible", None),
        ("open", "finalize", None),
        ("open", "pay", "paid"),
        ("open", "void", "void"),
        ("open", "mark_uncollectible", "uncollectible"),
        ("open", "send", "open"),
        ("uncollectible", "pay", "paid"),
        ("uncollectible", "void", "void"),
        ("uncollectible", "mark_uncollectible", None),
        ("paid", "pay", None),
        ("paid", "void", None),
        ("paid", "mark_uncollectible", None),
        ("void", "pay", None),
        ("void", "void", None),
        ("void", "send", None),
    ],
)
def test_the_table_of_states(standin: StandIn, state: str, action: str, result: str | None) -> None:
    customer = make_customer(standin, "pm_card_visa")
    invoice = make_draft(standin, customer, 1000)
    ways = {"uncollectible": "mark_uncollectible", "paid": "pay", "void": "void"}
    if state != "draft":
        act(standin, invoice, "finalize")
    if state in ways:
        act(standin, invoice, ways[state])
    path = f"/v1/invoices/{invoice['id']}/{action}"

    if result is None:
        assert refusal(standin, "POST", path).status == 400
        assert read(standin, invoice)["status"] == state
    else:
        assert standin.call("POST", path)["status"] == result


def test_only_a_draft_is_deleted_and_edited(standin: StandIn) -> None:
    customer = make_customer(standin)
    draft, invoice = make_draft(standin, customer, 100), make_open(standin, customer)

    deleted = standin.call("DELETE", f"/v1/invoices/{draft['id']}")
    error = refusal(standin, "DELETE", f"/v1/invoices/{invoice['id']}")
    item = {"customer": customer["id"], "invoice": invoice["id"], "amount": 1}

    assert deleted == {"id": draft["id"], "object": "invoice", "deleted": True}
    assert error.error["code"] == "invoice_not_editable"
    refused = refusal(standin, "POST", "/v1/invoiceitems", item)
    assert refused.error["code"] == "invoice_not_editable"
    assert refusal(standin, "GET", f"/v1/invoices/{draft['id']}").status == 404


def test_paying_tells_in_stripes_words_and_keeps_the_payment(standin: StandIn) -> None:
    customer = make_customer(standin, "pm_card_visa")
    invoice = make_open(standin, customer)

    act(standin, invoice, "pay")

    assert {
        "charge.succeeded",
        "payment_intent.succeeded",
        "invoice_payment.paid",
        "invoice.updated",
        "invoice.paid",
        "invoice.payment_succeeded",
    } <= set(event_types(standin))
    paid = read(standin, invoice, expand=["payments.data.payment.payment_intent.latest_charge"])
    payment = paid["payments"]["data"][0]
    assert (payment["status"], payment["amount_paid"]) == ("paid", 1000)
    charge = payment["payment"]["payment_intent"]["latest_charge"]
    assert charge["receipt_url"].startswith("http://")
    assert (paid["amount_paid"], paid["amount_remaining"]) == (1000, 0)


def test_a_declined_card_leaves_the_invoice_open_and_counts_the_attempt(standin: StandIn) -> None:
    customer = make_customer(standin, "pm_card_chargeCustomerFail")
    invoice = make_open(standin, customer, collection_method="charge_automatically")

    error = refusal(standin, "POST", f"/v1/invoices/{invoice['id']}/pay")

    assert (error.status, error.error["code"]) == (402, "card_declined")
    assert error.error["payment_intent"]["object"] == "payment_intent"
    after = read(standin, invoice)
    assert (after["status"], after["attempted"], after["attempt_count"]) == ("open", True, 1)
    assert after["next_payment_attempt"] == int(START.timestamp()) + 3 * 86_400
    assert after["due_date"] is None
    assert "invoice.payment_failed" in event_types(standin)


def test_when_banks_decline_every_card_only_the_hosted_page_still_pays(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin, "pm_card_visa"))
    standin.world.faults.set({"decline_all": True})

    assert refusal(standin, "POST", f"/v1/invoices/{invoice['id']}/pay").status == 402
    pay_on_page(standin.world, standin.world.table("invoice").get(invoice["id"]))

    assert read(standin, invoice)["status"] == "paid"
    standin.world.faults.reset()
    later = make_open(standin, make_customer(standin, "pm_card_visa"))
    assert act(standin, later, "pay")["status"] == "paid"


def test_payment_outside_stripe_counts_as_paid_and_as_off_stripe(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin))

    paid = act(standin, invoice, "pay", paid_out_of_band=True)

    assert (paid["status"], paid["amount_paid"]) == ("paid", 1000)
    assert (paid["amount_paid_off_stripe"], paid["amount_remaining"]) == (1000, 0)


def test_a_record_of_a_payment_pays_a_part(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin))
    record = standin.call(
        "POST",
        "/v1/payment_records/report_payment",
        {
            "amount_requested": {"currency": "usd", "value": 400},
            "initiated_at": int(START.timestamp()),
            "payment_method_details": {"type": "custom", "custom": {"display_name": "Wire"}},
            "outcome": "guaranteed",
            "guaranteed": {"guaranteed_at": int(START.timestamp())},
        },
    )

    after = act(standin, invoice, "attach_payment", payment_record=record["id"])

    assert (after["status"], after["amount_paid"]) == ("open", 400)
    assert (after["amount_remaining"], after["amount_paid_off_stripe"]) == (600, 400)
    rows = standin.call("GET", "/v1/invoice_payments", {"invoice": invoice["id"]})["data"]
    assert sorted(row["status"] for row in rows) == ["open", "paid"]
    assert {row["amount_requested"] for row in rows} == {400, 600}


def test_credit_is_applied_at_finalization_and_given_back_by_a_void(standin: StandIn) -> None:
    customer = make_customer(standin, balance=-300)
    invoice = make_open(standin, customer)

    assert (invoice["starting_balance"], invoice["ending_balance"]) == (-300, 0)
    assert (invoice["total"], invoice["amount_due"]) == (1000, 700)
    path = f"/v1/customers/{customer['id']}"
    assert standin.call("GET", path)["balance"] == 0

    act(standin, invoice, "void")

    assert standin.call("GET", path)["balance"] == -300
    moves = standin.call("GET", f"{path}/balance_transactions")["data"]
    assert [move["type"] for move in moves] == [
        "unapplied_from_invoice",
        "applied_to_invoice",
        "initial",
    ]


def test_nothing_to_pay_means_paid_at_once(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin, balance=-5000))

    assert (invoice["status"], invoice["amount_due"], invoice["amount_paid"]) == ("paid", 0, 0)
    assert invoice["ending_balance"] == -4000


def test_discounts_and_taxes_are_shared_out_over_the_lines(standin: StandIn) -> None:
    customer = make_customer(standin)
    coupon = standin.call("POST", "/v1/coupons", {"amount_off": 100, "currency": "usd"})
    rate = standin.call(
        "POST", "/v1/tax_rates", {"display_name": "VAT", "inclusive": False, "percentage": "19"}
    )

    invoice = make_open(
        standin,
        customer,
        *(333, 333, 334),
        default_tax_rates=[rate["id"]],
        discounts=[{"coupon": coupon["id"]}],
    )

    lines = invoice["lines"]["data"]
    shares = [line["discount_amounts"][0]["amount"] for line in lines]
    assert sum(shares) == 100
    taxes = [line["taxes"][0] for line in lines]
    assert sum(tax["taxable_amount"] for tax in taxes) == 900
    assert [tax["amount"] for tax in taxes] == [57, 57, 57]
    assert invoice["total_taxes"][0]["amount"] == 171
    assert invoice["total"] == 1000 - 100 + 171
    assert invoice["total_excluding_tax"] == 900


def test_an_inclusive_tax_leaves_the_total(standin: StandIn) -> None:
    rate = standin.call(
        "POST", "/v1/tax_rates", {"display_name": "VAT", "inclusive": True, "percentage": 20}
    )

    invoice = make_open(standin, make_customer(standin), 1200, default_tax_rates=[rate["id"]])

    assert (invoice["total"], invoice["total_excluding_tax"]) == (1200, 1000)
    assert invoice["total_taxes"][0]["amount"] == 200


def test_only_ten_lines_are_embedded_and_all_are_listed(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin), *range(100, 125))
    path = f"/v1/invoices/{invoice['id']}/lines"

    first = standin.call("GET", path, {"limit": 20})
    rest = standin.call("GET", path, {"limit": 20, "starting_after": first["data"][-1]["id"]})

    assert len(invoice["lines"]["data"]) == 10
    assert invoice["lines"]["has_more"] is True
    assert (first["has_more"], rest["has_more"]) == (True, False)
    amounts = [line["amount"] for line in first["data"] + rest["data"]]
    assert amounts == list(range(100, 125))
    events = standin.call("GET", "/v1/events", {"type": "invoice.finalized"})["data"]
    assert events[0]["data"]["object"]["lines"]["has_more"] is True


def test_a_decimal_price_is_rounded_once_per_line(standin: StandIn) -> None:
    customer = make_customer(standin)
    draft = make_draft(standin, customer)
    price = make_price(standin, unit_amount_decimal="0.5")

    standin.call(
        "POST",
        "/v1/invoiceitems",
        {
            "customer": customer["id"],
            "invoice": draft["id"],
            "pricing": {"price": price["id"]},
            "quantity": 1001,
        },
    )

    line = read(standin, draft)["lines"]["data"][0]
    assert line["amount"] == 501
    assert line["pricing"]["unit_amount_decimal"] == "0.5"
    assert line["pricing"]["price_details"]["price"] == price["id"]


def test_an_automatic_draft_finalizes_after_an_hour_and_is_sent(standin: StandIn) -> None:
    draft = make_draft(standin, make_customer(standin), 1000, auto_advance=True)

    standin.advance(START + timedelta(minutes=59))
    assert read(standin, draft)["status"] == "draft"
    standin.advance(START + timedelta(minutes=60))

    assert read(standin, draft)["status"] == "open"
    assert "invoice.sent" in event_types(standin)
    standin.advance(START + timedelta(days=31))
    assert "invoice.overdue" in event_types(standin)


def test_uncollectible_says_why_as_endive_does(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin))

    after = act(standin, invoice, "mark_uncollectible")

    assert after["status_details"]["uncollectible"]["reason"] == "user_forgiven"
