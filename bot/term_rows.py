"""Writing what is set for an account: one row each, in the transaction of the deed that sets it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.models import AccountTerms

_TERMS: Any = AccountTerms.__table__


def write_terms(
    session: Session, account_id: int, values: Mapping[str, Any], *, by: str, now: datetime
) -> None:
    """Set these columns of an account's terms, and leave the others; None unsets one."""
    told = {**values, "changed_by": by, "changed_at": now}
    new = insert_into(session, _TERMS).values(account_id=account_id, **told)
    session.execute(new.on_conflict_do_update(index_elements=[_TERMS.c.account_id], set_=told))
