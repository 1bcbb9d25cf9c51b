"""An entry as it is stored, and the exact text that its mac is made of."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, type_coerce
from sqlalchemy.types import NullType

from bot.models import AuditEntry, AuditHead, PrivateText
from bot.models.base import microseconds_of

ENTRIES = cast("Table", AuditEntry.__table__)
HEAD = cast("Table", AuditHead.__table__)
PRIVATE = cast("Table", PrivateText.__table__)

HEAD_ID = 1
# Under this name details hold, instead of a private text, its reference.
PRIVATE_REF = "private_ref"

_CHAINED = (
    *("number", "at", "actor_ref", "basis", "action", "subject_kind", "subject_id"),
    *("account_id", "invoice_id", "request_id", "details", "is_after_break", "key_name"),
)
# As the driver gives them: what somebody wrote into a column by hand may be of any type, and has to
# be found, not stumbled over.
RAW_COLUMNS, RAW_TEXTS = (
    tuple(type_coerce(column, NullType()).label(column.name) for column in table.c)
    for table in (ENTRIES, PRIVATE)
)


def content_of(entry: Mapping[str, Any], before: str) -> str:
    """What the mac of an entry is made of: all of it, and the mac of the entry before."""
    chained = [before, *(_plain(entry[name]) for name in _CHAINED)]
    return json.dumps(chained, separators=(",", ":"), ensure_ascii=True, default=repr)


def ref_of(salt: str, about: str, value: str) -> str:
    """The fingerprint of a private text, which says nothing without its salt."""
    told = json.dumps([salt, about, value], separators=(",", ":"), ensure_ascii=True, default=repr)
    return hashlib.sha256(told.encode()).hexdigest()


def refs_in(details: Any) -> Iterator[str]:
    """The references to private texts in the details of an entry."""
    if isinstance(details, dict):
        if isinstance(ref := details.get(PRIVATE_REF), str):
            yield ref
        for inner in details.values():
            yield from refs_in(inner)
    elif isinstance(details, list):
        for inner in details:
            yield from refs_in(inner)


def _plain(value: Any) -> Any:
    """The same on both databases: SQLite has whole numbers for moments and for booleans."""
    if isinstance(value, datetime):
        return microseconds_of(value)
    return int(value) if isinstance(value, bool) else value
