"""Reading the trail: entries with what is private put back in, as far as it is not forgotten."""

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select

from bot.audit.deeds import MIRROR, PERSON
from bot.audit.entries import ENTRIES, HEAD, PRIVATE, PRIVATE_REF, refs_in
from bot.database import Reading

# So many are in memory at a time, whatever the length of the trail.
ENTRIES_AT_ONCE = 500
# What stands in place of a text that was forgotten.
ERASED = "[erased]"


@dataclass(frozen=True, slots=True)
class Entry:
    """One deed as it was recorded.

    Shape: `actor_id` is "" for Tallyman itself and the shell. Names and texts that were forgotten
    are ERASED.
    """

    number: int
    at: datetime
    actor_id: str
    basis: str
    action: str
    subject_kind: str
    subject_id: str
    account_id: int | None
    invoice_id: str | None
    request_id: str
    details: dict[str, Any]
    is_after_break: bool
    key_name: str
    mac: str


def stream_entries(
    reading: Reading, *, since: datetime | None = None, until: datetime | None = None
) -> Iterator[Entry]:
    """Every entry from one moment until just before another, oldest first."""
    conditions: list[ColumnElement[bool]] = []
    if since is not None:
        conditions.append(ENTRIES.c.at >= since)
    if until is not None:
        conditions.append(ENTRIES.c.at < until)
    number = 0
    while True:
        rows = _rows(
            reading,
            select(ENTRIES)
            .where(ENTRIES.c.number > number, *conditions)
            .order_by(ENTRIES.c.number)
            .limit(ENTRIES_AT_ONCE),
        )
        yield from _entries(reading, rows)
        if len(rows) < ENTRIES_AT_ONCE:
            return
        number = rows[-1].number


def list_entries_of_invoice(reading: Reading, invoice_id: str, *, limit: int) -> list[Entry]:
    """The newest deeds about an invoice, newest first."""
    newest_first = (
        select(ENTRIES)
        .where(ENTRIES.c.invoice_id == invoice_id)
        .order_by(ENTRIES.c.number.desc())
        .limit(limit)
    )
    return _entries(reading, _rows(reading, newest_first))


def list_entries_of_subjects(
    reading: Reading, kind: str, ids: Collection[str], *, limit: int
) -> list[Entry]:
    """The newest deeds to some things of one kind, newest first."""
    newest_first = (
        select(ENTRIES)
        .where(ENTRIES.c.subject_kind == kind, ENTRIES.c.subject_id.in_(sorted(ids)))
        .order_by(ENTRIES.c.number.desc())
        .limit(limit)
    )
    return _entries(reading, _rows(reading, newest_first))


def list_newest_deeds(reading: Reading, *, limit: int) -> list[Entry]:
    """What was done last, newest first; what the trail was told of states is left out."""
    is_deed = ENTRIES.c.subject_kind != MIRROR
    newest_first = select(ENTRIES).where(is_deed).order_by(ENTRIES.c.number.desc()).limit(limit)
    return _entries(reading, _rows(reading, newest_first))


def count_entries(reading: Reading) -> int:
    """How many entries there are, as the head of the trail says."""
    found: int | None = reading.connection().execute(select(HEAD.c.number)).scalar()
    return found or 0


def _rows(reading: Reading, statement: Select[Any]) -> Sequence[Row[Any]]:
    return reading.connection().execute(statement).all()


def _entries(reading: Reading, rows: Sequence[Row[Any]]) -> list[Entry]:
    details = {row.number: json.loads(row.details) for row in rows}
    refs = {ref for told in details.values() for ref in refs_in(told)}
    refs |= {row.actor_ref for row in rows if row.actor_ref}
    refs |= {row.subject_id for row in rows if row.subject_kind == PERSON}
    texts = _texts(reading, refs)
    return [_entry(row, _revealed(details[row.number], texts), texts) for row in rows]


def _texts(reading: Reading, refs: set[str]) -> dict[str, str]:
    wanted = select(PRIVATE.c.ref, PRIVATE.c.value).where(
        PRIVATE.c.ref.in_(refs), PRIVATE.c.erased_in.is_(None)
    )
    return {row.ref: row.value for row in reading.connection().execute(wanted)} if refs else {}


def _entry(row: Row[Any], details: dict[str, Any], texts: dict[str, str]) -> Entry:
    is_person = row.subject_kind == PERSON
    return Entry(
        number=row.number,
        at=row.at,
        actor_id=texts.get(row.actor_ref, ERASED) if row.actor_ref else "",
        basis=row.basis,
        action=row.action,
        subject_kind=row.subject_kind,
        subject_id=texts.get(row.subject_id, ERASED) if is_person else row.subject_id,
        account_id=row.account_id,
        invoice_id=row.invoice_id,
        request_id=row.request_id,
        details=details,
        is_after_break=row.is_after_break,
        key_name=row.key_name,
        mac=row.mac,
    )


def _revealed(value: Any, texts: dict[str, str]) -> Any:
    if isinstance(value, dict):
        if set(value) == {PRIVATE_REF}:
            return texts.get(value[PRIVATE_REF], ERASED)
        return {key: _revealed(inner, texts) for key, inner in value.items()}
    if isinstance(value, list):
        return [_revealed(inner, texts) for inner in value]
    return value
