"""At which hours of which zones something is sent to customers, by their quiet hours."""

from sqlalchemy import func, literal, select

from bot.database import Reading
from bot.models import AccountTerms
from bot.queries.invoice_rows import ACCOUNTS
from bot.queries.reminder_terms import sending_hour
from bot.queries.terms import DEFAULTS, QuietHours

_OWN = AccountTerms.__table__.alias("own")
_WIDER = AccountTerms.__table__.alias("wider")


def list_sending_hours(session: Reading) -> set[tuple[str, int]]:
    """Each zone of an account, with each hour at which one of its accounts is written to."""
    hours = [
        func.coalesce(_OWN.c[name], _WIDER.c[name], literal(usual)).label(name)
        for name, usual in zip(
            ("quiet_from_hour", "quiet_until_hour"), DEFAULTS["quiet_hours"], strict=True
        )
    ]
    found = (
        select(ACCOUNTS.c.time_zone, *hours)
        .select_from(
            ACCOUNTS.outerjoin(_OWN, _OWN.c.account_id == ACCOUNTS.c.id).outerjoin(
                _WIDER, _WIDER.c.account_id == ACCOUNTS.c.parent_id
            )
        )
        .distinct()
    )
    rows = session.connection().execute(found)
    return {
        (row.time_zone, sending_hour(QuietHours(row.quiet_from_hour, row.quiet_until_hour)))
        for row in rows
    }
