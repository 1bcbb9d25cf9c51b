"""What an invoice's status is to a person: Stripe's own, and Past Due, which we judge."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, bindparam

from bot.clock import local_day
from bot.models import OPEN, PRESENT, Invoice
from bot.queries.cards import Status

AUTOMATIC = "charge_automatically"

KNOWN_STATUSES = {
    "draft": Status.DRAFT,
    "open": Status.OPEN,
    "paid": Status.PAID,
    "uncollectible": Status.UNCOLLECTIBLE,
    "void": Status.VOID,
}
_INVOICES = Invoice.__table__

# The same judgement as judge() makes, for SQL: what is owed at all, and of that what is Past Due.
# Their parameter `now` is the business moment.
IS_OWED: tuple[ColumnElement[bool], ...] = (OPEN, PRESENT, _INVOICES.c.remaining_minor > 0)
IS_OVERDUE: ColumnElement[bool] = _INVOICES.c.overdue_at <= bindparam("now")
IS_PAST_DUE: ColumnElement[bool] = and_(*IS_OWED, IS_OVERDUE)
# And that no further attempt will be made to collect it.
IS_EXHAUSTED: ColumnElement[bool] = and_(
    IS_PAST_DUE,
    _INVOICES.c.collection_method == AUTOMATIC,
    _INVOICES.c.first_failed_at.is_not(None),
    _INVOICES.c.next_attempt_at.is_(None),
)


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """What decides an invoice's status, by the names that its row has."""

    status: str
    collection_method: str
    remaining_minor: int
    overdue_at: datetime | None
    late_since_on: date | None
    first_failed_at: datetime | None
    next_attempt_at: datetime | None


STATUS_COLUMNS = tuple(_INVOICES.c[name] for name in StatusFacts.__dataclass_fields__)


@dataclass(frozen=True, slots=True)
class Judgement:
    """An invoice's status at a moment.

    Shape: `status` None for one that Stripe has and we don't know; `text` is shown in any case.
    `failed_on`, `retry_on` and `is_exhausted` only for an open invoice whose automatic collection
    has failed, as in `InvoiceCard`.
    """

    status: Status | None
    text: str
    days_late: int
    failed_on: date | None
    retry_on: date | None
    is_exhausted: bool


def judge(facts: StatusFacts, *, now: datetime, zone: ZoneInfo) -> Judgement:
    """What the status is at this moment, in the account's zone.

    Past Due is an open invoice with something left to pay, from the day after its due day on; one
    that is collected automatically, from its first failed attempt on. Days are local dates apart.
    """
    known = KNOWN_STATUSES.get(facts.status)
    if known is not Status.OPEN or facts.remaining_minor <= 0:
        return Judgement(known, known or facts.status, 0, None, None, is_exhausted=False)
    since = facts.late_since_on
    if since is None or facts.overdue_at is None or facts.overdue_at > now:
        return Judgement(known, known, 0, None, None, is_exhausted=False)
    has_failed = facts.collection_method == AUTOMATIC and facts.first_failed_at is not None
    return Judgement(
        status=Status.PAST_DUE,
        text=Status.PAST_DUE,
        days_late=max(0, (local_day(now, zone) - since).days),
        failed_on=_day(facts.first_failed_at, zone) if has_failed else None,
        retry_on=_day(facts.next_attempt_at, zone) if has_failed else None,
        is_exhausted=has_failed and facts.next_attempt_at is None,
    )


def _day(moment: datetime | None, zone: ZoneInfo) -> date | None:
    return None if moment is None else local_day(moment, zone)
