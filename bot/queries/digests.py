"""Which channels get a digest, and what those showed that were posted."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, func, or_, select

from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.errors import NotFound
from bot.local_hours import DAYS_LOOKED_AT, Subject
from bot.models import (
    IS_SET_UP,
    Account,
    Digest,
    DigestLine,
    DigestPost,
    DigestSighting,
    Person,
    PostedMessage,
)
from bot.money import Money
from bot.queries.account_refs import list_refs
from bot.queries.digest_cards import DigestScope, Shown, ShownLine, Sighting
from bot.queries.digest_owing import DigestFilter
from bot.queries.people import list_names
from bot.queries.sight import Sight

_DIGESTS: Any = Digest.__table__
_POSTS: Any = DigestPost.__table__
_LINES: Any = DigestLine.__table__
_SIGHTINGS: Any = DigestSighting.__table__
_MESSAGES: Any = PostedMessage.__table__
_PEOPLE = Person.__table__
# The largest that the column of their ids holds.
DIGEST_ID_MAX = 2**31 - 1
# A digest of one weekday may be caught up for a day that lies weeks back; it is of the day on which
# it was made, which somewhere is the day before still.
DAYS_BACK, DAYS_AROUND = timedelta(days=DAYS_LOOKED_AT), timedelta(days=2)
GONE = "That digest was changed or stopped meanwhile. See /billing digest."


@dataclass(frozen=True, slots=True)
class DigestSetup:
    """How a channel's digest is set up.

    Shape: `weekdays` has ISO's numbers, 1 for Monday; `last_on` is the day of the last one that
        was posted, None for none yet.
    """

    id: int
    channel_id: str
    channel_name: str
    wanted: DigestFilter
    scope: DigestScope
    hour: int
    time_zone: str
    weekdays: frozenset[int]
    is_quiet: bool
    set_by: str
    since_at: datetime
    last_on: date | None

    @property
    def subject(self) -> Subject:
        """When it is due; a change of it makes it the same subject still."""
        return Subject(
            key=self.channel_id,
            zone=self.time_zone,
            hour=self.hour,
            weekdays=frozenset(day - 1 for day in self.weekdays),
            since=self.since_at,
        )


@dataclass(frozen=True, slots=True)
class DigestOfDay:
    """A digest that was made; `ts` None until it stands in its channel."""

    id: int
    digest_id: int
    channel_id: str
    day: date
    made_at: datetime
    is_late: bool
    previous_id: int | None
    message_id: int | None


def list_digests(reading: Reading) -> tuple[DigestSetup, ...]:
    """Every channel's, by the names of the channels."""
    order = (_DIGESTS.c.channel_name, _DIGESTS.c.id)
    rows = reading.connection().execute(_FOUND.where(IS_SET_UP).order_by(*order)).all()
    return _setups(reading, rows)


def get_digest_setup(reading: Reading, digest_id: int) -> DigestSetup:
    """One that is set up still.

    Raises: NotFound when it was stopped or changed since.
    """
    found = _find(reading, IS_SET_UP, _DIGESTS.c.id == min(digest_id, DIGEST_ID_MAX))
    if found is None:
        raise NotFound(GONE)
    return found


def get_digest_in_sight(reading: Reading, digest_id: int, *, sight: Sight) -> DigestSetup:
    """The same for somebody who may not see every account.

    Raises: NotFound also for one that is about an account which does not exist for this person.
    """
    setup = get_digest_setup(reading, digest_id)
    account_id = setup.wanted.account_id
    if account_id is not None and sight.scope is not None and account_id not in sight.scope:
        raise NotFound(GONE)
    return setup


def find_digest_of_channel(reading: Reading, channel_id: str) -> DigestSetup | None:
    """The one of a channel, or None."""
    return _find(reading, IS_SET_UP, _DIGESTS.c.channel_id == channel_id)


def is_digest_channel(reading: Reading, channel_id: str) -> bool:
    """Whether a channel gets a digest."""
    found = select(_DIGESTS.c.id).where(IS_SET_UP, _DIGESTS.c.channel_id == channel_id)
    return reading.connection().execute(found).first() is not None


def get_digest_of_day(reading: Reading, post_id: int) -> tuple[DigestSetup, DigestOfDay]:
    """One that was made, with how it was set up then.

    Raises: NotFound when there is none.
    """
    row = reading.connection().execute(select(_POSTS).where(_POSTS.c.id == post_id)).one_or_none()
    setup = None if row is None else _find(reading, _DIGESTS.c.id == row.digest_id)
    if row is None or setup is None:
        raise NotFound("There is no such digest.")
    return setup, DigestOfDay(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public way to a dict


def find_digest_on(reading: Reading, channel_id: str, day: date) -> DigestOfDay | None:
    """The digest of a channel and day, or None."""
    found = select(_POSTS).where(_POSTS.c.channel_id == channel_id, _POSTS.c.day == day)
    row = reading.connection().execute(found).one_or_none()
    return None if row is None else DigestOfDay(**row._mapping)  # noqa: SLF001 - as above


def find_last_posted(reading: Reading, channel_id: str) -> int | None:
    """The newest digest that the readers of a channel have before them; its id, or None."""
    posted = (
        select(_POSTS.c.id)
        .select_from(_POSTS.join(_MESSAGES, _MESSAGES.c.id == _POSTS.c.message_id))
        .where(_POSTS.c.channel_id == channel_id, _MESSAGES.c.posted_at.is_not(None))
        .order_by(_POSTS.c.day.desc())
        .limit(1)
    )
    return reading.connection().execute(posted).scalar_one_or_none()


def find_shown(reading: Reading, post_id: int | None) -> Shown | None:
    """What a digest showed when it was made; None for no digest."""
    if post_id is None:
        return None
    connection = reading.connection()
    made_at = connection.execute(select(_POSTS.c.made_at).where(_POSTS.c.id == post_id)).scalar()
    if made_at is None:
        return None
    rows = connection.execute(select(_LINES).where(_LINES.c.post_id == post_id))
    return Shown(
        made_at,
        {
            (row.account_id, row.currency): ShownLine(
                row.days_late, Money(row.past_due_minor, row.currency), row.invoices_count
            )
            for row in rows
        },
    )


def list_sightings(reading: Reading, post_id: int) -> tuple[Sighting, ...]:
    """Who has seen a digest and said so, in that order."""
    found = select(_SIGHTINGS).where(_SIGHTINGS.c.post_id == post_id)
    order = (_SIGHTINGS.c.at, _SIGHTINGS.c.person_id)
    rows = reading.connection().execute(found.order_by(*order)).all()
    names = list_names(reading, {row.person_id for row in rows})
    return tuple(Sighting(names.get(row.person_id, row.person_id), row.at) for row in rows)


def list_live_posts(reading: Reading, account_ids: Collection[int], *, at: datetime) -> list[int]:
    """The messages of digests that are about some of these accounts and whose day it still is.

    Shape: ids of posted messages; of a digest by owner all, as the owner may just have changed.
    """
    accounts = Account.__table__
    ids = list(account_ids)
    families = select(accounts.c.parent_id).where(accounts.c.id.in_(ids))
    is_about = or_(
        _DIGESTS.c.account_id.is_(None),
        _DIGESTS.c.account_id.in_(ids),
        _DIGESTS.c.account_id.in_(families),
    )
    found = (
        select(_POSTS.c.message_id, _POSTS.c.made_at, _DIGESTS.c.time_zone)
        .select_from(_POSTS.join(_DIGESTS, _DIGESTS.c.id == _POSTS.c.digest_id))
        .where(_POSTS.c.day >= at.date() - DAYS_BACK, _POSTS.c.made_at > at - DAYS_AROUND)
        .where(_POSTS.c.message_id.is_not(None), is_about)
        .order_by(_POSTS.c.message_id)
    )
    return [
        row.message_id
        for row in reading.connection().execute(found)
        if is_day_of(row.made_at, at, row.time_zone)
    ]


def is_day_of(made_at: datetime, at: datetime, zone_name: str) -> bool:
    """Whether a digest that was made then is still the one of the day, by its own zone."""
    zone = zone_of(zone_name)
    return local_day(made_at, zone) == local_day(at, zone)


_LAST_ON = (
    select(func.max(_POSTS.c.day))
    .select_from(_POSTS.join(_MESSAGES, _MESSAGES.c.id == _POSTS.c.message_id))
    .where(_POSTS.c.channel_id == _DIGESTS.c.channel_id, _MESSAGES.c.posted_at.is_not(None))
    .correlate(_DIGESTS)
    .scalar_subquery()
)
_FOUND = select(_DIGESTS, _PEOPLE.c.real_name.label("owner_name"), _LAST_ON.label("last_on"))
_FOUND = _FOUND.select_from(_DIGESTS.outerjoin(_PEOPLE, _PEOPLE.c.id == _DIGESTS.c.owner_id))


def _find(reading: Reading, *conditions: ColumnElement[bool]) -> DigestSetup | None:
    rows = reading.connection().execute(_FOUND.where(*conditions)).all()
    return _setups(reading, rows)[0] if rows else None


def _setups(reading: Reading, rows: Collection[Row[Any]]) -> tuple[DigestSetup, ...]:
    ids = sorted({row.account_id for row in rows} - {None})
    accounts = {each.id: each for each in (list_refs(reading, ids) if ids else ())}
    return tuple(
        DigestSetup(
            id=row.id,
            channel_id=row.channel_id,
            channel_name=row.channel_name,
            wanted=DigestFilter(row.account_id, row.owner_id, row.currency, row.minimum),
            scope=DigestScope(
                account=accounts.get(row.account_id),
                owner=(row.owner_name or row.owner_id) if row.owner_id else None,
                currency=row.currency,
                minimum=row.minimum,
            ),
            hour=row.hour,
            time_zone=row.time_zone,
            weekdays=frozenset(map(int, row.weekdays)),
            is_quiet=row.is_quiet,
            set_by=row.set_by,
            since_at=row.since_at,
            last_on=row.last_on,
        )
        for row in rows
    )
