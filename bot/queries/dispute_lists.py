"""The open disputes of somebody's accounts, those that have waited longest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select

from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.models import CASE_OPEN, DisputeCase, Person
from bot.money import Money
from bot.queries.cards import AccountRef, Freshness, InvoiceRow
from bot.queries.families import list_family_ids
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

_CASES: Any = DisputeCase.__table__
_PEOPLE: Any = Person.__table__


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """One open dispute in a list; `part` is the contested amount, None for the whole invoice."""

    id: int
    invoice: InvoiceRow
    part: Money | None
    reason: str
    owner: str
    opened_on: date


@dataclass(frozen=True, slots=True)
class DisputePage:
    """One page of open disputes, oldest first.

    Shape: `count` over all pages; a page beyond the last one gives the last. `zone` is the one that
        moments of the page are shown in; each row's day is in its account's own.
    """

    rows: tuple[DisputeRow, ...]
    count: int
    page: int
    pages: int
    freshness: Freshness
    zone: str


@dataclass(frozen=True, slots=True)
class DisputeFilter:
    """Which open disputes: of an account with its companies, or those that one person has."""

    account: AccountRef | None = None
    owner_id: str | None = None


def list_open_disputes(
    session: Reading, wanted: DisputeFilter, *, page: int = 1, sight: Sight
) -> DisputePage:
    """One page of the open disputes that fit, PAGE_ROWS a page."""
    values, conditions = sight_values(sight), _conditions(session, wanted, sight)
    count = _count(session, conditions, values)
    pages = max(1, -(-count // PAGE_ROWS))
    page = min(max(1, page), pages)
    found: Select[Any] = (
        select(
            *ROW_COLUMNS,
            *(_CASES.c[name].label(f"case_{name}") for name in ("id", "reason", "owner_id")),
            _CASES.c.disputed_minor,
            _CASES.c.opened_at,
            _PEOPLE.c.real_name,
        )
        .select_from(_FROM.outerjoin(_PEOPLE, _PEOPLE.c.id == _CASES.c.owner_id))
        .where(*conditions)
        .order_by(_CASES.c.opened_at, _CASES.c.id)
        .limit(PAGE_ROWS)
        .offset((page - 1) * PAGE_ROWS)
    )
    rows: Sequence[Row[Any]] = session.connection().execute(found, values).all()
    return DisputePage(
        rows=tuple(_row(row, sight) for row in rows),
        count=count,
        page=page,
        pages=pages,
        freshness=get_freshness(session, sight=sight),
        zone=wanted.account.time_zone if wanted.account else sight.zone,
    )


def count_open_disputes(session: Reading, wanted: DisputeFilter, *, sight: Sight) -> int:
    """How many open disputes fit."""
    return _count(session, _conditions(session, wanted, sight), sight_values(sight))


_FROM = WITH_ACCOUNT.join(_CASES, _CASES.c.invoice_id == INVOICES.c.id)


def _conditions(session: Reading, wanted: DisputeFilter, sight: Sight) -> list[ColumnElement[bool]]:
    is_scoped = sight.scope is not None
    found = [CASE_OPEN, *visible(is_scoped=is_scoped, drafts=sight.drafts)]
    if wanted.account is not None:
        family = list_family_ids(session, wanted.account.id, sight=sight)
        found.append(INVOICES.c.account_id.in_(family))
    if wanted.owner_id is not None:
        found.append(_CASES.c.owner_id == wanted.owner_id)
    return found


def _count(
    session: Reading, conditions: Sequence[ColumnElement[bool]], values: dict[str, Any]
) -> int:
    counted = select(func.count()).select_from(_FROM).where(*conditions)
    return int(session.connection().execute(counted, values).scalar_one())


def _row(row: Row[Any], sight: Sight) -> DisputeRow:
    minor = row.disputed_minor
    return DisputeRow(
        id=row.case_id,
        invoice=row_of(row, sight=sight),
        part=None if minor is None else Money(minor, row.currency),
        reason=row.case_reason,
        owner=row.real_name or row.case_owner_id,
        opened_on=local_day(row.opened_at, zone_of(row.time_zone)),
    )
