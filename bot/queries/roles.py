"""Who has which role, and whom a word stands for when roles are given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, Row, Select, func, select

from bot.access import Role, roles_by_settings
from bot.database import Reading
from bot.models import Grant, GroupMember, Person, UserGroup
from bot.queries.invoice_rows import ACCOUNTS, PARENTS
from bot.settings import Settings
from bot.slack_objects import is_group_id

PAGE_ROWS = 15
NEAREST_OF_MAX = 50_000
NEAREST_MAX = 3
LIKENESS_MIN = 60

# What keeps a person's roles from giving anything, whatever was granted.
_OBSTACLES = {
    "is_bot": "a bot",
    "is_deactivated": "deactivated",
    "is_external": "of another organisation",
    "is_guest": "a guest",
}
_GRANTS = Grant.__table__
_WITH_NAMES = (
    _GRANTS.outerjoin(ACCOUNTS, ACCOUNTS.c.id == _GRANTS.c.account_id)
    .outerjoin(PARENTS, PARENTS.c.id == ACCOUNTS.c.parent_id)
    .outerjoin(Person.__table__, Person.id == _GRANTS.c.subject_id)
    .outerjoin(UserGroup.__table__, UserGroup.id == _GRANTS.c.subject_id)
)
_PEOPLE = select(
    Person.id,
    Person.name.label("person_handle"),
    Person.real_name,
    Person.is_guest,
    Person.is_bot,
    Person.is_deactivated,
    Person.is_external,
)
_GROUPS = select(
    UserGroup.id,
    UserGroup.handle.label("group_handle"),
    UserGroup.name.label("group_name"),
    UserGroup.is_disabled,
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or a user group.

    Shape: `handle` without @. `obstacle` says why their roles give nothing at present, or is None.
    """

    id: str
    name: str
    handle: str
    is_group: bool
    obstacle: str | None


@dataclass(frozen=True, slots=True)
class GrantLine:
    """A role that holds. `path` names the account, () for all; `granted_at` None for settings."""

    subject: Subject
    role: Role
    account_id: int | None
    path: tuple[str, ...]
    granted_at: datetime | None


@dataclass(frozen=True, slots=True)
class GrantPage:
    """Roles that hold, at most PAGE_ROWS of them, beside a count of all."""

    lines: tuple[GrantLine, ...]
    count: int
    page: int = 1

    @property
    def pages(self) -> int:
        """How many pages there are; 1 when there is nothing."""
        return max(1, -(-self.count // PAGE_ROWS))


def list_grants(reading: Reading, settings: Settings, *, page: int = 1) -> GrantPage:
    """Every role that holds: those of the settings first, then by name.

    Shape: a page beyond the last one gives the last.
    """
    return _page(reading, _by_settings(reading, settings), page)


def list_own_grants(reading: Reading, settings: Settings, person_id: str) -> GrantPage:
    """The roles of one person, their own and those of their groups; the first page of them."""
    groups = select(GroupMember.group_id).where(GroupMember.person_id == person_id)
    is_own = (_GRANTS.c.subject_id == person_id) | (
        _GRANTS.c.subject_id.in_(groups) & UserGroup.is_disabled.is_(False)
    )
    found = reading.connection().execute(
        groups.join(UserGroup, UserGroup.id == GroupMember.group_id).where(
            UserGroup.is_disabled.is_(False)
        )
    )
    subjects = {person_id, *found.scalars()}
    first = [line for line in _by_settings(reading, settings) if line.subject.id in subjects]
    return _page(reading, first, 1, is_own)


def find_subject(reading: Reading, subject_id: str) -> Subject | None:
    """A person or group that Slack has told us about, or None."""
    connection = reading.connection()
    person = connection.execute(_PEOPLE.where(Person.id == subject_id)).one_or_none()
    if person is not None:
        return _person(person)
    group = connection.execute(_GROUPS.where(UserGroup.id == subject_id)).one_or_none()
    return None if group is None else _group(group)


def list_subjects_named(reading: Reading, text: str) -> tuple[Subject, ...]:
    """The people and groups whose handle or name is this, whatever the case; () for none."""
    wanted = text.removeprefix("@").casefold()
    return tuple(
        subject
        for subject in _subjects(reading)
        if wanted in (subject.handle.casefold(), subject.name.casefold())
    )


def list_nearest_handles(reading: Reading, text: str) -> tuple[str, ...]:
    """The handles most like a text that is none, the most alike first."""
    subjects = _subjects(reading)
    wanted = text.removeprefix("@").casefold()
    words = [(each.handle, each.handle.casefold()) for each in subjects]
    words += [(each.handle, each.name.casefold()) for each in subjects]
    nearest = process.extract(
        wanted,
        [word for _, word in words],
        scorer=fuzz.WRatio,
        limit=NEAREST_MAX * 2,
        score_cutoff=LIKENESS_MIN,
    )
    return tuple(dict.fromkeys(words[place][0] for _, _, place in nearest))[:NEAREST_MAX]


def _page(
    reading: Reading, first: Sequence[GrantLine], page: int, *conditions: ColumnElement[bool]
) -> GrantPage:
    """One page of what the settings give to some and of the grants that hold."""
    holds = (
        _GRANTS.c.revoked_at.is_(None),
        _GRANTS.c.role.in_([role.value for role in Role]),
        *conditions,
    )
    counted = select(func.count()).select_from(_WITH_NAMES).where(*holds)
    count = len(first) + reading.connection().execute(counted).scalar_one()
    page = min(max(1, page), GrantPage((), count).pages)
    skipped = (page - 1) * PAGE_ROWS
    by_settings = first[skipped : skipped + PAGE_ROWS]
    statement = (
        _grant_columns()
        .where(*holds)
        .order_by(func.coalesce(Person.real_name, UserGroup.name), _GRANTS.c.id)
        .limit(PAGE_ROWS - len(by_settings))
        .offset(max(0, skipped - len(first)))
    )
    lines = (
        *by_settings,
        *_lines(reading.connection().execute(statement).all()),
    )
    return GrantPage(lines, count, page)


def _grant_columns() -> Select[Any]:
    return select(
        _GRANTS.c.subject_id,
        _GRANTS.c.role,
        _GRANTS.c.account_id,
        _GRANTS.c.granted_at,
        ACCOUNTS.c.name.label("account_name"),
        PARENTS.c.name.label("parent_name"),
        Person.name.label("person_handle"),
        Person.real_name,
        Person.is_guest,
        Person.is_bot,
        Person.is_deactivated,
        Person.is_external,
        UserGroup.handle.label("group_handle"),
        UserGroup.name.label("group_name"),
        UserGroup.is_disabled,
    ).select_from(_WITH_NAMES)


def _lines(rows: Sequence[Row[Any]]) -> tuple[GrantLine, ...]:
    return tuple(
        GrantLine(
            subject=_subject(row),
            role=Role(row.role),
            account_id=row.account_id,
            path=tuple(name for name in (row.parent_name, row.account_name) if name is not None),
            granted_at=row.granted_at,
        )
        for row in rows
    )


def _by_settings(reading: Reading, settings: Settings) -> tuple[GrantLine, ...]:
    """The roles of the settings, in their order; by id for whom Slack has not told us of."""
    given = roles_by_settings(settings)
    ids = [subject for subject, _ in given]
    connection = reading.connection()
    people = connection.execute(_PEOPLE.where(Person.id.in_(ids)))
    groups = connection.execute(_GROUPS.where(UserGroup.id.in_(ids)))
    known = {row.id: _person(row) for row in people} | {row.id: _group(row) for row in groups}
    return tuple(
        GrantLine(known.get(subject) or _unmet(subject), role, None, (), None)
        for subject, role in given
    )


def _subjects(reading: Reading) -> tuple[Subject, ...]:
    people = _PEOPLE.where(Person.is_deactivated.is_(False), Person.is_bot.is_(False))
    groups = _GROUPS.where(UserGroup.is_disabled.is_(False))
    connection = reading.connection()
    return (
        *(_person(row) for row in connection.execute(people.limit(NEAREST_OF_MAX))),
        *(_group(row) for row in connection.execute(groups.limit(NEAREST_OF_MAX))),
    )


def _subject(row: Row[Any]) -> Subject:
    """Whoever has the grant of a row, by id where Slack has not told us of them."""
    if row.real_name is not None:
        return _person(row, row.subject_id)
    if row.group_name is not None:
        return _group(row, row.subject_id)
    return _unmet(row.subject_id)


def _unmet(subject_id: str) -> Subject:
    """Somebody, or a group, by their id."""
    is_group = is_group_id(subject_id)
    return Subject(subject_id, subject_id, subject_id, is_group=is_group, obstacle=None)


def _person(row: Any, person_id: str | None = None) -> Subject:
    obstacle = next((why for flag, why in _OBSTACLES.items() if getattr(row, flag)), None)
    return Subject(
        id=person_id or row.id,
        name=row.real_name,
        handle=row.person_handle,
        is_group=False,
        obstacle=obstacle,
    )


def _group(row: Any, group_id: str | None = None) -> Subject:
    return Subject(
        id=group_id or row.id,
        name=row.group_name,
        handle=row.group_handle,
        is_group=True,
        obstacle="disabled" if row.is_disabled else None,
    )
