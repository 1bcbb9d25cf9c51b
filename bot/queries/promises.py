"""Promises to pay as people see them: one whole, what an account has promised, what it kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Row, func, or_, select

from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.errors import NotFound
from bot.models import PROMISE_PENDING, PromisedInvoice, PromiseToPay
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.accounts import find_account
from bot.queries.cards import AccountRef, Freshness, InvoiceRow
from bot.queries.families import family_ids
from bot.queries.freshness import get_freshness
from bot.queries.invoice_rows import INVOICES, ROW_COLUMNS, WITH_ACCOUNT, row_of, sight_values
from bot.queries.people import list_names
from bot.queries.promise_payments import Judged, judge_promises
from bot.queries.promise_terms import JUDGED, NOT_KEPT, PromiseState
from bot.queries.sight import Sight

_PROMISES: Any = PromiseToPay.__table__
_PROMISED: Any = PromisedInvoice.__table__


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """A promise as it stands.

    Shape: `due` is what it is for, less than the `amount` where less is left to pay; `paid` is what
        of that has come in time. `recorded_by` is a name. `is_day_over` once payments alone decide.
        `invoices` as they are now, the longest late first.
    """

    id: int
    account: AccountRef
    state: PromiseState
    amount: Money
    due: Money
    paid: Money
    promised_on: date
    grace_on: date
    note: str
    said_by: str
    said_where: str
    recorded_by: str
    recorded_at: datetime
    ended_at: datetime | None
    cancelled_why: str | None
    is_day_over: bool
    invoices: tuple[InvoiceRow, ...]
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class PromisedSum:
    """What is still promised in one currency, and by which day the first of it."""

    amount: Money
    first_on: date


@dataclass(frozen=True, slots=True)
class KeepRate:
    """How well an account kept its promises in one currency.

    Shape: `kept` of `count` promises; `paid` is what came in time of what was `due`, so that a part
        counts as a part.
    """

    kept: int
    count: int
    paid: Money
    due: Money

    @property
    def percent(self) -> int:
        """By amount, rounded down: 100 only when all of it came."""
        return self.paid.minor * 100 // self.due.minor


@dataclass(frozen=True, slots=True)
class PromiseLine:
    """A promise in a list: whose, of how much, by when, how it stands and what has come."""

    id: int
    account_id: int
    state: PromiseState
    due: Money
    paid: Money
    promised_on: date


def get_promise(session: Reading, promise_id: int, *, sight: Sight) -> PromiseCard:
    """One promise.

    Raises: NotFound when there is none, or none for this person, which is the same answer.
    """
    found = select(_PROMISES).where(_PROMISES.c.id == promise_id)
    row = session.connection().execute(found).one_or_none()
    account = None if row is None else find_account(session, row.account_id, sight=sight)
    if row is None or account is None:
        raise NotFound("There is no such promise.")
    [judged] = judge_promises(session, [promise_id], now=sight.now)
    name = list_names(session, [row.recorded_by]).get(row.recorded_by, row.recorded_by)
    line = _line_of(row, judged)
    return PromiseCard(
        id=row.id,
        account=account,
        state=line.state,
        amount=Money(row.amount_minor, row.currency),
        due=line.due,
        paid=line.paid,
        promised_on=row.promised_on,
        grace_on=row.grace_on,
        note=row.note,
        said_by=row.said_by,
        said_where=row.said_where,
        recorded_by=name,
        recorded_at=row.recorded_at,
        ended_at=row.ended_at,
        cancelled_why=row.cancelled_why,
        is_day_over=local_day(sight.now, zone_of(account.time_zone)) > row.promised_on,
        invoices=_invoices(session, judged.promise.invoice_ids, sight),
        freshness=get_freshness(session, sight=sight),
    )


def sum_promised(session: Reading, account_id: int, *, sight: Sight) -> tuple[PromisedSum, ...]:
    """What an account and its companies have promised and not paid yet, by currency, in order."""
    values = sight_values(sight) | {"account_id": account_id}
    rows = _pending_statement(is_scoped=sight.scope is not None).rows(session, values)
    ids = [row.id for row in rows]
    sums: dict[str, PromisedSum] = {}
    for judged in judge_promises(session, ids, now=sight.now):
        promise, verdict = judged.promise, judged.verdict
        if verdict.state is not PromiseState.PENDING:
            continue
        left = Money(verdict.due_minor - verdict.paid_minor, promise.amount.currency)
        known = sums.get(left.currency, PromisedSum(Money(0, left.currency), promise.promised_on))
        first_on = min(known.first_on, promise.promised_on)
        sums[left.currency] = PromisedSum(known.amount + left, first_on)
    return tuple(sums[currency] for currency in sorted(sums))


def list_keep_rates(session: Reading, account_id: int, *, sight: Sight) -> tuple[KeepRate, ...]:
    """How an account and its companies kept what they promised, by currency, in order.

    Shape: none for a currency in which no promise has been decided.
    """
    values = sight_values(sight) | {"account_id": account_id}
    return tuple(
        KeepRate(
            kept=row.kept,
            count=row.promises,
            paid=Money(int(row.paid), row.currency),
            due=Money(int(row.due), row.currency),
        )
        for row in _kept_statement(is_scoped=sight.scope is not None).rows(session, values)
    )


def list_breaking(session: Reading, account_id: int, *, sight: Sight) -> frozenset[int]:
    """The account and those of its companies that owe what they have not paid as promised."""
    values = sight_values(sight) | {"account_id": account_id}
    rows = _breaking_statement(is_scoped=sight.scope is not None).rows(session, values)
    return frozenset(row.account_id for row in rows)


def _line_of(row: Row[Any], judged: Judged) -> PromiseLine:
    """A promise as it ended, or as it would be judged now."""
    state = PromiseState(row.state)
    due, paid = judged.verdict.due_minor, judged.verdict.paid_minor
    if state is not PromiseState.PENDING:
        due = row.amount_minor if row.due_minor is None else row.due_minor
        paid = row.paid_minor or 0
    return PromiseLine(
        id=row.id,
        account_id=row.account_id,
        state=state,
        due=Money(due, row.currency),
        paid=Money(paid, row.currency),
        promised_on=row.promised_on,
    )


def _invoices(session: Reading, invoice_ids: Sequence[str], sight: Sight) -> tuple[InvoiceRow, ...]:
    found = (
        select(*ROW_COLUMNS)
        .select_from(WITH_ACCOUNT)
        .where(INVOICES.c.id.in_(invoice_ids))
        .order_by(INVOICES.c.late_since_on.asc().nulls_last(), INVOICES.c.id)
    )
    rows = session.connection().execute(found, sight_values(sight)).all()
    return tuple(row_of(row, sight=sight) for row in rows)


@cache
def _pending_statement(*, is_scoped: bool) -> Prepared:
    family = family_ids(is_scoped=is_scoped)
    return Prepared(
        select(_PROMISES.c.id).where(PROMISE_PENDING, _PROMISES.c.account_id.in_(family))
    )


@cache
def _kept_statement(*, is_scoped: bool) -> Prepared:
    return Prepared(
        select(
            _PROMISES.c.currency,
            func.count().label("promises"),
            func.count().filter(_PROMISES.c.state == PromiseState.KEPT.value).label("kept"),
            func.sum(_PROMISES.c.paid_minor).label("paid"),
            func.sum(_PROMISES.c.due_minor).label("due"),
        )
        .where(
            _PROMISES.c.account_id.in_(family_ids(is_scoped=is_scoped)),
            or_(*(_PROMISES.c.state == state.value for state in JUDGED)),
        )
        .group_by(_PROMISES.c.currency)
        .order_by(_PROMISES.c.currency)
    )


@cache
def _breaking_statement(*, is_scoped: bool) -> Prepared:
    return Prepared(
        select(INVOICES.c.account_id)
        .select_from(
            _PROMISES.join(_PROMISED, _PROMISED.c.promise_id == _PROMISES.c.id).join(
                INVOICES, INVOICES.c.id == _PROMISED.c.invoice_id
            )
        )
        # As IS_OWED has it, whose names would mean columns of the promises too.
        .where(
            INVOICES.c.status == "open",
            INVOICES.c.deleted_at.is_(None),
            INVOICES.c.remaining_minor > 0,
            INVOICES.c.account_id.in_(family_ids(is_scoped=is_scoped)),
            or_(*(_PROMISES.c.state == state.value for state in NOT_KEPT)),
        )
        .distinct()
    )
