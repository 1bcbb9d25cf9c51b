"""Closing disputes and opening them again: who may, what is restored, and what stays."""

from collections.abc import Iterator

import pytest

from bot.models import DisputeCase, Invoice
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NOT_COVERED, ask
from tests.handlers.slack.disputing import (
    VIEWER,
    at_stripe,
    at_the_desk,
    clear_screen,
    dispute,
    disputing,
    end,
    find_case,
    list_effects,
    list_steps,
    next_invoice,
    posted_card,
    settled,
    thread,
)
from tests.handlers.slack.pressing import forge, view_of
from tests.handlers.slack.room import free_lanes
from tests.workspace import Person


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from disputing(shared_database_url)


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """A collector for Acme."""
    yield from at_the_desk(desk)


def disputed(desk: Tallyman, person: Person) -> tuple[Invoice, DisputeCase]:
    """An invoice with an open dispute, and an empty screen."""
    invoice = next_invoice(desk)
    dispute(person, invoice)
    clear_screen(person)
    free_lanes(desk)
    case = find_case(desk, invoice)
    assert case is not None
    return invoice, case


@pytest.mark.parametrize("how", ["resolved", "rejected", "withdrawn"])
def test_a_dispute_is_closed_with_its_end_and_everything_is_as_before(
    desk: Tallyman, jamie: Person, how: str
) -> None:
    invoice, case = disputed(desk, jamie)

    shown = end(jamie, case, end=how, note="That is that.")

    assert "The dispute is closed. The thread was told." in shown.words
    assert at_stripe(desk, invoice)["auto_advance"] is True
    assert at_stripe(desk, invoice)["metadata"] == {}
    assert case.message_ts is not None
    assert f"as {how}" in thread(jamie, case.message_ts)[-1]
    wait_until(lambda: f"Closed as {how}" in posted_card(jamie, case).words)
    assert "Reopen" in posted_card(jamie, case).buttons
    clear_screen(jamie)
    card = ask(jamie, f"/invoice {invoice.number}")
    assert "Disputed" not in card.words
    assert "Close dispute" in ask(jamie, f"/invoice history {invoice.number}").words


def test_a_closed_dispute_opens_again_with_its_history(desk: Tallyman, jamie: Person) -> None:
    invoice, case = disputed(desk, jamie)
    end(jamie, case, note="Credited.")
    clear_screen(jamie)

    wait_until(lambda: "Reopen" in posted_card(jamie, case).buttons)
    jamie.click(posted_card(jamie, case), "Reopen")
    wait_until(lambda: "Why it is open again" in str(view_of(jamie).raw))
    jamie.submit(note="The credit was too small.")
    shown = settled(jamie)

    assert "Held at Stripe until it is closed" in shown.words
    assert at_stripe(desk, invoice)["auto_advance"] is False
    assert [kind for kind, _ in list_steps(desk, invoice)] == ["opened", "resolved", "reopened"]
    assert "Credited." in shown.words
    assert list_effects(desk, "hold_collection", invoice) == ["done", "done"]
    clear_screen(jamie)
    end(jamie, case, note="Now it is right.")
    assert at_stripe(desk, invoice)["auto_advance"] is True


def test_what_was_not_collected_before_is_not_afterwards(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk)
    desk.stripe.call("POST", f"/v1/invoices/{invoice.id}", {"auto_advance": "false"})

    shown = dispute(jamie, invoice)
    assert "Stripe does not collect it by itself" in shown.words
    clear_screen(jamie)
    case = find_case(desk, invoice)
    assert case is not None
    end(jamie, case)

    assert at_stripe(desk, invoice)["auto_advance"] is False


def test_what_somebody_has_paid_meanwhile_stays_as_it_is(desk: Tallyman, jamie: Person) -> None:
    invoice, case = disputed(desk, jamie)
    desk.stripe.call("POST", f"/v1/invoices/{invoice.id}/pay", {"paid_out_of_band": "true"})

    end(jamie, case)

    assert at_stripe(desk, invoice)["status"] == "paid"
    assert at_stripe(desk, invoice)["auto_advance"] is False
    assert list_effects(desk, "restore_collection", invoice) == ["done"]


def test_a_dispute_is_shown_and_closed_by_those_alone_who_may(
    desk: Tallyman, jamie: Person
) -> None:
    invoice, case = disputed(desk, jamie)

    for_robin = forge(desk, "close_dispute", str(case.id), user=VIEWER)
    for_kim = forge(desk, "show_dispute", str(case.id), user="U0KIM")

    assert NOT_COVERED in for_robin.words
    assert str(invoice.number) not in for_kim.words
    assert len(list_steps(desk, invoice)) == 1


@pytest.mark.parametrize("value", ["", "0", "one", "999999999999999999"])
def test_a_forged_press_names_nothing(desk: Tallyman, value: str) -> None:
    seen = forge(desk, "close_dispute", value)

    assert "no dispute" in seen.words or "no such dispute" in seen.words


def test_closing_asks_for_a_note(desk: Tallyman, jamie: Person) -> None:
    invoice, case = disputed(desk, jamie)
    jamie.click(posted_card(jamie, case), "Close dispute")
    wait_until(lambda: "How it ended" in view_of(jamie).words)

    refused = jamie.submit(end="resolved", note="  ")

    assert "Say how it ended." in str(refused)
    assert len(list_steps(desk, invoice)) == 1


def test_a_press_on_a_card_that_is_behind_shows_how_it_stands(
    desk: Tallyman, jamie: Person
) -> None:
    _, case = disputed(desk, jamie)
    old = posted_card(jamie, case)
    end(jamie, case)
    clear_screen(jamie)

    again = forge(desk, "close_dispute", str(case.id))

    assert "This dispute is resolved already." in again.words
    assert old.ts == posted_card(jamie, case).ts
