"""What people write after /invoice: one table that parses it, corrects it and explains it.

Each form of the command and each filter is one entry. The same entry reads the words, is proposed
when somebody comes near it, and writes its line of the help.
"""

from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import Any

from bot.clock import Month
from bot.errors import BadRequest
from bot.queries.cards import Status
from bot.views.actions import LIST_TEXT_MAX
from bot.views.help import HelpLine
from bot.views.text import day_text, late_words, quantity_text
from handlers.slack.filters import FILTERS, DaysLate, Filter, Minimum
from handlers.slack.forms import (
    ASKED_MAX,
    SHARE,
    Form,
    ShowHelp,
    is_bare,
    joined,
    proposal,
    read_forms,
    read_help,
    read_shared,
)
from handlers.slack.references import ENDINGS, read_month, read_reference
from handlers.slack.words import VALUE_MAX, Word, quote


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
    currency: str | None = None
    late: DaysLate | None = None
    text: str | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowHistory:
    """What became of the invoice of this reference?"""

    ref: str
    is_shared: bool = False


Query = ShowHelp | ShowInvoice | ListInvoices | ShowHistory


def parse_invoice(text: str) -> Query:
    """What somebody wants of /invoice.

    Raises: BadRequest with what would be right, and the nearest valid word.
    """
    words, is_shared = read_shared(text)
    query: Query = read_forms(words, INVOICE_FORMS) if words else ShowHelp()
    return replace(query, is_shared=is_shared)


def canonical(query: Query) -> str:
    """The text that parses to this query again, always the same for the same query."""
    match query:
        case ShowHelp():
            words = ["help"]
        case ShowInvoice(ref, month):
            words = [quote(ref), *([str(month)] if month else [])]
        case ShowHistory(ref):
            words = ["history", quote(ref)]
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
    if query.currency:
        words.append(f"in {query.currency.upper()}")
    if query.late:
        words.append(late_words(query.late.days_min, query.late.days_max))
    if query.text:
        words.append(f"‘{query.text}’")
    return " · ".join(words)


def help_lines() -> tuple[HelpLine, ...]:
    """Every way to write /invoice, as its help shows them; filters stand below their list."""
    lines = []
    for form in INVOICE_FORMS:
        lines.append(HelpLine(form.usage, form.meaning))
        if form.read is _read_list:
            lines.extend(HelpLine(known.usage, known.meaning) for known in FILTERS.values())
    return tuple(lines)


def _read_show(words: list[Word]) -> ShowInvoice:
    if key := next((word.key for word in words if word.key and word.key in FILTERS), None):
        raise BadRequest(
            f"A filter such as {key}: belongs to a list. Did you mean /invoice list "
            f"{joined(words)[:ASKED_MAX]}? A name that holds it is written in quotes."
        )
    month, last = None, words[-1]
    if len(words) > 1 and is_bare(last):
        month = read_month(last.text.rstrip(ENDINGS))
    names = words[:-1] if month else words
    return ShowInvoice(read_reference(names), month)


def _read_history(words: list[Word]) -> ShowHistory:
    if not words:
        raise BadRequest("Whose history? Write /invoice history 1234.")
    if key := next((word.key for word in words if word.key), None):
        raise BadRequest(
            f"A history has no filters, so ‘{key}:’ is not understood. Write the invoice alone, "
            "such as /invoice history 1234; a number that holds a colon in quotes."
        )
    return ShowHistory(read_reference(words))


def _read_list(words: list[Word]) -> ListInvoices:
    for word in words:
        if word.key is not None and word.key not in FILTERS:
            raise BadRequest(
                f"‘{word.key}:’ is no filter. Filters are {', '.join(FILTERS)}."
                f"{proposal(word.key, FILTERS)} If it is part of a name, write that in quotes."
            )
    query = ListInvoices(**_read_filters(words))
    if query.from_day and query.to_day and query.from_day > query.to_day:
        raise BadRequest(
            f"from:{query.from_day} is after to:{query.to_day}. "
            f"Did you mean from:{query.to_day} to:{query.from_day}?"
        )
    own, least = query.currency, query.minimum and query.minimum.currency
    if own and least and own != least:
        raise BadRequest(
            f"currency:{own} and min:{query.minimum} are different currencies. Write one of them."
        )
    if query.late and query.status not in {None, Status.OPEN, Status.PAST_DUE}:
        raise BadRequest("Only open invoices are late: leave status: or late: out.")
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
    return values | ({"text": joined(free)} if free else {})


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
    Form(
        "/invoice history 1234",
        "every state of an invoice, and who did what about it",
        _read_history,
        word="history",
    ),
    Form("/invoice help", "this card", read_help, word="help", is_alone=True),
)
HELP_NOTES = (
    "Days are YYYY-MM-DD, months YYYY-MM.",
    "A name needs quotes only where it holds a colon or begins or ends in a word of these forms.",
    "Only you see the answer; ‘share’ at the end shows it to the channel, where that is allowed.",
)
