"""The invoices that people have talked about: found in the words of a message or a thread.

What can hardly be anything else goes first: a link, an id, Stripe's number, `#1234`. A bare number
may be a short number or any other, and the name of an account stands for what the account owes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, literal, or_, select

from bot.database import Reading
from bot.mirror.links import hosted_key_of
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
from bot.queries.references import SHORT_NUMBER_MAX
from bot.queries.sight import Sight
from bot.queries.status import IS_OWED

# What is looked at of a text, what is looked for of it, and how much of each is found at most.
CHARACTERS_MAX, WORDS_MAX, ROWS_MAX = 20_000, 300, 20
# Names that are shorter stand in too many other words.
NAME_CHARACTERS_MIN, NAMES_MAX = 3, 50
# The mirror keeps no longer one.
NUMBER_CHARACTERS_MAX = 64
# What can be contested at all.
_CONTESTABLE = ("open", "paid", "uncollectible")

_NAMES = AccountName.__table__
_LINK = re.compile(r"https?://[^\s<>|]+")
_ID = re.compile(r"\bin_[A-Za-z0-9_]{1,250}", re.ASCII)
_MENTION = re.compile(r"<[@#!][^<>]*>")
_MARKED = re.compile(
    r"(?:#|\binvoices?\s+(?:no\.?\s*|number\s+|nr\.?\s*)?#?)([1-9][0-9]{0,9})\b(?![.,]?[0-9])",
    re.IGNORECASE,
)
_BARE = re.compile(r"[1-9][0-9]{0,9}", re.ASCII)
_AROUND = "\"'`*_~()[]{}<>.,;:!?…‘’“”"


@dataclass(frozen=True, slots=True)
class NamedInvoices:
    """What was found, the likeliest first; `proposed` is the one that was surely meant, or None."""

    rows: tuple[InvoiceRow, ...]
    proposed: str | None


def list_named_invoices(session: Reading, texts: Sequence[str], *, sight: Sight) -> NamedInvoices:
    """The invoices that these texts name, within what the person may see.

    Shape: those of the first text go before those of the second, and so on. One is proposed where
        the first that names any names one alone, as surely as any other.
    """
    found: dict[str, InvoiceRow] = {}
    proposed: str | None = None
    for text in texts:
        for rows in _groups(session, text[:CHARACTERS_MAX], sight):
            if rows and not found and len(rows) == 1:
                proposed = rows[0].id
            found |= {row.id: row for row in rows if row.id not in found}
    return NamedInvoices(tuple(found.values())[:ROWS_MAX], proposed)


def _groups(session: Reading, text: str, sight: Sight) -> Iterator[list[InvoiceRow]]:
    """What a text names, from the surest way of naming an invoice to the vaguest."""
    plain = _unescaped(_MENTION.sub(" ", text))
    words = list(_words(_LINK.sub(" ", plain)))
    sure = [
        INVOICES.c.id.in_(sorted(set(_ID.findall(plain)))),
        INVOICES.c.hosted_key.in_(sorted(_hosted_keys(plain))),
        INVOICES.c.number_folded.in_(sorted({fold(word) for word in words})),
        INVOICES.c.short_number.in_(sorted(_short_numbers(_MARKED.findall(plain)))),
    ]
    yield _rows(session, or_(*sure), sight)
    bare = [word for word in words if _BARE.fullmatch(word)]
    yield _rows(session, INVOICES.c.short_number.in_(sorted(_short_numbers(bare))), sight)
    accounts = _accounts_in(session, plain, sight)
    is_theirs = or_(INVOICES.c.account_id.in_(accounts), ACCOUNTS.c.parent_id.in_(accounts))
    yield _rows(session, is_theirs, sight, *IS_OWED) if accounts else []


def _rows(
    session: Reading, is_named: ColumnElement[bool], sight: Sight, *more: ColumnElement[bool]
) -> list[InvoiceRow]:
    is_scoped = sight.scope is not None
    statement = (
        select(*ROW_COLUMNS)
        .select_from(WITH_ACCOUNT)
        .where(
            is_named,
            *more,
            INVOICES.c.status.in_(_CONTESTABLE),
            INVOICES.c.deleted_at.is_(None),
            *visible(is_scoped=is_scoped, drafts=sight.drafts),
        )
        .order_by(*NEWEST_FIRST)
        .limit(ROWS_MAX)
    )
    rows = session.connection().execute(statement, sight_values(sight)).all()
    return [row_of(row, sight=sight) for row in rows]


def _words(text: str) -> Iterator[str]:
    """Words that may be numbers of invoices, without what stands around them."""
    count = 0
    for word in text.split():
        bare = word.strip(_AROUND)
        if bare and len(bare) <= NUMBER_CHARACTERS_MAX and any(sign.isdigit() for sign in bare):
            yield bare
            count += 1
        if count == WORDS_MAX:
            return


def _short_numbers(words: Iterable[str]) -> set[int]:
    return {int(word) for word in words if int(word) <= SHORT_NUMBER_MAX}


def _hosted_keys(text: str) -> set[str]:
    links = _LINK.findall(text)[:WORDS_MAX]
    return {key for link in links if (key := hosted_key_of(link)) is not None}


def _unescaped(text: str) -> str:
    # Source: docs.slack.dev/messaging/formatting-message-text, "Escaping", read 2026-11.
    for escape, sign in (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")):
        text = text.replace(escape, sign)
    return text.replace("\x00", " ")


def _accounts_in(session: Reading, text: str, sight: Sight) -> list[int]:
    """The accounts whose names stand in a text; of names within names the longest alone."""
    folded = f" {fold(text)} "
    # The database finds what may fit, and a name with a % in it fits too much.
    statement = (
        select(_NAMES.c.account_id, _NAMES.c.folded)
        .where(
            _NAMES.c.kind == "name",
            literal(folded).like("%" + _NAMES.c.folded + "%"),
            within(sight, _NAMES.c.account_id),
        )
        .distinct()
        .limit(NAMES_MAX)
    )
    hits = session.connection().execute(statement).all()
    named = {
        hit.account_id: hit.folded
        for hit in sorted(hits, key=lambda hit: len(hit.folded))
        if len(hit.folded) >= NAME_CHARACTERS_MIN and _stands_in(hit.folded, folded)
    }
    names = set(named.values())
    return sorted(
        account
        for account, name in named.items()
        if not any(name != other and name in other for other in names)
    )


def _stands_in(name: str, text: str) -> bool:
    """Whether a name stands in a text as words of its own."""
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
