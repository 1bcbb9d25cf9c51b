"""Filling the mirror from Stripe's lists, from wherever an earlier try was cut off.

The mark of the events is set first, so whatever changes while the lists are read is swept up
afterwards. Some pages are a lot: its rows are committed together with the place to go on from, and
its ticket is drawn before the first of its pages is asked for, so a lot never overwrites what was
read after it.
"""

import contextlib
import gc
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from bot.clock import monotonic_seconds, real_now
from bot.database import insert_into
from bot.database_clock import database_now
from bot.errors import BadRequest, NotFound, Unavailable
from bot.mirror.attesting import attest_stored
from bot.mirror.hints import Wanted
from bot.mirror.kinds import KINDS, Kind
from bot.mirror.left_out import REFUSALS, leave_out, take_in
from bot.mirror.listing import Listed, list_pages
from bot.mirror.marks import find_mark, set_mark
from bot.mirror.reading import complete, entries_within
from bot.mirror.refresh import refresh
from bot.mirror.rows import wait_for_storing
from bot.mirror.rules import rules_from
from bot.mirror.stale import want_objects
from bot.mirror.store import BACKFILL, Translated, store_translated, translate
from bot.mirror.store_invoices import Read
from bot.mirror.tickets import NUMBERING, draw_tickets, is_numbering, number_some_of_backlog
from bot.mirror.watermark import count_as_swept, take_watermark
from bot.models import BackfillStep, Invoice
from bot.runtime import Runtime

BACKFILLED = "backfilled"
# A hundred million objects of one kind; a list that goes on after that has no end.
PAGES_MAX = 1_000_000
# How many pages are read and stored at once: a transaction costs about as much as storing thirty
# invoices. Pages with so many lines in them are stored sooner, since all of them are in memory.
LOT_PAGES_MAX = 4
LOT_ENTRIES_MAX = 2_500
# Those of some pages; see _collecting_rarely.
NEW_OBJECTS_BEFORE_COLLECTING = 50_000
# How often a lot is stored when the database does not take it at once.
STORE_TRIES_MAX = 3
# How often a list may lose the object that it was to go on after.
LISTINGS_MAX = 3
# Rounds of a hundred reads of what the lists referred to and did not have.
REFRESH_ROUNDS_MAX = 10_000
# How many lots have their tickets drawn in one transaction.
TICKETS_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one kind is: objects stored in all, and a second since this start."""

    kind: str
    objects: int
    per_second: float


@dataclass(frozen=True, slots=True)
class BackfillResult:
    """How many objects of each kind were listed, and how many invoices have a short number.

    Shape: `left_out` has the kinds that Stripe does not list for us, and why.
    """

    objects: dict[str, int]
    numbered: int
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Lot:
    """Objects of some pages, read under one ticket, and the place after which the list goes on."""

    ticket: int
    cursor: str
    count: int
    translated: Translated


def run_backfill(
    runtime: Runtime,
    *,
    report: Callable[[Progress], None],
    kinds: Iterable[str] | None = None,
    restart: bool = False,
) -> BackfillResult:
    """Fill the mirror with what Stripe has, going on where an earlier try was cut off.

    With `restart` everything is listed again from the top; rows only get newer by it.
    A kind that Stripe does not list for us is left out, and the operators are told.
    Raises: Unavailable when Stripe or the database does not answer: call again to go on;
        Misconfigured when the key may not list customers or invoices.
    """
    names = set(KINDS if kinds is None else kinds)
    chosen = [kind for kind in KINDS.values() if kind.name in names]
    has_events = take_watermark(runtime)
    if restart:
        with runtime.database.writing() as session:
            session.execute(delete(BackfillStep).where(BackfillStep.kind.in_(names)))
    objects: dict[str, int] = {}
    left_out: dict[str, str] = {}
    with _collecting_rarely():
        for kind in chosen:
            try:
                objects[kind.name] = _fill(runtime, kind, report)
            except REFUSALS as refused:
                leave_out(runtime, kind, refused)
                left_out[kind.name] = refused.message
    _read_what_was_wanted(runtime)
    if not has_events:
        count_as_swept(runtime)
    if kinds is None:
        _number_backlog(runtime)
        with runtime.database.writing() as session:
            now = database_now(session, real_now())
            set_mark(session, BACKFILLED, business_at=runtime.clock.now(), real_at=now)
    with runtime.database.reading() as session:
        numbered = session.scalar(select(func.count(Invoice.short_number))) or 0
    return BackfillResult(objects, numbered, left_out)


def is_filled(session: Session, kinds: Collection[str] = KINDS) -> bool:
    """Whether the mirror has been filled before, with all of these kinds."""
    finished = select(func.count()).where(
        BackfillStep.kind.in_(kinds), BackfillStep.finished_at.is_not(None)
    )
    return find_mark(session, BACKFILLED) is not None and session.scalar(finished) == len(kinds)


@contextlib.contextmanager
def _collecting_rarely() -> Iterator[None]:
    """Look for garbage in circles less often: a page makes thousands of objects and no circle.

    Python looks after each 700 new ones, which takes a fifth of the time that a page takes.
    """
    first, second, third = gc.get_threshold()
    gc.set_threshold(max(first, NEW_OBJECTS_BEFORE_COLLECTING), second, third)
    try:
        yield
    finally:
        gc.set_threshold(first, second, third)


def _fill(runtime: Runtime, kind: Kind, report: Callable[[Progress], None]) -> int:
    """List one kind to its end; how many objects that were."""
    for tries_left in reversed(range(LISTINGS_MAX)):
        with runtime.database.reading() as session:
            step = session.get(BackfillStep, kind.name)
        try:
            return _fill_from(runtime, kind, step, report)
        except (NotFound, BadRequest):
            # The object after which the list was to go on is gone: it begins at its top again.
            if not tries_left:
                raise
            with runtime.database.writing() as session:
                session.execute(delete(BackfillStep).where(BackfillStep.kind == kind.name))
    raise AssertionError("The last try either returns or raises.")


def _fill_from(
    runtime: Runtime, kind: Kind, step: BackfillStep | None, report: Callable[[Progress], None]
) -> int:
    before = count = step.objects_count if step else 0
    if step is not None and step.finished_at is not None:
        return count
    began = monotonic_seconds()
    for lot in _lots_ahead(runtime, kind, step.cursor if step else None):
        count += lot.count
        _store_patiently(runtime, kind, lot, count=count)
        seconds = max(monotonic_seconds() - began, 1e-9)
        report(Progress(kind.name, count, (count - before) / seconds))
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        _save_step(session, kind.name, cursor=None, count=count, finished_at=now)
        take_in(session, kind)
    return count


def _lots_ahead(runtime: Runtime, kind: Kind, cursor: str | None) -> Iterator[_Lot]:
    """Lot after lot; while one is stored, the next is being read, and made into rows."""
    pages = list_pages(runtime, kind, after=cursor)
    tickets = _tickets(runtime)
    with ThreadPoolExecutor(1, "backfill") as reader:
        asked = reader.submit(_read_lot, runtime, kind, pages, next(tickets))
        for _ in range(PAGES_MAX):
            lot = asked.result()
            if lot is None:
                return
            asked = reader.submit(_read_lot, runtime, kind, pages, next(tickets))
            yield lot


def _read_lot(runtime: Runtime, kind: Kind, pages: Iterator[Listed], ticket: int) -> _Lot | None:
    """The next pages, as many as make a lot; None at the end."""
    whole: list[dict[str, Any]] = []
    cursor = None
    for page in islice(pages, LOT_PAGES_MAX):
        cursor = page.cursor
        completed = (complete(runtime.stripe, kind, one) for one in page.objects)
        whole += [one for one in completed if one is not None]
        if sum(entries_within(kind, one) for one in whole) >= LOT_ENTRIES_MAX:
            break
    if cursor is None:
        return None
    return _Lot(ticket, cursor, len(whole), translate(kind.name, whole))


def _tickets(runtime: Runtime) -> Iterator[int]:
    """A ticket for each lot, some drawn at a time: a commit takes as long as storing ten rows."""
    while True:
        with runtime.database.writing() as session:
            drawn = draw_tickets(session, TICKETS_AT_ONCE)
        yield from drawn


def _store_patiently(runtime: Runtime, kind: Kind, lot: _Lot, *, count: int) -> None:
    """Store a lot, again when another process was in the way."""
    for tries_left in reversed(range(STORE_TRIES_MAX)):
        try:
            _store_lot(runtime, kind, lot, count=count)
        except Unavailable:
            if not tries_left:
                raise
        else:
            return


def _store_lot(runtime: Runtime, kind: Kind, lot: _Lot, *, count: int) -> None:
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        read = Read(lot.ticket, now, BACKFILL, rules_from(runtime.settings))
        result = store_translated(session, lot.translated, read)
        wanted = [Wanted("customer", name) for name in result.customers_wanted]
        wanted += [Wanted("price", name) for name in result.prices_wanted]
        want_objects(session, dict.fromkeys(wanted, now), now=now)
        _save_step(session, kind.name, cursor=lot.cursor, count=count, finished_at=None)
        attest_stored(session, runtime.settings, kind.name, result.written_ids, now=now)


def _save_step(
    session: Session,
    kind_name: str,
    *,
    cursor: str | None,
    count: int,
    finished_at: datetime | None,
) -> None:
    new = insert_into(session, BackfillStep).values(
        kind=kind_name, cursor=cursor, objects_count=count, finished_at=finished_at
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=[BackfillStep.kind],
            set_={"cursor": cursor, "objects_count": count, "finished_at": finished_at},
        )
    )


def _read_what_was_wanted(runtime: Runtime) -> None:
    """Read what the lists do not have: customers that were deleted, prices made by the way."""
    for _ in range(REFRESH_ROUNDS_MAX):
        if not refresh(runtime):
            return


def _number_backlog(runtime: Runtime) -> None:
    """Number the invoices, once; from then on each gets its number when it is first seen."""
    with runtime.database.reading() as session:
        if is_numbering(session):
            return
    after, is_over = None, False
    while not is_over:
        with runtime.database.writing() as session:
            after = number_some_of_backlog(session, after)
            is_over = after is None
    with runtime.database.writing() as session:
        # Whoever stored an invoice until now left its number to us; whoever comes next does not.
        wait_for_storing(session)
        while number_some_of_backlog(session, None):
            pass
        now = database_now(session, real_now())
        _save_step(session, NUMBERING, cursor=None, count=0, finished_at=now)
