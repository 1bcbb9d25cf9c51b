"""In which currencies something is owed."""

from sqlalchemy import select

from bot.database import Reading
from bot.queries.invoice_rows import INVOICES
from bot.queries.status import IS_OWED

_CURRENCIES = select(INVOICES.c.currency).where(*IS_OWED).distinct().order_by(INVOICES.c.currency)


def list_currencies(session: Reading) -> list[str]:
    """The currencies of all that is owed, in the order of their codes."""
    return list(session.connection().execute(_CURRENCIES).scalars())
