"""In which currencies something is owed."""

from sqlalchemy import bindparam, select

from bot.database import Reading
from bot.queries.invoice_rows import INVOICES
from bot.queries.status import IS_OWED

_CURRENCIES = select(INVOICES.c.currency).where(*IS_OWED).distinct().order_by(INVOICES.c.currency)

_BILLED = select(INVOICES.c.currency).where(INVOICES.c.currency == bindparam("currency")).limit(1)


def is_billed_in(session: Reading, currency: str) -> bool:
    """Whether anything was ever billed in a currency."""
    return session.connection().execute(_BILLED, {"currency": currency}).first() is not None


def list_currencies(session: Reading) -> list[str]:
    """The currencies of all that is owed, in the order of their codes."""
    return list(session.connection().execute(_CURRENCIES).scalars())
