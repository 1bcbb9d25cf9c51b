"""What a customer may be asked to pay at this moment, whom to ask, and what holds our hand.

Stripe's own word on each invoice is read at the moment of acting; here is what we know. Every deed
that asks for money asks here first, and for the holds once more before anything goes out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, select

from bot.among import is_among
from bot.database import Reading
from bot.errors import NotFound
from bot.models import Customer
from bot.queries.cards import AccountRef, InvoiceRow, Status
from bot.queries.families import family_ids
from bot.queries.invoice_chargebacks import IS_CHARGED_BACK
from bot.queries.invoice_disputes import IS_DISPUTED, IS_DISPUTED_IN_PART
from bot.queries.invoice_rows import (
    INVOICES,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
)
from bot.queries.pauses import NO_PAUSE, Pause, find_pauses
from bot.queries.sight import Sight
from bot.queries.status import AUTOMATIC, IS_OWED

# More than these are not asked for in one message.
INVOICES_MAX = 50
DISPUTED = "the customer disputes it"
DISPUTED_IN_PART = "the customer disputes a part of it, and only whole invoices are asked for"
CHARGED_BACK = "a bank has taken a payment of it back, or still may"
# Of several reasons the last one here is said.
_HOLDS = (
    (IS_CHARGED_BACK, CHARGED_BACK),
    (IS_DISPUTED, DISPUTED),
    (IS_DISPUTED_IN_PART, DISPUTED_IN_PART),
)

_CUSTOMERS = Customer.__table__
# No join: the conditions on what is owed name columns that customers have too.
_EMAIL = (
    select(_CUSTOMERS.c.email)
    .where(_CUSTOMERS.c.id == INVOICES.c.customer_id)
    .correlate(INVOICES)
    .scalar_subquery()
)


@dataclass(frozen=True, slots=True)
class AskedInvoice:
    """An invoice that somebody may be asked to pay.

    Shape: `email` is its customer's address, None where Stripe has none; `hold` says why nobody may
        be asked for it now, None where nothing holds. A `pause` is for the person to decide about.
    """

    row: InvoiceRow
    customer_id: str
    email: str | None
    due_on: date | None
    is_automatic: bool
    hold: str | None
    pause: Pause

    @property
    def is_owed(self) -> bool:
        """Whether something of it is to be paid."""
        return self.row.status in {Status.OPEN, Status.PAST_DUE} and self.row.remaining.minor > 0


def get_asked(session: Reading, invoice_id: str, *, sight: Sight) -> AskedInvoice:
    """One invoice, whatever its state.

    Raises: NotFound when there is none for this person.
    """
    found = _asked(sight).where(INVOICES.c.id == invoice_id)
    asked = _read(session, found, sight)
    if not asked:
        raise NotFound("There is no such invoice.")
    return asked[0]


def list_asked(
    session: Reading, account: AccountRef, currency: str, *, sight: Sight
) -> list[AskedInvoice]:
    """What an account, with its companies, has to pay in a currency, oldest first; held ones too.

    Shape: one more than INVOICES_MAX where there are more than these.
    """
    family = family_ids(is_scoped=sight.scope is not None)
    found = _asked(sight).where(
        *IS_OWED, INVOICES.c.currency == currency, INVOICES.c.account_id.in_(family)
    )
    order = (INVOICES.c.late_since_on, INVOICES.c.issued_on, INVOICES.c.id)
    return _read(
        session, found.order_by(*order).limit(INVOICES_MAX + 1), sight, account_id=account.id
    )


def find_holds(session: Reading, invoice_ids: Collection[str]) -> dict[str, str]:
    """Why nobody may be asked for some of these invoices now, by their ids; the others are free.

    Shape: each reason goes on behind "nobody is asked for it now:".
    """
    found: dict[str, str] = {}
    values = {"ids": list(invoice_ids)}
    for holds, why in _HOLDS:
        held = select(INVOICES.c.id).where(is_among(INVOICES.c.id, "ids"), holds)
        found |= dict.fromkeys(session.connection().execute(held, values).scalars(), why)
    return found


def _asked(sight: Sight) -> Select[Any]:
    return (
        select(
            *ROW_COLUMNS,
            INVOICES.c.due_on,
            (INVOICES.c.collection_method == AUTOMATIC).label("is_automatic"),
            _EMAIL.label("email"),
        )
        .select_from(WITH_ACCOUNT)
        .where(
            *visible(is_scoped=sight.scope is not None, drafts=sight.drafts),
            INVOICES.c.deleted_at.is_(None),
        )
    )


def _read(session: Reading, found: Select[Any], sight: Sight, **values: Any) -> list[AskedInvoice]:
    rows = session.connection().execute(found, {**sight_values(sight), **values}).all()
    ids = [row.id for row in rows]
    holds, pauses = (
        find_holds(session, ids),
        find_pauses(session, ids, now=sight.now, scope=sight.scope),
    )
    return [_asked_of(row, sight, holds, pauses) for row in rows]


def _asked_of(
    row: Row[Any], sight: Sight, holds: dict[str, str], pauses: dict[str, Pause]
) -> AskedInvoice:
    return AskedInvoice(
        row=row_of(row, sight=sight),
        customer_id=row.customer_id,
        email=row.email,
        due_on=row.due_on,
        is_automatic=row.is_automatic,
        hold=holds.get(row.id),
        pause=pauses.get(row.id, NO_PAUSE),
    )
