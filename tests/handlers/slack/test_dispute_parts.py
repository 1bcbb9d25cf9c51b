"""Disputes about some lines or an amount of an invoice (D1): what is said, shown and held."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.models import Invoice
from tests import trail
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.disputing import (
    COLLECTOR,
    OF_LINES,
    TODAY,
    at_stripe,
    at_the_desk,
    clear_screen,
    complain,
    disputing,
    find_case,
    next_invoice,
    posted_card,
    say,
    settled,
    thread,
)
from tests.handlers.slack.letters import follow
from tests.handlers.slack.pressing import forge, view_of
from tests.workspace import Person, Seen

PORTING = "Porting · USD 30.00"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from disputing(shared_database_url)


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """A collector for Acme."""
    yield from at_the_desk(desk)


def contest(person: Person, invoice: Invoice, **filled: Any) -> Seen:
    """Open a dispute from the card of an invoice; the modal when Stripe has answered."""
    person.click(ask(person, f"/invoice {invoice.number}"), "Dispute")
    assert "What is contested" in view_of(person).words
    assert person.submit(**({"reason": "pricing_wrong_rate"} | filled))["ok"]
    wait_until(lambda: "Held at Stripe" in view_of(person).words)
    return view_of(person)


def test_a_dispute_of_a_line_holds_the_whole_invoice_and_shows_the_line(
    desk: Tallyman, jamie: Person
) -> None:
    invoice = next_invoice(desk, of=OF_LINES)

    shown = contest(jamie, invoice, what="lines", **{"lines:0": [PORTING]})
    clear_screen(jamie)
    card = ask(jamie, f"/invoice {invoice.number}")
    refused = forge(desk, "send_payment_link", str(invoice.id), user=COLLECTOR)

    assert "USD 30.00\n contested, of USD 120.00 to pay; it stays in the balance" in shown.words
    assert "Contested line\n\nPorting · USD 30.00" in shown.words
    assert "Nobody is asked for this invoice until it is closed." in shown.words
    assert at_stripe(desk, invoice)["auto_advance"] is False
    assert "Disputed in part" in card.words
    assert "USD 30.00 of it, since 16 Nov 2026" in card.words
    assert "disputes a part of it, and only whole invoices are asked for" in refused.words
    opened = [
        entry
        for entry in trail.entries_of(desk.runtime.database)
        if entry.action == "open_dispute.done" and entry.invoice_id == invoice.id
    ]
    assert opened[0].details["contested"] == "USD 30.00"
    assert len(opened[0].details["lines"]) == 1


def test_an_amount_is_disputed_from_a_thread_which_hears_no_amount(
    desk: Tallyman, jamie: Person
) -> None:
    invoice = next_invoice(desk, of=OF_LINES)
    ts = say(jamie, f"They pay {invoice.number} but for 40.")

    complain(jamie, ts)
    assert jamie.submit(what="amount", amount="40", reason="tax_wrong")["ok"]
    settled(jamie)

    case = find_case(desk, invoice)
    assert case is not None
    assert "USD 40.00\n contested, of USD 120.00" in posted_card(jamie, case).words
    [told] = thread(jamie, ts)
    assert f"has opened dispute {case.id} about a part of this" in told
    assert "USD" not in told


def test_lines_of_an_invoice_from_a_thread_are_chosen_in_a_second_step(
    desk: Tallyman, jamie: Person
) -> None:
    invoice = next_invoice(desk, of=OF_LINES)
    ts = say(jamie, f"The calls on {invoice.number} are not theirs.")
    complain(jamie, ts)

    assert jamie.submit(what="lines", reason="usage_not_ours", note="Another trunk")["ok"]
    form = view_of(jamie)
    refused = jamie.submit()
    assert jamie.submit(**{"lines:0": ["Calls · USD 90.00"]})["ok"]
    shown = settled(jamie)

    assert form.find("reason")[1]["initial_option"]["value"] == "usage_not_ours"
    assert "Tick the lines" in refused["errors"]["lines:0"]
    assert "USD 90.00\n contested, of USD 120.00" in shown.words
    assert "Another trunk" in shown.words
    assert "The thread was told." in shown.words


def test_the_balance_counts_no_more_of_it_than_remains(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk, of=OF_LINES)

    def disputed() -> float:
        words = ask(jamie, "/balance Acme East").words.partition("Disputed, in the balance")[2]
        return float(words.partition("USD ")[2].split(",")[0])

    contest(jamie, invoice, what="amount", amount="80")
    clear_screen(jamie)
    before = disputed()
    credited = {"invoice": str(invoice.id), "amount": "7000"}
    desk.stripe.call("POST", "/v1/credit_notes", credited)
    desk.sync()

    assert before - disputed() == pytest.approx(30)


@pytest.mark.parametrize(
    ("filled", "field", "said"),
    [
        ({"what": "amount"}, "amount", "Write the amount"),
        ({"what": "amount", "amount": "120.01"}, "amount", "the whole invoice is USD 120.00"),
        ({"what": "amount", "amount": "0"}, "amount", "above 0"),
        ({"what": "amount", "amount": "EUR 5"}, "amount", "in USD, not in EUR"),
        ({"amount": "40"}, "amount", "Choose “An amount”"),
        ({"what": "lines"}, "lines:0", "Tick the lines"),
        ({"lines:0": [PORTING]}, "lines:0", "Choose “Whole lines”"),
    ],
)
def test_a_part_that_is_not_clear_is_said_below_its_field(
    desk: Tallyman, jamie: Person, filled: dict[str, Any], field: str, said: str
) -> None:
    invoice = next_invoice(desk, of=OF_LINES)
    if find_case(desk, invoice) is not None:
        invoice = next_invoice(desk, of=OF_LINES)
    jamie.click(ask(jamie, f"/invoice {invoice.number}"), "Dispute")
    wait_until(lambda: "What is contested" in view_of(jamie).words)

    refused = jamie.submit(**({"reason": "tax_wrong"} | filled))

    assert said in refused["errors"][field]
    assert find_case(desk, invoice) is None


def test_lines_of_a_long_invoice_are_found_in_menus(desk: Tallyman, jamie: Person) -> None:
    billing = Billing(desk.stripe)
    customer = billing.customer("Acme Long", organisation="Acme", company="Acme Long")
    lines = [(f"Number {place:03}", 100 + place) for place in range(1, 102)]
    made = billing.invoice(customer, *lines, due=TODAY)
    follow(desk)
    with desk.runtime.database.reading() as session:
        invoice = session.get_one(Invoice, made["id"])

    jamie.click(ask(jamie, f"/invoice {invoice.number}"), "Dispute")
    form = view_of(jamie)
    chosen = {"lines:0": ["Number 007 · USD 1.07"], "lines:1": ["Number 101 · USD 2.01"]}
    jamie.submit(what="lines", reason="pricing_wrong_rate", **chosen)
    wait_until(lambda: "Dispute " in jamie.view().words)

    assert "Lines from 101 on" in form.words
    assert "USD 3.08\n contested" in jamie.view().words
    assert "Number 007 · USD 1.07\nNumber 101 · USD 2.01" in jamie.view().words
