"""Opening disputes: from a complaint in a thread or from a card (D1, D2), and what it stops."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from bot.bells import ring
from bot.effects.promises import BELL
from bot.models import DisputeCase, Effect, Invoice
from tests import trail
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NO_ROLE, NOT_COVERED, ask
from tests.handlers.slack.correcting import submit_again
from tests.handlers.slack.disputing import (
    DISPUTES,
    INVOICES,
    OUTSIDER,
    SHARED,
    STRANGER,
    SUPPORT,
    VIEWER,
    at_stripe,
    at_the_desk,
    clear_screen,
    complain,
    dispute,
    disputing,
    end,
    find_case,
    list_steps,
    next_invoice,
    posted_card,
    say,
    settled,
    thread,
)
from tests.handlers.slack.dying import get_last, go_on, list_pending
from tests.handlers.slack.pressing import view_of
from tests.handlers.slack.room import free_lanes
from tests.workspace import Person

GUEST = "U0NOOR"
ADDRESS, LINK = "chat.getPermalink", "The conversation"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from disputing(shared_database_url)


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """A collector for Acme."""
    yield from at_the_desk(desk)


def test_a_complaint_becomes_a_dispute_and_everybody_hears_of_it(
    desk: Tallyman, jamie: Person
) -> None:
    invoice = next_invoice(desk)
    ts = say(jamie, f"Acme says {invoice.number} bills too many minutes.")

    form = complain(jamie, ts)
    assert form.find("invoice")[1]["initial_option"]["value"] == invoice.id
    assert jamie.submit(reason="usage_overcounted", note="1,200 too many")["ok"]
    shown = settled(jamie)

    case = find_case(desk, invoice)
    assert case is not None
    assert "Nobody is asked for this invoice" in shown.words
    assert "The thread was told." in shown.words
    assert "Held at Stripe until it is closed" in shown.words
    assert at_stripe(desk, invoice)["auto_advance"] is False
    assert f"has opened dispute {case.id} about this. They look after it." in thread(jamie, ts)[0]
    card = posted_card(jamie, case)
    assert "USD 100.00" in card.words
    assert "1,200 too many" in card.words
    wait_until(lambda: LINK in posted_card(jamie, case).buttons)
    actions = [entry.action for entry in trail.entries_of(desk.runtime.database)]
    assert "open_dispute.done" in actions
    assert "hold_collection.settled" in actions


def test_a_thread_is_told_neither_invoice_nor_amount(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk)
    ts = say(jamie, f"About {invoice.number} again")
    complain(jamie, ts)
    jamie.submit(reason="tax_wrong")
    settled(jamie)

    [told] = thread(jamie, ts)

    for secret in (invoice.number, "USD", "100.00", "Acme", "tax"):
        assert str(secret) not in told


def test_the_card_says_who_looks_after_it_and_the_amount_stays_in_the_balance(
    desk: Tallyman, jamie: Person
) -> None:
    invoice = next_invoice(desk)
    dispute(jamie, invoice)

    card = ask(jamie, f"/invoice {invoice.number}")
    balance = ask(jamie, "/balance Acme West")
    listed = ask(jamie, f"/invoice list text:{invoice.number}")
    history = ask(jamie, f"/invoice history {invoice.number}")

    assert "Disputed" in card.words
    assert "since 16 Nov 2026, Jamie Okafor looks after it" in card.words
    assert "Show dispute" in card.buttons
    assert "Dispute" not in card.buttons
    assert "Disputed, in the balance" in balance.words
    assert "USD 3,000.00" in balance.words
    assert ":speech_balloon: Disputed" in listed.words
    assert "Open dispute" in history.words
    assert "Hold collection: settled" in history.words


def test_the_card_of_an_invoice_opens_one_too(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk)
    card = ask(jamie, f"/invoice {invoice.number}")

    jamie.click(card, "Dispute")
    assert str(invoice.number) in view_of(jamie).words
    assert jamie.submit(reason="discount_missing")["ok"]
    wait_until(lambda: "Held at Stripe" in view_of(jamie).words)

    case = find_case(desk, invoice)
    assert case is not None
    assert case.channel_id is None
    assert list_steps(desk, invoice) == [("opened", "")]
    jamie.dismiss()
    jamie.click(ask(jamie, f"/invoice {invoice.number}"), "Show dispute")
    assert f"Dispute {case.id}" in view_of(jamie).words


def test_several_invoices_are_a_choice_and_any_other_is_found_by_typing(
    desk: Tallyman, jamie: Person
) -> None:
    first, second, third = (next_invoice(desk) for _ in range(3))
    ts = say(jamie, f"Both {first.number} and {second.number}, they say.")

    form = complain(jamie, ts)
    offered = [one["value"] for one in form.find("invoice")[1]["options"]]
    assert sorted(offered) == sorted([first.id, second.id])
    assert "initial_option" not in form.find("invoice")[1]
    refused = jamie.submit(reason="tax_wrong")
    assert "Which invoice?" in refused["errors"]["invoice"]
    found = jamie.look_up("find_invoice", str(third.number))["options"]
    assert [one["value"] for one in found] == [third.id]
    jamie.submit(reason="tax_wrong", find_invoice=third.id)["ok"]

    assert find_case(desk, third) is not None
    assert find_case(desk, first) is None


def test_what_only_the_thread_names_is_proposed(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk)
    head = say(jamie, f"It is about #{invoice.short_number}, as ever.")
    ts = say(jamie, "They are angry.", thread_ts=head)

    form = complain(jamie, ts)

    assert form.find("invoice")[1]["initial_option"]["value"] == invoice.id


def test_without_any_name_an_invoice_is_found_by_typing(jamie: Person) -> None:
    form = complain(jamie, say(jamie, "They are angry."))

    assert "No invoice of yours is named here." in form.words
    assert len(jamie.look_up("find_invoice", "acme we")["options"]) == INVOICES


def test_what_is_outside_the_scope_is_neither_proposed_nor_found(
    desk: Tallyman, jamie: Person
) -> None:
    other = next_invoice(desk, of=70_000)
    form = complain(jamie, say(jamie, f"Zenith Telecom says {other.number} is wrong: {other.id}"))

    assert "No invoice of yours is named here." in form.words
    assert jamie.look_up("find_invoice", "zenith")["options"] == []


@pytest.mark.parametrize(
    ("person_id", "said"), [(STRANGER, NO_ROLE), (VIEWER, NOT_COVERED), (OUTSIDER, NO_ROLE)]
)
def test_somebody_who_may_not_gets_a_fixed_text(
    desk: Tallyman, jamie: Person, person_id: str, said: str
) -> None:
    person = desk.person(person_id)
    avery = desk.person()
    channel = SHARED if person_id == OUTSIDER else SUPPORT
    speaker = avery if person_id == OUTSIDER else jamie
    ts = say(speaker, f"About {next_invoice(desk).number}", channel=channel)

    assert person.use_shortcut(channel, ts, "open_dispute")["ok"]
    wait_until(lambda: said in view_of(person).words)

    assert "Acme" not in view_of(person).words
    person.close()
    avery.close()


def test_a_thread_where_others_read_along_hears_nothing(desk: Tallyman) -> None:
    avery = desk.person()
    invoice = next_invoice(desk)
    ts = say(avery, f"Who knows about {invoice.number}?", channel=SHARED)

    complain(avery, ts, channel=SHARED)
    avery.submit(reason="po_missing")
    shown = settled(avery)

    assert "The thread was not told: People of another organisation read along" in shown.words
    assert thread(avery, ts, channel=SHARED) == []
    avery.close()


def test_a_guest_in_the_channel_for_disputes_keeps_amounts_out_of_it(
    desk: Tallyman, jamie: Person
) -> None:
    earlier, later = next_invoice(desk), next_invoice(desk)
    dispute(jamie, earlier)
    case = find_case(desk, earlier)
    assert case is not None
    assert "USD 100.00" in posted_card(jamie, case).words
    clear_screen(jamie)
    # A change of the card that is still under way would take it away before anybody presses.
    wait_until(lambda: not list_pending(desk))
    room = desk.slack.find_channel(DISPUTES)
    room.members.append(GUEST)
    avery = desk.person()

    dispute(jamie, later)
    clear_screen(jamie)
    free_lanes(desk)
    end(jamie, case)
    refused = find_case(desk, later)
    assert refused is not None
    wait_until(lambda: "A guest reads along" in ask(avery, "/billing sync").words)
    shown = [one.words for one in jamie.messages(DISPUTES)]

    assert not any(f"Dispute {refused.id} ·" in words for words in shown)
    wait_until(lambda: any("taken away" in one.words for one in jamie.messages(DISPUTES)))
    assert not any(f"Dispute {case.id} ·" in one.words for one in jamie.messages(DISPUTES))
    room.members.remove(GUEST)
    avery.close()


def test_a_channel_without_the_bot_is_no_obstacle(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk)
    head = say(jamie, "Listen.", channel="general")
    ts = say(jamie, f"About {invoice.number}", channel="general", thread_ts=head)

    complain(jamie, ts, channel="general")
    jamie.submit(reason="po_missing")
    shown = settled(jamie)

    assert "The thread was not told: I am not in that channel." in shown.words
    assert find_case(desk, invoice) is not None


def test_a_mention_in_a_thread_offers_the_dialog(desk: Tallyman, jamie: Person) -> None:
    invoice = next_invoice(desk)
    head = say(jamie, f"They contest {invoice.number}.")
    say(jamie, "@Tallyman dispute", thread_ts=head)

    def offers() -> list[str]:
        return [one.words for one in jamie.messages(SUPPORT, thread_ts=head) if one.is_ephemeral]

    wait_until(lambda: bool(offers()))
    offer = next(one for one in jamie.messages(SUPPORT, thread_ts=head) if one.is_ephemeral)
    jamie.click(offer, "Open a dispute")

    assert view_of(jamie).find("invoice")[1]["initial_option"]["value"] == invoice.id


def test_a_mention_by_somebody_without_a_role_gets_the_fixed_text(desk: Tallyman) -> None:
    kim = desk.person(STRANGER)
    ts = say(kim, "@Tallyman dispute")

    wait_until(lambda: any(NO_ROLE in one.words for one in kim.messages(SUPPORT)))

    assert ts
    kim.close()


@pytest.mark.parametrize(
    ("filled", "field", "said"),
    [
        ({"reason": "other"}, "note", "Say what the customer contests."),
        ({"note": "4242 4242 4242 4242"}, "note", "looks like a card number"),
        ({"note": "\x00"}, "note", "characters"),
        ({"owner": STRANGER}, "owner", "no role that covers disputes"),
        ({"owner": VIEWER}, "owner", "no role that covers disputes"),
    ],
)
def test_what_is_filled_in_wrongly_is_said_below_its_field(
    desk: Tallyman, jamie: Person, filled: dict[str, str], field: str, said: str
) -> None:
    invoice = next_invoice(desk)
    complain(jamie, say(jamie, f"About {invoice.number}"))

    refused = jamie.submit(**({"reason": "tax_wrong"} | filled))

    assert said in refused["errors"][field]
    assert find_case(desk, invoice) is None


def test_the_owner_is_told_where_it_is_somebody_else(desk: Tallyman, jamie: Person) -> None:
    avery = desk.person()
    invoice = next_invoice(desk)

    dispute(jamie, invoice, owner="U0AVERY")

    case = find_case(desk, invoice)
    assert case is not None
    words = f"asked you to look after dispute {case.id}"
    rooms = [each["id"] for each in avery.channels() if each["kind"] == "im"]
    wait_until(lambda: any(words in one.words for room in rooms for one in avery.messages(room)))
    avery.close()


def test_a_button_of_an_old_card_shows_the_dispute_that_there_is(
    desk: Tallyman, jamie: Person
) -> None:
    invoice = next_invoice(desk)
    old = ask(jamie, f"/invoice {invoice.number}")
    dispute(jamie, invoice)
    jamie.dismiss()

    jamie.click(old, "Dispute")

    assert "looks after it" in view_of(jamie).words.lower()
    assert len(list_steps(desk, invoice)) == 1


def opened(desk: Tallyman, jamie: Person, invoice: Invoice) -> DisputeCase:
    """Open a dispute of an invoice from a complaint about it."""
    dispute(jamie, invoice)
    case = find_case(desk, invoice)
    assert case is not None
    return case


def test_the_same_dialog_twice_asks_slack_for_one_address(desk: Tallyman, jamie: Person) -> None:
    case = opened(desk, jamie, next_invoice(desk))
    before = get_last(desk, "link_thread").id
    submit_again(desk)

    wait_until(lambda: LINK in posted_card(jamie, case).buttons)
    assert get_last(desk, "link_thread").id == before
    asked = [one.arguments["message_ts"] for one in desk.slack.calls if one.method == ADDRESS]
    assert asked.count(case.message_ts) == 1


def test_an_address_that_a_dead_worker_has_asked_for_is_asked_for_again(
    desk: Tallyman, jamie: Person
) -> None:
    invoice = next_invoice(desk)
    case = opened(desk, jamie, invoice)
    wait_until(lambda: get_last(desk, "link_thread").state == "done")
    asked = get_last(desk, "link_thread").id
    # As a lease that has run out leaves it: promised, tried once, and nothing written down.
    with desk.runtime.database.writing() as session:
        mine = update(Effect).where(Effect.id == asked)
        session.execute(mine.values(state="ready", finished_at=None))
        kept = update(DisputeCase).where(DisputeCase.id == case.id)
        session.execute(kept.values(permalink=None))
        ring(session, BELL)

    wait_until(lambda: has_address(desk, invoice))
    wait_until(lambda: LINK in posted_card(jamie, case).buttons)
    assert get_last(desk, "link_thread").attempts > 1


@pytest.mark.parametrize("error", ["channel_not_found", "message_not_found"])
def test_a_message_that_has_no_address_any_more_is_no_dead_end(
    desk: Tallyman, jamie: Person, error: str
) -> None:
    invoice = next_invoice(desk)
    desk.slack.faults.set({"error_next": 1, "error_name": error, "methods": [ADDRESS]})

    case = opened(desk, jamie, invoice)

    wait_until(lambda: get_last(desk, "link_thread").state == "refused")
    assert not has_address(desk, invoice)
    assert LINK not in posted_card(jamie, case).buttons


def test_an_address_that_slack_did_not_tell_is_asked_for_again(
    desk: Tallyman, jamie: Person
) -> None:
    desk.slack.faults.set({"lose_answer_next": 1, "methods": [ADDRESS]})

    case = opened(desk, jamie, next_invoice(desk))
    wait_until(lambda: get_last(desk, "link_thread").last_error is not None)
    go_on(desk)

    wait_until(lambda: LINK in posted_card(jamie, case).buttons)
    wait_until(lambda: not list_pending(desk))
    assert get_last(desk, "link_thread").attempts > 1


def has_address(desk: Tallyman, invoice: Invoice) -> bool:
    """Whether the address of the complaint is kept with an invoice's dispute."""
    case = find_case(desk, invoice)
    return case is not None and case.permalink is not None
