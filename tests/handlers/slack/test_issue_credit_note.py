"""Credit notes: previewed by Stripe, asked for, approved, issued once, and told (D6, G9)."""

from collections.abc import Iterator

import pytest

from bot.sandbox.stripe.control import CONTROLS
from tests.deployment import ADMIN, STRANGER
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NO_ROLE, ask, grant, refusals_of, revoke
from tests.handlers.slack.correcting import COLLECTOR, SECOND, card_for
from tests.handlers.slack.crediting import (
    NOTE,
    Crediting,
    collector,
    crediting_desk,
    errors_of,
    open_dialog,
    view_with,
)
from tests.handlers.slack.pressing import FORM, forge
from tests.workspace import Person, Seen

ACTION, TITLE = "issue_credit_note", "Credit invoice"


@pytest.fixture(scope="module")
def book(shared_database_url: str) -> Iterator[Crediting]:
    with crediting_desk(shared_database_url) as crediting:
        yield crediting


@pytest.fixture
def jamie(book: Crediting) -> Iterator[Person]:
    """The one who asks."""
    with collector(book.desk) as person:
        yield person


def preview(person: Person, invoice_id: str, **filled: object) -> Seen:
    """Fill the first dialog in, and see what Stripe says that it comes to."""
    open_dialog(person, invoice_id, ACTION)
    assert person.submit(**{"what": "whole", "reason": "duplicate", **filled})["ok"]
    return view_with(person, "Credited: ")


def request(person: Person, invoice_id: str, **filled: object) -> Seen:
    """Ask for a credit note, and see what the dialog says then."""
    preview(person, invoice_id, **filled)
    assert person.submit(note=NOTE)["ok"]
    said = person.view()
    person.dismiss()
    return said


def test_an_amount_is_previewed_asked_for_approved_and_credited(
    book: Crediting, jamie: Person
) -> None:
    invoice = book.take()

    shown = preview(jamie, invoice, what="amount", amount="30.50").words
    assert "USD 30.50" in shown
    assert "USD 100.00 → \nUSD 69.50" in shown
    jamie.submit(note=NOTE)
    assert "Waits for approval" in jamie.view().words
    jamie.dismiss()
    assert book.notes_of(invoice) == []
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    note = book.notes_of(invoice)[0]
    assert (note["amount"], note["reason"]) == (3_050, "duplicate")
    assert book.mirrored(invoice) == ("open", 6_950, 0)
    card_for(jamie, f"The credit note for invoice {book.at_stripe(invoice)['number']} is issued.")


def test_all_of_an_invoice_is_credited_by_its_lines_with_their_tax(
    book: Crediting, jamie: Person
) -> None:
    invoice = book.take("taxed")

    shown = preview(jamie, invoice).words
    assert "Calls · USD 80.00\nPorting · USD 20.00\nTax · USD 19.00" in shown
    assert "Open → \nPaid" in shown
    jamie.submit(note=NOTE)
    jamie.dismiss()
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    note = book.notes_of(invoice)[0]
    assert (note["total"], note["total_taxes"][0]["amount"]) == (11_900, 1_900)
    assert book.mirrored(invoice) == ("paid", 0, 0)


def test_ticked_lines_are_credited_and_named_to_the_approver(
    book: Crediting, jamie: Person
) -> None:
    invoice = book.take("taxed")
    dialog = open_dialog(jamie, invoice, ACTION)
    assert "Porting · USD 23.80" in dialog.words

    jamie.submit(what="lines", reason="order_change", **{"lines:0": ["Porting · USD 23.80"]})
    view_with(jamie, "USD 23.80")
    jamie.submit(note=NOTE)
    jamie.dismiss()
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    note = book.notes_of(invoice)[0]
    assert [line["description"] for line in note["lines"]["data"]] == ["Porting"]
    assert note["total"] == 2_380


@pytest.mark.parametrize(
    ("way", "kept_in"),
    [("refund_amount", "refunds"), ("credit_amount", "customer_balance_transaction")],
)
def test_what_was_paid_goes_back_the_way_that_was_chosen(
    book: Crediting, jamie: Person, way: str, kept_in: str
) -> None:
    invoice = book.take("card")

    shown = preview(jamie, invoice, what="amount", amount="40", way=way).words
    assert "Of what was paid: \nUSD 40.00" in shown
    assert "Paid and not credited: \nUSD 100.00 → \nUSD 60.00" in shown
    jamie.submit(note=NOTE)
    jamie.dismiss()
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    note = book.notes_of(invoice)[0]
    assert note["post_payment_amount"] == 4_000
    assert note[kept_in]
    assert book.mirrored(invoice)[0] == "paid"


@pytest.mark.parametrize(
    ("kind", "typed", "minor"), [("yen", "1,500", 1_500), ("dinar", "1.234", 1_234)]
)
def test_an_amount_has_the_decimals_of_its_currency(
    book: Crediting, jamie: Person, kind: str, typed: str, minor: int
) -> None:
    invoice = book.take(kind)

    request(jamie, invoice, what="amount", amount=typed)
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    assert book.notes_of(invoice)[0]["amount"] == minor


def test_what_is_filled_in_wrong_is_said_below_its_field(book: Crediting, jamie: Person) -> None:
    invoice = book.take()
    open_dialog(jamie, invoice, ACTION)
    cases = (
        ({"what": "amount", "amount": "1.234,50"}, "amount", "Did you mean 1234.50?"),
        ({"what": "amount", "amount": "100.01"}, "amount", "USD 100.00 are left to credit"),
        ({"what": "amount", "amount": "0"}, "amount", "Write an amount above 0."),
        ({"what": "whole", "amount": "5"}, "amount", "Choose “An amount” above"),
        ({"what": "lines", "amount": ""}, "lines:0", "Tick the lines"),
    )
    for filled, field, said in cases:
        answer = jamie.submit(reason="duplicate", **filled)
        assert said in errors_of(answer)[field]
    jamie.dismiss()
    assert book.state_of(invoice) is None


def test_a_long_invoice_is_credited_by_an_amount(book: Crediting, jamie: Person) -> None:
    invoice = book.take("long")

    dialog = open_dialog(jamie, invoice, ACTION)
    assert "Whole lines" not in dialog.words
    jamie.dismiss()
    request(jamie, invoice)
    book.approve(invoice, TITLE)

    book.wait_for(invoice, "done")
    assert book.mirrored(invoice) == ("paid", 0, 0)


def test_only_those_with_the_right_are_offered_it_and_a_forged_press_is_refused(
    book: Crediting,
) -> None:
    desk, invoice = book.desk, book.take()
    avery, kim = desk.person(ADMIN), desk.person(STRANGER)
    grant(avery, "@kim viewer Acme")

    assert "choose_deed" not in str(ask(kim, f"/invoice {invoice}").blocks)
    assert "Your role does not cover that" in forge(desk, ACTION, invoice, user=STRANGER).words
    assert refusals_of(desk, STRANGER)[-1] == ("refused", f"{ACTION} {invoice}")
    revoke(avery, "@kim viewer Acme")
    assert NO_ROLE in forge(desk, ACTION, invoice, user=STRANGER).words
    assert "There is no such invoice" in forge(desk, ACTION, "in_nothing", user=COLLECTOR).words
    kim.close()
    avery.close()


def test_an_invoice_that_can_not_be_credited_says_why(book: Crediting) -> None:
    void, given_up = book.take("void"), book.take("written_off")

    for invoice, word in ((void, "Void"), (given_up, "Uncollectible")):
        said = forge(book.desk, ACTION, invoice, user=COLLECTOR).words
        assert f"is {word}: only an open or a paid invoice can be credited" in said


def test_nothing_is_credited_while_a_bank_wants_the_payment_back(book: Crediting) -> None:
    invoice, stripe = book.take("card"), book.desk.stripe
    paying = stripe.call("GET", "/v1/invoice_payments", {"invoice": invoice, "status": "paid"})
    intent = paying["data"][0]["payment"]["payment_intent"]
    charge = stripe.call("GET", f"/v1/payment_intents/{intent}")["latest_charge"]
    CONTROLS["POST", "dispute"](stripe, {"charge": charge})

    def is_known() -> bool:
        book.desk.sync()
        said = forge(book.desk, ACTION, invoice, user=COLLECTOR).words
        return "A bank wants a payment" in said

    wait_until(is_known)


def test_two_people_at_once_ask_for_one_credit_note(book: Crediting, jamie: Person) -> None:
    invoice = book.take()
    robin = book.desk.person(SECOND)
    preview(jamie, invoice, what="amount", amount="10")
    preview(robin, invoice, what="amount", amount="20")

    jamie.submit(note=NOTE)
    robin.submit(note=NOTE)

    assert "Waits for approval" in jamie.view().words
    assert "has asked for this already" in robin.view().words
    robin.close()
    jamie.dismiss()


def test_a_dialog_that_is_sent_twice_asks_once(book: Crediting, jamie: Person) -> None:
    invoice = book.take()
    preview(jamie, invoice, what="amount", amount="10")
    jamie.submit(note=NOTE)
    sent = next(
        one for one in reversed(book.desk.slack.deliveries) if one.kind == "view_submission"
    )

    again = book.desk.slack.deliver(sent.body, FORM | book.desk.slack.sign(sent.body))

    assert again.status == 200
    assert b"Waits for approval" in again.answer
    assert book.state_of(invoice) == "waiting"
    jamie.dismiss()


def test_an_invoice_that_changed_after_the_preview_is_not_asked_for(
    book: Crediting, jamie: Person
) -> None:
    invoice = book.take()
    preview(jamie, invoice, what="amount", amount="10")
    book.desk.stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})

    def is_mirrored() -> bool:
        book.desk.sync()
        return book.mirrored(invoice)[0] == "paid"

    wait_until(is_mirrored)
    jamie.submit(note=NOTE)

    assert "the invoice has changed since" in jamie.view().words
    assert book.state_of(invoice) is None
    jamie.dismiss()


def test_an_invoice_that_was_paid_before_the_approval_is_not_credited(
    book: Crediting, jamie: Person
) -> None:
    invoice = book.take()
    request(jamie, invoice, what="amount", amount="10")
    book.desk.stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})

    book.approve(invoice, TITLE)

    book.wait_for(invoice, "stale")
    assert book.notes_of(invoice) == []


def test_what_stripe_refuses_is_told_in_words(book: Crediting, jamie: Person) -> None:
    invoice, stripe = book.take("card"), book.desk.stripe
    request(jamie, invoice, what="amount", amount="40", way="refund_amount")
    paying = stripe.call("GET", "/v1/invoice_payments", {"invoice": invoice, "status": "paid"})
    intent = paying["data"][0]["payment"]["payment_intent"]
    stripe.call("POST", "/v1/refunds", {"payment_intent": intent})

    book.approve(invoice, TITLE)

    book.wait_for(invoice, "failed")
    assert (
        "Stripe refused it: No payment of this invoice has that much left"
        in card_for(jamie, "has that much left").words
    )
    assert book.notes_of(invoice) == []


def test_what_was_paid_past_stripe_is_not_refunded_by_it(book: Crediting, jamie: Person) -> None:
    invoice, card = book.take(), book.take("card")
    book.desk.stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})

    def is_mirrored() -> bool:
        book.desk.sync()
        return book.mirrored(invoice)[0] == "paid"

    wait_until(is_mirrored)
    assert "Refund it" not in open_dialog(jamie, invoice, ACTION).words
    jamie.dismiss()
    assert "Refund it" in open_dialog(jamie, card, ACTION).words
    jamie.dismiss()
