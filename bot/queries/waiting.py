"""Corrections that wait for approval, or are being done: on their invoice, and in a list."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, func, select

from bot.among import is_among
from bot.database import Reading
from bot.models import UNDER_WAY, WAITING, Approval, Invoice, Person
from bot.money import Money
from bot.prepared import Prepared, Row
from bot.queries.cards import Freshness, InvoiceRow, WaitingCorrection
from bot.queries.freshness import get_freshness
from bot.queries.invoice_rows import (
    INVOICES,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
)
from bot.queries.sight import Sight

PAGE_ROWS = 10

_APPROVALS: Any = Approval.__table__
_PEOPLE: Any = Person.__table__
_COLUMNS = (
    *(_APPROVALS.c[name].label(f"asked_{name}") for name in ("id", "kind", "state", "expires_at")),
    _APPROVALS.c.account_id.label("asked_account_id"),
    _APPROVALS.c.amount_minor.label("asked_minor"),
    _APPROVALS.c.currency.label("asked_currency"),
    func.coalesce(_PEOPLE.c.real_name, _APPROVALS.c.asked_by).label("asked_by_name"),
)
_WITH_PERSON = _APPROVALS.outerjoin(_PEOPLE, _PEOPLE.c.id == _APPROVALS.c.asked_by)
# The condition on an invoice in a statement of others: that a correction of it is under way.
IS_BEING_CORRECTED: ColumnElement[bool] = (
    exists(select(1).select_from(_APPROVALS))
    .where(UNDER_WAY, _APPROVALS.c.invoice_id == Invoice.__table__.c.id)
    .correlate(Invoice.__table__)
)
_OF_INVOICE = Prepared(
    select(*_COLUMNS)
    .select_from(_WITH_PERSON)
    .where(UNDER_WAY, _APPROVALS.c.invoice_id == bindparam("invoice_id"))
    .order_by(_APPROVALS.c.id)
)


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """One correction in a list, with its invoice as it is now."""

    correction: WaitingCorrection
    invoice: InvoiceRow


@dataclass(frozen=True, slots=True)
class WaitingPage:
    """One page of what waits for approval, what expires first at the top.

    Shape: `count` over all pages; a page beyond the last one gives the last.
    """

    rows: tuple[WaitingRow, ...]
    count: int
    page: int
    pages: int
    freshness: Freshness
    zone: str


def list_of_invoice(
    session: Reading, invoice_id: str, *, sight: Sight
) -> tuple[WaitingCorrection, ...]:
    """What is under way to correct one invoice, oldest first.

    A promise of its organisation hangs on an invoice too, and is for those who may see all of it.
    """
    rows = _OF_INVOICE.rows(session, {"invoice_id": invoice_id})
    scope = sight.scope
    return tuple(_correction(row) for row in rows if scope is None or row.asked_account_id in scope)


def list_waiting(session: Reading, *, page: int = 1, sight: Sight) -> WaitingPage:
    """One page of what waits for approval in somebody's accounts, PAGE_ROWS a page."""
    count = count_waiting(session, sight=sight)
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(1, page), pages)
    found = (
        select(*ROW_COLUMNS, *_COLUMNS)
        .select_from(WITH_ACCOUNT.join(_WITH_PERSON, _IS_ITS_OWN))
        .where(*_conditions(sight))
        .order_by(_APPROVALS.c.expires_at, _APPROVALS.c.id)
        .limit(PAGE_ROWS)
        .offset((page - 1) * PAGE_ROWS)
    )
    rows = session.connection().execute(found, sight_values(sight)).all()
    return WaitingPage(
        rows=tuple(WaitingRow(_correction(row), row_of(row, sight=sight)) for row in rows),
        count=count,
        page=page,
        pages=pages,
        freshness=get_freshness(session, sight=sight),
        zone=sight.zone,
    )


def count_waiting(session: Reading, *, sight: Sight) -> int:
    """How many corrections of somebody's accounts wait for approval."""
    counted = (
        select(func.count())
        .select_from(WITH_ACCOUNT.join(_APPROVALS, _IS_ITS_OWN))
        .where(*_conditions(sight))
    )
    return int(session.connection().execute(counted, sight_values(sight)).scalar_one())


_IS_ITS_OWN = _APPROVALS.c.invoice_id == INVOICES.c.id


def _conditions(sight: Sight) -> tuple[ColumnElement[bool], ...]:
    is_scoped = sight.scope is not None
    whole = (is_among(_APPROVALS.c.account_id, "scope"),) if is_scoped else ()
    return (WAITING, *whole, *visible(is_scoped=is_scoped, drafts=sight.drafts))


def _correction(row: Row) -> WaitingCorrection:
    return WaitingCorrection(
        id=row.asked_id,
        kind=row.asked_kind,
        amount=Money(row.asked_minor, row.asked_currency),
        asked_by=row.asked_by_name,
        until=row.asked_expires_at if row.asked_state == "waiting" else None,
    )
