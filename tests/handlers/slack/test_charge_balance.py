"""Charging an account's balance to its saved methods, from the card to the last word (B4)."""

from collections.abc import Iterator

import pytest

from bot.models import Invoice
from tests import trail
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.charging import (
    BAD,
    GOOD,
    Debts,
    accounts,
    close_dialogs,
    follow,
    indebted,
    invoices,
    opened,
    results,
    seen_in,
    sent,
    statuses,
    taken,
    told,
)
from tests.handlers.slack.pressing import forge
from tests.workspace import Person

# Each test has an account of its own.
BOOK: dict[str, Debts] = {
    "Paying": [(GOOD, [10_000, 20_000, 30_000])],
    "Stopping": [(GOOD, [10_000]), (BAD, [20_000]), (GOOD, [30_000])],
    "Unsaved": [(GOOD, [1_000]), (None, [2_000])],
    "Cardless": [(None, [2_000])],
    "Owing nothing": [(GOOD, [])],
    "Confirming": [("authenticationRequired", [4_000, 5_000])],
    "Two currencies": [(GOOD, [7_000])],
    "Growing": [(GOOD, [10_000, 20_000])],
}


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A Tallyman over these accounts."""
    with indebted(shared_database_url, BOOK) as tallyman:
        yield tallyman


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin."""
    person = desk.person()
    yield person
    close_dialogs(person)
    person.close()


def test_a_balance_is_charged_oldest_first_and_each_invoice_reported(
    desk: Tallyman, avery: Person
) -> None:
    dialog = opened(avery, "Paying")
    first, second, third = invoices(desk, "Paying")
    assert "USD 600.00 · 3 invoices" in dialog.words.replace("\n", "")
    assert "Visa •••• 4242, expires 11/2031" in dialog.words
    assert "At the first decline it stops" in dialog.words
    assert "billing@tallyman.example" in dialog.words
    numbers = [each["number"] for each in (first, second, third)]
    assert sorted(numbers, key=dialog.words.index) == numbers

    shown = sent(avery)

    assert "USD 600.00 charged" in shown.words
    assert taken(desk, "Paying") == [10_000, 20_000, 30_000]
    assert statuses(desk, "Paying") == ["paid"] * 3
    message = told(avery, "Paying")
    for number, amount in zip(numbers, ("100", "200", "300"), strict=True):
        assert number in message.words
        assert f"USD {amount}.00 charged to Visa •••• 4242." in message.words
    # The mirror knows without an event, and both histories have it.
    with desk.runtime.database.reading() as session:
        row = session.get(Invoice, first["id"])
        assert row is not None
        assert row.status == "paid"
    card = ask(avery, f"/invoice history {first['number']}")
    assert "Charge balance: settled" in card.words
    ids = [first["id"], second["id"], third["id"]]
    entries = trail.entries_of(desk.runtime.database, by=avery.id)
    asked = [one for one in entries if one.details.get("invoices") == ids]
    assert [(one.action, one.basis) for one in asked] == [("charge_balance.requested", "admin")]
    assert [(one.action, one.subject_id) for one in entries if one.subject_id in ids] == [
        ("charge_balance.settled", each) for each in ids
    ]


def test_it_stops_at_the_first_decline_and_says_why(desk: Tallyman, avery: Person) -> None:
    opened(avery, "Stopping")

    shown = sent(avery)

    assert "USD 100.00 of USD 600.00 charged" in shown.words
    assert (
        "USD 200.00 declined on Visa •••• 0341: the bank gives no reason; the customer can ask it."
        in shown.words
    )
    assert "It stopped there; 1 invoice not tried." in shown.words
    assert results(desk, "Stopping") == ["charged", "declined", "not_tried"]
    assert statuses(desk, "Stopping") == ["paid", "open", "open"]
    assert taken(desk, "Stopping") == [10_000]
    declined = invoices(desk, "Stopping")[1]
    assert "declined on Visa •••• 0341" in told(avery, "Stopping").words
    card = ask(avery, f"/invoice history {declined['number']}")
    assert "Charge balance: refused" in card.words


def test_what_the_customer_has_to_confirm_stops_it_too(desk: Tallyman, avery: Person) -> None:
    opened(avery, "Confirming")

    shown = sent(avery)

    assert "Nothing was charged" in shown.words
    assert "The customer has to confirm the payment of USD 40.00" in shown.words
    assert results(desk, "Confirming") == ["to_confirm", "not_tried"]


def test_invoices_without_a_saved_method_are_left_out_and_named(
    desk: Tallyman, avery: Person
) -> None:
    dialog = opened(avery, "Unsaved")
    saved, unsaved = invoices(desk, "Unsaved")
    left_out = dialog.words.partition("Left out")[2]

    assert unsaved["number"] in left_out
    assert "USD 20.00 · no saved payment method" in left_out
    assert saved["number"] not in left_out
    sent(avery)
    assert taken(desk, "Unsaved") == [1_000]


def test_where_nothing_is_saved_or_owed_there_is_no_button(desk: Tallyman, avery: Person) -> None:
    for account in ("Cardless", "Owing nothing"):
        assert "Charge balance" not in ask(avery, f'/balance "{account}"').buttons
    nothing = accounts(desk)["Owing nothing"]
    assert "Nothing to pay." in forge(desk, "charge_balance", f"@{nothing}").words


def test_two_currencies_are_two_charges(desk: Tallyman, avery: Person) -> None:
    customer = invoices(desk, "Two currencies")[0]["customer"]
    Billing(desk.stripe).invoice(customer, ("Calls", 8_000), currency="eur")
    follow(desk)
    choice = opened(avery, "Two currencies")
    assert "EUR 80.00, 1 invoice" in choice.words
    assert "USD 70.00, 1 invoice" in choice.words

    assert avery.submit(currency="usd")["ok"]
    dialog = seen_in(avery, lambda view: "Charged to" in view.words)

    assert "USD 70.00" in dialog.words
    assert "EUR" not in dialog.words
    assert "USD 70.00 charged" in sent(avery).words
    assert "EUR 80.00" in opened(avery, "Two currencies").words


def test_a_sum_that_has_changed_is_asked_for_again(desk: Tallyman, avery: Person) -> None:
    opened(avery, "Growing")
    first, second = invoices(desk, "Growing")
    Billing(desk.stripe).pay(first)
    follow(desk)

    assert avery.submit()["ok"]
    again = seen_in(avery, lambda view: "has changed" in view.words)

    assert "it was USD 300.00. Nothing was charged." in again.words
    assert "USD 200.00" in again.words
    assert first["number"] not in again.words
    assert taken(desk, "Growing") == []
    assert "USD 200.00 charged" in sent(avery).words
    assert results(desk, "Growing") == ["charged"]
    assert taken(desk, "Growing") == [second["amount_due"]]
