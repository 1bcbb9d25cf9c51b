"""Corrections that wait for somebody else: asked, decided, told, and never by one person (D6)."""

from collections.abc import Iterator

import pytest

from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.correcting import (
    APPROVER,
    COLLECTOR,
    at_stripe,
    card_for,
    correcting_desk,
    decide,
    deeds_of,
    request,
    title_of,
    wait_for_state,
)
from tests.workspace import Person


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with correcting_desk(shared_database_url) as tallyman:
        yield tallyman


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """The one who asks."""
    person = desk.person(COLLECTOR)
    yield person
    person.close()


@pytest.fixture
def sasha(desk: Tallyman) -> Iterator[Person]:
    """One who may approve."""
    person = desk.person(APPROVER)
    yield person
    person.close()


def test_what_is_approved_is_done_and_everybody_is_told(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    said = request(jamie, 1001)
    assert "Waits for approval" in said.words
    card = card_for(sasha, title_of(desk, 1001))
    assert "The customer was billed twice." in card.words
    assert at_stripe(desk, 1001)["status"] == "open"

    decide(sasha, card, "Approve …")

    wait_for_state(desk, 1001, "done")
    assert at_stripe(desk, 1001)["status"] == "void"
    card_for(jamie, f"Invoice {at_stripe(desk, 1001)['number']} is void.")
    wait_until(lambda: "Approved by" in card_for(sasha, title_of(desk, 1001)).words)
    assert deeds_of(desk, 1001) == [
        ("void_invoice.requested", COLLECTOR),
        ("void_invoice.approved", APPROVER),
        ("void_invoice.settled", ""),
    ]
