"""The open disputes in a list, within what somebody may see, and handing one to another person."""

from collections.abc import Iterator

import pytest

from bot.models import DisputeCase, Invoice
from tests import trail
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NOT_COVERED, ask
from tests.handlers.slack.correcting import direct, submit_again
from tests.handlers.slack.disputing import (
    COLLECTOR,
    STRANGER,
    VIEWER,
    at_the_desk,
    clear_screen,
    dispute,
    disputing,
    end,
    find_case,
    list_steps,
    next_invoice,
    posted_card,
    thread,
)
from tests.handlers.slack.pressing import forge, view_of
from tests.handlers.slack.room import free_lanes
from tests.workspace import Person

AVERY = "U0AVERY"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from disputing(shared_database_url)


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """A collector for Acme."""
    yield from at_the_desk(desk)


def disputed(desk: Tallyman, person: Person, **filled: str) -> tuple[Invoice, DisputeCase]:
    """An invoice with an open dispute, and an empty screen."""
    invoice = next_invoice(desk)
    dispute(person, invoice, **filled)
    clear_screen(person)
    free_lanes(desk)
    case = find_case(desk, invoice)
    assert case is not None
    return invoice, case


def test_open_disputes_are_listed_oldest_first_and_closed_ones_are_not(
    desk: Tallyman, jamie: Person
) -> None:
    _, first = disputed(desk, jamie)
    _, second = disputed(desk, jamie)
    _, closed = disputed(desk, jamie)
    end(jamie, closed)
    clear_screen(jamie)

    listed = ask(jamie, "/billing disputes").words

    assert listed.index(f"Dispute {first.id} ·") < listed.index(f"Dispute {second.id} ·")
    assert f"Dispute {closed.id} ·" not in listed
    assert "open disputes*, oldest first" in listed
    assert "Jamie Okafor, since 16 Nov 2026" in listed


def test_a_row_shows_its_dispute_beside_the_list(desk: Tallyman, jamie: Person) -> None:
    _, case = disputed(desk, jamie)
    listed = ask(jamie, "/billing disputes mine")
    row = next(
        block["accessory"]["action_id"]
        for block in listed.blocks
        if "accessory" in block and block["accessory"].get("value") == str(case.id)
    )
    before = {one.ts for one in jamie.messages("general")}

    jamie.click(listed, row)

    wait_until(lambda: any(one.ts not in before for one in jamie.messages("general")))
    shown = jamie.see("general")
    assert f"Dispute {case.id} ·" in shown.words
    assert "Hand over" in shown.buttons


def test_nobody_sees_disputes_outside_their_scope(desk: Tallyman, jamie: Person) -> None:
    avery = desk.person()
    other = next_invoice(desk, of=70_000)
    if find_case(desk, other) is None:
        dispute(avery, other)
        clear_screen(avery)
    case = find_case(desk, other)
    assert case is not None

    theirs = ask(jamie, "/billing disputes").words
    named = ask(jamie, "/billing disputes Zenith Telecom").words
    pressed = forge(
        desk, "show_disputes", f"disputes @{_account_of(desk, other)}|1", user=COLLECTOR
    )
    all_of_them = ask(avery, "/billing disputes Zenith").words

    assert f"Dispute {case.id} ·" not in theirs
    assert "Nothing matches" in named
    assert "no such account" in pressed.words
    assert f"Dispute {case.id} ·" in all_of_them
    avery.close()


def _account_of(desk: Tallyman, invoice: Invoice) -> int:
    with desk.runtime.database.reading() as session:
        return session.get_one(Invoice, invoice.id).account_id


@pytest.mark.parametrize("value", ["disputes", "roles|1", "disputes|0", "x|1", ""])
def test_a_forged_page_is_refused(desk: Tallyman, jamie: Person, value: str) -> None:
    assert jamie.id == COLLECTOR

    assert "This button" in forge(desk, "show_disputes", value, user=COLLECTOR).words or (
        "is not understood" in forge(desk, "show_disputes", value, user=COLLECTOR).words
    )


def test_a_dispute_is_handed_over_and_the_new_one_is_told(desk: Tallyman, jamie: Person) -> None:
    avery = desk.person()
    invoice, case = disputed(desk, jamie)
    wait_until(lambda: "Hand over" in posted_card(jamie, case).buttons)

    jamie.click(posted_card(jamie, case), "Hand over")
    assert "Who looks after it" in view_of(jamie).words
    assert jamie.submit(owner=AVERY)["ok"]
    shown = view_of(jamie)
    submit_again(desk)

    assert "Handed to Avery" in shown.words
    assert [kind for kind, _ in list_steps(desk, invoice)] == ["opened", "assigned"]
    words = f"asked you to look after dispute {case.id}"
    wait_until(lambda: any(words in one.words for one in direct(avery)))
    wait_until(lambda: "Handed to Avery" in posted_card(jamie, case).words)
    ts = case.message_ts
    assert ts is not None
    wait_until(lambda: f"looks after dispute {case.id} from now on" in thread(jamie, ts)[-1])
    [entry] = [
        entry
        for entry in trail.entries_of(desk.runtime.database)
        if entry.action == "assign_dispute.done" and entry.invoice_id == invoice.id
    ]
    assert entry.details["owner"] == AVERY
    assert entry.details["former_owner"] == COLLECTOR
    avery.close()


def test_a_dispute_comes_back_and_goes_again(desk: Tallyman, jamie: Person) -> None:
    avery = desk.person()
    invoice, case = disputed(desk, jamie)

    for owner in (AVERY, COLLECTOR, AVERY):
        assert jamie.click(ask(jamie, f"/invoice {invoice.number}"), "Show dispute")["ok"]
        wait_until(lambda: "Hand over" in view_of(jamie).buttons)
        jamie.press("Hand over")
        wait_until(lambda: "They are told at once" in view_of(jamie).words)
        assert jamie.submit(owner=owner)["ok"]
        clear_screen(jamie)

    kinds = [kind for kind, _ in list_steps(desk, invoice)]
    assert kinds == ["opened", "assigned", "assigned", "assigned"]
    words = f"asked you to look after dispute {case.id}."
    wait_until(lambda: sum(words in one.words for one in direct(avery)) == 2)
    avery.close()


@pytest.mark.parametrize("owner", [STRANGER, VIEWER])
def test_nobody_is_given_a_dispute_who_may_do_nothing_about_it(
    desk: Tallyman, jamie: Person, owner: str
) -> None:
    invoice, case = disputed(desk, jamie)
    jamie.click(posted_card(jamie, case), "Hand over")
    wait_until(lambda: "They are told at once" in view_of(jamie).words)

    refused = jamie.submit(owner=owner)

    assert "no role that covers disputes" in refused["errors"]["owner"]
    assert len(list_steps(desk, invoice)) == 1


def test_a_viewer_hands_nothing_over_and_a_closed_one_is_shown(
    desk: Tallyman, jamie: Person
) -> None:
    _, case = disputed(desk, jamie)

    refused = forge(desk, "assign_dispute", str(case.id), user=VIEWER)
    end(jamie, case)
    clear_screen(jamie)
    shown = forge(desk, "assign_dispute", str(case.id), user=COLLECTOR)

    assert NOT_COVERED in refused.words
    assert "This dispute is resolved already." in shown.words
