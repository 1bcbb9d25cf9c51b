"""What a person's Home tab shows: what all their accounts owe, and those accounts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, exists, func, select

from bot.clock import zone_of
from bot.database import Reading
from bot.models import Customer
from bot.money import Money
from bot.queries.book import Book, get_book
from bot.queries.cards import AccountRef
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, PARENTS, facts_of, sight_values, within
from bot.queries.open_work import OpenWork, count_open_work
from bot.queries.sight import Sight
from bot.queries.status import IS_PAST_DUE, STATUS_COLUMNS, judge

PAGE_ROWS = 10


@dataclass(frozen=True, slots=True)
class PastDueSum:
    """What an account has Past Due in one currency."""

    remaining: Money
    invoices_count: int


@dataclass(frozen=True, slots=True)
class HomeAccount:
    """An account with what of it is Past Due.

    Shape: `past_due` has one per currency, () for nothing; `days_late` is that of the invoice that
    is Past Due for longest, and `invoice_id` names it where it is the only one.
    """

    account: AccountRef
    past_due: tuple[PastDueSum, ...]
    days_late: int
    invoice_id: str | None


@dataclass(frozen=True, slots=True)
class Home:
    """One page of a person's accounts, below what all of them owe.

    Shape: accounts that are Past Due for longest come first, those that are not last, by name;
        `accounts_count` is over all pages. `work` waits for a person, whoever that is.
    """

    book: Book
    accounts: tuple[HomeAccount, ...]
    accounts_count: int
    work: OpenWork
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; 1 when there is nothing."""
        return max(1, -(-self.accounts_count // PAGE_ROWS))


def get_home(session: Reading, *, page: int = 1, sight: Sight) -> Home:
    """What the person's accounts owe, and one page of these accounts.

    Shape: PAGE_ROWS a page; a page beyond the last one gives the last.
    """
    has_customers = exists().where(Customer.account_id == ACCOUNTS.c.id)
    is_shown = (within(sight, ACCOUNTS.c.id), has_customers)
    counted = select(func.count()).select_from(ACCOUNTS).where(*is_shown)
    count = session.connection().execute(counted).scalar_one()
    page = min(max(1, page), max(1, -(-count // PAGE_ROWS)))
    late_since = (
        select(INVOICES.c.account_id, func.min(INVOICES.c.overdue_at).label("since"))
        .where(IS_PAST_DUE, within(sight, INVOICES.c.account_id))
        .group_by(INVOICES.c.account_id)
        .subquery()
    )
    statement: Select[Any] = (
        select(
            ACCOUNTS.c.id,
            ACCOUNTS.c.kind,
            ACCOUNTS.c.name,
            ACCOUNTS.c.time_zone,
            PARENTS.c.name.label("parent_name"),
        )
        .select_from(
            ACCOUNTS.outerjoin(PARENTS, PARENTS.c.id == ACCOUNTS.c.parent_id).outerjoin(
                late_since, late_since.c.account_id == ACCOUNTS.c.id
            )
        )
        .where(*is_shown)
        .order_by(late_since.c.since.asc().nulls_last(), ACCOUNTS.c.name, ACCOUNTS.c.id)
        .limit(PAGE_ROWS)
        .offset((page - 1) * PAGE_ROWS)
    )
    rows = session.connection().execute(statement, sight_values(sight)).all()
    return Home(
        book=get_book(session, sight=sight),
        accounts=_accounts(session, rows, sight),
        accounts_count=count,
        work=count_open_work(session, sight=sight),
        page=page,
    )


def _accounts(session: Reading, rows: Sequence[Row[Any]], sight: Sight) -> tuple[HomeAccount, ...]:
    """These accounts, in this order, with what is Past Due in each."""
    ids = [row.id for row in rows]
    conditions = (IS_PAST_DUE, INVOICES.c.account_id.in_(ids))
    summed = (
        select(
            INVOICES.c.account_id,
            INVOICES.c.currency,
            func.sum(INVOICES.c.remaining_minor).label("remaining_minor"),
            func.count().label("invoices_count"),
        )
        .where(*conditions)
        .group_by(INVOICES.c.account_id, INVOICES.c.currency)
        .order_by(INVOICES.c.currency)
    )
    place = func.row_number().over(
        partition_by=INVOICES.c.account_id, order_by=(INVOICES.c.overdue_at, INVOICES.c.id)
    )
    placed = (
        select(INVOICES.c.id, INVOICES.c.account_id, *STATUS_COLUMNS, place.label("place"))
        .where(*conditions)
        .subquery()
    )
    connection, values = session.connection(), sight_values(sight)
    sums: dict[int, tuple[PastDueSum, ...]] = {}
    for each in connection.execute(summed, values):
        sums[each.account_id] = (*sums.get(each.account_id, ()), _sum(each))
    oldest_ones = connection.execute(select(placed).where(placed.c.place == 1), values)
    oldest = {each.account_id: each for each in oldest_ones}
    return tuple(_account(row, sums.get(row.id, ()), oldest.get(row.id), sight) for row in rows)


def _account(
    row: Row[Any], past_due: tuple[PastDueSum, ...], oldest: Row[Any] | None, sight: Sight
) -> HomeAccount:
    names = (row.parent_name, row.name)
    account = AccountRef(
        id=row.id,
        kind=row.kind,
        path=tuple(name for name in names if name is not None),
        time_zone=row.time_zone,
        customer_ids=(),
    )
    if oldest is None:
        return HomeAccount(account, (), 0, None)
    is_only = sum(each.invoices_count for each in past_due) == 1
    return HomeAccount(
        account=account,
        past_due=past_due,
        days_late=judge(facts_of(oldest), now=sight.now, zone=zone_of(row.time_zone)).days_late,
        invoice_id=oldest.id if is_only else None,
    )


def _sum(row: Row[Any]) -> PastDueSum:
    # PostgreSQL adds up whole numbers to a Decimal.
    return PastDueSum(Money(int(row.remaining_minor), row.currency), row.invoices_count)
