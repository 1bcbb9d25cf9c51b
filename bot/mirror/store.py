"""Storing what was read: older never replaces newer, and what hangs on an object follows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.mirror.fields import flag_at
from bot.mirror.gone import gone_since, note_gone
from bot.mirror.kinds import KINDS
from bot.mirror.news import tell_news
from bot.mirror.rows import begin_storing, replace_older, table_of
from bot.mirror.rules import MirrorRules
from bot.mirror.store_customers import store_customers
from bot.mirror.store_invoices import (
    Read,
    TranslatedInvoices,
    store_invoices,
    translate_invoices,
)
from bot.mirror.store_prices import store_prices

Row = dict[str, Any]

# How many objects one round of statements takes; four of Stripe's pages have as many.
OBJECTS_AT_ONCE = 400
# The source of what the backfill reads.
BACKFILL = "backfill"


@dataclass(frozen=True, slots=True)
class StoreResult:
    """What storing came to.

    Shape: `written` objects replaced what was older or went in; the wanted ids are of objects that
    the stored ones refer to and that the mirror lacks: they should be read next.
    """

    written: int
    written_ids: tuple[str, ...] = ()
    customers_wanted: tuple[str, ...] = ()
    prices_wanted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Translated:
    """Objects of one kind that one read brought, as rows; nothing of the database is in them yet.

    Shape: `gone` has the ids of those that Stripe says are deleted; of the others the invoices are
    in `invoices` and the rest in `rows`, some at a time.
    """

    kind_name: str
    gone: list[str]
    rows: list[list[Row]]
    invoices: list[TranslatedInvoices]


def translate(kind_name: str, objects: Sequence[dict[str, Any]]) -> Translated:
    """Objects of one kind as Stripe gave them, each whole, as rows.

    Raises: KeyError for a kind that is not mirrored.
    """
    kind = KINDS[kind_name]
    gone = [thing["id"] for thing in objects if flag_at(thing, "deleted")]
    # Twice in one read, as when the list grew between two pages: once is enough.
    present = {thing["id"]: thing for thing in objects if not flag_at(thing, "deleted")}
    given = list(present.values())
    groups = [given[at : at + OBJECTS_AT_ONCE] for at in range(0, len(given), OBJECTS_AT_ONCE)]
    if kind_name == "invoice":
        return Translated(kind_name, gone, [], [translate_invoices(some) for some in groups])
    rows = [[kind.translate(one) for one in some] for some in groups]
    return Translated(kind_name, gone, rows, [])


def store(  # noqa: PLR0913 - one call says all about a read
    session: Session,
    kind_name: str,
    objects: Sequence[dict[str, Any]],
    *,
    ticket: int,
    now: datetime,
    source: str,
    rules: MirrorRules,
    may_go_back: bool = False,
) -> StoreResult:
    """Write objects of one kind as Stripe gave them, each whole, in the caller's transaction.

    `ticket` was drawn before they were read, `now` is the machine's clock, and `source` goes into
    the invoices' history. An object of Stripe's that says it is deleted is marked so. With
    `may_go_back` even a paid or void invoice takes another status.
    Raises: KeyError for a kind that is not mirrored.
    """
    read = Read(ticket, now, source, rules, may_go_back)
    return store_translated(session, translate(kind_name, objects), read)


def store_translated(session: Session, given: Translated, read: Read) -> StoreResult:
    """The same for objects that were translated before."""
    # Before anything else, as noting what is gone waits for whoever has begun to store.
    for object_id in given.gone:
        mark_deleted(session, given.kind_name, object_id, ticket=read.ticket, now=read.now)
    begin_storing(session)
    stored = [store_invoices(session, some, read) for some in given.invoices]
    written = [one.written for one in stored]
    written += [_store_some(session, given.kind_name, rows, read) for rows in given.rows]
    written_ids = sorted(set().union(*written))
    # What the backfill brings is no news: it has been so all along.
    if read.source != BACKFILL:
        tell_news(session, given.kind_name, written_ids, now=read.now)
    return StoreResult(
        written=sum(map(len, written)),
        written_ids=tuple(written_ids),
        customers_wanted=_united(one.customers_wanted for one in stored),
        prices_wanted=_united(one.prices_wanted for one in stored),
    )


def _store_some(session: Session, kind_name: str, rows: list[Row], read: Read) -> set[str]:
    gone = gone_since(session, kind_name, [row["id"] for row in rows], ticket=read.ticket)
    ticketed = [{**row, "ticket": read.ticket} for row in rows if row["id"] not in gone]
    if kind_name == "customer":
        return store_customers(session, ticketed, rules=read.rules, now=read.now)
    if kind_name == "price":
        return store_prices(session, ticketed)
    return replace_older(session, table_of(KINDS[kind_name].table), ticketed)


def _united(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in lists for name in names}))


def mark_deleted(
    session: Session, kind_name: str, object_id: str, *, ticket: int, now: datetime
) -> bool:
    """Mark an object that Stripe no longer has; its row stays.

    Shape: whether it was here and not read more lately.
    """
    table = table_of(KINDS[kind_name].table)
    marking = (
        update(table)
        .where(table.c.id == object_id, table.c.ticket < ticket)
        .values(deleted_at=now, ticket=ticket)
        .returning(table.c.id)
    )
    if session.scalar(marking) is not None:
        tell_news(session, kind_name, [object_id], now=now)
        return True
    if session.scalar(select(table.c.id).where(table.c.id == object_id)) is not None:
        return False
    note_gone(session, kind_name, object_id, ticket=ticket)
    # A page that brought it may have been committed meanwhile.
    return session.scalar(marking) is not None
