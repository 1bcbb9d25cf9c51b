"""An account and what belongs to it: an organisation with its companies, or one account alone."""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, bindparam, or_, select

from bot.database import Reading
from bot.queries.invoice_rows import ACCOUNTS, sight_values
from bot.queries.sight import Sight


def in_family(*, is_scoped: bool) -> tuple[ColumnElement[bool], ...]:
    """The conditions that keep an account and its companies, as far as the person may see them.

    They take `account_id`, and `scope` where it is scoped.
    """
    asked: BindParameter[int] = bindparam("account_id")
    is_family = or_(ACCOUNTS.c.id == asked, ACCOUNTS.c.parent_id == asked)
    if not is_scoped:
        return (is_family,)
    return (is_family, ACCOUNTS.c.id.in_(bindparam("scope", expanding=True)))


def family_ids(*, is_scoped: bool) -> Select[Any]:
    """The ids of these accounts, for an IN."""
    return select(ACCOUNTS.c.id).where(*in_family(is_scoped=is_scoped))


def list_family_ids(session: Reading, account_id: int, *, sight: Sight) -> list[int]:
    """The same ids, read; for a statement that has a scope of its own."""
    found = family_ids(is_scoped=sight.scope is not None)
    values = sight_values(sight) | {"account_id": account_id}
    return list(session.connection().execute(found, values).scalars())
