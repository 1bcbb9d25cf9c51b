"""Messages that the bot has posted, as rows: which there are, and what they show."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, delete, exists, literal, select, update
from sqlalchemy.orm import Session

from bot.database import Reading
from bot.effects import Means
from bot.live_views import check_listed, check_now, look_of_channel, show
from bot.models import LIVE, OPEN, Account, DigestPost, Effect, Invoice, PostedMessage
from bot.slack_posting import Content, Place
from bot.views.blocks import Message

# A message says from when its figures are in a block of this type, and that alone is no change.
_PASSING = "context"

_POSTED: Any = PostedMessage.__table__
_DIGESTS: Any = DigestPost.__table__
_EFFECTS: Any = Effect.__table__
_ACCOUNTS: Any = Account.__table__
_INVOICES: Any = Invoice.__table__


@dataclass(frozen=True, slots=True)
class Announcement:
    """A promised message: `ts` None until it is there, `is_left` when it stays as it is."""

    id: int
    place: Place
    ts: str | None
    view: str | None
    subject: str
    asked_by: str | None
    digest: str | None
    is_left: bool


def subject_of(announcement_id: int) -> str:
    """The subject of every effect about a message, so that they happen one after another."""
    return f"message:{announcement_id}"


def content_of(message: Message) -> Content:
    """A message as it is posted."""
    return Content(text=message.text, choices=(message.blocks, *message.fallbacks))


def check_place(announcement: Announcement, means: Means) -> None:
    """See that the channel of a message with a live view may see it at this moment.

    Raises: SharedOutside, or Refused, when it may not; what Slack's silence raises.
    """
    if announcement.view is None:
        raise ValueError("this message has no live view")
    runtime, channel_id = means.runtime, announcement.place.channel_id
    with runtime.database.looking() as reading:
        check_listed(reading, runtime.settings, view=announcement.view, channel_id=channel_id)
    own_team_id = means.deployment.slack_team_id
    check_now(runtime, means.slack, channel_id, own_team_id=own_team_id)


def render(announcement: Announcement, means: Means) -> Message | None:
    """What a message with a live view shows now; None when there is nothing of it any more."""
    if announcement.view is None:
        raise ValueError("this message has no live view")
    runtime, deployment = means.runtime, means.deployment
    look = look_of_channel(runtime, deployment, shared_by=announcement.asked_by)
    with runtime.database.looking() as reading:
        return show(reading, announcement.view, announcement.subject, look)


def digest_of(message: Message) -> str:
    """A fingerprint of what a message shows, but for the moment that it is from."""
    lasting = [block for block in message.blocks if block["type"] != _PASSING]
    return hashlib.sha256(json.dumps(lasting, sort_keys=True).encode()).hexdigest()


def get_announcement(reading: Reading, announcement_id: int) -> Announcement:
    """A message by its number.

    Raises: NoResultFound for a number that nobody was given.
    """
    found = select(_POSTED).where(_POSTED.c.id == announcement_id)
    row = reading.connection().execute(found).one()
    return Announcement(
        id=row.id,
        place=Place(row.channel_id, row.thread_ts),
        ts=row.ts,
        view=row.view,
        subject=row.subject,
        asked_by=row.asked_by,
        digest=row.digest,
        is_left=row.left_at is not None,
    )


def list_live_ids(session: Session, subjects: Collection[str]) -> list[int]:
    """The messages that show one of these subjects and are kept up to date, in one order."""
    found = select(_POSTED.c.id).where(LIVE, _POSTED.c.subject.in_(list(subjects)))
    return list(session.scalars(found.order_by(_POSTED.c.id)))


def list_ids_in(session: Session, channel_id: str) -> list[int]:
    """Everything in a channel that shows amounts, also what is left alone."""
    found = select(_POSTED.c.id).where(_POSTED.c.channel_id == channel_id)
    shown = found.where(_POSTED.c.view.is_not(None), _POSTED.c.ts.is_not(None))
    return list(session.scalars(shown.order_by(_POSTED.c.id)))


def list_days(session: Session) -> list[tuple[int, str]]:
    """The messages that follow open invoices, each with the zone whose days it shows."""
    shown = _POSTED.join(_INVOICES, _INVOICES.c.id == _POSTED.c.subject).join(_ACCOUNTS)
    found = select(_POSTED.c.id, _ACCOUNTS.c.time_zone).select_from(shown).where(LIVE, OPEN)
    return [(row.id, row.time_zone) for row in session.execute(found.order_by(_POSTED.c.id))]


def write_posted(
    session: Session,
    announcement_id: int,
    *,
    channel_id: str,
    ts: str,
    digest: str | None,
    now: datetime,
) -> None:
    """Remember where a message stands and what it shows."""
    told = {"channel_id": channel_id, "ts": ts, "digest": digest}
    _write(session, announcement_id, **told, posted_at=now, left_at=None)


def write_changed(
    session: Session, announcement_id: int, *, digest: str | None, now: datetime
) -> None:
    """Remember what a message shows now."""
    _write(session, announcement_id, digest=digest, changed_at=now)


def leave(session: Session, announcement_id: int, *, now: datetime) -> None:
    """Leave a message as it is from now on."""
    _write(session, announcement_id, left_at=now)


def purge_plain(session: Session, *, before: datetime, limit: int) -> int:
    """Forget messages of long ago that say for ever what they said, at most so many; how many.

    What has a live view stays, as its figures may have to be taken away; and so does what a digest,
    or a promise that is still there, is about.
    """
    is_wanted = exists().where(
        _EFFECTS.c.subject == literal("message:") + cast(_POSTED.c.id, String)
    )
    is_of_digest = exists().where(_DIGESTS.c.message_id == _POSTED.c.id)
    old = select(_POSTED.c.id).where(
        _POSTED.c.view.is_(None), _POSTED.c.promised_at < before, ~is_wanted, ~is_of_digest
    )
    gone = delete(_POSTED).where(_POSTED.c.id.in_(old.limit(limit).scalar_subquery()))
    return len(session.execute(gone.returning(_POSTED.c.id)).all())


def _write(session: Session, announcement_id: int, **values: Any) -> None:
    session.execute(update(_POSTED).where(_POSTED.c.id == announcement_id).values(**values))
