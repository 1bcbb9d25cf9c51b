"""Who is told of an account: its owner, else the group that the settings name, else the admins.

Nobody is told of what they may not see. An owner who has left, or has lost their role, counts as
none.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from bot.access import Actor, Permission, Role, find_actor, is_allowed, roles_by_settings
from bot.database import Reading
from bot.models import Grant, GroupMember, UserGroup
from bot.queries.terms import find_terms
from bot.settings import Settings
from bot.slack_objects import is_group_id

# A notice is for somebody to act on: so many at most get it where there is no owner.
FALLBACK_TOLD_MAX = 20


@dataclass(frozen=True, slots=True)
class Responsible:
    """Somebody who is told, and of which accounts: as their owner, or as nobody is."""

    person_id: str
    account_ids: frozenset[int]
    is_owner: bool


def list_responsible(
    reading: Reading, settings: Settings, account_ids: Collection[int], *, team_id: str
) -> list[Responsible]:
    """Who is to be told of these accounts.

    Shape: in the order of their ids, owners first; a person may stand there twice, once as owner.
        [] where nobody may see them.
    """
    owned: dict[str, set[int]] = {}
    for account_id, terms in find_terms(reading, account_ids).items():
        if terms.owner_id is not None:
            owned.setdefault(terms.owner_id, set()).add(account_id)
    told = []
    for person_id, accounts in sorted(owned.items()):
        actor = find_actor(reading, settings, user_id=person_id, team_id=team_id)
        if actor is not None and (seen := _seen(actor, accounts)):
            told.append(Responsible(person_id, seen, is_owner=True))
    ownerless = set(account_ids).difference(*(one.account_ids for one in told))
    if ownerless:
        told += _fallback(reading, settings, ownerless, team_id=team_id)
    return told


def list_admins(reading: Reading, settings: Settings, *, team_id: str) -> list[str]:
    """The admins of all accounts who are there still, at most FALLBACK_TOLD_MAX of them."""
    found = []
    for person_id in sorted(set(_admins(reading, settings)))[:FALLBACK_TOLD_MAX]:
        actor = find_actor(reading, settings, user_id=person_id, team_id=team_id)
        if actor is not None and is_allowed(actor, Permission.MANAGE_DIGESTS):
            found.append(person_id)
    return found


def _fallback(
    reading: Reading, settings: Settings, account_ids: set[int], *, team_id: str
) -> list[Responsible]:
    """Those who are told of accounts without an owner: the admins too, where no other may see."""
    told: list[Responsible] = []
    for people in (_group_of(reading, settings), _admins(reading, settings)):
        rest = account_ids.difference(*(one.account_ids for one in told))
        for person_id in sorted(set(people))[:FALLBACK_TOLD_MAX] if rest else ():
            actor = find_actor(reading, settings, user_id=person_id, team_id=team_id)
            if actor is not None and (seen := _seen(actor, rest)):
                told.append(Responsible(person_id, seen, is_owner=False))
    return told


def _seen(actor: Actor, account_ids: set[int]) -> frozenset[int]:
    scope = actor.scope
    return frozenset(account_ids if scope is None else account_ids & scope)


def _group_of(reading: Reading, settings: Settings) -> Iterable[str]:
    return _members(reading, settings.past_due_group) if settings.past_due_group else ()


def _admins(reading: Reading, settings: Settings) -> Iterable[str]:
    """The admins for all accounts, by the settings or by a grant."""
    given = (subject for subject, role in roles_by_settings(settings) if role is Role.ADMIN)
    granted = select(Grant.subject_id).where(
        Grant.revoked_at.is_(None), Grant.account_id.is_(None), Grant.role == Role.ADMIN.value
    )
    for subject in {*given, *reading.connection().execute(granted).scalars()}:
        yield from _members(reading, subject) if is_group_id(subject) else [subject]


def _members(reading: Reading, group_id: str) -> Iterable[str]:
    members = (
        select(GroupMember.person_id)
        .join(UserGroup, UserGroup.id == GroupMember.group_id)
        .where(GroupMember.group_id == group_id, UserGroup.is_disabled.is_(False))
    )
    return reading.connection().execute(members).scalars().all()
