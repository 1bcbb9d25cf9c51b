"""Payments that arrived past Stripe: asked for, approved, told to Stripe once, whole or in part."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.deployment import STRANGER
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NO_ROLE
from tests.handlers.slack.correcting import COLLECTOR, SECOND, card_for
from tests.handlers.slack.crediting import (
    NOTE,
    TODAY,
    Crediting,
    Json,
    collector,
    crediting_desk,
    errors_of,
    open_dialog,
)
from tests.handlers.slack.pressing import FORM, forge
from tests.workspace import Person, Seen

ACTION, TITLE = "record_payment", "Record a payment of invoice"


@pytest.fixture(scope="module")
def book(shared_database_url: str) -> Iterator[Crediting]:
    with crediting_desk(shared_database_url) as crediting:
        yield crediting


@pytest.fixture
def jamie(book: Crediting) -> Iterator[Person]:
    """The one who asks."""
    with collector(book.desk) as person:
        yield person


def request(person: Person, invoice_id: str, **filled: object) -> Seen:
    """Ask for a payment to be recorded, and see what the dialog says then."""
    open_dialog(person, invoice_id, ACTION)
    assert person.submit(**{"note": NOTE, **filled})["ok"]
    said = person.view()
    person.dismiss()
    return said


def records_of(book: Crediting, invoice_id: str) -> list[Json]:
    """The payments that were reported to Stripe for an invoice and count towards it."""
    stripe = book.desk.stripe
    paying = stripe.call("GET", "/v1/invoice_payments", {"invoice": invoice_id, "status": "paid"})
    ids = [one["payment"].get("payment_record") for one in paying["data"]]
    return [stripe.call("GET", f"/v1/payment_records/{one}") for one in ids if one]


def reported(book: Crediting) -> int:
    """How many payments Stripe was told of in all."""
    return len(book.desk.stripe.call("GET", "/v1/payment_records", {"limit": "100"})["data"])


def test_the_whole_is_recorded_and_the_invoice_is_paid(book: Crediting, jamie: Person) -> None:
    invoice = book.take()

    dialog = open_dialog(jamie, invoice, ACTION)
    assert "To be paid: \nUSD 100.00" in dialog.words
    jamie.submit(method="cheque", reference="No. 4711", note=NOTE)
    assert "Waits for approval" in jamie.view().words
    jamie.dismiss()
    assert book.at_stripe(invoice)["status"] == "open"
    card = card_for_approver(book, invoice)
    for words in ("Cheque", "No. 4711", "16 Nov 2026", "USD 100.00"):
        assert words in card
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    assert book.at_stripe(invoice)["amount_paid_off_stripe"] == 10_000
    assert book.mirrored(invoice) == ("paid", 0, 10_000)
    card_for(jamie, f"The payment of invoice {book.at_stripe(invoice)['number']} is recorded.")


def card_for_approver(book: Crediting, invoice_id: str) -> str:
    """What the card says to one of those who may approve."""
    person = book.desk.person(SECOND)
    try:
        return card_for(person, f"{TITLE} {book.at_stripe(invoice_id)['number']}").words
    finally:
        person.close()


@pytest.mark.parametrize(
    ("kind", "typed", "minor", "left"),
    [
        ("open", "40.50", 4_050, 5_950),
        ("yen", "4,000", 4_000, 6_000),
        ("dinar", "1.5", 1_500, 8_500),
    ],
)
def test_a_part_is_reported_and_put_on_the_invoice(
    book: Crediting, jamie: Person, kind: str, typed: str, minor: int, left: int
) -> None:
    invoice = book.take(kind)

    request(jamie, invoice, amount=typed, received_on="2026-11-12", reference="TRN 88/1")
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    record = records_of(book, invoice)[0]
    assert record["amount_guaranteed"]["value"] == minor
    assert record["processor_details"]["custom"]["payment_reference"] == "TRN 88/1"
    assert record["payment_method_details"]["custom"]["display_name"] == "Bank transfer"
    assert book.mirrored(invoice) == ("open", left, minor)


def test_a_written_off_invoice_can_still_be_paid(book: Crediting, jamie: Person) -> None:
    invoice = book.take("written_off")

    request(jamie, invoice)
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    assert book.mirrored(invoice) == ("paid", 0, 10_000)


def test_what_is_filled_in_wrong_is_said_below_its_field(book: Crediting, jamie: Person) -> None:
    invoice = book.take()
    open_dialog(jamie, invoice, ACTION)
    tomorrow = (TODAY + timedelta(days=1)).date().isoformat()
    cases = (
        ({"amount": "100.01"}, "amount", "only USD 100.00 are to be paid"),
        ({"amount": "1.000"}, "amount", "Did you mean 1000?"),
        ({"amount": "EUR 5"}, "amount", "The invoice is in USD, not in EUR."),
        ({"received_on": tomorrow}, "received_on", "That day is still to come."),
    )
    for filled, field, said in cases:
        answer = jamie.submit(
            **{"amount": "10", "received_on": "2026-11-15", "note": NOTE} | filled
        )
        assert said in errors_of(answer)[field]
    jamie.dismiss()
    assert book.state_of(invoice) is None


def test_those_without_the_right_and_paid_invoices_are_refused(book: Crediting) -> None:
    desk, invoice, paid = book.desk, book.take(), book.take("card")

    assert NO_ROLE in forge(desk, ACTION, invoice, user=STRANGER).words
    assert "is already paid" in forge(desk, ACTION, paid, user=COLLECTOR).words
    void = forge(desk, ACTION, book.take("void"), user=COLLECTOR).words
    assert "is Void: there is nothing to pay" in void


def test_two_people_at_once_record_one_payment(book: Crediting, jamie: Person) -> None:
    invoice, robin = book.take(), book.desk.person(SECOND)
    open_dialog(jamie, invoice, ACTION)
    open_dialog(robin, invoice, ACTION)

    jamie.submit(note=NOTE)
    robin.submit(note=NOTE, amount="50")

    assert "Waits for approval" in jamie.view().words
    assert "has asked for this already" in robin.view().words
    robin.close()
    jamie.dismiss()


def test_a_dialog_that_is_sent_twice_asks_once(book: Crediting, jamie: Person) -> None:
    invoice, slack = book.take(), book.desk.slack
    open_dialog(jamie, invoice, ACTION)
    jamie.submit(note=NOTE)
    book.approve(invoice, TITLE)
    book.wait_for(invoice, "done")
    sent = next(
        one
        for one in reversed(slack.deliveries)
        if one.kind == "view_submission" and invoice.encode() in one.body
    )

    again = slack.deliver(sent.body, FORM | slack.sign(sent.body))

    assert b"Done" in again.answer
    assert book.mirrored(invoice) == ("paid", 0, 10_000)
    jamie.dismiss()


def test_an_invoice_that_changed_since_the_dialog_opened_is_not_asked_for(
    book: Crediting, jamie: Person
) -> None:
    invoice, stripe = book.take(), book.desk.stripe
    open_dialog(jamie, invoice, ACTION)
    stripe.call("POST", "/v1/credit_notes", {"invoice": invoice, "amount": "2500"})

    def is_mirrored() -> bool:
        book.desk.sync()
        return book.mirrored(invoice)[1] == 7_500

    wait_until(is_mirrored)
    jamie.submit(note=NOTE)

    assert "the invoice has changed since" in jamie.view().words
    assert "USD 75.00 are to be paid now" in jamie.view().words
    jamie.dismiss()


def test_what_the_customer_paid_before_the_approval_is_not_recorded(
    book: Crediting, jamie: Person
) -> None:
    invoice, before = book.take(), reported(book)
    request(jamie, invoice, amount="40")
    book.desk.stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})

    book.approve(invoice, TITLE)

    book.wait_for(invoice, "stale")
    assert reported(book) == before


def test_a_part_that_can_not_be_put_on_its_invoice_is_left_to_an_operator(
    book: Crediting, jamie: Person
) -> None:
    invoice, stripe = book.take(), book.desk.stripe
    request(jamie, invoice, amount="40")
    # The customer pays in the moment between the two calls.
    stripe.world.faults.set({"fail_before_next": 1, "fail_path": f"/v1/invoices/{invoice}/attach"})
    book.approve(invoice, TITLE)
    wait_until(lambda: stripe.world.faults.fail_before_next == 0)
    stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})

    card_for(jamie, "The payment is reported to Stripe, but it counts towards no invoice.")
    stripe.world.faults.reset()
    assert records_of(book, invoice) == []
