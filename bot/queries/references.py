"""What people write for an invoice: its short number, Stripe's number, its id, or a link to it."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, or_, select

from bot.database import Reading
from bot.mirror.links import hosted_key_of
from bot.mirror.names import fold
from bot.queries.cards import InvoiceRow
from bot.queries.invoice_rows import (
    INVOICES,
    NEWEST_FIRST,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
)
from bot.queries.search import plain_text
from bot.queries.sight import Sight

PICKER_ROWS = 10
# The largest that the column of short numbers holds.
SHORT_NUMBER_MAX = 2**31 - 1

# Copied from a PDF or an e-mail, a hyphen may be any of these; Stripe's numbers have its plain one.
_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_SHORT = re.compile(r"#?([1-9][0-9]{0,9})", re.ASCII)
_ID = re.compile(r"in_[A-Za-z0-9_]{1,250}", re.ASCII)
# https://dashboard.stripe.com/[acct_…/][test/]invoices/in_…, or the same below another address.
_DASHBOARD = re.compile(
    r"(?:https?://)?[^/?#\s]+/(?:[^?#\s]*/)?invoices/(in_[A-Za-z0-9_]{1,250})(?:[/?#]\S*)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class References:
    """The invoices that a reference fits, to choose from.

    Shape: newest first, at most PICKER_ROWS of them, while `count` has them all.
    """

    rows: tuple[InvoiceRow, ...]
    count: int


def list_references(session: Reading, text: str, *, sight: Sight) -> References:
    """Every invoice that this fits exactly; none is an empty answer, not an error.

    A number may well be the short number of one invoice and Stripe's number of another: then both
    are given. Raises: BadRequest for a text that can't be searched for.
    """
    fits = fits_of(text)
    if not fits:
        return References((), 0)
    statement = _rows_statement(
        tuple(sorted(fits)), is_scoped=sight.scope is not None, drafts=sight.drafts
    )
    rows = session.connection().execute(statement, {**fits, **sight_values(sight)}).all()
    count = rows[0].rows_count if rows else 0
    return References(tuple(row_of(row, sight=sight) for row in rows), count)


# Each form is built once, as building costs more than running it; there are sixteen.
@cache
def _rows_statement(ways: tuple[str, ...], *, is_scoped: bool, drafts: bool) -> Select[Any]:
    """The rows to choose from, each with the count of all."""
    return (
        select(*ROW_COLUMNS, func.count().over().label("rows_count"))
        .select_from(WITH_ACCOUNT)
        .where(fits_any(ways), *visible(is_scoped=is_scoped, drafts=drafts))
        .order_by(*NEWEST_FIRST)
        .limit(PICKER_ROWS)
    )


def fits_any(ways: tuple[str, ...]) -> ColumnElement[bool]:
    """That an invoice has in one of these columns what the parameter of its name holds."""
    return or_(*(INVOICES.c[way] == bindparam(way) for way in ways))


def fits_of(text: str) -> dict[str, str | int]:
    """The columns that a reference may stand in, with its value there; {} when it can be none.

    Raises: BadRequest for a text that can't be searched for.
    """
    text = plain_text(text)
    if _ID.fullmatch(text):
        return {"id": text}
    if link := _DASHBOARD.fullmatch(text):
        return {"id": link[1]}
    if (key := hosted_key_of(text)) is not None:
        return {"hosted_key": key}
    folded = fold(text).translate(_DASHES)
    if not folded:
        return {}
    short = _SHORT.fullmatch(folded)
    if short and int(short[1]) <= SHORT_NUMBER_MAX:
        return {"number_folded": folded, "short_number": int(short[1])}
    return {"number_folded": folded}
