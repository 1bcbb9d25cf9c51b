"""Why an account has no invoice for a month: its period still runs, or a draft waits, or none came.

A period need not be a month of the calendar: a subscription may begin on any day. Where the mirror
has subscriptions, their periods say when one ends; else the month does.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from bot.clock import Month, last_day_of, local_day, month_of, start_of_day, zone_of
from bot.database import Reading
from bot.models import PRESENT, Customer, Subscription
from bot.queries.cards import AccountRef, Freshness
from bot.queries.freshness import get_freshness
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, within
from bot.queries.sight import Sight

# So many subscriptions of one account are looked at, the newest first.
SUBSCRIPTIONS_MAX = 500
SUBSCRIPTION_COLUMNS = ("status", "items", "anchor_at", "started_at", "ended_at")
# Those that go on, as far as anybody knows.
LIVE = frozenset({"active", "trialing", "past_due", "unpaid"})
# A month and a few hours for changes of the clocks.
MONTHLY_MAX = timedelta(days=31, hours=12)
MONTHLY_MIN = timedelta(days=27, hours=12)

_CUSTOMERS = Customer.__table__
_SUBSCRIPTIONS = Subscription.__table__


class MonthState(StrEnum):
    """What is the matter with a month that has no invoice."""

    OPEN = "open"
    DRAFT = "draft"
    CLOSED = "closed"
    UNREAD = "unread"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """An account's month without an invoice that the asker may see.

    Shape: `last_day` is the last one of the period that the month's invoice is for, in the
    account's zone. `issues_at` is when a draft is issued by itself, None where nobody has said.
    UNREAD is what closed after the moment of the mirror's figures: it can't say what was issued.
    `first_month` is that of the account's first invoice, None while it has none; `newest_month`
    the last one that may be asked for.
    """

    account: AccountRef
    month: Month
    state: MonthState
    last_day: date
    issues_at: datetime | None
    first_month: Month | None
    newest_month: Month
    freshness: Freshness


@dataclass(frozen=True, slots=True)
class _Period:
    """The current period of one item, in local days, and when its subscription began."""

    first_day: date
    last_day: date
    is_over: bool
    is_monthly: bool
    anchor_day: int
    started_on: date


def get_month_standing(
    session: Reading, account: AccountRef, month: Month, *, sight: Sight
) -> MonthStanding:
    """Why the account has no invoice for this month; ask only where it has none."""
    zone = zone_of(account.time_zone)
    today = local_day(sight.now, zone)
    account_ids = _with_companies(session, account.id, sight)
    subscriptions = _subscriptions(session, account_ids)
    periods = list(_periods(subscriptions, now=sight.now, zone=zone))
    draft = _draft(session, account_ids, month, now=sight.now)
    first_month = _first_month(session, account_ids)
    state, last_day = _judge(
        month, today, periods, first_month, ended_on=_ended_on(subscriptions, zone)
    )
    freshness = get_freshness(session, sight=sight)
    if draft is not None:
        state = MonthState.DRAFT
    elif state is MonthState.CLOSED and not _is_read(freshness, last_day, zone):
        state = MonthState.UNREAD
    return MonthStanding(
        account=account,
        month=month,
        state=state,
        last_day=last_day,
        issues_at=draft.auto_finalizes_at if draft else None,
        first_month=first_month,
        newest_month=_newest(month_of(today), periods),
        freshness=freshness,
    )


def _is_read(freshness: Freshness, last_day: date, zone: ZoneInfo) -> bool:
    """Whether the mirror's figures are of a moment after a day."""
    closed_at = start_of_day(last_day + timedelta(days=1), zone)
    return freshness.as_of is not None and freshness.as_of >= closed_at


def _judge(
    month: Month,
    today: date,
    periods: Sequence[_Period],
    first_month: Month | None,
    *,
    ended_on: date | None,
) -> tuple[MonthState, date]:
    """What is the matter with a month without drafts, and the last day of its period."""
    this_month, last_day = month_of(today), _last_day(month)
    ends_in_month = [each for each in periods if month_of(each.last_day) == month]
    running = [each.last_day for each in ends_in_month if not each.is_over]
    if running:
        return MonthState.OPEN, min(running)
    if month > this_month:
        return MonthState.TOO_LATE, last_day
    if month < this_month and (first_month is None or month < first_month):
        return MonthState.TOO_EARLY, last_day
    closed = [each.last_day for each in ends_in_month] + list(_closings(month, periods))
    if month < this_month or closed:
        return MonthState.CLOSED, max(closed, default=last_day)
    if not periods and ended_on is not None and ended_on < today:
        return MonthState.CLOSED, ended_on
    return MonthState.OPEN, min((each.last_day for each in periods), default=last_day)


def _closings(month: Month, periods: Iterable[_Period]) -> Iterable[date]:
    """The days in a month on which earlier periods of these ended."""
    for period in periods:
        if not period.is_monthly:
            closing = period.first_day - timedelta(days=1)
        else:
            days = monthrange(month.year, month.number)[1]
            # A period that begins on the 31st begins on the last day where there is none.
            begins = date(month.year, month.number, min(period.anchor_day, days))
            closing = begins - timedelta(days=1) if begins.day > 1 else _last_day(month)
        is_before = closing < period.first_day
        if is_before and closing >= period.started_on and month_of(closing) == month:
            yield closing


def _newest(this_month: Month, periods: Iterable[_Period]) -> Month:
    """The last month that may be asked for: the next one where a period ends in it."""
    ends = {month_of(each.last_day) for each in periods if not each.is_over}
    return this_month.following if this_month.following in ends else this_month


def _last_day(month: Month) -> date:
    return date(month.year, month.number, monthrange(month.year, month.number)[1])


def _with_companies(session: Reading, account_id: int, sight: Sight) -> list[int]:
    """The account's id and those of the companies in it, as far as the person may see them."""
    statement = select(ACCOUNTS.c.id).where(
        or_(ACCOUNTS.c.id == account_id, ACCOUNTS.c.parent_id == account_id),
        within(sight, ACCOUNTS.c.id),
    )
    return sorted(session.connection().execute(statement).scalars())


def _subscriptions(session: Reading, account_ids: Sequence[int]) -> Sequence[Row[Any]]:
    columns = (_SUBSCRIPTIONS.c[name] for name in SUBSCRIPTION_COLUMNS)
    statement: Select[Any] = (
        select(*columns)
        .join(_CUSTOMERS, _CUSTOMERS.c.id == _SUBSCRIPTIONS.c.customer_id)
        .where(_CUSTOMERS.c.account_id.in_(account_ids), _SUBSCRIPTIONS.c.deleted_at.is_(None))
        .order_by(_SUBSCRIPTIONS.c.started_at.desc(), _SUBSCRIPTIONS.c.id)
        .limit(SUBSCRIPTIONS_MAX)
    )
    return session.connection().execute(statement).all()


def _periods(rows: Iterable[Row[Any]], *, now: datetime, zone: ZoneInfo) -> Iterable[_Period]:
    """The periods of all items of the subscriptions that go on."""
    for row in rows:
        if row.status not in LIVE:
            continue
        for item in row.items:
            start, end = item.get("period_start"), item.get("period_end")
            if not isinstance(start, int) or not isinstance(end, int) or start >= end:
                continue
            starts_at = datetime.fromtimestamp(start, UTC)
            ends_at = datetime.fromtimestamp(end, UTC)
            yield _Period(
                first_day=local_day(starts_at, zone),
                last_day=last_day_of(ends_at, zone),
                is_over=ends_at <= now,
                is_monthly=MONTHLY_MIN <= ends_at - starts_at <= MONTHLY_MAX,
                anchor_day=local_day(row.anchor_at, zone).day,
                started_on=local_day(row.started_at, zone),
            )


def _ended_on(rows: Iterable[Row[Any]], zone: ZoneInfo) -> date | None:
    """The last day of the subscription that ended last; None while one goes on or none was."""
    if any(row.status in LIVE for row in rows):
        return None
    return max((last_day_of(row.ended_at, zone) for row in rows if row.ended_at), default=None)


def _draft(
    session: Reading, account_ids: Sequence[int], month: Month, *, now: datetime
) -> Row[Any] | None:
    """The draft for a closed period that ends in the month; the first of them to be issued."""
    statement = (
        select(INVOICES.c.auto_finalizes_at)
        .where(*_of(account_ids), INVOICES.c.status == "draft", INVOICES.c.covers_until_at <= now)
        .where(INVOICES.c.covers_until_on >= month.first_day)
        .where(INVOICES.c.covers_until_on < month.following.first_day)
        .order_by(INVOICES.c.auto_finalizes_at.nulls_last())
        .limit(1)
    )
    return session.connection().execute(statement).first()


def _first_month(session: Reading, account_ids: Sequence[int]) -> Month | None:
    statement = select(func.min(INVOICES.c.covers_until_on)).where(
        *_of(account_ids), INVOICES.c.status != "draft"
    )
    first_day = session.connection().execute(statement).scalar()
    return month_of(first_day) if first_day else None


def _of(account_ids: Sequence[int]) -> tuple[ColumnElement[bool], ...]:
    return INVOICES.c.account_id.in_(account_ids), PRESENT
