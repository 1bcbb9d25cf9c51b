"""Invoices by a part of what people know of them, while they are still typing."""

from sqlalchemy import or_, select

from bot.database import Reading
from bot.mirror.names import fold
from bot.models import AccountName
from bot.queries.cards import InvoiceRow
from bot.queries.invoice_rows import (
    ACCOUNTS,
    INVOICES,
    NEWEST_FIRST,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
    within,
)
from bot.queries.references import fits_of
from bot.queries.search import plain_text
from bot.queries.sight import Sight

ROWS_MAX = 50
# Accounts that are searched for their invoices.
ACCOUNTS_MAX = 50

_NAMES = AccountName.__table__
# What can be contested: what was issued and not annulled.
_SHOWN = ("open", "paid", "uncollectible")


def search_invoices(session: Reading, text: str, *, sight: Sight) -> tuple[InvoiceRow, ...]:
    """Invoices whose number, id, link or account fits what was typed so far, open ones first.

    Raises: BadRequest for a text that can't be searched for.
    """
    typed = plain_text(text)
    folded = fold(typed)
    if not folded:
        return ()
    fits = [INVOICES.c[way] == value for way, value in fits_of(typed).items()]
    fits.append(INVOICES.c.search_text.contains(folded, autoescape=True))
    if accounts := _accounts(session, folded, sight):
        fits.append(INVOICES.c.account_id.in_(accounts))
        fits.append(ACCOUNTS.c.parent_id.in_(accounts))
    statement = (
        select(*ROW_COLUMNS)
        .select_from(WITH_ACCOUNT)
        .where(
            or_(*fits),
            INVOICES.c.status.in_(_SHOWN),
            INVOICES.c.deleted_at.is_(None),
            *visible(is_scoped=sight.scope is not None, drafts=sight.drafts),
        )
        .order_by((INVOICES.c.status == "open").desc(), *NEWEST_FIRST)
        .limit(ROWS_MAX)
    )
    rows = session.connection().execute(statement, sight_values(sight)).all()
    return tuple(row_of(row, sight=sight) for row in rows)


def _accounts(session: Reading, folded: str, sight: Sight) -> list[int]:
    statement = (
        select(_NAMES.c.account_id)
        .where(
            _NAMES.c.kind == "name",
            _NAMES.c.folded.contains(folded, autoescape=True),
            within(sight, _NAMES.c.account_id),
        )
        .distinct()
        .limit(ACCOUNTS_MAX)
    )
    return list(session.connection().execute(statement).scalars())
