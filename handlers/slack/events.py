"""What Slack tells of by itself: people, groups and channels that have changed, a look at Home.

An event may come late, twice, or not at all. Twice is seen by its id, in the transaction that does
what it says; late by its time; and what never came is put right by the hourly lists.
"""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

from bot.clock import real_now
from bot.database_clock import database_now
from bot.database_waits import answering
from bot.people import change_members, mark_channel, store_groups, store_people, take_event
from bot.reactions import react_to_sharing
from bot.slack_objects import is_channel_id, is_group_id, read_group, read_person, read_user_ids
from bot.telemetry import get_logger
from handlers.slack.complaints import MENTIONED, mentioned
from handlers.slack.context import Desk, is_ours
from handlers.slack.home import HOME_OPENED, open_home
from handlers.slack.requests import Happening

log = get_logger("slack.events")


def take_in(desk: Desk, happening: Happening) -> None:
    """Do what an event says, once.

    Raises: Unavailable when the database does not answer; then Slack sends the event again.
    """
    change = CHANGES.get(happening.kind)
    reply = REPLIES.get(happening.kind)
    if change is None and reply is None:
        return
    deployment = desk.deployment
    # People of other organisations, too, are told of in events of our own workspace.
    if not is_ours(deployment, happening.team_id, happening.installed_enterprise_id):
        log.warning("event_of_others", kind=happening.kind)
        return
    if reply is not None:
        reply(desk, happening)
    if change is None:
        return
    with answering(), desk.runtime.database.writing() as session:
        if take_event(session, happening.event_id, now=real_now()):
            change(session, happening, deployment.slack_team_id)


def _person_changed(session: Session, happening: Happening, own_team_id: str) -> None:
    person = read_person(happening.event.get("user"))
    if person is not None:
        store_people(session, [person], own_team_id=own_team_id, seen_at=happening.at)


def _group_changed(session: Session, happening: Happening, _own_team_id: str) -> None:
    group = read_group(happening.event.get("subteam"))
    if group is not None:
        store_groups(session, [group], seen_at=happening.at)


def _members_changed(session: Session, happening: Happening, _own_team_id: str) -> None:
    event = happening.event
    group_id = event.get("subteam_id")
    if isinstance(group_id, str) and is_group_id(group_id):
        change_members(
            session,
            group_id,
            added=read_user_ids(event.get("added_users")),
            removed=read_user_ids(event.get("removed_users")),
            seen_at=happening.at,
        )


def _channel_shared(session: Session, happening: Happening, _own_team_id: str) -> None:
    channel = happening.event.get("channel")
    if isinstance(channel, str) and is_channel_id(channel):
        # A channel that one organisation has left may still be shared with another.
        is_external = happening.kind == "channel_shared" or (
            happening.event.get("is_ext_shared") is True
        )
        mark_channel(session, channel, is_external=is_external)
        if is_external:
            react_to_sharing(session, channel, now=database_now(session, real_now()))


# Somebody waits for an answer to these.
REPLIES: Mapping[str, Callable[[Desk, Happening], None]] = {
    HOME_OPENED: open_home,
    MENTIONED: mentioned,
}
# The manifest subscribes to all of these, and a test compares both.
# Source: docs.slack.dev/reference/events, read 2026-11.
CHANGES: Mapping[str, Callable[[Session, Happening, str], None]] = {
    "user_change": _person_changed,
    "team_join": _person_changed,
    "subteam_created": _group_changed,
    "subteam_updated": _group_changed,
    "subteam_members_changed": _members_changed,
    "channel_shared": _channel_shared,
    "channel_unshared": _channel_shared,
}
