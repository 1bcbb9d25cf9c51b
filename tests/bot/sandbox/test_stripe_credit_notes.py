"""Credit notes, refunds and disputes at the Stripe stand-in."""

from typing import Any

import pytest

from bot.sandbox.stripe import StandIn
from bot.sandbox.stripe.control import CONTROLS
from tests.bot.sandbox.stripe_desk import (
    START,
    Json,
    act,
    event_types,
    make_customer,
    make_open,
    read,
    refusal,
)


@pytest.fixture
def standin() -> StandIn:
    return StandIn(now=START)


def credit(standin: StandIn, invoice: Json, **given: Any) -> Json:
    return standin.call("POST", "/v1/credit_notes", {"invoice": invoice["id"], **given})


def control(standin: StandIn, name: str, given: Json) -> Json:
    return CONTROLS["POST", name](standin, given)


def test_a_credit_note_lowers_what_remains_of_an_open_invoice(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin))

    note = credit(standin, invoice, amount=300, reason="order_change", memo="Wrong rate")

    after = read(standin, invoice)
    assert (note["type"], note["pre_payment_amount"]) == ("pre_payment", 300)
    assert note["number"] == f"{invoice['number']}-CN-01"
    assert (after["amount_due"], after["amount_remaining"]) == (700, 700)
    assert (after["total"], after["pre_payment_credit_notes_amount"]) == (1000, 300)
    assert event_types(standin)[-2:] == ["credit_note.created", "invoice.updated"]

    standin.call("POST", f"/v1/credit_notes/{note['id']}/void")

    restored = read(standin, invoice)
    assert (restored["amount_remaining"], restored["pre_payment_credit_notes_amount"]) == (1000, 0)


def test_a_credit_note_over_everything_that_remains_makes_it_paid(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin))

    credit(standin, invoice, amount=1000)

    after = read(standin, invoice)
    assert (after["status"], after["amount_paid"], after["amount_remaining"]) == ("paid", 0, 0)
    rows = standin.call("GET", "/v1/invoice_payments", {"invoice": invoice["id"]})["data"]
    assert [row["status"] for row in rows] == ["canceled"]


def test_after_payment_the_parts_must_add_up(standin: StandIn) -> None:
    customer = make_customer(standin, "pm_card_visa")
    invoice = make_open(standin, customer)
    act(standin, invoice, "pay")
    given = {"invoice": invoice["id"], "amount": 500}

    assert refusal(standin, "POST", "/v1/credit_notes", given).status == 400
    too_little = refusal(standin, "POST", "/v1/credit_notes", {**given, "refund_amount": 400})
    assert too_little.status == 400
    note = credit(standin, invoice, amount=500, refund_amount=200, credit_amount=300)

    assert (note["type"], note["post_payment_amount"]) == ("post_payment", 500)
    assert note["refunds"][0]["amount_refunded"] == 200
    path = f"/v1/customers/{customer['id']}"
    assert standin.call("GET", path)["balance"] == -300
    assert standin.call("GET", "/v1/refunds")["data"][0]["amount"] == 200
    after = read(standin, invoice)
    assert (after["status"], after["post_payment_credit_notes_amount"]) == ("paid", 500)
    too_much = {"invoice": invoice["id"], "amount": 501, "credit_amount": 501}
    assert (
        refusal(standin, "POST", "/v1/credit_notes", too_much).error["code"] == "amount_too_large"
    )


def test_a_line_is_credited_with_its_part_of_the_tax(standin: StandIn) -> None:
    rate = standin.call(
        "POST", "/v1/tax_rates", {"display_name": "VAT", "inclusive": False, "percentage": 10}
    )
    invoice = make_open(standin, make_customer(standin), 1000, 2000, default_tax_rates=[rate["id"]])
    line = invoice["lines"]["data"][1]
    given = [{"type": "invoice_line_item", "invoice_line_item": line["id"], "amount": 500}]

    preview = standin.call(
        "GET", "/v1/credit_notes/preview", {"invoice": invoice["id"], "lines": given}
    )
    before = read(standin, invoice)
    note = credit(standin, invoice, lines=given)

    assert (preview["subtotal"], preview["total"]) == (500, 550)
    assert before["amount_remaining"] == 3300
    assert note["total_taxes"][0]["amount"] == 50
    assert read(standin, invoice)["amount_remaining"] == 2750


def test_credit_is_refused_on_drafts_void_ones_and_above_the_total(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin))

    above = refusal(standin, "POST", "/v1/credit_notes", {"invoice": invoice["id"], "amount": 1001})
    act(standin, invoice, "void")
    on_void = refusal(standin, "POST", "/v1/credit_notes", {"invoice": invoice["id"], "amount": 1})

    assert above.error["code"] == "amount_too_large"
    assert on_void.status == 400


def test_a_dispute_is_answered_once(standin: StandIn) -> None:
    invoice = make_open(standin, make_customer(standin, "pm_card_visa"))
    act(standin, invoice, "pay")
    charge = standin.call("GET", "/v1/charges")["data"][0]

    opened = control(standin, "dispute", {"invoice": invoice["id"]})
    path = f"/v1/disputes/{opened['dispute']}"
    staged = standin.call("POST", path, {"evidence": {"uncategorized_text": "x"}, "submit": False})
    sent = standin.call("POST", path, {"evidence": {"receipt": ""}})
    again = refusal(standin, "POST", path, {"evidence": {"uncategorized_text": "y"}})

    assert (staged["status"], staged["evidence_details"]["has_evidence"]) == (
        "needs_response",
        True,
    )
    assert (sent["status"], sent["evidence_details"]["submission_count"]) == ("under_review", 1)
    assert again.status == 400
    assert standin.call("GET", f"/v1/charges/{charge['id']}")["disputed"] is True
    refund = refusal(standin, "POST", "/v1/refunds", {"charge": charge["id"]})
    assert refund.error["code"] == "charge_disputed"
    control(standin, "decide_dispute", {"dispute": opened["dispute"], "status": "won"})
    assert {"charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed"} <= set(
        event_types(standin)
    )
