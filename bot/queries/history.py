"""What became of an invoice: its states, when it was Past Due, and what people did about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select

from bot.audit.trail import Entry, list_entries_of_invoice, list_entries_of_subjects
from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.errors import NotFound
from bot.mirror.history import Sureness, sureness_of
from bot.models import InvoiceState, PromisedInvoice
from bot.money import Money
from bot.queries.cards import Freshness, InvoiceRow, Status
from bot.queries.crossings import list_crossings
from bot.queries.freshness import get_freshness
from bot.queries.invoice_rows import (
    INVOICES,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
)
from bot.queries.people import list_names
from bot.queries.sight import Sight
from bot.queries.status import KNOWN_STATUSES

PAGE_ROWS = 12
# The newest so many of each are looked at; an invoice has a dozen.
STATES_MAX, STRETCHES_MAX, DEEDS_MAX = 500, 500, 500

_STATES, _PROMISED = InvoiceState.__table__, PromisedInvoice.__table__


@dataclass(frozen=True, slots=True)
class StateLine:
    """A state, from a moment on.

    Shape: `source` is what showed it to us first: event, read, backfill, verify or command, with an
    event's id in `event_id`. `is_told` when Stripe told of it afterwards by a date alone, so that
    its amounts are assumed; `is_by_then` when it was found so, and may have been so before.
    """

    at: datetime
    status: Status | None
    status_text: str
    total: Money
    remaining: Money
    due_on: date | None
    seen_at: datetime
    source: str
    event_id: str | None
    is_told: bool
    is_by_then: bool


@dataclass(frozen=True, slots=True)
class PastDueLine:
    """A stretch of being Past Due, from a moment on; `ended_at` is None while it lasts.

    Shape: `judged_at` is when we recorded it, in the night after `at` or in a later one.
    """

    at: datetime
    judged_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class DeedLine:
    """What somebody did, or asked for; `who` is None for Tallyman itself."""

    at: datetime
    number: int
    action: str
    who: str | None
    basis: str
    note: str | None


Line = StateLine | PastDueLine | DeedLine


@dataclass(frozen=True, slots=True)
class InvoiceHistory:
    """One page of an invoice's history, oldest first.

    Shape: `known_since` is the first sight of it where states before that are known by their dates
    alone; None where events told of it from its beginning.
    """

    invoice: InvoiceRow
    lines: tuple[Line, ...]
    states_count: int
    past_due_count: int
    deeds_count: int
    known_since: datetime | None
    page: int
    pages: int
    freshness: Freshness
    zone: str


def get_invoice_history(
    session: Reading, invoice_id: str, *, page: int, sight: Sight
) -> InvoiceHistory:
    """The history of one invoice; a page beyond the last one is the last.

    Raises: NotFound when there is none, or none for this person, which is the same answer.
    """
    is_scoped = sight.scope is not None
    statement = (
        select(*ROW_COLUMNS)
        .select_from(WITH_ACCOUNT)
        .where(INVOICES.c.id == invoice_id, *visible(is_scoped=is_scoped, drafts=sight.drafts))
    )
    row = session.connection().execute(statement, sight_values(sight)).one_or_none()
    if row is None:
        raise NotFound("There is no such invoice.")
    invoice = row_of(row, sight=sight)
    states = _states(session, invoice, sight)
    stretches = _stretches(session, invoice_id)
    deeds = _deeds(session, invoice_id, sight)
    lines: list[Line] = sorted([*states, *stretches, *deeds], key=lambda line: line.at)
    pages = max(1, -(-len(lines) // PAGE_ROWS))
    page = min(page, pages)
    return InvoiceHistory(
        invoice=invoice,
        lines=tuple(lines[(page - 1) * PAGE_ROWS : page * PAGE_ROWS]),
        states_count=len(states),
        past_due_count=len(stretches),
        deeds_count=len(deeds),
        known_since=_known_since(states),
        page=page,
        pages=pages,
        freshness=get_freshness(session, sight=sight),
        zone=invoice.account.time_zone,
    )


def _states(session: Reading, invoice: InvoiceRow, sight: Sight) -> list[StateLine]:
    newest = (
        select(_STATES)
        .where(_STATES.c.invoice_id == invoice.id)
        .order_by(_STATES.c.effective_at.desc())
        .limit(STATES_MAX)
    )
    rows = session.connection().execute(newest).all()
    return [
        _state(row, invoice.account.time_zone, sight)
        for row in rows
        if sight.drafts or row.status != "draft"
    ]


def _state(row: Row[Any], zone: str, sight: Sight) -> StateLine:
    sureness = sureness_of(row.effective_at)
    seen_at = _by_business_clock(row.seen_at, sight)
    at = row.effective_at.replace(microsecond=0)
    # Found in a read, and not by the date at which its status began.
    is_by_then = sureness is Sureness.READ and at == row.seen_at.replace(microsecond=0)
    status = KNOWN_STATUSES.get(row.status)
    source, _, event_id = row.source.partition(":")
    return StateLine(
        # Its microseconds keep the order within a second.
        at=seen_at if is_by_then else row.effective_at,
        status=status,
        status_text=row.status,
        total=Money(row.total_minor, row.currency),
        remaining=Money(row.remaining_minor, row.currency),
        due_on=local_day(row.due_at, zone_of(zone)) if row.due_at else None,
        seen_at=seen_at,
        source=source,
        event_id=event_id or None,
        is_told=sureness is Sureness.TOLD,
        is_by_then=is_by_then,
    )


def _by_business_clock(moment: datetime, sight: Sight) -> datetime:
    """A moment of the machine's clock by the other one, which differs in the sandbox alone."""
    difference = sight.now - sight.real_now
    return moment if abs(difference) < timedelta(seconds=1) else moment + difference


def _stretches(session: Reading, invoice_id: str) -> list[PastDueLine]:
    found = list_crossings(session, [invoice_id])[-STRETCHES_MAX:]
    return [PastDueLine(one.crossed_at, one.judged_at, one.ended_at) for one in found]


def _deeds(session: Reading, invoice_id: str, sight: Sight) -> list[DeedLine]:
    entries = _entries(session, invoice_id)
    names = list_names(session, {entry.actor_id for entry in entries})
    return [_deed(entry, names, sight) for entry in entries]


def _entries(session: Reading, invoice_id: str) -> list[Entry]:
    """What is recorded of an invoice, and of promises, which may be about several; each once."""
    entries = list_entries_of_invoice(session, invoice_id, limit=DEEDS_MAX)
    promised = select(_PROMISED.c.promise_id).where(_PROMISED.c.invoice_id == invoice_id)
    ids = [str(promise_id) for promise_id in session.connection().execute(promised).scalars()]
    if not ids:
        return entries
    entries += list_entries_of_subjects(session, "promise", ids, limit=DEEDS_MAX)
    return list({entry.number: entry for entry in entries}.values())


def _deed(entry: Entry, names: dict[str, str], sight: Sight) -> DeedLine:
    note = entry.details.get("note")
    return DeedLine(
        at=_by_business_clock(entry.at, sight),
        number=entry.number,
        action=entry.action,
        who=names.get(entry.actor_id, entry.actor_id) or None,
        basis=entry.basis,
        note=note if isinstance(note, str) else None,
    )


def _known_since(states: Sequence[StateLine]) -> datetime | None:
    if not states:
        return None
    first = min(states, key=lambda state: state.at)
    if first.source == "event" and not first.is_told:
        return None
    return min(state.seen_at for state in states)
