"""Reading again what events hinted at, and storing it: claim, read, store, let go.

No transaction is open while Stripe is asked. A reader that dies leaves its claims to whoever comes
after the lease; one that was too slow finds its ticket replaced, and what it read is dropped.
"""

import queue
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.alerts import clear_alert, raise_alert
from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.errors import BotError, NotFound, Unavailable
from bot.mirror.attesting import attest_stored
from bot.mirror.fields import dict_at, dicts_at, id_at
from bot.mirror.hints import Wanted
from bot.mirror.kinds import KINDS
from bot.mirror.marks import ATTEMPTS_HELD_BACK
from bot.mirror.reading import read_objects
from bot.mirror.rules import rules_from
from bot.mirror.stale import (
    LEASE_SECONDS,
    Claim,
    claim_due,
    hand_back,
    lock_own,
    settle_failed,
    settle_read,
    want_objects,
)
from bot.mirror.store import mark_deleted, store
from bot.models import Product
from bot.runtime import Runtime
from bot.telemetry import get_logger, objects_read_total

OBJECTS_AT_ONCE = 100
# More would only wait for Stripe's limit of each endpoint.
READERS = 4
# A claim that has waited this long goes back unread, so that no read outlives its lease.
READING_SECONDS_MAX = LEASE_SECONDS / 2
# While Stripe does not answer, what was not tried comes back after this.
PAUSE_SECONDS = 2.0
STORE_TRIES_MAX = 3

# The alert about objects that can't be read or stored.
FAILING = "refresh_failing"

log = get_logger("refresh")


@dataclass(frozen=True, slots=True)
class _Read:
    """What came of one claim: the object, None where Stripe has it no more, or why neither.

    Of a kind that is read customer by customer, a claim finds all of the customer's.
    """

    claim: Claim
    found: list[dict[str, Any]] | None = None
    failed: Exception | None = None
    was_tried: bool = True


def refresh(runtime: Runtime, *, limit: int = OBJECTS_AT_ONCE) -> int:
    """Read the objects that have waited longest, and store them; how many were claimed.

    Raises: Unavailable when Stripe does not answer; all claims are handed back before that.
    """
    with runtime.database.writing() as session:
        claims = claim_due(session, limit=limit, now=database_now(session, real_now()))
    if not claims:
        return 0
    reads = _read_all(runtime, claims)
    good = [read for read in reads if read.failed is None and read.was_tried]
    by_kind: dict[str, list[_Read]] = defaultdict(list)
    for read in good:
        by_kind[read.claim.kind].append(read)
    for kind in sorted(by_kind):
        _store_together(runtime, by_kind[kind])
    _put_back(runtime, [read for read in reads if read.failed is not None or not read.was_tried])
    silent = next((read.failed for read in reads if isinstance(read.failed, Unavailable)), None)
    if silent is not None:
        raise silent
    return len(claims)


def _read_all(runtime: Runtime, claims: Sequence[Claim]) -> list[_Read]:
    """Read every claim, several at once; none after Stripe has failed to answer one."""
    waiting: queue.SimpleQueue[Claim] = queue.SimpleQueue()
    for claim in claims:
        waiting.put(claim)
    reads: queue.SimpleQueue[_Read] = queue.SimpleQueue()
    give_up = threading.Event()
    give_up_at = monotonic_seconds() + READING_SECONDS_MAX

    def work() -> None:
        while True:
            try:
                claim = waiting.get_nowait()
            except queue.Empty:
                return
            if give_up.is_set() or monotonic_seconds() > give_up_at:
                reads.put(_Read(claim, was_tried=False))
                continue
            read = _read(runtime, claim)
            if isinstance(read.failed, Unavailable):
                give_up.set()
            reads.put(read)

    _run_together(work, min(READERS, len(claims)))
    return [reads.get() for _ in claims]


def _run_together(work: Callable[[], None], threads_count: int) -> None:
    # Daemons, so that a Stripe that never answers can't hold up the end of the process.
    threads = [threading.Thread(target=work, daemon=True) for _ in range(threads_count - 1)]
    for thread in threads:
        thread.start()
    work()
    for thread in threads:
        thread.join()


def _read(runtime: Runtime, claim: Claim) -> _Read:
    try:
        return _Read(claim, read_objects(runtime.stripe, claim.kind, claim.object_id))
    except NotFound:
        return _Read(claim)
    except Exception as failed:  # noqa: BLE001 - it must not take the other reads with it
        return _Read(claim, failed=failed)


def _store_together(runtime: Runtime, reads: Sequence[_Read]) -> None:
    """Store what was read of one kind; one by one where that fails, to find the one to blame."""
    try:
        _store(runtime, reads)
    except BotError:
        raise
    except Exception as failed:  # noqa: BLE001 - one object must not hold up the others
        if len(reads) == 1:
            _put_back(runtime, [_Read(reads[0].claim, failed=failed)])
            return
        for read in reads:
            _store_together(runtime, [read])


def _store(runtime: Runtime, reads: Sequence[_Read]) -> None:
    for tries_left in reversed(range(STORE_TRIES_MAX)):
        try:
            with runtime.database.writing() as session:
                _store_own(session, runtime, reads)
        except Unavailable:
            # A deadlock or a lost connection costs a moment here, but a whole lease if given up.
            if not tries_left:
                raise
        else:
            break
    for read in reads:
        outcome = "read" if read.found is not None else "gone"
        objects_read_total.labels(read.claim.kind, outcome).inc()


def _store_own(session: Session, runtime: Runtime, reads: Sequence[_Read]) -> None:
    now = database_now(session, real_now())
    own = lock_own(session, [read.claim for read in reads])
    own_ids = {claim.id for claim in own}
    found = [one for read in reads if read.claim.id in own_ids for one in read.found or ()]
    if not own:
        return
    kind, ticket = own[0].kind, own[0].ticket
    # First, as it may wait for others to end who are storing.
    for read in reads:
        is_gone = read.found is None and not KINDS[kind].is_read_by_customer
        if read.claim.id in own_ids and is_gone:
            mark_deleted(session, kind, read.claim.object_id, ticket=ticket, now=now)
    if found:
        result = store(
            session,
            kind,
            found,
            ticket=ticket,
            now=now,
            source="event",
            rules=rules_from(runtime.settings),
        )
        if kind == "invoice":
            _store_payments(session, runtime, found, ticket=ticket, now=now)
        wanted = [Wanted("customer", one) for one in result.customers_wanted]
        wanted += [Wanted("price", one) for one in result.prices_wanted]
        if kind == "price":
            wanted += [Wanted("product", one) for one in _products_wanted(session, found)]
        hinted_at = min(claim.hinted_at for claim in own)
        want_objects(session, dict.fromkeys(wanted, hinted_at), now=now)
    settle_read(session, own, now=now)
    for claim in own:
        if claim.attempts >= ATTEMPTS_HELD_BACK:
            clear_alert(session, kind=FAILING, subject=claim.kind, now=now)
    read_ids = {claim.object_id for claim in own}
    attest_stored(session, runtime.settings, kind, read_ids, now=now)


def _store_payments(
    session: Session,
    runtime: Runtime,
    invoices: Sequence[dict[str, Any]],
    *,
    ticket: int,
    now: datetime,
) -> None:
    """The payments that came with their invoices; no event tells of one that is only asked for."""
    payments = [
        one for invoice in invoices for one in dicts_at(dict_at(invoice, "payments"), "data")
    ]
    if payments:
        rules = rules_from(runtime.settings)
        store(
            session,
            "invoice_payment",
            payments,
            ticket=ticket,
            now=now,
            source="event",
            rules=rules,
        )


def _products_wanted(session: Session, prices: Sequence[dict[str, Any]]) -> list[str]:
    """The products of these prices that the mirror lacks: one made with its price has no event."""
    ids = {product for price in prices if (product := id_at(price, "product")) is not None}
    known = session.scalars(select(Product.id).where(Product.id.in_(ids)))
    return sorted(ids - set(known))


def _put_back(runtime: Runtime, reads: Sequence[_Read]) -> None:
    if not reads:
        return
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        for read in reads:
            if read.failed is None:
                hand_back(session, read.claim, due_at=now + timedelta(seconds=PAUSE_SECONDS))
                continue
            _fail(session, read.claim, read.failed, now=now)


def _fail(session: Session, claim: Claim, failed: Exception, *, now: datetime) -> None:
    why = failed.message if isinstance(failed, BotError) else type(failed).__name__
    log.warning("object_not_read", kind=claim.kind, object=claim.object_id, why=why)
    objects_read_total.labels(claim.kind, "failed").inc()
    settle_failed(session, claim, why=why, now=now)
    if claim.attempts + 1 >= ATTEMPTS_HELD_BACK:
        # One for each kind: a missing permission stops them all, and needs telling once.
        detail = f"{claim.object_id}: {why}"
        raise_alert(session, kind=FAILING, subject=claim.kind, detail=detail, now=now)
