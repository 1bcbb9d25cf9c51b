"""How people refer to an invoice, an account or a month, also where both are written otherwise."""

import re

from bot.clock import Month, looks_like_month, parse_month
from bot.errors import BadRequest
from handlers.slack.forms import joined
from handlers.slack.words import VALUE_MAX, Word

# What can only be a number or an id; names may end in a point or an exclamation mark.
_REFERENCE = re.compile(r"#?[0-9]+|[A-Za-z0-9]+(?:-[0-9]+)+|in_[A-Za-z0-9_]+", re.ASCII)
# What ends a sentence, not a reference.
ENDINGS = ".,;:!?)"
_YEAR_FIRST = re.compile(r"([0-9]{4})(?:[/.]([0-9]{1,2})|-([0-9]{1,2})-[0-9]{1,2})", re.ASCII)
_YEAR_LAST = re.compile(r"([0-9]{1,2})[/.-]([0-9]{4})", re.ASCII)


def read_reference(words: list[Word]) -> str:
    """What words name, whether one thing in quotes or a name of several words.

    Raises: BadRequest when it is longer than any name.
    """
    if len(words) == 1:
        ref = words[0].text if words[0].is_quoted else clean_reference(words[0].source)
    else:
        ref = joined(words)
    return require_short(ref)


def require_short(name: str) -> str:
    """A name as it is.

    Raises: BadRequest when it is longer than any.
    """
    if len(name) > VALUE_MAX:
        raise BadRequest(f"That name is too long: {VALUE_MAX} characters are the most.")
    return name


def read_month(text: str) -> Month | None:
    """The month that a word is; None when it is none.

    Raises: BadRequest, with the right one, when it means a month and is written otherwise.
    """
    if looks_like_month(text):
        return parse_month(text)
    if proposal := proposed_month(text):
        raise BadRequest(f"A month is written YYYY-MM. Did you mean {proposal}?")
    return None


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
