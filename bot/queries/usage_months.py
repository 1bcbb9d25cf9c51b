"""Which months of an account's usage may be asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from bot.clock import Month, local_day, month_of, zone_of
from bot.database import Reading
from bot.errors import BadRequest
from bot.models import PRESENT, Customer, UsagePeriod
from bot.prepared import Prepared
from bot.queries.cards import AccountRef
from bot.queries.invoice_rows import ACCOUNTS, INVOICES
from bot.queries.sight import Sight

_CUSTOMERS = Customer.__table__
_PERIODS = UsagePeriod.__table__


@dataclass(frozen=True, slots=True)
class Months:
    """The months that may be asked for, newest first, and the last one of which usage is known.

    Shape: `listed` is () and `last_known` None for an account without any usage.
    """

    listed: tuple[Month, ...]
    last_known: Month | None


def get_months(session: Reading, account: AccountRef, *, sight: Sight) -> Months:
    """The months of an account, those of its companies included."""
    statement = _bounds(is_scoped=sight.scope is not None)
    (row,) = statement.rows(session, account_values(account, sight))
    billed_on, first_on, newest_on = row
    known = [day for day in (billed_on, first_on) if day is not None]
    if not known:
        return Months((), None)
    today = local_day(sight.now, zone_of(account.time_zone))
    newest, first = month_of(max(newest_on or today, today)), month_of(min(known))
    months = [newest]
    while months[-1] > first:
        months.append(months[-1].preceding)
    return Months(tuple(months), newest_on and month_of(newest_on))


def check_month(month: Month, months: Sequence[Month], account: AccountRef) -> None:
    """See that a month may be asked for.

    Raises: BadRequest with the bound that it is beyond.
    """
    name = account.path[-1] if account.path else "this account"
    if not months:
        raise BadRequest(f"Nothing was ever billed to {name}, so no month has any usage.")
    if month > months[0]:
        raise BadRequest(
            f"{month} has not begun for {name}. The newest month to ask for is {months[0]}."
        )
    if month < months[-1]:
        raise BadRequest(f"{month} lies before the first month of {name}. That is {months[-1]}.")


def account_values(account: AccountRef, sight: Sight) -> dict[str, Any]:
    """The values that conditions on an account with its companies are run with."""
    scope = {} if sight.scope is None else {"scope": sorted(sight.scope)}
    return {"account": account.id, "now": sight.now, **scope}


def of_account(*, is_scoped: bool) -> tuple[Any, ...]:
    """The conditions on an account, or a company in it, that somebody with such a sight may see."""
    own = or_(ACCOUNTS.c.id == bindparam("account"), ACCOUNTS.c.parent_id == bindparam("account"))
    scope = ACCOUNTS.c.id.in_(bindparam("scope", expanding=True))
    return (own, scope) if is_scoped else (own,)


@cache
def _bounds(*, is_scoped: bool) -> Prepared:
    """The last days of the account's first billed period, and of its first and newest counted."""
    theirs = select(ACCOUNTS.c.id).where(*of_account(is_scoped=is_scoped))
    billed = select(func.min(INVOICES.c.covers_until_on)).where(
        INVOICES.c.account_id.in_(theirs), PRESENT, INVOICES.c.status != "draft"
    )
    customers = select(_CUSTOMERS.c.id).where(_CUSTOMERS.c.account_id.in_(theirs))
    return Prepared(
        select(
            billed.scalar_subquery().label("billed_on"),
            func.min(_PERIODS.c.ends_on).label("first_on"),
            func.max(_PERIODS.c.ends_on).label("newest_on"),
        ).where(_PERIODS.c.customer_id.in_(customers))
    )
