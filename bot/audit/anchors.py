"""Anchors: the number and mac of an entry, kept where the database's owner can't change them."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot.audit.entries import ENTRIES
from bot.database import Reading
from bot.errors import BadRequest

# A shorter beginning of a mac could be met by chance, or be tried for.
CHARACTERS_MIN = 16
_ANCHOR = re.compile(r"(?:#?([0-9]{1,9}):)?([0-9a-f]{16,64})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Anchor:
    """An entry by its number, None where only the mac is known, and its mac or the beginning."""

    number: int | None
    mac: str

    def __str__(self) -> str:
        return self.mac if self.number is None else f"{self.number}:{self.mac}"

    def is_met_by(self, number: int, mac: str) -> bool:
        """Whether this is that entry."""
        return self.number in {None, number} and mac.startswith(self.mac)


def parse_anchor(text: str) -> Anchor:
    """Read an anchor as the log has it: 4182:9f3c…; the mac alone will do too.

    Raises: BadRequest for anything else.
    """
    matched = _ANCHOR.fullmatch(text.strip().lower())
    if matched is None:
        raise BadRequest(
            "An anchor is a number and a hash, such as 4182:9f3c…, or the hash alone, with "
            f"{CHARACTERS_MIN} characters of it at least."
        )
    return Anchor(int(matched[1]) if matched[1] else None, matched[2])


def find_anchor(reading: Reading, *, until: datetime) -> Anchor | None:
    """The anchor of the last entry before a moment; None when there was none by then."""
    last = (
        select(ENTRIES.c.number, ENTRIES.c.mac)
        .where(ENTRIES.c.at < until)
        .order_by(ENTRIES.c.number.desc())
        .limit(1)
    )
    row = reading.connection().execute(last).first()
    return Anchor(row.number, row.mac) if row else None
