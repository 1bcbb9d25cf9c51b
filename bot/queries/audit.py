"""How the audit trail is doing: its length, its end, whether it is whole, and its newest deeds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from bot.audit.anchors import Anchor
from bot.audit.keys import keys_of
from bot.audit.trail import Entry, count_entries, list_newest_deeds
from bot.audit.verify import verify
from bot.database import Reading
from bot.models import SyncMark
from bot.queries.people import list_names
from bot.queries.sight import Sight
from bot.settings import Settings

# So many of the newest entries are checked while somebody waits: a few hundredths of a second.
CHECKED_MAX = 2_000
SHOWN_MAX = 8
# The mark that remembers when the whole trail was last found to be as it was recorded.
VERIFIED = "audit_verified"

_MARKS = SyncMark.__table__


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One of the newest deeds; `who` is None for Tallyman itself."""

    number: int
    at: datetime
    who: str | None
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class AuditReport:
    """All that `/billing audit` shows.

    Shape: `checked_count` of the newest entries were looked at just now, and `broken` says what is
    wrong with them or with the end. `whole_age` is how long ago the whole trail was last found to
    be right, by the machine's clock; None for never.
    """

    entries_count: int
    head: Anchor | None
    checked_count: int
    broken: str | None
    whole_age: timedelta | None
    newest: tuple[AuditLine, ...]
    zone: str


def get_audit_report(session: Reading, settings: Settings, *, sight: Sight) -> AuditReport:
    """How the trail is doing at this moment."""
    verdict = verify(session, keys_of(settings), newest=CHECKED_MAX)
    mark = select(_MARKS.c.real_at).where(_MARKS.c.name == VERIFIED)
    whole_at: datetime | None = session.connection().execute(mark).scalar()
    newest = list_newest_deeds(session, limit=SHOWN_MAX)
    people = {entry.actor_id for entry in newest}
    people |= {entry.subject_id for entry in newest if entry.subject_kind == "person"}
    names = list_names(session, people)
    return AuditReport(
        entries_count=count_entries(session),
        head=verdict.head,
        checked_count=verdict.checked,
        broken=verdict.broken,
        whole_age=None if whole_at is None else max(sight.real_now - whole_at, timedelta(0)),
        newest=tuple(_line(entry, names) for entry in newest),
        zone=sight.zone,
    )


def _line(entry: Entry, names: dict[str, str]) -> AuditLine:
    subject = names.get(entry.subject_id, entry.subject_id)
    return AuditLine(
        number=entry.number,
        at=entry.at,
        who=names.get(entry.actor_id, entry.actor_id) or None,
        action=entry.action,
        subject=f"{entry.subject_kind} {subject}",
    )
