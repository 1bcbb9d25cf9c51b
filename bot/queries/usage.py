"""The usage of an account, from each night's snapshot: no meter is asked while somebody waits."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import TypeAlias

from sqlalchemy import ColumnElement, bindparam, select

from bot.clock import Month, local_day, zone_of
from bot.database import Reading
from bot.metering.rating import Terms, rate, read_terms
from bot.models import (
    Customer,
    Price,
    Product,
    UsageDay,
    UsageItem,
    UsagePeriod,
)
from bot.money import Money, sum_by_currency
from bot.prepared import Prepared, Row
from bot.queries import usage_cards as cards
from bot.queries.cards import AccountRef
from bot.queries.freshness import get_freshness
from bot.queries.invoice_rows import ACCOUNTS, PARENTS
from bot.queries.sight import Sight
from bot.queries.usage_months import account_values, check_month, get_months, of_account
from bot.queries.usage_sums import companies_of, summed

# A night that is not counted so long after it was due is stale.
LATE = timedelta(hours=2)
# What a meter that is not summed shows at the end is what it shows now.
LAST = "last"
_NOTHING = Decimal(0)
# A period's id and a meter's.
Counted: TypeAlias = tuple[int, str | None]

_CUSTOMERS = Customer.__table__
_DAYS = UsageDay.__table__
_ITEMS = UsageItem.__table__
_PERIODS = UsagePeriod.__table__
_PRICES = Price.__table__
_PRODUCTS = Product.__table__

_PERIOD_COLUMNS = (
    *("id", "subscription_id", "currency", "starts_at", "ends_at", "starts_on", "ends_on"),
    *("time_zone", "full_days_count", "covers_until_at", "counted_at", "due_at", "failed_at"),
    *("compared_at", "own_minor", "stripe_minor", "next_total_minor", "next_fixed_minor"),
)
_ITEM_COLUMNS = ("price_id", "meter_id", "aggregation", "quantity", "amount_minor")
_PRICE_COLUMNS = ("unit_amount_decimal", "tiers_mode", "tiers", "transform_quantity", "nickname")
_OF_ACCOUNT = ACCOUNTS.join(_CUSTOMERS, _CUSTOMERS.c.account_id == ACCOUNTS.c.id).join(
    _PERIODS, _PERIODS.c.customer_id == _CUSTOMERS.c.id
)


def get_usage(
    session: Reading, account: AccountRef, month: Month | None, *, sight: Sight
) -> cards.UsageCard:
    """An account's usage in its running periods, or in those that end in a month.

    Shape: an organisation has that of its companies. Without spans where nothing is known of it.
    Raises: BadRequest for a month before the account's first or after its newest, with the bound.
    """
    values = account_values(account, sight)
    is_scoped = sight.scope is not None
    months = get_months(session, account, sight=sight)
    if month is not None:
        check_month(month, months.listed, account)
        values |= {"first": month.first_day, "last": month.following.first_day - timedelta(days=1)}
    by_month = month is not None
    found = _periods(is_scoped=is_scoped, by_month=by_month).rows(session, values)
    if not found and month is None and months.last_known is not None:
        # Nothing runs any more, so the last that did is shown.
        return get_usage(session, account, months.last_known, sight=sight)
    by_period: dict[int, list[Row]] = {}
    for row in found:
        by_period.setdefault(row.id, []).append(row)
    of_days = _days(is_scoped=is_scoped, by_month=by_month).rows(session, values) if found else ()
    counted = _by_meter(of_days)
    spans = tuple(_span_of(lines[0], sight.now) for lines in by_period.values())
    days = _days_of(spans)
    items = [
        (span.account, _item_of(row, span, days, counted))
        for span, lines in zip(spans, by_period.values(), strict=True)
        for row in lines
        if row.price_id is not None
    ]
    every = [item for _, item in items]
    return cards.UsageCard(
        account=account,
        month=month,
        spans=spans,
        items=summed(every) if len(spans) > 1 else tuple(every),
        days=days,
        totals=sum_by_currency(item.amount for item in every),
        projected=sum_by_currency(
            item.projected or item.amount
            for item in every
            if any(each.projected is not None for each in every)
        ),
        companies=companies_of(items),
        months=months.listed,
        freshness=get_freshness(session, sight=sight),
        now=sight.now,
    )


def list_accounts_within(session: Reading, account: AccountRef, *, sight: Sight) -> tuple[int, ...]:
    """The ids of an account and of the companies in it, as far as the person may see them."""
    is_scoped = sight.scope is not None
    statement = select(ACCOUNTS.c.id).where(*of_account(is_scoped=is_scoped))
    return tuple(session.connection().execute(statement, account_values(account, sight)).scalars())


# Each form is built once, as building costs more than running it.
@cache
def _periods(*, is_scoped: bool, by_month: bool) -> Prepared:
    return Prepared(
        select(
            *(_PERIODS.c[name] for name in _PERIOD_COLUMNS),
            *(_ITEMS.c[name] for name in _ITEM_COLUMNS),
            *(_PRICES.c[name] for name in _PRICE_COLUMNS),
            _PRODUCTS.c.name.label("product_name"),
            _PRODUCTS.c.unit_label,
            _CUSTOMERS.c.id.label("customer_id"),
            ACCOUNTS.c.id.label("account_id"),
            ACCOUNTS.c.kind,
            ACCOUNTS.c.name,
            ACCOUNTS.c.time_zone.label("account_zone"),
            PARENTS.c.name.label("parent_name"),
        )
        .select_from(
            _OF_ACCOUNT.outerjoin(_ITEMS, _ITEMS.c.period_id == _PERIODS.c.id)
            .outerjoin(_PRICES, _PRICES.c.id == _ITEMS.c.price_id)
            .outerjoin(_PRODUCTS, _PRODUCTS.c.id == _PRICES.c.product_id)
            .outerjoin(PARENTS, PARENTS.c.id == ACCOUNTS.c.parent_id)
        )
        .where(*of_account(is_scoped=is_scoped), _when(by_month=by_month))
        .order_by(ACCOUNTS.c.name, _PERIODS.c.starts_at, _PERIODS.c.id, _ITEMS.c.position)
    )


@cache
def _days(*, is_scoped: bool, by_month: bool) -> Prepared:
    return Prepared(
        select(_DAYS.c.period_id, _DAYS.c.meter_id, _DAYS.c.day, _DAYS.c.quantity)
        .select_from(_OF_ACCOUNT.join(_DAYS, _DAYS.c.period_id == _PERIODS.c.id))
        .where(*of_account(is_scoped=is_scoped), _when(by_month=by_month))
    )


def _by_meter(rows: Iterable[Row]) -> dict[Counted, dict[date, Decimal]]:
    """The quantities of each day, by period and meter."""
    found: dict[Counted, dict[date, Decimal]] = {}
    for period, meter, day, quantity in rows:
        found.setdefault((period, meter), {})[day] = Decimal(quantity)
    return found


def _when(*, by_month: bool) -> ColumnElement[bool]:
    """The condition on the periods that run, or on those that end in a month."""
    if by_month:
        return _PERIODS.c.ends_on.between(bindparam("first"), bindparam("last"))
    return _PERIODS.c.ends_at > bindparam("now")


def _span_of(row: Row, now: datetime) -> cards.UsageSpan:
    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, row.currency)

    is_late = row.due_at is not None and row.due_at < now - LATE
    has_both = row.own_minor is not None and row.stripe_minor is not None
    names = (row.parent_name, row.name)
    return cards.UsageSpan(
        account=AccountRef(
            id=row.account_id,
            kind=row.kind,
            path=tuple(name for name in names if name is not None),
            time_zone=row.account_zone,
            customer_ids=(row.customer_id,),
        ),
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        full_days=row.full_days_count,
        is_over=row.ends_at <= now,
        zone=row.time_zone,
        covers_until_at=row.covers_until_at,
        counted_at=row.counted_at,
        is_stale=row.counted_at is not None and (is_late or row.failed_at is not None),
        failed_at=row.failed_at,
        compared_at=row.compared_at if has_both else None,
        own=money(row.own_minor) if has_both else None,
        stripe=money(row.stripe_minor) if has_both else None,
        next_total=money(row.next_total_minor),
        next_fixed=money(row.next_fixed_minor),
    )


def _days_of(spans: Sequence[cards.UsageSpan]) -> tuple[date, ...]:
    """Every day from the first one to the last one counted."""
    counted = [span for span in spans if span.covers_until_at is not None]
    if not counted:
        return ()
    first = min(span.starts_on for span in counted)
    last = max(_last_counted(span) for span in counted)
    return tuple(first + timedelta(days=number) for number in range((last - first).days + 1))


def _last_counted(span: cards.UsageSpan) -> date:
    until = span.covers_until_at
    if until is None:
        return span.starts_on
    return local_day(until - timedelta(microseconds=1), zone_of(span.zone))


def _item_of(
    row: Row,
    span: cards.UsageSpan,
    days: Sequence[date],
    counted: dict[Counted, dict[date, Decimal]],
) -> cards.UsageItem:
    terms = read_terms(
        currency=row.currency,
        unit_amount=row.unit_amount_decimal,
        tiers_mode=row.tiers_mode,
        tiers=row.tiers,
        package=row.transform_quantity,
    )
    quantity, on = Decimal(row.quantity), counted.get((row.id, row.meter_id), {})
    projected = _projected(row, span, quantity)
    return cards.UsageItem(
        name=row.product_name or row.nickname or row.price_id,
        unit_label=row.unit_label,
        terms=terms,
        quantity=quantity,
        amount=Money(row.amount_minor, row.currency),
        projected_quantity=projected,
        projected=_money_at(terms, projected),
        days=tuple([on.get(day, _NOTHING) for day in days]),
    )


def _projected(row: Row, span: cards.UsageSpan, quantity: Decimal) -> Decimal | None:
    """The quantity at the end of the period, at the pace of the time that is counted."""
    until = row.covers_until_at
    if span.is_over or until is None or not span.full_days:
        return None
    if row.aggregation == LAST:
        return quantity
    whole = int((row.ends_at - row.starts_at).total_seconds())
    at_end = quantity * whole / int((until - row.starts_at).total_seconds())
    return at_end.quantize(
        Decimal(1) if quantity == quantity.to_integral_value() else quantity, rounding=ROUND_HALF_UP
    )


def _money_at(terms: Terms, quantity: Decimal | None) -> Money | None:
    return None if quantity is None else Money(rate(terms, quantity), terms.currency)
