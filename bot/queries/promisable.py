"""What an account can promise to pay in a currency: what is open, and what it has promised."""

from dataclasses import dataclass

from sqlalchemy import func, select

from bot.database import Reading
from bot.errors import NotFound, Refused
from bot.models import PromiseToPay
from bot.money import Money
from bot.queries.accounts import find_account
from bot.queries.cards import AccountRef, InvoiceRow, PromiseMark, Status
from bot.queries.families import family_ids
from bot.queries.invoice_rows import INVOICES, ROW_COLUMNS, WITH_ACCOUNT, row_of, sight_values
from bot.queries.pauses import find_account_pauses
from bot.queries.sight import Sight
from bot.queries.status import IS_OWED

# More are not promised at once, and a menu holds no more.
INVOICES_MAX = 100

_NEWEST = select(func.max(PromiseToPay.id))


@dataclass(frozen=True, slots=True)
class Promisable:
    """An account with its companies, and its open invoices in one currency.

    Shape: `invoices` the longest late first, at most INVOICES_MAX, at least one; `promises` are
        those that are pending in this currency. `newest_id` is the number of the last promise of
        all when this was read, so that it can be seen later whether one has come since.
    """

    account: AccountRef
    currency: str
    invoices: tuple[InvoiceRow, ...]
    promises: tuple[PromiseMark, ...]
    newest_id: int

    @property
    def past_due(self) -> tuple[InvoiceRow, ...]:
        """Those that are late."""
        return tuple(row for row in self.invoices if row.status is Status.PAST_DUE)

    def sum_of(self, invoice_ids: tuple[str, ...]) -> Money:
        """What is to pay of some of them."""
        chosen = (row.remaining.minor for row in self.invoices if row.id in invoice_ids)
        return Money(sum(chosen), self.currency)


def get_promisable(session: Reading, account_id: int, currency: str, *, sight: Sight) -> Promisable:
    """What can be promised, as far as the person may see it.

    Raises: NotFound when there is no such account for this person, Refused when nothing is to pay.
    """
    account = find_account(session, account_id, sight=sight)
    if account is None:
        raise NotFound("There is no such account.")
    family = family_ids(is_scoped=sight.scope is not None)
    owed = (
        select(*ROW_COLUMNS)
        .select_from(WITH_ACCOUNT)
        .where(*IS_OWED, INVOICES.c.currency == currency, INVOICES.c.account_id.in_(family))
        .order_by(INVOICES.c.late_since_on.asc().nulls_last(), INVOICES.c.id)
        .limit(INVOICES_MAX)
    )
    values = sight_values(sight) | {"account_id": account_id}
    rows = session.connection().execute(owed, values).all()
    if not rows:
        raise Refused("Nothing is to pay there any more, so there is nothing to promise.")
    pause = find_account_pauses(session, [account_id], now=sight.now, scope=sight.scope).get(
        account_id
    )
    return Promisable(
        account=account,
        currency=currency,
        invoices=tuple(row_of(row, sight=sight) for row in rows),
        promises=tuple(
            one for one in (pause.promises if pause else ()) if one.currency == currency
        ),
        newest_id=session.connection().execute(_NEWEST).scalar() or 0,
    )
