"""The digests of channels (A4, P2): who gets one, a preview, a test, the next page, and "seen"."""

from datetime import date

from bot import effects
from bot.access import Permission, require
from bot.clock import real_now
from bot.database_clock import database_now
from bot.errors import Refused
from bot.local_hours import find_next
from bot.operations import announce, see_digest, set_digest, stop_digest
from bot.queries.digests import (
    DigestSetup,
    get_digest_in_sight,
    get_digest_of_day,
    get_digest_setup,
    list_digests,
)
from bot.queries.posted_digests import get_digest_page, get_posted_digest
from bot.slack_directory import find_slack_channel
from bot.slack_posting import Place
from bot.views.action_values import parse_digest, parse_digest_page, parse_digests_page
from bot.views.blocks import Message
from bot.views.digest import digest_message
from bot.views.digest_notices import seen_notice, test_message
from bot.views.digest_setup import digest_card, digest_list, invite_words, times_words
from handlers.slack.context import Ask

RIGHT = Permission.MANAGE_DIGESTS
# Who presses twice gets one test, and so does who sends a press of theirs again: Slack's signature
# holds as long. Source: docs.slack.dev/authentication/verifying-requests-from-slack, read 2026-11.
TEST_ONCE_IN_SECONDS = 300
# Of a test that did not come about another is posted at once.
FAILED = frozenset({"refused", "dead", "dismissed"})


def show_digests(ask: Ask, *, page: int = 1, said: str | None = None) -> Message:
    """The channels that get a digest.

    Raises: NotAllowed for others than admins.
    """
    require(ask.actor, RIGHT)
    with ask.desk.runtime.database.looking() as session:
        return digest_list(list_digests(session), page=page, said=said)


def pressed_show_digests(ask: Ask, value: str) -> Message:
    """One page of them."""
    return show_digests(ask, page=parse_digests_page(value))


def pressed_show_digest(ask: Ask, value: str) -> Message:
    """One of them, with what can be done about it."""
    return show_digest(ask, parse_digest(value))


def show_digest(
    ask: Ask, digest_id: int, *, said: str | None = None, is_member: bool = True
) -> Message:
    """The same by its id, below what has just been said.

    Raises: NotAllowed for others than admins; NotFound when it was stopped.
    """
    setup = _setup(ask, digest_id)
    return digest_card(setup, next_on=_next_on(ask, setup), said=said, is_member=is_member)


def pressed_preview_digest(ask: Ask, value: str) -> Message:
    """What it would say now, for the person alone; nothing is stored.

    Raises: as showing it does.
    """
    setup = _setup(ask, parse_digest(value))
    with ask.desk.runtime.database.looking() as session:
        return digest_message(*get_digest_page(session, setup, page=1, sight=ask.sight))


def pressed_digest_page(ask: Ask, value: str) -> Message:
    """A page of a digest, for somebody who leafs through it: of what they may see.

    Raises: NotFound when it was stopped or changed, or is about an account that they may not see.
    """
    digest_id, page = parse_digest_page(value)
    with ask.desk.runtime.database.looking() as session:
        setup = get_digest_in_sight(session, digest_id, sight=ask.sight)
        return digest_message(*get_digest_page(session, setup, page=page, sight=ask.sight))


def pressed_see_digest(ask: Ask, value: str) -> Message:
    """Say in the digest that the person has seen it.

    Raises: NotFound for one whose day is over, which stays as it is.
    """
    runtime, post_id = ask.desk.runtime, parse_digest(value)
    with runtime.database.looking() as session:
        get_posted_digest(session, post_id, sight=ask.sight)
        _, post = get_digest_of_day(session, post_id)
    with runtime.database.writing() as session:
        is_new = see_digest.request(
            session,
            ask.actor,
            runtime.settings,
            post,
            business_at=ask.sight.now,
            now=database_now(session, real_now()),
        )
    return seen_notice(is_new=is_new)


def pressed_test_digest(ask: Ask, value: str) -> Message:
    """Post a word in the channel that says what will come there; or say what keeps it out.

    Raises: as showing it does; Refused where no digest may be posted.
    """
    setup = _setup(ask, parse_digest(value))
    channel = set_digest.require_channel(find_slack_channel(ask.desk.slack, setup.channel_id))
    if not channel.is_member:
        raise Refused(invite_words(channel.name))
    is_new = _post_test(ask, setup)
    said = "is on its way to" if is_new else "was posted a moment ago in"
    return show_digest(ask, setup.id, said=f"A test {said} #{channel.name}.")


def pressed_stop_digest(ask: Ask, value: str) -> Message:
    """Stop one.

    Raises: as showing it does.
    """
    setup = _setup(ask, parse_digest(value))
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        stop_digest.request(session, ask.actor, runtime.settings, setup, now=real_now())
    return show_digests(ask, said=f"No more digests in #{setup.channel_name}.")


def _post_test(ask: Ask, setup: DigestSetup) -> bool:
    """Promise a test, unless there was one a moment ago; whether it is a new one."""
    with ask.desk.runtime.database.writing() as session:
        now = database_now(session, real_now())
        window = int(now.timestamp()) // TEST_ONCE_IN_SECONDS
        keys = [f"test_digest:{setup.id}:{each}" for each in (window, window - 1)]
        found = [effects.find(session, f"{announce.KIND}:{key}") for key in keys]
        tested = [one for one in found if one is not None]
        if any(one.state not in FAILED for one in tested):
            return False
        announce.request(
            session,
            Place(setup.channel_id),
            test_message(times_words(setup)),
            key=f"{keys[0]}:{ask.request.id}" if tested else keys[0],
            now=now,
            asked_by=ask.actor.user_id,
        )
    return True


def _setup(ask: Ask, digest_id: int) -> DigestSetup:
    require(ask.actor, RIGHT)
    with ask.desk.runtime.database.looking() as session:
        return get_digest_setup(session, digest_id)


def _next_on(ask: Ask, setup: DigestSetup) -> date | None:
    due = find_next(setup.subject, ask.sight.now)
    return None if due is None else due.day
