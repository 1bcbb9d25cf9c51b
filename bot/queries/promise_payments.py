"""What has been paid of promised invoices since, and in time: what promises are judged by.

Until a promise is over everything that arrives is in time. Afterwards the dates of the payments say
what was, so that judging late, or twice, comes to the same.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Row, Select, select

from bot.clock import zone_of
from bot.database import Reading
from bot.models import (
    PROMISE_PENDING,
    Account,
    Invoice,
    InvoicePayment,
    PromisedInvoice,
    PromiseToPay,
)
from bot.money import Money
from bot.queries.promise_terms import (
    PaidPart,
    PromiseState,
    Verdict,
    end_of_promise,
    judge_promise,
)

_PROMISES: Any = PromiseToPay.__table__
_PROMISED: Any = PromisedInvoice.__table__
_INVOICES: Any = Invoice.__table__
_PAYMENTS: Any = InvoicePayment.__table__
_ACCOUNTS: Any = Account.__table__
PAID = "paid"
EAST_MAX = timedelta(hours=14)
# Nothing more can be paid of these; what was paid of them before counts.
CLOSED = frozenset({"void", "draft"})


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """A promise as it was recorded, with when it is over.

    Shape: `invoice_ids` in the order of their ids.
    """

    id: int
    account_id: int
    account_name: str
    amount: Money
    promised_on: date
    grace_on: date
    time_zone: str
    recorded_by: str
    recorded_at: datetime
    state: PromiseState
    ends_at: datetime
    invoice_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A promise, how it stands, and what became of each of its invoices, by their ids."""

    promise: PromiseFacts
    verdict: Verdict
    parts: Mapping[str, PaidPart]

    def as_over(self) -> "Judged":
        """The same promise judged now, as if it were over."""
        amount, parts = self.promise.amount.minor, list(self.parts.values())
        return replace(self, verdict=judge_promise(amount, parts, is_over=True))


def list_pending(session: Reading, invoice_ids: Collection[str]) -> list[int]:
    """The ids of pending promises about some of these invoices, in order."""
    found = (
        select(_PROMISES.c.id)
        .join(_PROMISED, _PROMISED.c.promise_id == _PROMISES.c.id)
        .where(PROMISE_PENDING, _PROMISED.c.invoice_id.in_(sorted(invoice_ids)))
        .distinct()
        .order_by(_PROMISES.c.id)
    )
    return list(session.connection().execute(found).scalars())


def list_over(session: Reading, *, now: datetime, limit: int) -> list[int]:
    """The ids of pending promises that were over by a business moment, the oldest first."""
    # Nowhere is the day further on; whether it is over, the account's own zone says.
    furthest = (now.astimezone(UTC) + EAST_MAX).date()
    rows = session.connection().execute(
        select(_PROMISES.c.id, _PROMISES.c.grace_on, _ACCOUNTS.c.time_zone)
        .select_from(_PROMISES.join(_ACCOUNTS, _ACCOUNTS.c.id == _PROMISES.c.account_id))
        .where(PROMISE_PENDING, _PROMISES.c.grace_on < furthest)
        .order_by(_PROMISES.c.grace_on, _PROMISES.c.id)
    )
    over = (row.id for row in rows if end_of_promise(row.grace_on, zone_of(row.time_zone)) <= now)
    return list(islice(over, limit))


def list_zones(session: Reading) -> list[str]:
    """The zones of the accounts that have a pending promise, in order."""
    found = (
        select(_ACCOUNTS.c.time_zone)
        .join(_PROMISES, _PROMISES.c.account_id == _ACCOUNTS.c.id)
        .where(PROMISE_PENDING)
        .distinct()
    )
    return sorted(session.connection().execute(found).scalars())


def judge_promises(
    session: Reading, promise_ids: Collection[int], *, now: datetime
) -> list[Judged]:
    """How these promises stand at a business moment, in the order of their ids.

    One that has ended is judged like the others; whoever asks for it knows how it ended.
    """
    chosen = sorted(promise_ids)
    if not chosen:
        return []
    connection = session.connection()
    rows = connection.execute(_promised_of(chosen)).all()
    paid = connection.execute(_payments_of({row.invoice_id for row in rows})).all()
    payments: dict[str, list[Row[Any]]] = defaultdict(list)
    for payment in paid:
        payments[payment.invoice_id].append(payment)
    by_promise: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        by_promise[row.id].append(row)
    return [_judged(found, payments, now=now) for _, found in sorted(by_promise.items())]


def _judged(
    rows: list[Row[Any]], payments: Mapping[str, list[Row[Any]]], *, now: datetime
) -> Judged:
    first = rows[0]
    promise = PromiseFacts(
        id=first.id,
        account_id=first.account_id,
        account_name=first.account_name,
        amount=Money(first.amount_minor, first.currency),
        promised_on=first.promised_on,
        grace_on=first.grace_on,
        time_zone=first.time_zone,
        recorded_by=first.recorded_by,
        recorded_at=first.recorded_at,
        state=PromiseState(first.state),
        ends_at=end_of_promise(first.grace_on, zone_of(first.time_zone)),
        invoice_ids=tuple(row.invoice_id for row in rows),
    )
    parts = {
        row.invoice_id: _part(row, payments.get(row.invoice_id, []), promise, now=now)
        for row in rows
    }
    verdict = judge_promise(
        promise.amount.minor, list(parts.values()), is_over=now >= promise.ends_at
    )
    return Judged(promise, verdict, parts)


def _part(
    row: Row[Any], payments: Sequence[Row[Any]], promise: PromiseFacts, *, now: datetime
) -> PaidPart:
    """What became of one invoice; rows of payments may be here before the invoice's own, or after.

    What the invoice says was paid includes what was paid past Stripe, of which there may be no row.
    What it had said when the promise was recorded came before that; the moments of payments would
    not tell, as they are by Stripe's clock.
    """
    remaining = 0 if row.status in CLOSED or row.deleted_at is not None else row.remaining_minor
    before = row.paid_before_minor
    paid = max(0, row.paid_minor - before, sum(one.paid_minor for one in payments) - before)
    if now < promise.ends_at or (row.paid_at is not None and row.paid_at < promise.ends_at):
        return PaidPart(paid=paid, in_time=paid, remaining=remaining)
    dated = sum(one.paid_minor for one in payments if one.paid_at < promise.ends_at) - before
    in_time = min(paid, max(dated, row.paid_in_time_minor))
    return PaidPart(paid=paid, in_time=in_time, remaining=remaining)


def _promised_of(promise_ids: Collection[int]) -> Select[Any]:
    return (
        select(
            *(column for column in _PROMISES.c if column.name != "paid_minor"),
            _PROMISED.c.invoice_id,
            _PROMISED.c.paid_before_minor,
            _PROMISED.c.paid_in_time_minor,
            *(_INVOICES.c[name] for name in ("status", "remaining_minor", "paid_minor", "paid_at")),
            _INVOICES.c.deleted_at,
            _ACCOUNTS.c.time_zone,
            _ACCOUNTS.c.name.label("account_name"),
        )
        .select_from(
            _PROMISES.join(_PROMISED, _PROMISED.c.promise_id == _PROMISES.c.id)
            .join(_INVOICES, _INVOICES.c.id == _PROMISED.c.invoice_id)
            .join(_ACCOUNTS, _ACCOUNTS.c.id == _PROMISES.c.account_id)
        )
        .where(_PROMISES.c.id.in_(promise_ids))
        .order_by(_PROMISED.c.invoice_id)
    )


def _payments_of(invoice_ids: Collection[str]) -> Select[Any]:
    return select(_PAYMENTS.c.invoice_id, _PAYMENTS.c.paid_minor, _PAYMENTS.c.paid_at).where(
        _PAYMENTS.c.invoice_id.in_(sorted(invoice_ids)),
        _PAYMENTS.c.status == PAID,
        _PAYMENTS.c.deleted_at.is_(None),
        _PAYMENTS.c.paid_at.is_not(None),
        _PAYMENTS.c.paid_minor.is_not(None),
    )
