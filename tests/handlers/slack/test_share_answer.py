"""Who shared what is on record, and whoever did so hears of it when Slack does not play along."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from bot.models import Effect
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import answered, ask, tell
from tests.handlers.slack.room import (
    ROOM,
    at_work,
    count_pending,
    effect_of_share,
    free_lanes,
    let_time_pass,
    open_room,
    pay,
    posted,
    share,
    shown,
)
from tests.trail import entries_of
from tests.workspace import Person, Seen


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with open_room(shared_database_url) as opened:
        yield opened


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    with at_work(desk) as person:
        yield person


def recorded(desk: Tallyman) -> list[str]:
    """What is on record about sharing, oldest first."""
    entries = entries_of(desk.runtime.database, by="U0AVERY")
    return [one.action for one in entries if one.action.startswith("share_answer")]


def told(person: Person) -> list[str]:
    """What Tallyman has said to a person alone, oldest first."""
    direct = [one["id"] for one in person.channels() if one["id"].startswith("D")]
    return [one.words for channel in direct for one in person.messages(channel)]


def test_who_shared_a_card_is_on_record_and_in_its_history(desk: Tallyman, avery: Person) -> None:
    before = len(recorded(desk))

    share(desk, avery, 1001)
    wait_until(lambda: effect_of_share(desk).state == "done")

    assert recorded(desk)[before:] == ["share_answer.requested", "share_answer.settled"]
    history = ask(avery, "/invoice history 1001").words
    assert "Share answer: settled" in history


def test_an_answer_that_stays_as_it_is_is_on_record_too(desk: Tallyman, avery: Person) -> None:
    before = len(recorded(desk))

    ask(avery, "/invoice acme share", channel=ROOM)

    assert recorded(desk)[before:] == ["share_answer.done"]
    entry = entries_of(desk.runtime.database, by="U0AVERY")[-1]
    assert entry.details["wanted"] == "/invoice acme share"


def test_the_asker_is_told_alone_when_slack_refuses_the_card(desk: Tallyman, avery: Person) -> None:
    before, words = len(posted(desk)), len(told(avery))
    desk.slack.faults.set(
        {"error_next": 1, "error_name": "is_archived", "methods": ["chat.postMessage"]}
    )

    avery.type(ROOM, "/invoice 1002 share")
    wait_until(lambda: effect_of_share(desk).state == "refused")
    wait_until(lambda: len(told(avery)) > words)

    assert "I could not post what you shared" in told(avery)[-1]
    assert "The channel is archived." in told(avery)[-1]
    assert recorded(desk)[-1] == "share_answer.failed"
    assert len(posted(desk)) == before
    assert "Could not be done" not in ask(avery, "/billing sync").words


def test_a_channel_that_others_join_before_the_card_is_there_never_sees_it(
    desk: Tallyman, avery: Person
) -> None:
    before, words = len(posted(desk)), len(told(avery))
    # The first question is the command's, the second that of the worker.
    desk.slack.faults.set({"slow_seconds": 0.3, "methods": ["conversations.info"]})
    avery.type(ROOM, "/invoice 1003 share")
    desk.slack.find_channel(ROOM).is_ext_shared = True

    wait_until(lambda: len(told(avery)) > words)

    assert "shared with another organisation" in told(avery)[-1]
    assert len(posted(desk)) == before


def test_figures_are_taken_away_where_another_organisation_joins(
    desk: Tallyman, avery: Person
) -> None:
    cards = [share(desk, avery, number) for number in (1004, 1005)]
    wait_until(lambda: count_pending(desk) == 0)
    free_lanes(desk)
    desk.slack.find_channel(ROOM).is_ext_shared = True

    tell(desk, "channel_shared", channel=cards[0].channel, connected_team_id="T0ACMECORP")
    wait_until(lambda: count_pending(desk) == 0)

    for card in cards:
        assert "so they were taken away" in shown(avery, card)
        assert "USD" not in shown(avery, card)
    pay(desk, 1004)
    wait_until(lambda: count_pending(desk) == 0)
    assert "USD" not in shown(avery, cards[0])
    tell(desk, "channel_unshared", channel=cards[0].channel, is_ext_shared=False)


def test_what_slack_did_not_tell_of_is_noticed_with_the_next_change(
    desk: Tallyman, avery: Person
) -> None:
    card = share(desk, avery, 1006)
    desk.slack.find_channel(ROOM).is_ext_shared = True

    pay(desk, 1006)

    wait_until(lambda: "so they were taken away" in shown(avery, card))


def leave_in_doubt(desk: Tallyman, person: Person, number: int) -> Seen:
    """Share a card of which Slack never says whether it is there; what /billing sync shows then."""
    desk.slack.faults.set({"lose_post_next": 1})
    person.type(ROOM, f"/invoice {number} share")
    wait_until(lambda: effect_of_share(desk).last_error is not None)
    silence = {"error_name": "internal_error", "methods": ["conversations.history"]}
    desk.slack.faults.set({"error_next": 1, **silence})
    with desk.runtime.database.writing() as session:
        session.execute(update(Effect).values(attempts_max=2).where(Effect.state == "ready"))
    let_time_pass(desk)
    wait_until(lambda: effect_of_share(desk).state == "dead")
    return ask(person, "/billing sync")


def test_what_may_have_been_posted_is_posted_again_only_when_a_person_says_so(
    desk: Tallyman, avery: Person
) -> None:
    before, words = len(posted(desk)), len(told(avery))
    card = leave_in_doubt(desk, avery, 1007)
    assert "Please look in" in card.words
    assert {"It was posted", "Post it again"} <= set(card.buttons)
    wait_until(lambda: len(told(avery)) > words)
    assert "Slack does not say whether" in told(avery)[-1]
    assert len(posted(desk)) == before + 1

    free_lanes(desk)
    avery.click(card, "Post it again")
    assert "It is being posted again" in answered(avery, after=card).words

    wait_until(lambda: effect_of_share(desk).state == "done")
    assert len(posted(desk)) == before + 2


def test_what_a_person_has_seen_is_not_posted_again(desk: Tallyman, avery: Person) -> None:
    before = len(posted(desk))
    card = leave_in_doubt(desk, avery, 1008)

    avery.click(card, "It was posted")
    noted = answered(avery, after=card)
    assert "Noted: it was posted" in noted.words
    assert "Could not be done" not in noted.words

    free_lanes(desk)
    wait_until(lambda: count_pending(desk) == 0)
    assert effect_of_share(desk).decided_by == "U0AVERY"
    assert len(posted(desk)) == before + 1
