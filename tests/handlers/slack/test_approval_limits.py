"""Small corrections without approval, added up; the channel for approvals; nobody there to ask."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import tell_of
from tests.handlers.slack.correcting import (
    APPROVER,
    COLLECTOR,
    SECOND,
    at_stripe,
    card_for,
    correcting_desk,
    decide,
    deeds_of,
    direct,
    open_dialog,
    request,
    state_of,
    title_of,
    wait_for_state,
)
from tests.workspace import Person, Seen

# Nobody from outside reads there.
ROOM = "G0DISPUTES"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """Two invoices of a hundred dollars may go in 30 days, and a third of them may not."""
    limits = {"approval_limits": "USD 250, EUR 50", "approval_note_limits": "USD 100.05"}
    with correcting_desk(shared_database_url, approvals_channel=ROOM, **limits) as tallyman:
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


def in_room(person: Person, words: str) -> Seen:
    """The card in the channel for approvals, soon."""
    found: list[Seen] = []

    def has_come() -> bool:
        found[:] = [one for one in person.messages(ROOM) if words in one.words]
        return bool(found)

    wait_until(has_come)
    return found[-1]


def test_small_corrections_are_done_at_once_until_their_sum_is_large(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1001, note="")
    wait_for_state(desk, 1001, "done")
    assert at_stripe(desk, 1001)["status"] == "void"
    assert [action for action, _ in deeds_of(desk, 1001)] == [
        "void_invoice.requested",
        "void_invoice.settled",
    ]

    # Two people at once: for the same account both count, and one of the two is too much.
    both = ((jamie, 1002), (sasha, 1003))
    for person, number in both:
        open_dialog(person, number, "void_invoice")
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda one: one[0].submit(reason="duplicate", note=""), both))

    wait_until(lambda: {state_of(desk, number) for _, number in both} == {"waiting", "done"})
    for person, _ in both:
        person.dismiss()
    assert "have been told" in request(jamie, 1004, note="").words
    assert at_stripe(desk, 1004)["status"] == "open"


def test_a_note_is_needed_above_its_limit(desk: Tallyman, jamie: Person) -> None:
    open_dialog(jamie, 1007, "void_invoice")

    sent = jamie.submit(reason="duplicate", note="")

    assert list(sent["errors"]) == ["note"]
    jamie.dismiss()
    assert deeds_of(desk, 1007) == []


def test_the_channel_for_approvals_has_the_card_and_nobody_a_message(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1010)
    title = title_of(desk, 1010)
    card = in_room(sasha, title)

    assert all(title not in one.words for one in direct(sasha))
    decide(sasha, card, "Approve …")

    wait_for_state(desk, 1010, "done")
    wait_until(lambda: "Approved by" in in_room(sasha, title).words)
    assert in_room(sasha, title).buttons == ["Show the invoice"]
    card_for(jamie, "is void.")


def test_the_second_account_of_a_person_adds_to_the_same_sum(desk: Tallyman) -> None:
    address = {"real_name": "Jamie", "email": "Jamie@tallyman.example"}
    tell_of(desk, COLLECTOR, profile=address)
    tell_of(desk, SECOND, profile=address)
    robin = desk.person(SECOND)

    said = request(robin, 1011)

    assert "have been told" in said.words
    robin.close()
