"""What accounts were invoiced in past months and owed at their ends, worked out from the mirror.

Every invoice, payment and credit note that Stripe has is here with its moment, so what was open at
the end of a month can be told later: what was issued by then and neither paid, voided nor given up,
less the payments and credit notes that had come by then. Nothing of that changes afterwards, but
for what is heard of late.

SQL says between which ends of months things happened and adds up what is alike; there are few such
groups, however many invoices. What they mean for each month is added up here.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy import cast as cast_to

from bot.clock import Month, start_of_day
from bot.database import Reading
from bot.models import CreditNote, InvoicePayment, Moment
from bot.queries.invoice_rows import INVOICES
from bot.queries.status import AUTOMATIC

# A trend of six months, and a year before it for counting back.
MONTHS_KEPT = 18

_PAYMENTS: Any = InvoicePayment.__table__
_NOTES: Any = CreditNote.__table__
# Behind every end of a month that is asked about.
_NEVER = MONTHS_KEPT + 2
_ENDS = range(MONTHS_KEPT + 1)


@dataclass(slots=True)
class MonthSums:
    """One account's month in one currency, in minor units, as AccountMonth has it."""

    account_id: int
    currency: str
    month: Month
    sales_minor: int = 0
    receivables_minor: int = 0
    current_minor: int = 0


def past_months(before: Month) -> list[Month]:
    """The months that are kept, oldest first: the last ones before this one."""
    months = [before.preceding]
    while len(months) < MONTHS_KEPT:
        months.append(months[-1].preceding)
    return months[::-1]


def sum_past_months(
    reading: Reading, account_ids: Sequence[int], *, before: Month, zone: ZoneInfo
) -> list[MonthSums]:
    """The sums of the months before this one, of accounts that are all in this zone.

    Shape: without those in which all is zero; in no order.
    """
    months = past_months(before)
    values = _values(months, zone) | {"accounts": list(account_ids)}
    sums: dict[tuple[int, str], list[MonthSums]] = {}

    def months_of(row: Any) -> list[MonthSums]:
        key = (row.account_id, row.currency)
        if key not in sums:
            sums[key] = [MonthSums(*key, month) for month in months]
        return sums[key]

    connection = reading.connection()
    for row in connection.execute(_invoices(), values):
        _add_invoices(months_of(row), row)
    for row in connection.execute(_payments(), values):
        _add_open(months_of(row), row, -int(row.amount))
    for row in connection.execute(_credit_notes(), values):
        _add_notes(months_of(row), row)
    return [
        one
        for each in sums.values()
        for one in each
        if one.sales_minor or one.receivables_minor or one.current_minor
    ]


def _add_invoices(months: list[MonthSums], row: Any) -> None:
    """Invoices that were issued, closed, late and voided between the same ends of months."""
    for month in _at(months, row.issued):
        month.sales_minor += int(row.total)
    for month in _at(months, row.voided):
        month.sales_minor -= int(row.total)
    _add_open(months, row, int(row.amount))


def _add_notes(months: list[MonthSums], row: Any) -> None:
    """Credit notes of such invoices. What was voided is no sale at all, so no less of one."""
    for month in _at(months, row.since):
        month.sales_minor -= int(row.total)
    for month in _at(months, row.voided):
        month.sales_minor += int(row.total)
    _add_open(months, row, -int(row.amount))


def _add_open(months: list[MonthSums], row: Any, amount: int) -> None:
    """An amount that was on open invoices from between two ends on, until others."""
    since = max(row.since, row.issued, 1)
    for place in range(since, min(row.closed, len(months) + 1)):
        months[place - 1].receivables_minor += amount
        if place < row.late:
            months[place - 1].current_minor += amount


def _at(months: list[MonthSums], place: int) -> Iterator[MonthSums]:
    """The month that lies between these ends, if it is one of them."""
    if 1 <= place <= len(months):
        yield months[place - 1]


def _values(months: Sequence[Month], zone: ZoneInfo) -> dict[str, datetime]:
    """Where the first month begins, and where each of them ends."""
    ends = [months[0], *(month.following for month in months)]
    return {f"end_{place}": start_of_day(ends[place].first_day, zone) for place in _ENDS}


def _place(moment: ColumnElement[Any]) -> ColumnElement[int]:
    """How many of the ends have come by a moment: it lies in the month of that place, from 1 on.

    0 is before the first month, and one more than there are months is after the last.
    """
    passed = [(moment >= _end(place), _number(place + 1)) for place in reversed(_ENDS)]
    return case((moment.is_(None), _number(_NEVER)), *passed, else_=_number(0))


def _number(number: int) -> ColumnElement[int]:
    return literal_column(str(number), Integer)


def _end(place: int) -> ColumnElement[Any]:
    return bindparam(f"end_{place}", type_=Moment())


# An invoice is open until the first of these.
_CLOSINGS = (INVOICES.c.paid_at, INVOICES.c.voided_at, INVOICES.c.uncollectible_at)
_CLOSED_AT = case(
    *(
        (
            and_(
                mine.is_not(None),
                *(or_(other.is_(None), mine <= other) for other in _CLOSINGS if other is not mine),
            ),
            mine,
        )
        for mine in _CLOSINGS
    ),
    # One that is closed, and nobody knows since when, counts as never open.
    (INVOICES.c.status != "open", INVOICES.c.finalized_at),
    else_=None,
)
# From when on it was past due, if it was still open then.
_LATE_AT = case(
    (INVOICES.c.collection_method == AUTOMATIC, INVOICES.c.first_failed_at),
    else_=INVOICES.c.overdue_at,
)
_OWN = (
    INVOICES.c.account_id,
    INVOICES.c.currency,
    _place(INVOICES.c.finalized_at).label("issued"),
    _place(_CLOSED_AT).label("closed"),
    _place(_LATE_AT).label("late"),
    _place(INVOICES.c.voided_at).label("voided"),
)
_IS_ISSUED = (
    INVOICES.c.deleted_at.is_(None),
    INVOICES.c.finalized_at.is_not(None),
    # One by one, so that SQLite looks each of them up; a list it would compare with every invoice.
    INVOICES.c.account_id.in_(bindparam("accounts", expanding=True)),
)
_PAID_AT = func.coalesce(_PAYMENTS.c.paid_at, _PAYMENTS.c.created_at)
_NOTED_AT = func.coalesce(_NOTES.c.effective_at, _NOTES.c.created_at)


def _added_up(each: Select[Any]) -> Select[Any]:
    """The amounts of what is alike in all else, added up."""
    found = each.subquery()
    names = ("amount", "total")
    alike = [column for column in found.c if column.name not in names]
    sums = [cast_to(func.sum(found.c[name]), BigInteger).label(name) for name in names]
    return select(*alike, *sums).group_by(*alike)


# Built once, as they have some hundred comparisons.
@cache
def _invoices() -> Select[Any]:
    # What its credit notes have taken off by now was on it at first.
    owed = INVOICES.c.due_minor + INVOICES.c.pre_payment_credit_minor
    return _added_up(
        select(
            *_OWN,
            _place(INVOICES.c.finalized_at).label("since"),
            owed.label("amount"),
            INVOICES.c.total_minor.label("total"),
        ).where(*_IS_ISSUED, or_(INVOICES.c.finalized_at >= _end(0), _is_open_after(_end(0))))
    )


@cache
def _payments() -> Select[Any]:
    """Payments of what was open after the first of the ends."""
    paid = _PAYMENTS.c.paid_minor
    return _added_up(
        select(*_OWN, _place(_PAID_AT).label("since"), paid.label("amount"), paid.label("total"))
        .select_from(INVOICES.join(_PAYMENTS, _PAYMENTS.c.invoice_id == INVOICES.c.id))
        .where(*_IS_ISSUED, _is_open_after(_end(0)), _is_open_after(_PAID_AT))
        .where(_PAYMENTS.c.status == "paid", _PAYMENTS.c.deleted_at.is_(None))
    )


@cache
def _credit_notes() -> Select[Any]:
    return _added_up(
        select(
            *_OWN,
            _place(_NOTED_AT).label("since"),
            _NOTES.c.pre_payment_minor.label("amount"),
            _NOTES.c.amount_minor.label("total"),
        )
        .select_from(INVOICES.join(_NOTES, _NOTES.c.invoice_id == INVOICES.c.id))
        .where(*_IS_ISSUED, _NOTES.c.status != "void", _NOTES.c.deleted_at.is_(None))
    )


def _is_open_after(moment: ColumnElement[Any]) -> ColumnElement[bool]:
    return or_(_CLOSED_AT.is_(None), moment < _CLOSED_AT)
