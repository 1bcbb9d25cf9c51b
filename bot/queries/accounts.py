"""Accounts by what people call them: id, name, e-mail, domain, or a part of the name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from rapidfuzz import fuzz, process
from sqlalchemy import ColumnElement, Row, Select, bindparam, exists, func, literal_column, select

from bot.among import is_among
from bot.database import Reading
from bot.mirror.accounts import NAME_CHARACTERS_MAX
from bot.mirror.names import fold, skeleton
from bot.models import AccountName, Customer
from bot.prepared import Prepared
from bot.queries.account_refs import list_refs
from bot.queries.cards import AccountRef
from bot.queries.invoice_rows import ACCOUNTS, within
from bot.queries.search import plain_text
from bot.queries.sight import Sight

PICKER_ROWS = 10
NEAREST_ROWS = 5
# The largest that the column of their ids holds.
ACCOUNT_ID_MAX = 2**31 - 1
# Names that a search for the nearest looks through, and how like they must be, of 100.
NEAREST_OF_MAX = 50_000
LIKENESS_MIN = 60

_NAMES = AccountName.__table__
_CUSTOMERS = Customer.__table__
_NEWEST = func.max(_CUSTOMERS.c.created_at).label("newest_at")
_WITH_CUSTOMERS = _NAMES.outerjoin(_CUSTOMERS, _CUSTOMERS.c.id == _NAMES.c.customer_id)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
# acme.com as people paste it: https://www.acme.com/ or @acme.com.
_SITE = re.compile(r"(?:https?://|@)?(?:www\.)?([^/@\s]+\.[^/@\s]+)/?")


@dataclass(frozen=True, slots=True)
class AccountsFound:
    """The accounts that a text stands for.

    Shape: `exact` are those it fits exactly and, only where there are none, `partial` those with
    it in a name; each at most PICKER_ROWS, newest first, beside a count of all. `has_lookalikes`
    when a name among them only looks like the text or like another one: then people choose.
    """

    exact: tuple[AccountRef, ...]
    exact_count: int
    partial: tuple[AccountRef, ...]
    partial_count: int
    has_lookalikes: bool

    @property
    def only(self) -> AccountRef | None:
        """The one account that the text stands for beyond doubt."""
        is_certain = self.exact_count == 1 and not self.has_lookalikes
        return self.exact[0] if is_certain else None


def find_accounts(session: Reading, text: str, *, sight: Sight) -> AccountsFound:
    """The accounts that a text stands for, within what the person may see.

    Raises: BadRequest for a text that can't be searched for.
    """
    text = plain_text(text)
    folded = fold(text)
    if not folded:
        return AccountsFound((), 0, (), 0, has_lookalikes=False)
    # The mirror keeps this much of a name, so this much of the text is compared with it.
    named = text[:NAME_CHARACTERS_MAX]
    for kind, values in _ways(named):
        if hits := _exact_hits(session, kind, values, sight):
            ids = _without_doubles(session, hits, kind)
            return AccountsFound(
                exact=list_refs(session, ids[:PICKER_ROWS]),
                exact_count=len(ids),
                partial=(),
                partial_count=0,
                has_lookalikes=kind == "name" and _look_alike(hits, ids, named),
            )
    partial, count = _partial_hits(session, folded, sight)
    return AccountsFound((), 0, partial, count, has_lookalikes=False)


def find_account(session: Reading, account_id: int, *, sight: Sight) -> AccountRef | None:
    """The account of this id; None when there is none, or none for this person."""
    if not 0 < account_id <= ACCOUNT_ID_MAX:
        return None
    if sight.scope is not None and account_id not in sight.scope:
        return None
    refs = list_refs(session, [account_id])
    return refs[0] if refs else None


def is_named(*, is_scoped: bool) -> ColumnElement[bool]:
    """The condition that some account within the scope is called exactly as `name` says.

    It takes the values of name_values() and sight_values().
    """
    named = (_NAMES.c.folded == bindparam("name"), _NAMES.c.kind == "name")
    scope = is_among(_NAMES.c.account_id, "scope")
    return exists().where(*named, *((scope,) if is_scoped else ()))


def name_values(text: str) -> dict[str, str]:
    """The values that is_named() is run with.

    Raises: BadRequest for a text that can't be searched for.
    """
    return {"name": fold(plain_text(text)[:NAME_CHARACTERS_MAX])[:NAME_CHARACTERS_MAX]}


def list_nearest_accounts(session: Reading, text: str, *, sight: Sight) -> tuple[AccountRef, ...]:
    """The accounts with names most like a text that fits none, the most alike first.

    Shape: at most NEAREST_ROWS, () when none is like it.
    """
    statement = (
        select(_NAMES.c.account_id, _NAMES.c.folded)
        .where(_NAMES.c.kind == "name", within(sight, _NAMES.c.account_id))
        .distinct()
        .limit(NEAREST_OF_MAX)
    )
    rows = session.connection().execute(statement).all()
    # Several names of one account are one answer, so a few more are asked for than are shown.
    nearest = process.extract(
        fold(plain_text(text)),
        [row.folded for row in rows],
        scorer=fuzz.WRatio,
        limit=NEAREST_ROWS * 4,
        score_cutoff=LIKENESS_MIN,
    )
    ids = list(dict.fromkeys(rows[index].account_id for _, _, index in nearest))
    return list_refs(session, ids[:NEAREST_ROWS])


def _ways(text: str) -> list[tuple[str, dict[str, str]]]:
    """What a text may be, from the most to the least telling; the first that fits decides."""
    folded = fold(text)[:NAME_CHARACTERS_MAX]
    site = _SITE.fullmatch(folded)
    return [
        ("id", {"folded": folded, "value": text}),
        ("name", {"skeleton": skeleton(text)[:NAME_CHARACTERS_MAX]}),
        ("email", {"folded": folded}),
        ("domain", {"folded": site[1] if site else folded}),
    ]


def _exact_hits(
    session: Reading, kind: str, values: Mapping[str, Any], sight: Sight
) -> Sequence[Row[Any]]:
    statement = _hits(kind, tuple(values), is_scoped=sight.scope is not None)
    return statement.rows(session, {**values, "scope": sorted(sight.scope or ())})


# Each form is built once, as building costs more than running it.
@cache
def _hits(kind: str, compared: tuple[str, ...], *, is_scoped: bool) -> Prepared:
    scope = _NAMES.c.account_id.in_(bindparam("scope", expanding=True))
    return Prepared(
        select(_NAMES.c.account_id, ACCOUNTS.c.parent_id, _NAMES.c.value, _NEWEST)
        .select_from(_WITH_CUSTOMERS.join(ACCOUNTS, ACCOUNTS.c.id == _NAMES.c.account_id))
        .where(_NAMES.c.kind == literal_column(f"'{kind}'"))
        .where(*(_NAMES.c[name] == bindparam(name) for name in compared))
        .where(*((scope,) if is_scoped else ()))
        .group_by(_NAMES.c.account_id, ACCOUNTS.c.parent_id, _NAMES.c.value)
    )


def _without_doubles(session: Reading, hits: Sequence[Row[Any]], kind: str) -> list[int]:
    """The accounts of these hits, newest first, without those that only say another one again."""
    newest = {hit.account_id: (hit.newest_at or _LONG_AGO, hit.account_id) for hit in hits}
    parents = {hit.account_id: hit.parent_id for hit in hits if hit.parent_id in newest}
    if kind in {"id", "email"}:
        # These belong to a customer, so the company that it is in says it best.
        doubles = set(parents.values())
    else:
        sole = _with_one_company(session, set(parents.values())) if parents else set()
        doubles = {company for company, parent in parents.items() if parent in sole}
    return sorted(newest.keys() - doubles, key=lambda id_: newest[id_], reverse=True)


def _with_one_company(session: Reading, organisations: set[int]) -> set[int]:
    """Those of the organisations that are the same customers as the one company in them."""
    own = select(_CUSTOMERS.c.id).where(_CUSTOMERS.c.account_id == ACCOUNTS.c.parent_id)
    found = session.connection().execute(
        select(ACCOUNTS.c.parent_id)
        .where(ACCOUNTS.c.parent_id.in_(sorted(organisations)), ~own.exists())
        .group_by(ACCOUNTS.c.parent_id)
        .having(func.count() == 1)
    )
    return set(found.scalars())


def _look_alike(hits: Sequence[Row[Any]], ids: Sequence[int], text: str) -> bool:
    """Whether a person might take one of these names for another, or for what was asked for."""
    found = [hit for hit in hits if hit.account_id in ids]
    names = {hit.value for hit in found}
    # A company may well be called like its organisation, in other letters.
    families = {hit.parent_id or hit.account_id for hit in found}
    is_other = any(fold(name) != fold(text) for name in names)
    return is_other or (len(families) > 1 and len(names) > 1)


def _partial_hits(
    session: Reading, folded: str, sight: Sight
) -> tuple[tuple[AccountRef, ...], int]:
    statement: Select[Any] = (
        select(_NAMES.c.account_id, _NEWEST, func.count().over().label("rows_count"))
        .select_from(_WITH_CUSTOMERS)
        .where(
            _NAMES.c.kind == "name",
            _NAMES.c.folded.contains(folded, autoescape=True),
            within(sight, _NAMES.c.account_id),
        )
        .group_by(_NAMES.c.account_id)
        .order_by(_NEWEST.desc().nulls_last(), _NAMES.c.account_id.desc())
        .limit(PICKER_ROWS)
    )
    rows = session.connection().execute(statement).all()
    ids = [row.account_id for row in rows]
    return list_refs(session, ids), rows[0].rows_count if rows else 0
