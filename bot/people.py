"""Keeping people and groups as Slack tells of them: older news never replaces newer.

Events may come late and in any order, and a list may have been read before an event that is here
already. So every row carries the moment that it is from, and what is from before it is dropped.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.database import Reading, insert_into
from bot.models import GroupMember, Person, SharedChannel, SlackEvent, UserGroup
from bot.slack_objects import SlackGroup, SlackPerson

# What is asked of Slack is dated back by this much: an event that Slack dates by its own clock, in
# whole seconds, then wins over an answer that was given before it.
CLOCKS_APART = timedelta(seconds=30)
# Slack repeats an event after an hour at the latest; until then its id is remembered, and longer.
EVENTS_KEPT = timedelta(days=1)
EVENT_ID_CHARACTERS_MAX = 64


def store_people(
    session: Session, people: Iterable[SlackPerson], *, own_team_id: str, seen_at: datetime
) -> None:
    """Write people down as they were at a moment."""
    facts = {person.id: _facts(person, own_team_id) for person in people}
    known = {
        row.id: row
        for row in session.scalars(
            select(Person).where(Person.id.in_(sorted(facts))).with_for_update()
        )
    }
    for person_id in sorted(facts):
        person, told = known.get(person_id), facts[person_id]
        if person is None:
            row = {"id": person_id, **told, "seen_at": seen_at, "changed_at": seen_at}
            session.execute(insert_into(session, Person).values(row).on_conflict_do_nothing())
        elif person.seen_at <= seen_at:
            if any(getattr(person, name) != value for name, value in told.items()):
                person.changed_at = seen_at
            for name, value in told.items():
                setattr(person, name, value)
            person.seen_at = seen_at
    session.flush()


def _facts(person: SlackPerson, own_team_id: str) -> dict[str, Any]:
    # Who is of no workspace that is named is of the one that was asked.
    is_foreign = bool(person.team_ids) and own_team_id not in person.team_ids
    return {
        "team_id": person.team_ids[0] if person.team_ids else "",
        "name": person.name,
        "real_name": person.real_name,
        "email": person.email,
        "is_guest": person.is_guest,
        "is_bot": person.is_bot,
        "is_deactivated": person.is_deactivated,
        "is_external": person.is_stranger or is_foreign,
    }


def list_same_person(reading: Reading, user_id: str) -> frozenset[str]:
    """The Slack accounts of somebody: their own, and those with the same e-mail address."""
    own = select(Person.email).where(Person.id == user_id)
    email = reading.connection().execute(own).scalar()
    if not email:
        return frozenset({user_id})
    alike = select(Person.id).where(func.lower(func.trim(Person.email)) == email.strip().lower())
    return frozenset({user_id, *reading.connection().execute(alike).scalars()})


def store_groups(session: Session, groups: Iterable[SlackGroup], *, seen_at: datetime) -> None:
    """Write groups down as they were at a moment, with their members where Slack named them."""
    for group in sorted(groups, key=lambda one: one.id):
        if _take_group(session, group, seen_at) and group.members is not None:
            session.execute(delete(GroupMember).where(GroupMember.group_id == group.id))
            _add_members(session, group.id, group.members)


def change_members(
    session: Session,
    group_id: str,
    *,
    added: Sequence[str],
    removed: Sequence[str],
    seen_at: datetime,
) -> None:
    """Let people into a group and others out of it, as news of a moment tells.

    Of a group that is not known yet nothing is kept: the next list has it whole.
    """
    known = session.execute(
        update(UserGroup)
        .where(UserGroup.id == group_id, UserGroup.seen_at <= seen_at)
        .values(seen_at=seen_at)
        .returning(UserGroup.id)
    )
    if known.first() is None:
        return
    _add_members(session, group_id, [one for one in added if one not in removed])
    session.execute(
        delete(GroupMember).where(
            GroupMember.group_id == group_id, GroupMember.person_id.in_(sorted(removed))
        )
    )


def drop_missing_groups(session: Session, listed: Iterable[str], *, seen_at: datetime) -> None:
    """Disable the groups that Slack's list, read at that moment, no longer has."""
    session.execute(
        update(UserGroup)
        .where(UserGroup.id.not_in(sorted(listed)), UserGroup.seen_at <= seen_at)
        .values(is_disabled=True)
    )


def mark_channel(session: Session, channel_id: str, *, is_external: bool) -> None:
    """Remember that a channel is shared with another organisation, or is no longer."""
    session.execute(
        update(SharedChannel)
        .where(SharedChannel.channel_id == channel_id, SharedChannel.removed_at.is_(None))
        .values(is_external=is_external)
    )


def take_event(session: Session, event_id: str, *, now: datetime) -> bool:
    """Whether an event comes for the first time; from now on it does not."""
    new = insert_into(session, SlackEvent).values(
        id=event_id[:EVENT_ID_CHARACTERS_MAX], received_at=now
    )
    taken = session.execute(new.on_conflict_do_nothing().returning(SlackEvent.id))
    return taken.first() is not None


def forget_events(session: Session, *, now: datetime) -> None:
    """Drop the ids of events that Slack will not send again."""
    session.execute(delete(SlackEvent).where(SlackEvent.received_at < now - EVENTS_KEPT))


def _take_group(session: Session, group: SlackGroup, seen_at: datetime) -> bool:
    """Write a group down without its members; whether this was no older than what was known."""
    told = {
        "handle": group.handle,
        "name": group.name,
        "is_disabled": group.is_disabled,
        "seen_at": seen_at,
    }
    new = insert_into(session, UserGroup).values(id=group.id, **told)
    taken = session.execute(
        new.on_conflict_do_update(
            index_elements=[UserGroup.id], set_=told, where=UserGroup.seen_at <= seen_at
        ).returning(UserGroup.id)
    )
    return taken.first() is not None


def _add_members(session: Session, group_id: str, members: Sequence[str]) -> None:
    if members:
        rows = [{"group_id": group_id, "person_id": one} for one in sorted(set(members))]
        session.execute(insert_into(session, GroupMember).on_conflict_do_nothing(), rows)
