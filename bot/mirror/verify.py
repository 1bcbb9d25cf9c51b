"""Comparing the mirror with Stripe, object by object, and putting right what differs.

Things change while this runs, so a difference counts only if it is still there after the object
was read again. Of each object only a fingerprint of its id stays in memory: eight bytes.
"""

import bisect
import hashlib
from array import array
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Select, func, null, select

from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.mirror.attesting import attest_stored
from bot.mirror.backfill import PAGES_MAX, Progress
from bot.mirror.differences import Difference, find_differences
from bot.mirror.fields import flag_at, id_at
from bot.mirror.kinds import KINDS, Kind
from bot.mirror.left_out import REFUSALS, leave_out
from bot.mirror.listing import list_pages
from bot.mirror.owners import customers_present
from bot.mirror.reading import complete, read_one
from bot.mirror.rows import table_of
from bot.mirror.rules import rules_from
from bot.mirror.store import mark_deleted, store
from bot.mirror.tickets import draw_ticket
from bot.mirror.translate_invoice import status_of
from bot.models import Invoice, VerifyRun
from bot.runtime import Runtime

SOURCE = "verify"
# How many differences are named; all are counted.
NAMED_MAX = 1_000
# How many of our own rows are looked through at once for what Stripe has no more.
ROWS_AT_ONCE = 1_000


class _Suspect(NamedTuple):
    """An object that seems to differ, and its customer where it is listed by customer."""

    kind_name: str
    object_id: str
    customer_id: str | None


@dataclass(slots=True)
class Drift:
    """What differed, and how many invoices of each status Stripe and the mirror have.

    Shape: `counts` by kind and how (missing, extra, different), without zeros; `named` holds the
    first NAMED_MAX differences. With repair they were all put right, but for `unrepaired`.
    `left_out` has the kinds that Stripe does not list for us, and why.
    """

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    named: list[Difference] = field(default_factory=list)
    checked: Counter[str] = field(default_factory=Counter)
    unrepaired: int = 0
    left_out: dict[str, str] = field(default_factory=dict)
    invoices_at_stripe: Counter[str] = field(default_factory=Counter)
    invoices_here: Counter[str] = field(default_factory=Counter)

    @property
    def is_clean(self) -> bool:
        """Whether the mirror said what Stripe says."""
        return not self.counts


def verify(runtime: Runtime, *, repair: bool, report: Callable[[Progress], None]) -> Drift:
    """Compare every object that Stripe lists with its row, and every row with Stripe.

    With `repair` each row that differs is replaced by what Stripe says. A kind that Stripe does not
    list for us is left out, and the operators are told.
    Raises: Unavailable when Stripe or the database does not answer; Misconfigured when the key may
        not list customers or invoices.
    """
    drift = Drift()
    for kind in KINDS.values():
        try:
            seen = _check_listed(runtime, kind, drift, repair=repair, report=report)
        except REFUSALS as refused:
            leave_out(runtime, kind, refused)
            drift.left_out[kind.name] = refused.message
            continue
        _check_kept(runtime, kind, seen, drift, repair=repair)
    with runtime.database.reading() as session:
        counted = (
            select(Invoice.status, func.count())
            .where(Invoice.deleted_at.is_(None))
            .group_by(Invoice.status)
        )
        drift.invoices_here = Counter({row[0]: row[1] for row in session.execute(counted)})
    _remember(runtime, drift, repair=repair)
    return drift


def _remember(runtime: Runtime, drift: Drift, *, repair: bool) -> None:
    """Keep what was found, for /billing sync."""
    ways: Counter[str] = Counter()
    for (_, how), count in drift.counts.items():
        ways[how] += count
    with runtime.database.writing() as session:
        session.add(
            VerifyRun(
                finished_at=database_now(session, real_now()),
                checked_count=sum(drift.checked.values()),
                missing_count=ways["missing"],
                extra_count=ways["extra"],
                different_count=ways["different"],
                is_repaired=repair,
                unrepaired_count=drift.unrepaired,
            )
        )


def _check_listed(
    runtime: Runtime,
    kind: Kind,
    drift: Drift,
    *,
    repair: bool,
    report: Callable[[Progress], None],
) -> Sequence[int]:
    """Compare what Stripe lists; gives the fingerprints of the ids, in order."""
    seen = array("Q")
    began = monotonic_seconds()
    pages = list_pages(runtime, kind, after=None)
    for _, page in zip(range(PAGES_MAX), pages, strict=False):
        seen.extend(_fingerprint(one["id"]) for one in page.objects)
        objects = [one for one in page.objects if not flag_at(one, "deleted")]
        _check(runtime, kind, objects, drift, repair=repair)
        if kind.name == "invoice":
            drift.invoices_at_stripe.update(status_of(one) for one in objects)
        drift.checked[kind.name] += len(objects)
        seconds = max(monotonic_seconds() - began, 1e-9)
        count = drift.checked[kind.name]
        report(Progress(kind.name, count, count / seconds))
    return array("Q", sorted(seen))


def _check(
    runtime: Runtime, kind: Kind, listed: list[dict[str, Any]], drift: Drift, *, repair: bool
) -> None:
    whole = [one for one in (complete(runtime.stripe, kind, one) for one in listed) if one]
    with runtime.database.reading() as session:
        suspected = find_differences(session, kind.name, whole, rules=rules_from(runtime.settings))
    customers = {one["id"]: id_at(one, "customer") for one in whole}
    for difference in suspected:
        suspect = _Suspect(kind.name, difference.id, customers[difference.id])
        _confirm(runtime, suspect, drift, repair=repair)


def _check_kept(
    runtime: Runtime, kind: Kind, seen: Sequence[int], drift: Drift, *, repair: bool
) -> None:
    """Find rows of what Stripe has no more."""
    kept = _kept_rows(kind)
    after = ""
    while True:
        with runtime.database.reading() as session:
            rows = session.execute(kept.where(kept.selected_columns.id > after)).all()
        if not rows:
            return
        for row in rows:
            if row.id and not _is_in(seen, _fingerprint(row.id)):
                suspect = _Suspect(kind.name, row.id, row.customer_id)
                _confirm(runtime, suspect, drift, repair=repair)
        after = rows[-1].id


def _kept_rows(kind: Kind) -> Select[Any]:
    """Some of the rows that one of Stripe's lists should name, with their customers."""
    table = table_of(kind.table)
    by_customer = kind.asked is not None
    customer_id = table.c.customer_id if by_customer else null().label("customer_id")
    kept = select(table.c.id, customer_id).where(table.c.deleted_at.is_(None))
    if by_customer:
        # Of a customer who is gone nothing is listed any more; nor is a card that is nobody's.
        kept = kept.where(table.c.customer_id.in_(customers_present()))
    return kept.order_by(table.c.id).limit(ROWS_AT_ONCE)


def _confirm(runtime: Runtime, suspect: _Suspect, drift: Drift, *, repair: bool) -> None:
    """Read an object again, and count what still differs; put it right if wanted."""
    kind_name, object_id, customer_id = suspect
    with runtime.database.writing() as session:
        ticket = draw_ticket(session)
    found = read_one(runtime.stripe, kind_name, object_id, customer_id=customer_id)
    difference = _difference_now(runtime, kind_name, object_id, found)
    if difference is None:
        return
    drift.counts[kind_name, difference.how] += 1
    if len(drift.named) < NAMED_MAX:
        drift.named.append(difference)
    if not repair:
        return
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        if found is None:
            mark_deleted(session, kind_name, object_id, ticket=ticket, now=now)
        else:
            store(
                session,
                kind_name,
                [found],
                ticket=ticket,
                now=now,
                source=SOURCE,
                rules=rules_from(runtime.settings),
                may_go_back=True,
            )
        attest_stored(session, runtime.settings, kind_name, [object_id], now=now)
    if _difference_now(runtime, kind_name, object_id, found) is not None:
        drift.unrepaired += 1


def _difference_now(
    runtime: Runtime, kind_name: str, object_id: str, found: dict[str, Any] | None
) -> Difference | None:
    with runtime.database.reading() as session:
        if found is not None:
            rules = rules_from(runtime.settings)
            differences = find_differences(session, kind_name, [found], rules=rules)
            return differences[0] if differences else None
        table = table_of(KINDS[kind_name].table)
        is_kept = select(table.c.id).where(table.c.id == object_id, table.c.deleted_at.is_(None))
        if session.scalar(is_kept) is None:
            return None
        return Difference(kind_name, object_id, "extra")


def _fingerprint(object_id: str) -> int:
    return int.from_bytes(hashlib.blake2b(object_id.encode(), digest_size=8).digest())


def _is_in(fingerprints: Sequence[int], wanted: int) -> bool:
    place = bisect.bisect_left(fingerprints, wanted)
    return place < len(fingerprints) and fingerprints[place] == wanted
