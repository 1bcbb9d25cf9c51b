"""What one account owes: per currency and company, how late, what is due next, and its standing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import func, select

from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.errors import NotFound
from bot.money import Money
from bot.prepared import Prepared, Row
from bot.queries.ageing import BUCKETS, Owed, bucket_of, sum_owed
from bot.queries.cards import AccountRef, Freshness
from bot.queries.chargebacks import Chargebacks, list_open_chargebacks
from bot.queries.credit import list_credit
from bot.queries.disputes import DisputedSum, sum_disputed
from bot.queries.families import family_ids, in_family
from bot.queries.freshness import IS_SWEPT, MARKS, freshness_of
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, sight_values
from bot.queries.payment_methods import DefaultMethod, list_default_methods
from bot.queries.promises import (
    KeepRate,
    PromisedSum,
    list_breaking,
    list_keep_rates,
    sum_promised,
)
from bot.queries.sight import Sight
from bot.queries.standing import LEVELS, Standing, judge_standing
from bot.queries.status import IS_EXHAUSTED, IS_OVERDUE, IS_OWED


@dataclass(frozen=True, slots=True)
class NextDue:
    """What is due on the next day that has something due, today included."""

    on: date
    amount: Money
    count: int


@dataclass(frozen=True, slots=True)
class CompanyBalance:
    """What one account alone owes, by currency, without what is in it."""

    account: AccountRef
    owed: tuple[Owed, ...]
    standing: Standing


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account owes; an organisation, with its companies.

    Shape: `owed`, `next_due`, `credit`, `chargebacks`, `disputed`, `promised` and `kept` have one
        entry per currency, in the order of their codes, and none where there is nothing; `disputed`
        and `promised` are parts of `owed`. `credit` is what no invoice has used yet, and negative
        where something is owed beside the invoices. `companies` are those that owe, worst standing
        first, of `companies_count`; () for an account that is no organisation.
    """

    account: AccountRef
    owed: tuple[Owed, ...]
    next_due: tuple[NextDue, ...]
    credit: tuple[Money, ...]
    chargebacks: tuple[Chargebacks, ...]
    disputed: tuple[DisputedSum, ...]
    promised: tuple[PromisedSum, ...]
    kept: tuple[KeepRate, ...]
    methods: tuple[DefaultMethod, ...]
    companies: tuple[CompanyBalance, ...]
    companies_count: int
    standing: Standing
    freshness: Freshness
    now: datetime


def get_balance(session: Reading, account: AccountRef, *, sight: Sight) -> Balance:
    """What an account owes.

    Raises: NotFound when the person may not see it, or it is gone.
    """
    values = sight_values(sight) | {"account_id": account.id}
    is_scoped = sight.scope is not None
    family = _family_statement(is_scoped=is_scoped).rows(session, values)
    if not any(each.id == account.id for each in family):
        raise NotFound("There is no such account any more. Ask for it anew by its name.")
    rows = _owed_statement(is_scoped=is_scoped).rows(session, values)
    days = {each.id: local_day(sight.now, zone_of(each.time_zone)) for each in family}
    of_account: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        of_account[row.account_id].append(row)
    breaking = list_breaking(session, account.id, sight=sight)
    companies = [
        CompanyBalance(
            account=_ref_of(each, account),
            owed=_owed_of(of_account[each.id], days[each.id]),
            standing=_standing_of(of_account[each.id], days, breaking),
        )
        for each in family
        if of_account[each.id]
    ]
    companies.sort(key=lambda one: (-LEVELS.index(one.standing.level), -one.standing.days_late))
    is_organisation = any(each.id != account.id for each in family)
    return Balance(
        account=account,
        owed=sum_owed(owed for company in companies for owed in company.owed),
        next_due=_next_due(rows),
        credit=list_credit(session, account.id, sight=sight),
        chargebacks=list_open_chargebacks(session, account.id, sight=sight),
        disputed=sum_disputed(session, account.id, sight=sight),
        promised=sum_promised(session, account.id, sight=sight),
        kept=list_keep_rates(session, account.id, sight=sight),
        methods=list_default_methods(session, account.id, sight=sight),
        companies=tuple(companies) if is_organisation else (),
        # The organisation itself counts only where it owes something beside its companies.
        companies_count=len(family) - (not of_account[account.id]) if is_organisation else 0,
        standing=_standing_of(rows, days, breaking),
        freshness=_freshness_of(family, sight),
        now=sight.now,
    )


def _freshness_of(family: Sequence[Row], sight: Sight) -> Freshness:
    mark = family[0]
    return freshness_of(mark.swept_business_at, mark.swept_real_at, sight=sight)


def _ref_of(row: Row, asked: AccountRef) -> AccountRef:
    """An account of the family by its row; the one that was asked for is the head of it."""
    if row.id == asked.id:
        return asked
    return AccountRef(
        id=row.id,
        kind=row.kind,
        path=(*asked.path, row.name),
        time_zone=row.time_zone,
        customer_ids=(),
    )


def _owed_of(rows: Iterable[Row], today: date) -> tuple[Owed, ...]:
    """The sums of one account's invoices, whose day it is."""
    return sum_owed(_owed(row, today) for row in rows)


def _owed(row: Row, today: date) -> Owed:
    amount = Money(int(row.remaining), row.currency)
    late = (today - row.late_since_on).days if row.is_past_due else 0
    none = Money(0, row.currency)
    place = bucket_of(late)
    return Owed(
        outstanding=amount,
        past_due=amount if row.is_past_due else none,
        ageing=tuple(amount if each == place else none for each in range(len(BUCKETS))),
        count=row.invoices,
        past_due_count=row.invoices if row.is_past_due else 0,
    )


def _standing_of(
    rows: Sequence[Row], today_of: Mapping[int, date], breaking: Collection[int]
) -> Standing:
    late = ((today_of[row.account_id] - row.late_since_on).days for row in rows if row.is_past_due)
    return judge_standing(
        days_late=max(0, *late, 0),
        is_exhausted=any(row.exhausted for row in rows),
        has_broken=any(row.account_id in breaking for row in rows),
    )


def _next_due(rows: Iterable[Row]) -> tuple[NextDue, ...]:
    """What is due next in each currency; for what is not late, days late would count from then."""
    found: dict[str, NextDue] = {}
    for row in rows:
        if row.is_past_due or row.late_since_on is None:
            continue
        known = found.get(row.currency)
        if known is None or row.late_since_on < known.on:
            known = NextDue(on=row.late_since_on, amount=Money(0, row.currency), count=0)
        if known.on == row.late_since_on:
            amount = known.amount + Money(int(row.remaining), row.currency)
            found[row.currency] = NextDue(known.on, amount, known.count + row.invoices)
    return tuple(found[currency] for currency in sorted(found))


@cache
def _family_statement(*, is_scoped: bool) -> Prepared:
    """The account and what belongs to it, as far as the person may see it."""
    return Prepared(
        select(
            *(ACCOUNTS.c[name] for name in ("id", "kind", "name", "time_zone")),
            MARKS.c.business_at.label("swept_business_at"),
            MARKS.c.real_at.label("swept_real_at"),
        )
        .select_from(ACCOUNTS.outerjoin(MARKS, IS_SWEPT))
        .where(*in_family(is_scoped=is_scoped))
        .order_by(ACCOUNTS.c.name, ACCOUNTS.c.id)
    )


@cache
def _owed_statement(*, is_scoped: bool) -> Prepared:
    """What is owed, by account, currency and the day from which it is late, oldest first."""
    # The database says who is Past Due, as for lists; how late that is, the account's own day.
    is_past_due = func.coalesce(IS_OVERDUE, False)
    by = (INVOICES.c.account_id, INVOICES.c.currency, INVOICES.c.late_since_on)
    return Prepared(
        select(
            *by,
            is_past_due.label("is_past_due"),
            func.sum(INVOICES.c.remaining_minor).label("remaining"),
            func.count().label("invoices"),
            func.count().filter(IS_EXHAUSTED).label("exhausted"),
        )
        .where(*IS_OWED, INVOICES.c.account_id.in_(family_ids(is_scoped=is_scoped)))
        .group_by(*by, "is_past_due")
        .order_by(INVOICES.c.late_since_on)
    )
