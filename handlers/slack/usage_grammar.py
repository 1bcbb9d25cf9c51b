"""What people write after /usage: one table that parses it, corrects it and explains it."""

from dataclasses import dataclass, replace

from bot.clock import Month
from bot.errors import BadRequest
from bot.views.help import HelpLine
from handlers.slack.forms import (
    SHARE,
    Form,
    ShowHelp,
    is_bare,
    read_forms,
    read_help,
    read_shared,
)
from handlers.slack.references import ENDINGS, read_month, read_reference
from handlers.slack.words import Word, quote


@dataclass(frozen=True, slots=True)
class ShowUsage:
    """The usage of an account: in its running period, or in the one that ends in a month.

    Shape: `ref` None means the account that somebody works with.
    """

    ref: str | None
    month: Month | None = None
    is_shared: bool = False


Query = ShowHelp | ShowUsage


def parse_usage(text: str) -> Query:
    """What somebody wants of /usage.

    Raises: BadRequest with what would be right, and the nearest valid word.
    """
    words, is_shared = read_shared(text)
    query: Query = read_forms(words, USAGE_FORMS) if words else ShowUsage(None)
    return replace(query, is_shared=is_shared)


def canonical(query: Query) -> str:
    """The text that parses to this query again, always the same for the same query."""
    if isinstance(query, ShowHelp):
        words = ["help"]
    else:
        words = [quote(query.ref)] if query.ref is not None else []
        words += [str(query.month)] if query.month else []
    return " ".join([*words, SHARE] if query.is_shared else words)


def usage_help_lines() -> tuple[HelpLine, ...]:
    """Every way to write /usage, as its help shows them."""
    return tuple(HelpLine(form.usage, form.meaning) for form in USAGE_FORMS)


def _read_show(words: list[Word]) -> ShowUsage:
    if key := next((word.key for word in words if word.key), None):
        raise BadRequest(
            f"/usage has no filters, so ‘{key}:’ is not understood. Write a name and, if you like, "
            "a month: /usage Acme 2026-10. A name with a colon in it is written in quotes."
        )
    month, last = None, words[-1]
    if is_bare(last):
        month = read_month(last.text.rstrip(ENDINGS))
    names = words[:-1] if month else words
    if not names:
        return ShowUsage(None, month)
    return ShowUsage(read_reference(names), month)


USAGE_FORMS = (
    Form("/usage Acme", "an account’s usage so far, day by day, and what it costs", _read_show),
    Form("/usage Acme 2026-10", "the same for the period that ended in a month", _read_show),
    Form("/usage help", "this card", read_help, word="help", is_alone=True),
)
USAGE_NOTES = (
    "Usage is counted once a night, up to the end of yesterday in the account’s time zone.",
    "Months are YYYY-MM: the one in which the billing period ends.",
    "Without a name it is the usage of the account that you work with: /billing use.",
    "Only you see the answer; ‘share’ at the end shows it to the channel, where that is allowed.",
)
