"""What waits for approval, as people meet it: on the invoice, on Home and hub, and in a list."""

from collections.abc import Iterator

import pytest

from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant
from tests.handlers.slack.correcting import (
    APPROVER,
    COLLECTOR,
    correcting_desk,
    invoice_id,
    request,
    wait_for_state,
)
from tests.handlers.slack.disputing import clear_screen
from tests.handlers.slack.pressing import forge, view_of
from tests.workspace import Person

OUTSIDE = "U0KIM"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with correcting_desk(shared_database_url) as tallyman:
        avery = tallyman.person()
        grant(avery, "@kim approver Beta")
        avery.close()
        yield tallyman


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """Who asks."""
    person = desk.person(COLLECTOR)
    yield person
    clear_screen(person)
    person.close()


@pytest.fixture
def sasha(desk: Tallyman) -> Iterator[Person]:
    """Who may approve."""
    person = desk.person(APPROVER)
    yield person
    clear_screen(person)
    person.close()


def test_an_invoice_says_what_waits_for_approval_and_leads_to_it(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1001)

    card = ask(sasha, "/invoice 1001")
    assert "asked by Jamie Okafor, waits for approval until 19 Nov 2026" in card.words
    sasha.click(card, "Show request")
    shown = view_of(sasha)
    assert "Approve …" in shown.buttons
    sasha.dismiss()
    jamie.click(ask(jamie, "/invoice 1001"), "Show request")
    own = view_of(jamie)
    jamie.press("Withdraw")
    wait_until(lambda: "Withdraw this?" in view_of(jamie).words)
    assert jamie.submit()["ok"]
    wait_for_state(desk, 1001, "withdrawn")

    assert "Approve …" not in own.buttons
    assert "waits for approval" not in ask(sasha, "/invoice 1001").words


def test_home_and_hub_count_what_waits_and_lead_to_the_list(jamie: Person, sasha: Person) -> None:
    request(jamie, 1002)

    hub = ask(sasha, "/billing")
    listed = ask(sasha, "/billing approvals").words
    sasha.open_home()
    wait_until(lambda: "waits for approval" in _home_of(sasha))
    sasha.press("show_requests:work", view=sasha.home())
    opened = view_of(sasha)
    row = next(
        block["accessory"]["action_id"]
        for block in opened.blocks
        if block.get("accessory", {}).get("action_id", "").startswith("show_request:")
    )
    sasha.press(row)
    wait_until(lambda: "Approve …" in view_of(sasha).buttons)
    sasha.dismiss()

    assert "1 correction waits for approval" in hub.words
    assert "Void invoice" in listed
    assert "USD 100.01" in listed


def _home_of(person: Person) -> str:
    try:
        return person.home().words
    except LookupError:
        return ""


def test_what_waits_outside_somebodys_scope_is_not_there_for_them(
    desk: Tallyman, jamie: Person
) -> None:
    request(jamie, 1003)
    kim = desk.person(OUTSIDE)
    sasha = desk.person(APPROVER)
    sasha.click(ask(sasha, "/invoice 1003"), "Show request")
    approve = next(
        element["value"]
        for block in view_of(sasha).blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if element["action_id"] == "approve_correction"
    )
    sasha.close()

    listed = ask(kim, "/billing approvals").words
    pressed = forge(desk, "show_request", approve, user=OUTSIDE)

    assert "Nothing waits for approval" in listed
    assert "There is no such request." in pressed.words
    assert invoice_id(desk, 1003) not in pressed.words
    kim.close()


@pytest.mark.parametrize("value", ["", "x", "0", "3000000000", str(10**18 - 1), "-1", "1.5"])
def test_a_forged_request_is_not_there(desk: Tallyman, value: str) -> None:
    answer = forge(desk, "show_request", value).words

    assert "There is no such request." in answer or "This button names no request" in answer
