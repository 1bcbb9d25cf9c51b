"""All that somebody needs to see of one account to decide what to do about what it owes."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, func, select

from bot.database import Reading
from bot.errors import NotFound
from bot.queries.accounts import find_account
from bot.queries.balances import Balance, get_balance
from bot.queries.cards import AccountRef, InvoiceRow
from bot.queries.families import family_ids
from bot.queries.invoice_rows import INVOICES, ROW_COLUMNS, WITH_ACCOUNT, row_of, sight_values
from bot.queries.sight import Sight
from bot.queries.status import IS_OWED

# More stand in the list of all its invoices.
INVOICES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class AccountDesk:
    """An account with its balance and its invoices that are to be paid.

    Shape: `invoices` are the first INVOICES_SHOWN of `invoices_count`, the longest late first; an
        organisation has those of its companies too.
    """

    balance: Balance
    invoices: tuple[InvoiceRow, ...]
    invoices_count: int

    @property
    def account(self) -> AccountRef:
        """Whom it is about."""
        return self.balance.account


def get_account_desk(session: Reading, account_id: int, *, sight: Sight) -> AccountDesk:
    """One account, as far as the person may see it.

    Raises: NotFound when there is none for this person.
    """
    account = find_account(session, account_id, sight=sight)
    if account is None:
        raise NotFound("There is no such account any more. Ask for it anew by its name.")
    values = sight_values(sight) | {"account_id": account_id}
    statement = _oldest_statement(is_scoped=sight.scope is not None)
    rows = session.connection().execute(statement, values).all()
    return AccountDesk(
        balance=get_balance(session, account, sight=sight),
        invoices=tuple(row_of(row, sight=sight) for row in rows),
        invoices_count=rows[0].rows_count if rows else 0,
    )


@cache
def _oldest_statement(*, is_scoped: bool) -> Select[Any]:
    return (
        select(*ROW_COLUMNS, func.count().over().label("rows_count"))
        .select_from(WITH_ACCOUNT)
        .where(*IS_OWED, INVOICES.c.account_id.in_(family_ids(is_scoped=is_scoped)))
        .order_by(INVOICES.c.late_since_on.asc().nulls_last(), INVOICES.c.id)
        .limit(INVOICES_SHOWN)
    )
