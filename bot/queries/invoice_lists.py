"""Lists of invoices: by account, status, day of issue, amount and text, page by page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, literal, or_, select, true

from bot.clock import Month
from bot.database import Reading
from bot.errors import BadRequest
from bot.mirror.names import fold
from bot.models import OPEN, PRESENT
from bot.money import DIGITS, DIGITS_DEFAULT, MINOR_MAX, Money, digits_of
from bot.queries.ageing import is_late_between, late_by_between, late_values, list_zones
from bot.queries.cards import InvoicePage, InvoiceRow
from bot.queries.freshness import IS_SWEPT, MARKS, freshness_of
from bot.queries.invoice_rows import (
    ACCOUNTS,
    INVOICES,
    NEWEST_FIRST,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
    within,
)
from bot.queries.search import plain_text
from bot.queries.sight import Sight
from bot.queries.status import IS_PAST_DUE

PAGE_ROWS = 10
# No zone is further from UTC, so a local day lies within a day of UTC and this on both sides of
# it. The days themselves decide; the moments only keep the search in one stretch of an index.
ZONES_APART = timedelta(hours=24)
# Days beyond these have no invoices, and moments near them none before or after.
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9999, 12, 29)

_SWEPT = {
    name: select(MARKS.c[name]).where(IS_SWEPT).scalar_subquery()
    for name in ("business_at", "real_at")
}


class StatusFilter(StrEnum):
    """The words after `status:`; open has the Past Due ones in it, as Stripe's status has."""

    OPEN = "open"
    PAID = "paid"
    PAST_DUE = "past_due"
    UNCOLLECTIBLE = "uncollectible"
    VOID = "void"


_OWED = frozenset({StatusFilter.OPEN, StatusFilter.PAST_DUE})


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """Which invoices a list has; what is None or absent does not narrow it.

    Shape: an account stands for its companies too. `from_day` and `to_day` are days of issue, both
    included, in each account's own zone; `month` is the one in which the usage ends. `min_amount`
    is in whole units, compared with the total in each invoice's own currency, or in `currency`.
    `days_late` is from so many to so many, None for no end, of what is owed; 0 is not late.
    """

    account_id: int | None = None
    status: StatusFilter | None = None
    from_day: date | None = None
    to_day: date | None = None
    month: Month | None = None
    min_amount: Decimal | None = None
    currency: str | None = None
    days_late: tuple[int, int | None] | None = None
    text: str | None = None
    without_void: bool = False


def list_invoices(
    session: Reading, wanted: InvoiceFilter, *, page: int = 1, sight: Sight
) -> InvoicePage:
    """One page of the invoices that fit, newest first by day of issue, else of creation.

    Shape: PAGE_ROWS a page; a page beyond the last one gives the last. Deleted ones are left out.
    Raises: BadRequest for a text that can't be searched for or an amount that is none.
    """
    values = sight_values(sight)
    if wanted.days_late is not None:
        late_by = late_by_between(*wanted.days_late)
        values |= late_values(list_zones(session), sight.now, late_by=late_by)
    account_ids, zone = _account_scope(session, wanted.account_id, sight)
    conditions = (
        PRESENT,
        *visible(is_scoped=sight.scope is not None, drafts=sight.drafts),
        *_conditions(wanted, account_ids),
    )
    head = session.connection().execute(_head(conditions), values).one()
    pages = max(1, -(-head.rows_count // PAGE_ROWS))
    page = min(max(1, page), pages)
    ids = session.connection().execute(_ids_of_page(conditions, page), values).scalars().all()
    return InvoicePage(
        rows=_rows_of(session, ids, sight),
        count=head.rows_count,
        past_due_count=head.past_due_count,
        to_pay=_to_pay(session, wanted, conditions, values),
        page=page,
        pages=pages,
        freshness=freshness_of(head.business_at, head.real_at, sight=sight),
        now=sight.now,
        zone=zone,
    )


def list_invoices_of_month(
    session: Reading, account_id: int, month: Month, *, sight: Sight
) -> InvoicePage:
    """The account's invoices whose usage, else whose lines, end in this month of its zone.

    Shape: void ones only where there are no others, as a void one has mostly been replaced.
    """
    wanted = InvoiceFilter(account_id=account_id, month=month, without_void=True)
    found = list_invoices(session, wanted, sight=sight)
    if found.count:
        return found
    return list_invoices(session, replace(wanted, without_void=False), sight=sight)


def _head(conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
    """What stands above a list, in one statement."""
    return select(
        _count(*conditions).label("rows_count"),
        _count(*conditions, IS_PAST_DUE).label("past_due_count"),
        _SWEPT["business_at"].label("business_at"),
        _SWEPT["real_at"].label("real_at"),
    )


def _ids_of_page(conditions: Sequence[ColumnElement[bool]], page: int) -> Select[Any]:
    """The invoices on a page, found before anything is read that only those few need."""
    return (
        select(INVOICES.c.id)
        .where(*conditions)
        .order_by(*NEWEST_FIRST)
        .limit(PAGE_ROWS)
        .offset((page - 1) * PAGE_ROWS)
    )


def _rows_of(session: Reading, ids: Sequence[str], sight: Sight) -> tuple[InvoiceRow, ...]:
    statement: Select[Any] = (
        select(*ROW_COLUMNS)
        .select_from(WITH_ACCOUNT)
        .where(INVOICES.c.id.in_(ids))
        .order_by(*NEWEST_FIRST)
    )
    return tuple(row_of(row, sight=sight) for row in session.connection().execute(statement))


def _to_pay(
    session: Reading,
    wanted: InvoiceFilter,
    conditions: Sequence[ColumnElement[bool]],
    values: dict[str, Any],
) -> tuple[Money, ...]:
    """What remains of a list of what is owed, by currency; of a longer book that says little."""
    if wanted.days_late is None and wanted.status not in _OWED:
        return ()
    statement = (
        select(INVOICES.c.currency, func.sum(INVOICES.c.remaining_minor).label("remaining"))
        .where(*conditions)
        .group_by(INVOICES.c.currency)
        .order_by(INVOICES.c.currency)
    )
    rows = session.connection().execute(statement, values)
    return tuple(Money(int(row.remaining), row.currency) for row in rows)


def _account_scope(
    session: Reading, account_id: int | None, sight: Sight
) -> tuple[list[int] | None, str]:
    """The ids of an account and of what belongs to it, and the zone that moments are shown in."""
    if account_id is None:
        return None, sight.zone
    rows = session.connection().execute(
        select(ACCOUNTS.c.id, ACCOUNTS.c.time_zone).where(
            or_(ACCOUNTS.c.id == account_id, ACCOUNTS.c.parent_id == account_id),
            within(sight, ACCOUNTS.c.id),
        )
    )
    zones = {row.id: row.time_zone for row in rows}
    return sorted(zones), zones.get(account_id, sight.zone)


def _conditions(wanted: InvoiceFilter, account_ids: list[int] | None) -> list[ColumnElement[bool]]:
    given: list[ColumnElement[bool]] = []
    if account_ids is not None:
        given.append(INVOICES.c.account_id.in_(account_ids))
    if wanted.status is not None:
        given.append(_has_status(wanted.status))
    if wanted.without_void:
        given.append(INVOICES.c.status != "void")
    given.extend(_issued_within(wanted.from_day, wanted.to_day))
    if wanted.month is not None:
        given.extend(_ends_in(wanted.month))
    if wanted.currency is not None:
        given.append(INVOICES.c.currency == wanted.currency)
    if wanted.days_late is not None:
        given.append(is_late_between(*wanted.days_late))
    if wanted.min_amount is not None:
        given.append(_is_at_least(wanted.min_amount, wanted.currency))
    if wanted.text is not None:
        text = fold(plain_text(wanted.text))
        given.append(INVOICES.c.search_text.contains(text, autoescape=True))
    return given


def _issued_within(first: date | None, last: date | None) -> Iterator[ColumnElement[bool]]:
    if first is not None:
        yield INVOICES.c.issued_on >= first
        yield INVOICES.c.dated_at >= _in_utc(first) - ZONES_APART
    if last is not None:
        yield INVOICES.c.issued_on <= last
        yield INVOICES.c.dated_at < _in_utc(last) + timedelta(days=1) + ZONES_APART


def _ends_in(month: Month) -> tuple[ColumnElement[bool], ...]:
    last_day = INVOICES.c.covers_until_on
    return last_day >= month.first_day, last_day < month.following.first_day


def _in_utc(day: date) -> datetime:
    """The first moment of a day in UTC, away from both ends of the calendar."""
    return datetime.combine(min(max(day, FIRST_DAY), LAST_DAY), time(), UTC)


def _has_status(status: StatusFilter) -> ColumnElement[bool]:
    if status is StatusFilter.PAST_DUE:
        return IS_PAST_DUE
    return OPEN if status is StatusFilter.OPEN else INVOICES.c.status == status.value


def _is_at_least(amount: Decimal, currency: str | None) -> ColumnElement[bool]:
    """A total of this amount or more, in whole units of whichever currency the invoice has."""
    if not amount.is_finite():
        raise BadRequest(f"‘{amount}’ is no amount. Write digits and a point, such as 1240.50.")
    if currency is not None:
        return _reaches(amount, digits_of(currency))
    conditions = [_reaches(amount, DIGITS_DEFAULT) & INVOICES.c.currency.not_in(sorted(DIGITS))]
    for digits in sorted(set(DIGITS.values())):
        currencies = sorted(code for code, own in DIGITS.items() if own == digits)
        conditions.append(_reaches(amount, digits) & INVOICES.c.currency.in_(currencies))
    return or_(*conditions)


def _reaches(amount: Decimal, digits: int) -> ColumnElement[bool]:
    # What no column can hold is not handed to the database, which would fail on it.
    if amount > MINOR_MAX:
        return false()
    if amount < -MINOR_MAX:
        return true()
    minor = int(amount.scaleb(digits).to_integral_value(ROUND_CEILING))
    if abs(minor) > MINOR_MAX:
        return true() if minor < 0 else false()
    return INVOICES.c.total_minor >= literal(minor)


def _count(*conditions: ColumnElement[bool]) -> Any:
    return select(func.count()).select_from(INVOICES).where(*conditions).scalar_subquery()
