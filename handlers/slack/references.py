"""How people refer to an invoice or a month, where that differs from how both are written."""

import re

from bot.clock import looks_like_month, parse_month
from bot.errors import BadRequest

# What can only be a number or an id; names may end in a point or an exclamation mark.
_REFERENCE = re.compile(r"#?[0-9]+|[A-Za-z0-9]+(?:-[0-9]+)+|in_[A-Za-z0-9_]+", re.ASCII)
# What ends a sentence, not a reference.
ENDINGS = ".,;:!?)"
_YEAR_FIRST = re.compile(r"([0-9]{4})(?:[/.]([0-9]{1,2})|-([0-9]{1,2})-[0-9]{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)


def clean_reference(text: str) -> str:
    """What somebody wrote for an invoice or account, without the end of their sentence."""
    bare = text.rstrip(ENDINGS)
    is_link = text.startswith(("https://", "http://"))
    return bare if is_link or _REFERENCE.fullmatch(bare) else text


def proposed_month(word: str) -> str | None:
    """The month that a word probably means, rightly written; None when it means none.

    "10/2026", "2026/10" and "2026-10-31" all mean 2026-10.
    """
    if looks_like_month(word):
        return None
    if first := _YEAR_FIRST.fullmatch(word):
        return _month(first[1], first[2] or first[3])
    if last := _YEAR_LAST.fullmatch(word):
        return _month(last[2], last[1])
    return None


def _month(year: str, number: str) -> str | None:
    month = f"{year}-{int(number):02d}"
    try:
        return str(parse_month(month))
    except BadRequest:
        return None
