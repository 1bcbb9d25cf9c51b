"""When the first automatic payment of an invoice failed, as events told it, early or late."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.mirror.events import IS_KEPT, IS_NOTED, load_event, subject_of
from bot.mirror.fields import whole_at
from bot.mirror.rows import table_of
from bot.models import PAYMENT_FAILED, Invoice, ReceivedEvent

_EVENTS = table_of(ReceivedEvent)


def is_first_attempt(invoice: dict[str, Any]) -> bool:
    """Whether the invoice in an event of a failed payment was tried for the first time."""
    return (whole_at(invoice, "attempt_count") or 0) <= 1


def find_first_failures(session: Session, invoices: Collection[str]) -> dict[str, datetime]:
    """When the first attempt failed, of those of these invoices of which an event has told it.

    For invoices that are read for the first time: what was told of them before found no row.
    """
    if not invoices:
        return {}
    told = session.execute(
        select(_EVENTS.c.object_id, _EVENTS.c.created_at, _EVENTS.c.body).where(
            PAYMENT_FAILED,
            is_among(_EVENTS.c.object_id, "invoices"),
            _EVENTS.c.state.in_((IS_KEPT, IS_NOTED)),
        ),
        {"invoices": invoices},
    )
    first: dict[str, datetime] = {}
    for row in told:
        if is_first_attempt(subject_of(load_event(row.body))):
            first[row.object_id] = min(first.get(row.object_id, row.created_at), row.created_at)
    return first


def note_failure(session: Session, invoice: str, failed_at: datetime, *, is_first: bool) -> None:
    """Remember the earliest failed attempt that an event told of, for invoices that are here."""
    first = Invoice.first_failed_at
    is_later = first.is_(None) | (first > failed_at)
    if is_first:
        # Until an event told, the beginning of the invoice stood for it: see bot.mirror.days.
        is_later |= first == func.coalesce(
            Invoice.effective_at, Invoice.finalized_at, Invoice.created_at
        )
    session.execute(
        update(Invoice)
        .where(Invoice.id == invoice, is_later)
        .values(first_failed_at=failed_at)
        .execution_options(synchronize_session=False)
    )
