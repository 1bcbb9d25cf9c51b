"""What people write after a command: one table that parses it, corrects it and explains it.

Each form of a command and each filter is one entry. The same entry reads the words, is proposed
when somebody comes near it, and writes its line of the help.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import Any

from bot.clock import Month, looks_like_month, parse_month
from bot.errors import BadRequest
from bot.queries.cards import Status
from bot.views.actions import LIST_TEXT_MAX
from bot.views.help import HelpLine
from bot.views.text import day_text, quantity_text
from handlers.slack.filters import FILTERS, Filter, Minimum, nearest
from handlers.slack.references import ENDINGS, clean_reference, proposed_month
from handlers.slack.words import VALUE_MAX, Word, quote, read_words

SHARE = "share"
# So much of what somebody wrote is repeated to them.
ASKED_MAX = 80


@dataclass(frozen=True, slots=True)
class ShowHelp:
    """What does this command understand?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowSync:
    """How fresh are the figures, and what waits or fails?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowInvoice:
    """The invoice of this reference, or those of the account of this name, in a month or at all.

    Shape: `ref` is a number, an id, an address or a name; who looks it up decides which.
    """

    ref: str
    month: Month | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ListInvoices:
    """All invoices that fit every filter given; days are days of issue, both included."""

    entity: str | None = None
    status: Status | None = None
    from_day: date | None = None
    to_day: date | None = None
    minimum: Minimum | None = None
    text: str | None = None
    is_shared: bool = False


Query = ShowHelp | ShowSync | ShowInvoice | ListInvoices


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write a command: the word it begins with, how it looks and what it does.

    Shape: `read` gets the words after the first one; `is_alone` when there may be none.
    """

    usage: str
    meaning: str
    read: Callable[[list[Word]], Query]
    word: str | None = None
    is_alone: bool = False


def parse_invoice(text: str) -> Query:
    """What somebody wants of /invoice.

    Raises: BadRequest with what would be right, and the nearest valid word.
    """
    return _parse(text, INVOICE_FORMS)


def parse_billing(text: str) -> Query:
    """What somebody wants of /billing; raises as /invoice does."""
    return _parse(text, BILLING_FORMS)


def canonical(query: Query) -> str:
    """The text that parses to this query again, always the same for the same query."""
    match query:
        case ShowHelp():
            words = ["help"]
        case ShowSync():
            words = ["sync"]
        case ShowInvoice(ref, month):
            words = [quote(ref), *([str(month)] if month else [])]
        case ListInvoices():
            words = ["list"]
            for key, known in FILTERS.items():
                value = getattr(query, known.field)
                if value is not None:
                    words.append(f"{key}:{known.write(value)}")
    return " ".join([*words, SHARE] if query.is_shared else words)


def filter_words(query: ListInvoices) -> str:
    """The filters of a list as its title names them: "Past Due · from 1 Oct 2026"; "" for none.

    The account is left out, as a title says it in its own way.
    """
    words = []
    if query.status:
        words.append(query.status.value)
    if query.from_day:
        words.append(f"from {day_text(query.from_day)}")
    if query.to_day:
        words.append(f"to {day_text(query.to_day)}")
    if query.minimum:
        currency = (query.minimum.currency or "").upper()
        words.append(f"{currency} {quantity_text(query.minimum.amount)} or more".strip())
    if query.text:
        words.append(f"‘{query.text}’")
    return " · ".join(words)


def help_lines(command: str) -> tuple[HelpLine, ...]:
    """Every way to write a command, as its help shows them; filters stand below what they are for.

    Raises: KeyError for a command that is none of ours.
    """
    lines = []
    for form in COMMANDS[command]:
        lines.append(HelpLine(form.usage, form.meaning))
        if form.read is _read_list:
            lines.extend(HelpLine(known.usage, known.meaning) for known in FILTERS.values())
    return tuple(lines)


def _parse(text: str, forms: tuple[Form, ...]) -> Query:
    words = read_words(text)
    is_shared = len(words) > 1 and _is_bare(words[-1]) and words[-1].text.lower() == SHARE
    if is_shared:
        words.pop()
    return replace(_read(words, forms), is_shared=is_shared)


def _read(words: list[Word], forms: tuple[Form, ...]) -> Query:
    if not words:
        return ShowHelp()
    for form in forms:
        fits = _is_bare(words[0]) and words[0].text.lower() == form.word
        # More words after one that stands alone are a name: a customer may be called Help Desk.
        if fits and not (form.is_alone and len(words) > 1):
            return form.read(words[1:])
    for form in forms:
        if form.word is None:
            return form.read(words)
    known = [form.word for form in forms if form.word]
    asked = words[0].source[:ASKED_MAX]
    raise BadRequest(
        f"‘{asked}’ is not understood. Write {' or '.join(known)}.{_proposal(asked, known)}"
    )


def _read_help(_words: list[Word]) -> ShowHelp:
    return ShowHelp()


def _read_sync(_words: list[Word]) -> ShowSync:
    return ShowSync()


def _read_show(words: list[Word]) -> ShowInvoice:
    if key := next((word.key for word in words if word.key and word.key in FILTERS), None):
        raise BadRequest(
            f"A filter such as {key}: belongs to a list. Did you mean /invoice list "
            f"{_joined(words)[:ASKED_MAX]}? A name that holds it is written in quotes."
        )
    month, last = None, words[-1]
    if len(words) > 1 and _is_bare(last):
        month = _read_month(last.text.rstrip(ENDINGS))
    names = words[:-1] if month else words
    if len(names) == 1:
        ref = names[0].text if names[0].is_quoted else clean_reference(names[0].source)
    else:
        ref = _joined(names)
    if len(ref) > VALUE_MAX:
        raise BadRequest(f"That name is too long: {VALUE_MAX} characters are the most.")
    return ShowInvoice(ref, month)


def _read_month(text: str) -> Month | None:
    if looks_like_month(text):
        return parse_month(text)
    if proposal := proposed_month(text):
        raise BadRequest(f"A month is written YYYY-MM. Did you mean {proposal}?")
    return None


def _read_list(words: list[Word]) -> ListInvoices:
    for word in words:
        if word.key is not None and word.key not in FILTERS:
            raise BadRequest(
                f"‘{word.key}:’ is no filter. Filters are {', '.join(FILTERS)}."
                f"{_proposal(word.key, FILTERS)} If it is part of a name, write that in quotes."
            )
    query = ListInvoices(**_read_filters(words))
    if query.from_day and query.to_day and query.from_day > query.to_day:
        raise BadRequest(
            f"from:{query.from_day} is after to:{query.to_day}. "
            f"Did you mean from:{query.to_day} to:{query.from_day}?"
        )
    if len(canonical(query)) > LIST_TEXT_MAX - len(f" {SHARE}"):
        raise BadRequest("That is too long for a list. Write fewer words.")
    return query


def _read_filters(words: list[Word]) -> dict[str, Any]:
    """The value of each filter by the field it fills; words without a filter are the text."""
    values: dict[str, Any] = {}
    free = []
    while words:
        word = words.pop(0)
        if word.key is None:
            free.append(word)
            continue
        known = FILTERS[word.key]
        if not word.text:
            raise BadRequest(f"{word.key}: needs a value, such as {known.usage}.")
        if known.field in values:
            raise BadRequest(f"{word.key}: is there twice. Write each filter once.")
        values[known.field] = known.read(_value(word, words, known))
    if free and "text" in values:
        raise BadRequest("‘text:’ and words without a filter are the same. Write only one.")
    return values | ({"text": _joined(free)} if free else {})


def _value(word: Word, after: list[Word], known: Filter) -> str:
    """The value of a filter; words that belong to it are taken off those after it."""
    if word.is_quoted:
        return word.text
    free = list(takewhile(lambda each: each.key is None, after))
    count = known.takes(word.text, [each.text for each in free])
    taken = [word.text, *(each.text for each in free[:count])]
    del after[:count]
    value = " ".join(taken)
    if len(value) > VALUE_MAX:
        raise BadRequest(f"{word.key}: is too long: {VALUE_MAX} characters are the most.")
    return value


def _is_bare(word: Word) -> bool:
    return word.key is None and not word.is_quoted


def _joined(words: list[Word]) -> str:
    return " ".join(word.text if word.is_quoted else word.source for word in words)


def _proposal(word: str, choices: Iterable[str]) -> str:
    meant = nearest(word, choices)
    return f" Did you mean {meant}?" if meant else ""


INVOICE_FORMS = (
    Form("/invoice 1234", "one invoice: by short number, number, in_… or link", _read_show),
    Form("/invoice Acme", "an account’s invoices: by name, id, e-mail or domain", _read_show),
    Form("/invoice Acme 2026-10", "the account’s invoice of a month", _read_show),
    Form(
        "/invoice list status:open",
        "all invoices that fit the filters below, any of them in any order; other words are "
        "searched for",
        _read_list,
        word="list",
    ),
    Form("/invoice help", "this card", _read_help, word="help", is_alone=True),
)
BILLING_FORMS = (
    Form("/billing sync", "how fresh the figures are, and what waits", _read_sync, word="sync"),
    Form("/billing help", "this card", _read_help, word="help"),
)
HELP_NOTES = (
    "Days are YYYY-MM-DD, months YYYY-MM.",
    "A name needs quotes only where it holds a colon or begins or ends in a word of these forms.",
    "Only you see the answer; ‘share’ at the end shows it to the channel, where that is allowed.",
)
COMMANDS: Mapping[str, tuple[Form, ...]] = {"/invoice": INVOICE_FORMS, "/billing": BILLING_FORMS}
