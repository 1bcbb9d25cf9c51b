"""Digests on bad days (P3, THREATS 108 to 111): each channel for itself, and people told once."""

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from bot.bells import ring
from bot.effects.promises import BELL
from bot.models import Effect
from jobs.timekeeping import look
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import answered, ask, grant, revoke, tell_of
from tests.handlers.slack.digesting import (
    DIGEST,
    at_the_desk,
    close_views,
    digest_posts,
    digesting,
    effects_of,
    let_night_pass,
    next_morning,
    posts,
    rows_of,
    set_up,
    wait_for_posts,
    wait_for_words,
)
from tests.handlers.slack.dying import call_and_die, hold_calls, list_pending
from tests.handlers.slack.room import let_time_pass
from tests.workspace import Person, Seen

POST = "chat.postMessage"
EVERY_DAY = ["1", "2", "3", "4", "5", "6", "7"]


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from digesting(shared_database_url)


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    yield from at_the_desk(desk)


@pytest.fixture
def room(desk: Tallyman, avery: Person) -> Iterator[str]:
    """A channel of its own with a digest, until the test is over."""
    name = f"room-{len(digest_posts(desk))}-{len(effects_of(desk))}"
    desk.slack.add_channel(name, members=["U0AVERY"], has_bot=True)
    set_up(avery, channel=name, weekdays=EVERY_DAY)
    close_views(avery)
    yield name
    listed = ask(avery, "/billing digest")
    avery.click(listed, "show_digest:0")
    avery.click(answered(avery, after=listed), "Stop")


def told(person: Person) -> list[Seen]:
    """What the bot wrote to somebody alone about a digest."""
    direct = [each["id"] for each in person.channels() if each["kind"] == "im"]
    return [one for place in direct for one in person.messages(place) if "digest" in one.words]


def ended(desk: Tallyman, state: str) -> bool:
    """Whether the last digest's promise has come to this end, however long it waits."""
    let_time_pass(desk)
    return effects_of(desk)[-1].state == state


@pytest.mark.parametrize("trouble", ["is_archived", "not_in_channel", "is_ext_shared"])
def test_who_set_it_up_is_told_once_and_other_channels_are_served(
    desk: Tallyman, avery: Person, room: str, trouble: str
) -> None:
    channel = desk.slack.find_channel(room)
    if trouble == "not_in_channel":
        channel.members.remove(desk.slack.state.app.bot_user_id)
    else:
        setattr(channel, trouble, True)
    desk.slack.add_channel(f"well-{trouble}", members=["U0AVERY"], has_bot=True)
    set_up(avery, channel=f"well-{trouble}", weekdays=EVERY_DAY)
    close_views(avery)
    before = len(told(avery))

    for count in (1, 2):
        next_morning(desk)
        wait_for_posts(desk, avery, count, channel=f"well-{trouble}")
    wait_until(lambda: len(told(avery)) > before)

    words = told(avery)[-1].words
    assert len(told(avery)) == before + 1
    assert "was not posted in <#" in words
    assert posts(desk, room) == []
    listed = ask(avery, "/billing digest")
    avery.click(listed, "show_digest:1")
    avery.click(answered(avery, after=listed), "Stop")


def test_the_admins_are_told_where_who_set_it_up_has_left(desk: Tallyman, avery: Person) -> None:
    grant(avery, "@robin admin")
    robin = desk.person("U0ROBIN")
    desk.slack.add_channel("of-robin", members=["U0ROBIN"], has_bot=True)
    set_up(robin, channel="of-robin", weekdays=EVERY_DAY)
    robin.close()
    tell_of(desk, "U0ROBIN", deleted=True)
    desk.slack.find_channel("of-robin").is_archived = True
    before = len(told(avery))

    next_morning(desk)

    wait_until(lambda: len(told(avery)) > before)
    assert "was not posted in <#" in told(avery)[-1].words
    tell_of(desk, "U0ROBIN")
    revoke(avery, "@robin admin")
    listed = ask(avery, "/billing digest")
    avery.click(listed, "show_digest:0")
    avery.click(answered(avery, after=listed), "Stop")


def test_a_lost_answer_makes_no_second_post(desk: Tallyman, avery: Person, room: str) -> None:
    desk.slack.faults.set({"lose_post_next": 1})

    next_morning(desk)

    wait_until(lambda: ended(desk, "done"))
    wait_for_posts(desk, avery, 1, channel=room)
    assert effects_of(desk)[-1].attempts > 1


def test_what_a_worker_posted_before_it_died_is_not_posted_again(
    desk: Tallyman, avery: Person, room: str
) -> None:
    let_night_pass(desk)
    hold_calls(desk, "slack")
    look(desk.runtime, DIGEST)

    call_and_die(desk, list_pending(desk, "post_digest")[-1])

    wait_until(lambda: effects_of(desk)[-1].state == "done")
    assert effects_of(desk)[-1].attempts > 1
    wait_for_posts(desk, avery, 1, channel=room)


def test_a_table_that_slack_refuses_gives_way_to_a_simpler_one(
    desk: Tallyman, avery: Person, room: str
) -> None:
    desk.slack.faults.set({"error_next": 1, "error_name": "invalid_blocks", "methods": [POST]})

    next_morning(desk)

    seen = wait_for_posts(desk, avery, 1, channel=room)
    assert [block["type"] for block in seen.blocks if "table" in block["type"]] == ["table"]
    assert rows_of(seen)[0][0] == "Oldest Ltd"
    # This one was asked for.
    desk.slack.problems.clear()


def test_who_sets_it_up_anew_is_told_anew(desk: Tallyman, avery: Person, room: str) -> None:
    desk.slack.find_channel(room).members.remove(desk.slack.state.app.bot_user_id)
    before = len(told(avery))
    next_morning(desk)
    wait_until(lambda: len(told(avery)) == before + 1)
    stop_first(avery)
    set_up(avery, channel=room, weekdays=EVERY_DAY)
    close_views(avery)

    next_morning(desk)

    wait_until(lambda: len(told(avery)) == before + 2)


def stop_first(person: Person) -> None:
    """Stop the digest that stands first in the list."""
    listed = ask(person, "/billing digest")
    person.click(listed, "show_digest:0")
    shown = answered(person, after=listed)
    person.click(shown, "Stop")
    answered(person, after=shown)


def test_a_weekly_one_that_is_caught_up_stays_true(desk: Tallyman, avery: Person) -> None:
    desk.slack.add_channel("weekly", members=["U0AVERY"], has_bot=True)
    set_up(avery, channel="weekly", weekdays=[str(desk.stripe.clock.isoweekday() % 7 + 1)])
    close_views(avery)
    # Its day is tomorrow, and nobody is there until five days later.
    next_morning(desk, days=6)
    seen = wait_for_posts(desk, avery, 1, channel="weekly")

    billing = Billing(desk.stripe)
    [newest] = [
        one
        for one in desk.stripe.call("GET", "/v1/invoices", {"limit": "100"})["data"]
        if one["customer_name"] == "Newest Inc"
    ]
    billing.pay(newest)

    wait_for_words(desk, avery, seen, "✓ paid", channel="weekly")


def test_operators_are_told_of_a_table_that_slack_refuses(
    desk: Tallyman, avery: Person, room: str
) -> None:
    desk.slack.faults.set({"error_next": 2, "error_name": "invalid_blocks", "methods": [POST]})
    next_morning(desk)
    wait_for_posts(desk, avery, 1, channel=room)

    wait_until(lambda: "as it is meant" in ask(avery, "/billing sync").words)

    told_of = ask(avery, "/billing sync").words.partition("Slack does not take a message as")[2]
    assert "Slack says invalid_blocks; a simpler form is shown instead." in told_of
    assert "Post a digest" in told_of
    desk.slack.problems.clear()


def test_what_nobody_knows_is_for_a_person_to_decide(
    desk: Tallyman, avery: Person, room: str
) -> None:
    desk.slack.faults.set({"fail_after_post_next": 1})
    with desk.runtime.database.writing() as session:
        # The next attempt is the last one, and nobody can look.
        session.execute(update(Effect).values(attempts_max=1))
    before = len(told(avery))
    next_morning(desk)
    exhaust(desk)
    wait_until(lambda: len(told(avery)) > before)
    question = told(avery)[-1]

    assert question.buttons == ["It was posted", "Post it again"]
    avery.click(question, "It was posted")

    wait_until(lambda: effects_of(desk)[-1].state == "done")
    assert len(posts(desk, room)) <= 1


def exhaust(desk: Tallyman) -> None:
    """As if the last attempt had been this one."""

    def is_over() -> bool:
        desk.slack.faults.set({"fail_after_post_next": 20, "error_next": 20})
        with desk.runtime.database.writing() as session:
            newest = update(Effect).where(Effect.id == effects_of(desk)[-1].id)
            session.execute(newest.values(attempts_max=2))
            ring(session, BELL)
        return ended(desk, "dead")

    wait_until(is_over)
    desk.slack.faults.reset()


def test_after_a_downtime_it_is_caught_up_once_and_marked(
    desk: Tallyman, avery: Person, room: str
) -> None:
    next_morning(desk, days=3, hour=15)

    seen = wait_for_posts(desk, avery, 1, channel=room)
    assert "posted later than its hour" in seen.words
    assert look(desk.runtime, DIGEST) == 0
    assert len(posts(desk, room)) == 1


def test_a_channel_that_others_join_shows_no_amounts_any_more(
    desk: Tallyman, avery: Person, room: str
) -> None:
    next_morning(desk)
    seen = wait_for_posts(desk, avery, 1, channel=room)
    desk.slack.find_channel(room).is_ext_shared = True

    avery.click(seen, "Seen")

    def is_taken_away() -> bool:
        let_time_pass(desk)
        return "USD" not in avery.messages(room)[-2 if len(avery.messages(room)) > 1 else -1].words

    wait_until(is_taken_away)
    desk.slack.find_channel(room).is_ext_shared = False
