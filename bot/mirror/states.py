"""Every state of every invoice, kept: what events, reads and the backfill saw of it."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, text, update
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.mirror.failures import is_first_attempt, note_failure
from bot.mirror.fields import dict_at, flag_at, moment_at, text_at
from bot.mirror.history import Seen, Sureness, digest_of, merge, sureness_of
from bot.mirror.rows import insert_rows, table_of
from bot.mirror.translate_invoice import translate_invoice
from bot.mirror.translate_lines import EMBEDDED_LINES, digest_of_lines, translate_lines
from bot.models import InvoiceState
from bot.prepared import Prepared

Row = dict[str, Any]

_STATES = table_of(InvoiceState)
_KEPT = tuple(column.name for column in _STATES.columns if column.name != "invoice_id")
# What Seen begins with; behind them are how sure its time is, which the time itself says, and id.
_COLUMNS = Seen._fields[: Seen._fields.index("sureness")]

_HISTORIES = Prepared(
    select(_STATES)
    .where(is_among(_STATES.c.invoice_id, "invoices"))
    .order_by(_STATES.c.invoice_id, _STATES.c.effective_at)
)

_TURNS = text("SELECT pg_advisory_xact_lock(turn) FROM unnest(CAST(:locks AS bigint[])) AS turn")

# The event that tells of a status's beginning; its snapshot is the state from that moment on.
_BEGINNINGS = {
    "invoice.finalized": "finalized_at",
    "invoice.paid": "paid_at",
    "invoice.voided": "voided_at",
    "invoice.marked_uncollectible": "uncollectible_at",
}
_PAYMENT_FAILED = "invoice.payment_failed"
_BEGAN = {
    "draft": "created_at",
    "open": "finalized_at",
    "paid": "paid_at",
    "void": "voided_at",
    "uncollectible": "uncollectible_at",
}


def record_reads(
    session: Session, rows: Sequence[Row], lines_seen: dict[str, str], *, now: datetime, source: str
) -> None:
    """Keep the states of invoices just read and stored, and what their transitions tell of before.

    `lines_seen` has, per invoice, the fingerprint of its lines that `state_lines_of` makes.
    """
    _record(
        session,
        {
            row["id"]: _states_of_read(row, lines_seen[row["id"]], now=now, source=source)
            for row in rows
        },
    )


def record_snapshots(
    session: Session, events: Iterable[dict[str, Any]], *, seen_at: datetime
) -> None:
    """Keep the states that events about invoices carry, and when a payment failed first.

    Events come as Stripe sends them, in any order and any version of its API; those that are not
    about an invoice with an id are left out.
    """
    seen: dict[str, list[Seen]] = {}
    failures = []
    for event in events:
        invoice = dict_at(dict_at(event, "data"), "object")
        created = moment_at(event, "created")
        if invoice.get("object") != "invoice" or not text_at(invoice, "id") or created is None:
            continue
        seen.setdefault(invoice["id"], []).append(
            _state_of_snapshot(event, invoice, created, seen_at=seen_at)
        )
        if event.get("type") == _PAYMENT_FAILED:
            failures.append((invoice["id"], created, is_first_attempt(invoice)))
    for invoice_id, failed_at, is_first in sorted(failures):
        note_failure(session, invoice_id, failed_at, is_first=is_first)
    _record(session, {invoice: (states, None) for invoice, states in seen.items()})


def state_lines_of(invoice: dict[str, Any], lines: Sequence[Row], digest: str) -> str:
    """A fingerprint of the lines that both an event and a read have: the first ten.

    `digest` is that of all the lines that are here. An event never has more than ten; what it has
    of a longer invoice would else be another state.
    """
    if len(lines) > EMBEDDED_LINES or flag_at(dict_at(invoice, "lines"), "has_more"):
        return f"{digest_of_lines(lines[:EMBEDDED_LINES])}+"
    return digest


def _states_of_read(row: Row, lines: str, *, now: datetime, source: str) -> tuple[list[Seen], Seen]:
    status = row["status"]
    current = _seen(
        row,
        lines,
        status=status,
        effective_at=row.get(_BEGAN.get(status, "")) or now.replace(microsecond=0),
        seen_at=now,
        source=source,
        sureness=Sureness.READ,
    )
    told = []
    for earlier in ("open", "uncollectible"):
        moment = row[_BEGAN[earlier]]
        # An invoice over nothing is never open: finalizing it makes it paid.
        if moment is None or (moment == row["paid_at"] and not row["due_minor"]):
            continue
        due = row["due_minor"] + row["pre_payment_credit_minor"]
        unpaid = _seen(
            row,
            lines,
            status=earlier,
            effective_at=moment,
            seen_at=now,
            source=source,
            sureness=Sureness.TOLD,
            amounts=(row["total_minor"], due, 0, due),
        )
        told.append(unpaid)
    return told, current


def _state_of_snapshot(
    event: dict[str, Any], invoice: dict[str, Any], created: datetime, *, seen_at: datetime
) -> Seen:
    row, lines = translate_invoice(invoice), translate_lines(invoice)
    digest = digest_of_lines(lines)
    is_whole = not flag_at(dict_at(invoice, "lines"), "has_more")
    row["lines_digest"] = digest if is_whole else None
    return _seen(
        row,
        state_lines_of(invoice, lines, digest),
        status=row["status"],
        effective_at=row.get(_BEGINNINGS.get(str(event.get("type")), "")) or created,
        seen_at=seen_at,
        source=f"event:{text_at(event, 'id', characters_max=255)}",
        sureness=Sureness.EXACT,
    )


def _seen(  # noqa: PLR0913 - each is a fact of its own
    row: Row,
    state_lines: str,
    *,
    status: str,
    effective_at: datetime,
    seen_at: datetime,
    source: str,
    sureness: Sureness,
    amounts: tuple[int, int, int, int] | None = None,
) -> Seen:
    said = amounts or (
        row["total_minor"], row["due_minor"], row["paid_minor"], row["remaining_minor"],
    )  # fmt: skip
    total, due, paid, remaining = said
    due_at = row["due_at"]
    digest = digest_of(status, said, due_at, state_lines)
    # By place, as a backfill makes some for each invoice and names cost as much as the digest.
    return Seen(
        status, row["currency"], total, due, paid, remaining, due_at, row["lines_digest"],
        digest, effective_at, seen_at, source, sureness,
    )  # fmt: skip


def _record(session: Session, seen: dict[str, tuple[list[Seen], Seen | None]]) -> None:
    """Merge sights into the histories of their invoices, and write what that changed."""
    _take_turns(session, list(seen))
    known = _histories(session, list(seen))
    new: list[Row] = []
    changed: list[Row] = []
    gone: list[int] = []
    for invoice, (states, current) in seen.items():
        before = {state.id: state for state in known.get(invoice, ())}
        after = merge(before.values(), states, current=current)
        if not before:
            new.extend([{"invoice_id": invoice, **_row(state)} for state in after])
            continue
        for state in after:
            if state.id is None:
                new.append({"invoice_id": invoice, **_row(state)})
            elif before[state.id] != state:
                changed.append(_row(state) | {"state_id": state.id})
        stays = {state.id for state in after}
        gone.extend(number for number in before if number is not None and number not in stays)
    insert_rows(session, _STATES, new)
    if changed:
        session.execute(
            update(_STATES)
            .where(_STATES.c.id == bindparam("state_id"))
            .values({name: bindparam(name) for name in changed[0] if name != "state_id"}),
            changed,
        )
    if gone:
        session.execute(delete(_STATES).where(_STATES.c.id.in_(gone)))


def _take_turns(session: Session, invoices: list[str]) -> None:
    """Let nobody else merge these histories until the commit; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        # In one order, so that nobody waits in a circle.
        locks = sorted({_lock_of(invoice) for invoice in invoices})
        session.execute(_TURNS, {"locks": locks})


def _lock_of(invoice: str) -> int:
    return int.from_bytes(hashlib.sha256(invoice.encode()).digest()[:8], signed=True)


def _histories(session: Session, invoices: list[str]) -> dict[str, list[Seen]]:
    histories: dict[str, list[Seen]] = {}
    for row in _HISTORIES.rows(session, {"invoices": invoices}):
        state = Seen(
            **{name: getattr(row, name) for name in _KEPT}, sureness=sureness_of(row.effective_at)
        )
        histories.setdefault(row.invoice_id, []).append(state)
    return histories


def _row(state: Seen) -> Row:
    return dict(zip(_COLUMNS, state, strict=False))
