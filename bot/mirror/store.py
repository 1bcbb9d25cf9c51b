"""Storing what was read: older never replaces newer, and what hangs on an object follows it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.mirror.kinds import KINDS
from bot.mirror.rows import go_by_indexes, replace_older, table_of
from bot.mirror.rules import MirrorRules
from bot.mirror.store_customers import store_customers
from bot.mirror.store_invoices import Read, store_invoices
from bot.mirror.store_prices import store_prices

# How many objects one round of statements takes; a page of Stripe's has as many.
OBJECTS_AT_ONCE = 100


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
    go_by_indexes(session)
    read = Read(ticket, now, source, rules, may_go_back)
    results = []
    for start in range(0, len(objects), OBJECTS_AT_ONCE):
        some = objects[start : start + OBJECTS_AT_ONCE]
        for gone in (thing for thing in some if thing.get("deleted") is True):
            mark_deleted(session, kind_name, gone["id"], ticket=ticket, now=now)
        # Twice in one read, as when the list grew between two pages: once is enough.
        present = {thing["id"]: thing for thing in some if thing.get("deleted") is not True}
        if present:
            results.append(_store_some(session, kind_name, list(present.values()), read))
    return StoreResult(
        written=sum(result.written for result in results),
        written_ids=tuple(name for result in results for name in result.written_ids),
        customers_wanted=_united(result.customers_wanted for result in results),
        prices_wanted=_united(result.prices_wanted for result in results),
    )


def _store_some(
    session: Session, kind_name: str, objects: list[dict[str, Any]], read: Read
) -> StoreResult:
    kind = KINDS[kind_name]
    if kind_name == "invoice":
        stored = store_invoices(session, objects, read)
        return StoreResult(
            len(stored.written),
            tuple(sorted(stored.written)),
            stored.customers_wanted,
            stored.prices_wanted,
        )
    rows = [{**kind.translate(thing), "ticket": read.ticket} for thing in objects]
    if kind_name == "customer":
        written = store_customers(session, rows, rules=read.rules, now=read.now)
    elif kind_name == "price":
        written = store_prices(session, rows)
    else:
        written = replace_older(session, table_of(kind.table), rows)
    return StoreResult(len(written), tuple(sorted(written)))


def _united(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({name for names in lists for name in names}))


def mark_deleted(
    session: Session, kind_name: str, object_id: str, *, ticket: int, now: datetime
) -> bool:
    """Mark an object that Stripe no longer has; its row stays.

    Shape: whether it was here and not read more lately.
    """
    table = table_of(KINDS[kind_name].table)
    marked = (
        update(table)
        .where(table.c.id == object_id, table.c.ticket < ticket)
        .values(deleted_at=now, ticket=ticket)
        .returning(table.c.id)
    )
    return session.scalar(marked) is not None
