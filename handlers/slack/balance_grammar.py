"""What people write after /balance: an account, or nothing for the whole book."""

from dataclasses import dataclass, replace

from bot.clock import looks_like_month
from bot.errors import BadRequest
from bot.views.help import HelpLine
from handlers.slack.filters import FILTERS
from handlers.slack.forms import (
    ASKED_MAX,
    SHARE,
    Form,
    ShowHelp,
    is_bare,
    joined,
    read_forms,
    read_help,
    read_shared,
)
from handlers.slack.references import ENDINGS, read_reference
from handlers.slack.words import Word, quote

EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class ShowBook:
    """What does everybody owe?

    Shape: `is_all` when that was said, so that no chosen account narrows it.
    """

    is_all: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowBalance:
    """What does the account of this name owe?"""

    account: str
    is_shared: bool = False


BalanceQuery = ShowHelp | ShowBook | ShowBalance


def parse_balance(text: str) -> BalanceQuery:
    """What somebody wants of /balance.

    Raises: BadRequest with what would be right.
    """
    words, is_shared = read_shared(text)
    if len(words) == 1 and is_bare(words[0]) and words[0].text.lower() == SHARE:
        # An account may be called so, but hardly anybody means it: a book is shared like the rest.
        return ShowBook(is_shared=True)
    query: BalanceQuery = read_forms(words, BALANCE_FORMS) if words else ShowBook()
    return replace(query, is_shared=is_shared)


def canonical_balance(query: BalanceQuery) -> str:
    """The text that parses to this query again, as buttons carry it."""
    match query:
        case ShowHelp():
            words = ["help"]
        case ShowBook(is_all):
            words = [EVERYTHING] if is_all else []
        case ShowBalance(account):
            words = [quote(account)]
    return " ".join([*words, SHARE] if query.is_shared else words)


def balance_help_lines() -> tuple[HelpLine, ...]:
    """Every way to write /balance, as its help shows them."""
    return tuple(HelpLine(form.usage, form.meaning) for form in BALANCE_FORMS)


def _read_account(words: list[Word]) -> ShowBalance:
    asked = joined(words)[:ASKED_MAX]
    if any(word.key in FILTERS for word in words):
        raise BadRequest(
            f"A balance has no filters. Did you mean /invoice list {asked}? A name that holds a "
            "colon is written in quotes."
        )
    last = words[-1]
    if len(words) > 1 and is_bare(last) and looks_like_month(last.text.rstrip(ENDINGS)):
        raise BadRequest(
            f"A balance is always that of today. For the invoice of a month: /invoice {asked}"
        )
    return ShowBalance(read_reference(words))


def _read_book(_words: list[Word]) -> ShowBook:
    return ShowBook(is_all=True)


BALANCE_FORMS = (
    Form(
        "/balance Acme",
        "what an account owes, how late, and how it stands: by name, id, e-mail or domain",
        _read_account,
    ),
    Form(
        "/balance all",
        "the whole book: what is owed in each currency, how late, who owes most, and how it was "
        "collected; also with /balance alone",
        _read_book,
        word=EVERYTHING,
        is_alone=True,
    ),
    Form("/balance help", "this card", read_help, word="help", is_alone=True),
)
BALANCE_NOTES = (
    "Days late are counted in each account’s own time zone; due today is not late.",
    "An organisation is shown with its companies. Amounts in two currencies are never added.",
    "Only you see the answer; ‘share’ at the end shows it to the channel, where that is allowed.",
)
