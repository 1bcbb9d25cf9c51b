"""What a digest is about: who is past due with how much, and who has paid what was.

One row per account and currency is all that a digest reads of invoices, and all that it keeps of
them to be compared with the next one. The database goes through one index to make these rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from types import SimpleNamespace
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Row,
    Select,
    Subquery,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.models import PAID_LATE, AccountTerms
from bot.money import Money, digits_of
from bot.queries.ageing import OWED_NAMES, Owed, late_values, list_zones, owed_columns, owed_of
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, sight_values
from bot.queries.sight import Sight
from bot.queries.status import IS_OVERDUE, IS_OWED

# A payment's second is told by Stripe's clock, which may be behind ours.
CLOCKS_APART = timedelta(seconds=90)

_OWN = AccountTerms.__table__.alias("own_terms")
_WIDER = AccountTerms.__table__.alias("wider_terms")


@dataclass(frozen=True, slots=True)
class DigestFilter:
    """Which accounts a digest is about; what is None does not narrow it.

    Shape: `account_id` stands for its companies too. What an account is past due with in a currency
        counts from `minimum` on, in whole units of that currency.
    """

    account_id: int | None = None
    owner_id: str | None = None
    currency: str | None = None
    minimum: int | None = None


class Owing(NamedTuple):
    """What an account is past due with in one currency.

    Shape: `late_since_on` is the day from which the oldest of it is late, so many `days_late` ago;
        it has been past due for as long as since `crossed_at`.
    """

    account_id: int
    currency: str
    past_due_minor: int
    invoices_count: int
    late_since_on: date
    days_late: int
    crossed_at: datetime

    @property
    def amount(self) -> Money:
        """The amount with its currency."""
        return Money(self.past_due_minor, self.currency)


@dataclass(frozen=True, slots=True)
class OwingBook:
    """All that a digest is about, in one reading.

    Shape: `owed` has the sums of each currency with its ages, what is not late and what is too
        little included, in the order of their codes. `too_little_count` are the accounts that are
        past due with less than the digest wants in every currency.
    """

    rows: tuple[Owing, ...]
    owed: tuple[Owed, ...]
    too_little_count: int


class Paid(NamedTuple):
    """What an account has paid in one currency, of what was past due."""

    account_id: int
    amount: Money
    invoices_count: int


def get_owing_book(session: Reading, wanted: DigestFilter, *, sight: Sight) -> OwingBook:
    """Who is past due with how much at a moment."""
    zones = list_zones(session)
    values = _values(wanted, sight) | late_values(zones, sight.now)
    statement = _owing_statement(_filters(wanted, sight))
    rows = session.connection().execute(statement, values).all()
    today_in = {zone: local_day(sight.now, zone_of(zone)) for zone in zones}
    late = [_owing(row, today_in[row.time_zone]) for row in rows if row.past_due]
    enough = tuple(each for each in late if _is_enough(each, wanted.minimum))
    told = {each.account_id for each in enough}
    return OwingBook(
        rows=enough,
        owed=_sums(rows),
        too_little_count=len({each.account_id for each in late} - told),
    )


def list_paid_late(
    session: Reading, wanted: DigestFilter, *, since: datetime, sight: Sight
) -> tuple[Paid, ...]:
    """What was paid since a moment of invoices that were past due, the largest amounts first.

    Shape: those of one currency after those of another, in the order of their codes.
    """
    values = _values(wanted, sight) | {"since": since - CLOCKS_APART}
    statement = _paid_statement(_filters(wanted, sight))
    rows = session.connection().execute(statement, values)
    return tuple(
        Paid(row.account_id, Money(int(row.paid), row.currency), row.invoices) for row in rows
    )


def list_late_accounts(
    session: Reading, invoice_ids: Collection[str], *, at: datetime
) -> list[int]:
    """The accounts of those of these invoices that are past due at a moment, or ever were."""
    late = or_(INVOICES.c.overdue_at <= at, INVOICES.c.first_failed_at.is_not(None))
    found = select(INVOICES.c.account_id).where(INVOICES.c.id.in_(sorted(invoice_ids)), late)
    return list(session.connection().execute(found.distinct()).scalars())


def _is_enough(owing: Owing, minimum: int | None) -> bool:
    if minimum is None:
        return True
    enough: int = minimum * 10 ** digits_of(owing.currency)
    return owing.past_due_minor >= enough


def _owing(row: Row[Any], today: date) -> Owing:
    return Owing(
        row.account_id,
        row.currency,
        row.past_due,
        row.past_due_invoices,
        row.late_since_on,
        max(0, (today - row.late_since_on).days),
        row.crossed_at,
    )


def _sums(rows: Sequence[Row[Any]]) -> tuple[Owed, ...]:
    """The sums per currency; plain numbers, as there may be thousands of rows."""
    found: dict[str, list[Sequence[int]]] = defaultdict(list)
    for row in rows:
        # The sums stand last in the row, in the order of their names.
        found[row.currency].append(row[-len(OWED_NAMES) :])
    return tuple(
        owed_of(SimpleNamespace(**_summed(found[currency])), currency) for currency in sorted(found)
    )


def _summed(rows: Sequence[Sequence[int]]) -> dict[str, int]:
    columns = zip(*rows, strict=True)
    return {name: sum(column) for name, column in zip(OWED_NAMES, columns, strict=True)}


def _values(wanted: DigestFilter, sight: Sight) -> dict[str, Any]:
    return sight_values(sight) | {
        "account_id": wanted.account_id,
        "owner_id": wanted.owner_id,
        "currency": wanted.currency,
    }


def _filters(wanted: DigestFilter, sight: Sight) -> frozenset[str]:
    """What narrows the digest, by the names of its conditions."""
    given = {
        "account_id": wanted.account_id,
        "owner_id": wanted.owner_id,
        "currency": wanted.currency,
        "scope": sight.scope,
    }
    return frozenset(name for name, value in given.items() if value is not None)


def _conditions(filters: Iterable[str]) -> list[ColumnElement[bool]]:
    account_id = INVOICES.c.account_id
    known: Mapping[str, ColumnElement[bool]] = {
        "account_id": account_id.in_(_family()),
        "owner_id": account_id.in_(_looked_after()),
        "currency": INVOICES.c.currency == bindparam("currency"),
        "scope": account_id.in_(bindparam("scope", expanding=True)),
    }
    return [known[name] for name in sorted(filters)]


def _family() -> Select[Any]:
    asked: BindParameter[int] = bindparam("account_id")
    return select(ACCOUNTS.c.id).where(or_(ACCOUNTS.c.id == asked, ACCOUNTS.c.parent_id == asked))


def _looked_after() -> Select[Any]:
    """The accounts that somebody looks after: their own owner, else that of the organisation."""
    owner = func.coalesce(_OWN.c.owner_id, _WIDER.c.owner_id)
    joined = ACCOUNTS.outerjoin(_OWN, _OWN.c.account_id == ACCOUNTS.c.id).outerjoin(
        _WIDER, _WIDER.c.account_id == ACCOUNTS.c.parent_id
    )
    return select(ACCOUNTS.c.id).select_from(joined).where(owner == bindparam("owner_id"))


# Built once for each form, as building it takes as long as a small book takes to sum up.
@cache
def _owing_statement(filters: frozenset[str]) -> Select[Any]:
    by_account = _by_account(filters)
    return select(
        by_account.c.account_id,
        by_account.c.currency,
        ACCOUNTS.c.time_zone,
        by_account.c.late_since_on,
        by_account.c.crossed_at,
        # PostgreSQL sums whole numbers up to decimal ones, which take long to read.
        *(
            func.coalesce(cast(by_account.c[name], BigInteger), 0).label(name)
            for name in OWED_NAMES
        ),
    ).select_from(by_account.join(ACCOUNTS, ACCOUNTS.c.id == by_account.c.account_id))


def _by_account(filters: frozenset[str]) -> Subquery:
    return (
        select(
            INVOICES.c.account_id,
            INVOICES.c.currency,
            func.min(INVOICES.c.late_since_on).filter(IS_OVERDUE).label("late_since_on"),
            func.min(INVOICES.c.overdue_at).filter(IS_OVERDUE).label("crossed_at"),
            *(column.label(name) for name, column in owed_columns().items()),
        )
        .where(*IS_OWED, *_conditions(filters))
        .group_by(INVOICES.c.account_id, INVOICES.c.currency)
        .subquery("by_account")
    )


@cache
def _paid_statement(filters: frozenset[str]) -> Select[Any]:
    paid = func.sum(INVOICES.c.paid_minor)
    return (
        select(
            INVOICES.c.account_id,
            INVOICES.c.currency,
            paid.label("paid"),
            func.count().label("invoices"),
        )
        .where(
            PAID_LATE,
            INVOICES.c.paid_at >= bindparam("since"),
            INVOICES.c.paid_at <= bindparam("now"),
            INVOICES.c.deleted_at.is_(None),
            INVOICES.c.paid_minor > 0,
            *_conditions(filters),
        )
        .group_by(INVOICES.c.account_id, INVOICES.c.currency)
        .order_by(INVOICES.c.currency, paid.desc(), INVOICES.c.account_id)
    )
