"""Sharing an answer with a channel, and who is kept from seeing it (G1, THREATS 47, 99)."""

from collections.abc import Callable, Iterator

import pytest

from bot.sandbox.slack.records import Channel
from tests.deployment import Tallyman
from tests.handlers.slack.billing_desk import (
    NO_ROLE,
    answered,
    ask,
    grant,
    revoke,
    silence,
    tell,
)
from tests.workspace import Person

ROOM = "sharing"


@pytest.fixture
def room(desk: Tallyman, avery: Person) -> Iterator[Channel]:
    """A channel where answers may be shared."""
    there = [one for one in desk.slack.workspace.channels.values() if one.name == ROOM]
    channel = there[0] if there else desk.slack.add_channel(ROOM, members=["U0AVERY", "U0KIM"])
    assert "may now be shared in #sharing" in ask(avery, f"/billing channels allow #{ROOM}").words
    yield channel
    channel.is_ext_shared = channel.is_archived = False
    ask(avery, f"/billing channels remove #{ROOM}")


@pytest.fixture
def kim(desk: Tallyman) -> Iterator[Person]:
    """A colleague without a role."""
    person = desk.person("U0KIM")
    yield person
    person.close()


def test_a_shared_card_is_seen_by_everybody_in_the_channel(
    room: Channel, avery: Person, kim: Person
) -> None:
    ask(avery, "/invoice 1004 share", channel=room.id)

    seen = kim.see(room.id)

    assert not seen.is_ephemeral
    assert "USD 1,000.00" in seen.words
    assert "as of 16 Nov 2026" in seen.words
    assert seen.buttons == ["Send payment link", "Dispute", "Promise to pay", "Open in Stripe"]


@pytest.mark.usefixtures("room")
def test_an_answer_without_share_is_seen_by_the_asker_alone(avery: Person) -> None:
    assert ask(avery, "/invoice 1004", channel=ROOM).is_ephemeral


def test_a_shared_list_leads_to_what_it_shows_and_no_further(
    room: Channel, avery: Person, kim: Person
) -> None:
    ask(avery, '/invoice "acme east" share', channel=room.id)

    seen = kim.see(room.id)

    assert "14 invoices" in seen.words
    assert seen.buttons == ["Show"] * 10


def test_a_press_in_a_shared_message_answers_whoever_pressed_by_their_own_rights(
    room: Channel, avery: Person, kim: Person
) -> None:
    shared = ask(avery, "/invoice 1009 share", channel=room.id)
    assert not shared.is_ephemeral

    kim.click(shared, "show_invoice_lines")
    refused = answered(kim, room.id, after=shared)
    assert refused.is_ephemeral
    assert NO_ROLE in refused.words

    grant(avery, "@kim viewer")
    kim.click(shared, "show_invoice_lines")
    lines = answered(kim, room.id, after=refused)
    revoke(avery, "@kim viewer")
    assert lines.is_ephemeral
    assert "Number 000" in lines.words
    assert any(one.raw == shared.raw for one in avery.messages(room.id))


def test_drafts_are_never_shared(room: Channel, avery: Person, kim: Person) -> None:
    assert "4 invoices" in ask(avery, '/invoice "acme west"', channel=room.id).words

    ask(avery, '/invoice "acme west" share', channel=room.id)

    assert "3 invoices" in kim.see(room.id).words
    assert "Draft" not in kim.see(room.id).words


@pytest.mark.parametrize(
    "text", ["/invoice zenith telecom share", "/invoice Akme share", "/billing roles share"]
)
def test_what_is_no_answer_is_not_shared(room: Channel, avery: Person, text: str) -> None:
    seen = ask(avery, text, channel=room.id)

    assert seen.is_ephemeral
    assert "Not shared: only an invoice" in seen.words


def test_a_mistake_is_shown_to_whoever_made_it(room: Channel, avery: Person) -> None:
    assert ask(avery, "/invoice list status:opne share", channel=room.id).is_ephemeral
    assert ask(avery, "/invoice in_nothing share", channel=room.id).is_ephemeral


def test_a_channel_that_is_not_on_the_list_sees_nothing(avery: Person) -> None:
    seen = ask(avery, "/invoice 1004 share", channel="general")

    assert seen.is_ephemeral
    assert "not on the list" in seen.words
    assert "USD 1,000.00" in seen.words


def test_an_answer_in_a_direct_message_stays_there(avery: Person) -> None:
    direct = next(one["id"] for one in avery.channels() if one["id"].startswith("D"))

    assert "in channels only" in ask(avery, "/invoice 1004 share", channel=direct).words


def becomes_shared(desk: Tallyman, room: Channel) -> None:
    tell(desk, "channel_shared", channel=room.id, connected_team_id="T0ACMECORP")


def is_shared_unheard(_desk: Tallyman, room: Channel) -> None:
    room.is_ext_shared = True


@pytest.mark.parametrize("happens", [becomes_shared, is_shared_unheard])
def test_a_channel_that_was_shared_with_others_meanwhile_sees_nothing(
    desk: Tallyman, room: Channel, avery: Person, happens: Callable[[Tallyman, Channel], None]
) -> None:
    happens(desk, room)

    seen = ask(avery, "/invoice 1004 share", channel=room.id)

    assert seen.is_ephemeral
    assert "shared with another organisation" in seen.words


def test_a_channel_that_is_no_longer_shared_with_others_sees_answers_again(
    desk: Tallyman, room: Channel, avery: Person
) -> None:
    becomes_shared(desk, room)
    assert "not shown: shared with another organisation" in ask(avery, "/billing channels").words
    left = {"channel": room.id, "previously_connected_team_id": "T0ACMECORP"}

    tell(desk, "channel_unshared", **left, is_ext_shared=True)
    assert ask(avery, "/invoice 1004 share", channel=room.id).is_ephemeral

    tell(desk, "channel_unshared", **left, is_ext_shared=False)
    assert not ask(avery, "/invoice 1004 share", channel=room.id).is_ephemeral


def test_where_slack_does_not_say_who_listens_nothing_is_shared(
    desk: Tallyman, room: Channel, avery: Person
) -> None:
    with silence(desk):
        seen = ask(avery, "/invoice 1004 share", channel=room.id)

    assert seen.is_ephemeral
    assert "Slack did not say in time" in seen.words
    assert "USD 1,000.00" in seen.words


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        ("#acme-shared", "shared with another organisation"),
        ("#spring-launch", "is archived"),
        ("G0FINANCE", "I can’t see that channel"),
        ("C0NOWHERE", "I can’t see that channel"),
        ("D0AVERYJAMIE", "I can’t see that channel"),
    ],
)
def test_a_channel_where_nothing_may_be_shared_is_not_allowed(
    avery: Person, channel: str, why: str
) -> None:
    assert why in ask(avery, f"/billing channels allow {channel}").words
    assert channel not in ask(avery, "/billing channels").words


def test_a_channel_is_not_allowed_while_slack_does_not_say_what_it_is(
    desk: Tallyman, avery: Person
) -> None:
    with silence(desk):
        seen = ask(avery, "/billing channels allow #support")

    assert "Slack did not say in time" in seen.words


def test_a_channel_that_was_removed_sees_nothing_more(room: Channel, avery: Person) -> None:
    listed = ask(avery, "/billing channels")

    avery.choose(listed, "remove_channel", "#sharing")
    assert "can no longer be shared in #sharing" in answered(avery, after=listed).words

    assert ask(avery, "/invoice 1004 share", channel=room.id).is_ephemeral
    again = ask(avery, f"/billing channels remove #{ROOM}")
    assert "was not on the list" in again.words


def test_in_a_channel_with_others_an_answer_is_for_the_asker_alone(
    desk: Tallyman, avery: Person
) -> None:
    dana = desk.person("U0DANA")

    seen = ask(avery, "/invoice 1004 share", channel="acme-shared")

    assert seen.is_ephemeral
    assert "shared with another organisation" in seen.words
    assert all("1,000.00" not in one.words for one in dana.messages("acme-shared"))
    dana.close()


# What can be asked for with figures, and the rest of the commands.
SHARED = (
    *("/invoice 1004", "/invoice acme", "/invoice list", "/invoice history 1004"),
    *("/balance", "/balance all", "/balance acme", '/usage "acme east"', "/invoice help"),
    *("/billing", '/billing account "acme east"', "/billing disputes", "/billing approvals"),
    *("/billing roles", "/billing channels", "/billing sync", "/billing audit"),
)


def external(desk: Tallyman, room: Channel) -> str:
    """A channel on the list that was shared with others, of which no news has come."""
    is_shared_unheard(desk, room)
    return room.id


PLACES: dict[str, Callable[[Tallyman, Channel], str]] = {
    "a public channel that is not on the list": lambda _desk, _room: "C0GENERAL",
    "a private channel that the bot can’t see": lambda _desk, _room: "G0FINANCE",
    "a private channel that is not on the list": lambda _desk, _room: "G0DISPUTES",
    "two people’s own": lambda _desk, _room: "D0AVERYJAMIE",
    "a few people’s own": lambda _desk, _room: "G0MONTHEND",
    "a channel with a customer": lambda _desk, _room: "C0ACMESHARED",
    "a listed channel, shared meanwhile": external,
}


@pytest.mark.parametrize("place", PLACES)
def test_no_figures_are_shown_to_others_wherever_somebody_shares(
    desk: Tallyman, room: Channel, avery: Person, place: str
) -> None:
    channel_id = PLACES[place](desk, room)
    before = said_to_all(desk)

    for command in SHARED:
        assert avery.type(channel_id, f"{command} share")["ok"]

    assert avery.see(channel_id).is_ephemeral
    assert said_to_all(desk) == before


def said_to_all(desk: Tallyman) -> dict[str, int]:
    """How much the bot has said in each channel to more than one person."""
    return {
        channel_id: sum(
            one.bot_id is not None and one.only_for is None
            for one in desk.slack.list_messages(channel_id)
        )
        for channel_id in desk.slack.workspace.channels
    }
