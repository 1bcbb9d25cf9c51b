"""The trail as text, to be kept or looked through elsewhere: NDJSON and CSV."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict

from bot.audit.deeds import canonical
from bot.audit.trail import Entry
from bot.csv_text import csv_row

_COLUMNS = tuple(Entry.__dataclass_fields__)


def ndjson_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """One JSON object a line; moments in ISO 8601, in UTC."""
    for entry in entries:
        line = asdict(entry) | {"at": entry.at.isoformat()}
        yield json.dumps(line, separators=(",", ":"), ensure_ascii=True) + "\n"


def csv_lines(entries: Iterable[Entry]) -> Iterator[str]:
    """A line with the columns' names, then one a deed; the details are JSON in one cell."""
    yield csv_row(_COLUMNS)
    for entry in entries:
        line = asdict(entry) | {
            "at": entry.at.isoformat(),
            "details": canonical(entry.details),
            "is_after_break": "yes" if entry.is_after_break else "no",
        }
        yield csv_row(line[name] for name in _COLUMNS)
