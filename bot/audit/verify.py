"""Checking that the trail is what was recorded, entry by entry, whatever its length."""

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, RowMapping, func, select

from bot.audit.anchors import Anchor
from bot.audit.deeds import PERSON
from bot.audit.entries import (
    ENTRIES,
    HEAD,
    HEAD_ID,
    PRIVATE,
    RAW_COLUMNS,
    RAW_TEXTS,
    content_of,
    ref_of,
    refs_in,
)
from bot.audit.erase import ERASING
from bot.audit.keys import Keys
from bot.database import Reading

# So many are in memory at a time, whatever the length of the trail.
ENTRIES_AT_ONCE = 500
# Below every number that an entry can have.
_BEFORE_ALL = -(2**31)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found.

    Shape: `broken` is a sentence that names the entry, None for a trail that is whole; `checked`
    entries were found right before that. `head` is the anchor of the last entry that was looked at.
    """

    checked: int
    head: Anchor | None
    broken: str | None


class _BrokenError(Exception):
    """The sentence about what is wrong."""


@dataclass(slots=True)
class _Course:
    """How far the check has come."""

    keys: Keys
    anchor: Anchor | None
    number: int = 0
    mac: str = ""
    checked: int = 0
    is_anchored: bool = False


def verify(
    reading: Reading, keys: Keys, *, anchor: Anchor | None = None, newest: int | None = None
) -> Verdict:
    """Check the whole trail, or only so many of its newest entries, and where it ends.

    With an anchor, that the entry is still there that it was taken of; for that, all is checked.
    """
    course = _Course(keys, anchor)
    try:
        head, top = _end_of(reading)
        if newest is not None and anchor is None and top > newest:
            _start_at(reading, course, top - newest)
        for batch in _batches(reading, course, top):
            texts = _texts_of(reading, batch)
            for entry in batch:
                _check_entry(reading, course, entry, texts)
        _check_end(course, head)
        _check_anchor(course)
    except _BrokenError as broken:
        return Verdict(course.checked, _place(course), str(broken))
    return Verdict(course.checked, _place(course), None)


def _place(course: _Course) -> Anchor | None:
    return Anchor(course.number, course.mac) if course.number else None


def _end_of(reading: Reading) -> tuple[Row[Any] | None, int]:
    """The head, and the last number that there is at the same moment."""
    top = select(func.max(ENTRIES.c.number)).scalar_subquery().label("top")
    rows = reading.connection().execute(select(HEAD, top).where(HEAD.c.id == HEAD_ID)).all()
    if rows:
        return rows[0], rows[0].top or 0
    return None, reading.connection().execute(select(func.max(ENTRIES.c.number))).scalar() or 0


def _start_at(reading: Reading, course: _Course, number: int) -> None:
    found = reading.connection().execute(select(ENTRIES.c.mac).where(ENTRIES.c.number == number))
    course.number, course.mac = number, found.scalar() or ""


def _batches(reading: Reading, course: _Course, top: int) -> Iterator[Sequence[RowMapping]]:
    last = course.number or _BEFORE_ALL
    while True:
        batch = (
            reading.connection()
            .execute(
                select(*RAW_COLUMNS)
                .where(ENTRIES.c.number > last, ENTRIES.c.number <= top)
                .order_by(ENTRIES.c.number)
                .limit(ENTRIES_AT_ONCE)
            )
            .mappings()
            .all()
        )
        yield batch
        if len(batch) < ENTRIES_AT_ONCE:
            return
        last = batch[-1]["number"]


def _check_entry(
    reading: Reading, course: _Course, entry: RowMapping, texts: Mapping[str, RowMapping]
) -> None:
    number, expected = entry["number"], course.number + 1
    if number != expected:
        raise _BrokenError(f"Entry {expected} is missing: the next one is numbered {number}.")
    key = course.keys.by_name.get(entry["key_name"])
    if key is None:
        raise _BrokenError(
            f"Entry {number} was written with a key that AUDIT_KEY does not hold, or was changed."
        )
    if key.mac(content_of(dict(entry), course.mac)) != entry["mac"]:
        raise _BrokenError(f"Entry {number} is not what was recorded there.")
    if entry["is_after_break"]:
        raise _BrokenError(
            f"Before entry {number} was recorded, somebody had changed the end of the trail."
        )
    details = json.loads(entry["details"])
    for ref in _refs_of(entry, details):
        _check_text(reading, number, texts.get(ref), ref)
    if entry["action"] == ERASING:
        _check_erasure(reading, number, details)
    course.number, course.mac = number, entry["mac"]
    course.checked += 1
    if course.anchor is not None and course.anchor.is_met_by(number, entry["mac"]):
        course.is_anchored = True


def _refs_of(entry: RowMapping, details: Any) -> Iterator[str]:
    if entry["actor_ref"]:
        yield entry["actor_ref"]
    if entry["subject_kind"] == PERSON:
        yield entry["subject_id"]
    yield from refs_in(details)


def _texts_of(reading: Reading, batch: Sequence[RowMapping]) -> dict[str, RowMapping]:
    """The private texts that a batch of entries names, those that were forgotten too."""
    refs: set[str] = set()
    for entry in batch:
        # What can't be read is not what was recorded, which the mac will tell.
        with contextlib.suppress(TypeError, ValueError):
            refs.update(map(str, _refs_of(entry, json.loads(entry["details"]))))
    wanted = select(*RAW_TEXTS).where(PRIVATE.c.ref.in_(refs))
    if not refs:
        return {}
    return {text["ref"]: text for text in reading.connection().execute(wanted).mappings()}


def _check_text(reading: Reading, number: int, text: RowMapping | None, ref: str) -> None:
    if text is None:
        raise _BrokenError(
            f"What entry {number} names was taken away, and not by forgetting somebody."
        )
    if text["erased_in"] is None:
        is_same = ref_of(text["salt"], text["about"], text["value"]) == ref
        if not is_same or bool(text["is_name"]) != (text["value"] == text["about"]):
            raise _BrokenError(f"What entry {number} names is not what was recorded there.")
    elif not _tells_of_forgetting(reading, text["erased_in"], after=number):
        raise _BrokenError(f"What entry {number} names was forgotten, and no entry tells of that.")


def _tells_of_forgetting(reading: Reading, number: Any, *, after: int) -> bool:
    """Whether this is an entry that does; what exactly it tells of is checked with itself."""
    if not isinstance(number, int) or number <= after:
        return False
    action = select(ENTRIES.c.action).where(ENTRIES.c.number == number)
    return reading.connection().execute(action).scalar() == ERASING


def _check_erasure(reading: Reading, number: int, details: Any) -> None:
    """That an entry which tells of forgetting names exactly what was forgotten with it."""
    forgotten = select(PRIVATE.c.ref).where(PRIVATE.c.erased_in == number)
    if set(reading.connection().execute(forgotten).scalars()) != set(details["forgotten"]):
        raise _BrokenError(f"Entry {number} tells of forgetting somebody, but not of all of it.")


def _check_end(course: _Course, head: Row[Any] | None) -> None:
    if head is None:
        raise _BrokenError(f"The head of the trail is gone; the last entry is {course.number}.")
    if head.number != course.number:
        raise _BrokenError(
            f"The trail ends in entry {course.number}, but its head says {head.number}: entries "
            "were cut off or added at the end."
        )
    key = course.keys.by_name.get(head.key_name)
    is_empty = (head.number, head.mac, head.seal) == (0, "", "")
    is_sealed = key is not None and key.seal(course.number, course.mac) == head.seal
    if head.mac != course.mac or not (is_empty or is_sealed):
        raise _BrokenError(
            f"The trail was not left at entry {course.number} by Tallyman: its head is forged or "
            "an older one, and entries after it may have been cut off."
        )


def _check_anchor(course: _Course) -> None:
    if course.anchor is None or course.is_anchored:
        return
    if course.anchor.number is None:
        raise _BrokenError(
            f"No entry has the hash of that anchor; the trail ends in entry {course.number}."
        )
    if course.anchor.number > course.number:
        raise _BrokenError(
            f"The anchor was taken of entry {course.anchor.number}, but the trail ends in entry "
            f"{course.number}: the end was cut off."
        )
    raise _BrokenError(
        f"Entry {course.anchor.number} is not the one that the anchor was taken of: the trail was "
        "written anew."
    )
