"""What an invoice's moments are in its account's zone: its days, and from when it is Past Due."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, select, update
from sqlalchemy.orm import Session

from bot.clock import last_day_of, local_day, start_of_day
from bot.mirror.rows import table_of
from bot.models import Invoice

Row = dict[str, Any]

AUTOMATIC = "charge_automatically"
# How many invoices are dated anew at once when their account's zone changes.
DATED_AT_ONCE = 500

_INVOICES = table_of(Invoice)
# What the days depend on.
_TELLING = (
    "id", "collection_method", "was_attempted", "attempt_count", "remaining_minor",
    "first_failed_at", "finalized_at", "due_at", "covers_from_at", "covers_until_at",
)  # fmt: skip


def local_days(invoice: Row, zone: ZoneInfo) -> Row:
    """The columns of an invoice that depend on its account's zone."""
    issued_at, due_at = invoice["finalized_at"], invoice["due_at"]
    due_on = local_day(due_at, zone) if due_at else None
    if invoice["collection_method"] == AUTOMATIC:
        overdue_at = invoice["first_failed_at"] if is_failing(invoice) else None
        late_since_on = local_day(overdue_at, zone) if overdue_at else None
    else:
        overdue_at = start_of_day(due_on + timedelta(days=1), zone) if due_on else None
        late_since_on = due_on
    return {
        "issued_on": local_day(issued_at, zone) if issued_at else None,
        "due_on": due_on,
        # A period without length, such as a one-off's, lies in the day of its moment.
        "covers_until_on": max(
            last_day_of(invoice["covers_until_at"], zone),
            local_day(invoice["covers_from_at"], zone),
        ),
        "overdue_at": overdue_at,
        "late_since_on": late_since_on,
    }


def is_failing(invoice: Row) -> bool:
    """Whether an automatic collection was tried in vain; a fresh invoice waits for its first try.

    Source: `attempted` and `attempt_count` of the invoice in Stripe's API reference, by our
        summary of it.
    """
    return bool(
        invoice["collection_method"] == AUTOMATIC
        and invoice["was_attempted"]
        and invoice["attempt_count"] > 0
        and invoice["remaining_minor"] > 0
    )


def first_failure(invoice: Row, known: datetime | None) -> datetime | None:
    """When the first automatic attempt failed: what an event told, else since the invoice stands.

    None while none has failed and none is known of.
    """
    if known is not None or not is_failing(invoice):
        return known
    return stands_since(invoice)


def stands_since(invoice: Row) -> datetime:
    """Since when an invoice stands; it could be tried from then on."""
    began_at: datetime = invoice["effective_at"] or invoice["finalized_at"] or invoice["created_at"]
    return began_at


def date_anew(session: Session, which: ColumnElement[bool], zone: ZoneInfo) -> None:
    """Work out the local days of these invoices again, some at a time."""
    after = ""
    chosen = (
        select(*(_INVOICES.c[name] for name in _TELLING))
        .where(which, _INVOICES.c.id > bindparam("after"))
        .order_by(_INVOICES.c.id)
        .limit(DATED_AT_ONCE)
    )
    while rows := session.execute(chosen, {"after": after}).mappings().all():
        session.execute(
            update(_INVOICES)
            .where(_INVOICES.c.id == bindparam("invoice"))
            .values({name: bindparam(name) for name in _DERIVED}),
            [{"invoice": row["id"], **local_days(dict(row), zone)} for row in rows],
        )
        after = rows[-1]["id"]


_DERIVED = ("issued_on", "due_on", "covers_until_on", "overdue_at", "late_since_on")
