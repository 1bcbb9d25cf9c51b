"""The filters of `/invoice list`: how each is read, written and explained."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz, process

from bot.clock import parse_day
from bot.errors import BadRequest
from bot.money import parse_amount
from bot.queries.cards import Status
from handlers.slack.words import quote

# How near a word must come, of 100, to be proposed.
NEAR_MIN = 55

# As people write them in a command; drafts are found by other ways, and by admins only.
STATUSES = {
    "open": Status.OPEN,
    "paid": Status.PAID,
    "past_due": Status.PAST_DUE,
    "uncollectible": Status.UNCOLLECTIBLE,
    "void": Status.VOID,
}
_STATUS_WORDS = {word.replace("_", ""): word for word in STATUSES}
# Words of the trade that are none of the five, and what their writers mostly mean.
_STATUS_SYNONYMS = {
    "overdue": "past_due", "late": "past_due", "due": "past_due", "unpaid": "open",
    "outstanding": "open", "settled": "paid", "voided": "void", "cancelled": "void",
    "canceled": "void", "writtenoff": "uncollectible", "baddebt": "uncollectible",
}  # fmt: skip

# The currencies that Stripe charges in; older invoices may be in others, such as the kuna.
# Source: docs.stripe.com/currencies, "Supported currencies", read 2026-11.
CURRENCIES = frozenset({
    "aed", "afn", "all", "amd", "ang", "aoa", "ars", "aud", "awg", "azn", "bam", "bbd",
    "bdt", "bgn", "bhd", "bif", "bmd", "bnd", "bob", "brl", "bsd", "bwp", "byn", "bzd",
    "cad", "cdf", "chf", "clp", "cny", "cop", "crc", "cve", "czk", "djf", "dkk", "dop",
    "dzd", "egp", "etb", "eur", "fjd", "fkp", "gbp", "gel", "gip", "gmd", "gnf", "gtq",
    "gyd", "hkd", "hnl", "htg", "huf", "idr", "ils", "inr", "isk", "jmd", "jod", "jpy",
    "kes", "kgs", "khr", "kmf", "krw", "kwd", "kyd", "kzt", "lak", "lbp", "lkr", "lrd",
    "lsl", "mad", "mdl", "mga", "mkd", "mmk", "mnt", "mop", "mur", "mvr", "mwk", "mxn",
    "myr", "mzn", "nad", "ngn", "nio", "nok", "npr", "nzd", "omr", "pab", "pen", "pgk",
    "php", "pkr", "pln", "pyg", "qar", "ron", "rsd", "rub", "rwf", "sar", "sbd", "scr",
    "sek", "sgd", "shp", "sle", "sos", "srd", "std", "szl", "thb", "tjs", "tnd", "top",
    "try", "ttd", "twd", "tzs", "uah", "ugx", "usd", "uyu", "uzs", "vnd", "vuv", "wst",
    "xaf", "xcd", "xcg", "xof", "xpf", "yer", "zar", "zmw",
})  # fmt: skip

_DAYS = re.compile(r"([0-9]{1,4})(?:[-–]([0-9]{1,4})|(\+))?", re.ASCII)
_AMOUNT = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,3})?)([A-Za-z]{3})?", re.ASCII)
_CODE = re.compile(r"[a-z]{3}", re.ASCII)
_ENDINGS = ".,;!?"


@dataclass(frozen=True, slots=True)
class Minimum:
    """The least total; without a currency, in units of whatever currency an invoice has."""

    amount: Decimal
    currency: str | None = None

    def __str__(self) -> str:
        """As people write it: 100.50eur."""
        return f"{self.amount:f}{self.currency or ''}"


@dataclass(frozen=True, slots=True)
class DaysLate:
    """From so many days late to so many, both included, or without an end; 0 is not late."""

    days_min: int
    days_max: int | None

    def __str__(self) -> str:
        """As people write it: 31-60, 91+, 0."""
        if self.days_max is None:
            return f"{self.days_min}+"
        return (
            f"{self.days_min}-{self.days_max}"
            if self.days_max != self.days_min
            else str(self.days_min)
        )


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter: the field it fills, how it is written and what it means.

    Shape: `read` makes a value of words, `write` words of a value; `takes` says how many of the
    words after an unquoted value belong to it.
    """

    field: str
    usage: str
    meaning: str
    read: Callable[[str], Any]
    write: Callable[[Any], str]
    takes: Callable[[str, list[str]], int]


def nearest(word: str, choices: Iterable[str], *, score_min: float = NEAR_MIN) -> str | None:
    """The choice that a word was probably meant to be."""
    found = process.extractOne(
        word.lower(), list(choices), scorer=fuzz.ratio, score_cutoff=score_min
    )
    return found[0] if found else None


def read_status(text: str) -> Status:
    """A status, however its two words are joined: past_due, past-due, "past due", PastDue.

    Raises: BadRequest with the five words and the nearest of them.
    """
    bare = _bare_status(text)
    if bare in _STATUS_WORDS:
        return STATUSES[_STATUS_WORDS[bare]]
    near = bare if bare in _STATUS_SYNONYMS else nearest(text, [*STATUSES, *_STATUS_SYNONYMS])
    meant = _STATUS_SYNONYMS.get(near, near) if near else None
    proposal = f" Did you mean {meant}?" if meant else ""
    raise BadRequest(f"Status must be one of {', '.join(STATUSES)}.{proposal}")


def write_status(status: Status) -> str:
    """The word for a status in a command."""
    return next(word for word, value in STATUSES.items() if value is status)


def read_minimum(text: str) -> Minimum:
    """An amount in plain digits, with a currency or without.

    Raises: BadRequest for anything else.
    """
    matched = _AMOUNT.fullmatch(text.rstrip(_ENDINGS).replace(" ", ""))
    if matched is None:
        raise BadRequest(
            f"‘{text[:40]}’ is no amount. Write digits and a point, and a currency if you like, "
            "such as min:100 or min:100.50eur."
        )
    digits, currency = matched[1], matched[2] and matched[2].lower()
    if currency is None:
        return Minimum(Decimal(digits))
    parse_amount(digits, currency=read_currency(currency))
    return Minimum(Decimal(digits), currency)


def read_currency(text: str) -> str:
    """A currency by its three letters, in whatever case; whether there is one is asked later.

    Raises: BadRequest for what is no code at all, with the nearest known one.
    """
    currency = text.rstrip(_ENDINGS).lower()
    if _CODE.fullmatch(currency):
        return currency
    raise unknown_currency(currency)


def unknown_currency(currency: str) -> BadRequest:
    """That nothing is billed in a currency and Stripe is not known to charge in it."""
    meant = nearest(currency, sorted(CURRENCIES))
    proposal = f" Did you mean {meant.upper()}?" if meant else ""
    return BadRequest(f"{currency[:40].upper()} is no currency that Stripe knows.{proposal}")


def read_late(text: str) -> DaysLate:
    """A number of days late, from one to another, or from one on.

    Raises: BadRequest for anything else.
    """
    matched = _DAYS.fullmatch(text.rstrip(_ENDINGS))
    if matched is None:
        raise BadRequest(
            f"‘{text[:40]}’ is no number of days. Write late:31-60, late:91+, or late:0 for what "
            "is not late."
        )
    first, last = int(matched[1]), int(matched[2] or matched[1])
    if last < first:
        raise BadRequest(
            f"late:{text[:40]} ends before it begins. Did you mean late:{last}-{first}?"
        )
    return DaysLate(first, None if matched[3] else last)


def _read_day(text: str) -> date:
    return parse_day(text.rstrip(_ENDINGS))


def _bare_status(text: str) -> str:
    return re.sub(r"[\s_.,;!?–-]", "", text).lower()


def _takes_none(_value: str, _after: list[str]) -> int:
    return 0


def _takes_all(_value: str, after: list[str]) -> int:
    return len(after)


def _takes_second_half(value: str, after: list[str]) -> int:
    return int(bool(after) and _bare_status(value + after[0]) in _STATUS_WORDS)


def _takes_currency(value: str, after: list[str]) -> int:
    # Only digits leave room for a currency: "min: 100 eur".
    follows = bool(after) and after[0].rstrip(_ENDINGS).lower() in CURRENCIES
    return int(follows and value[-1:].isdigit())


FILTERS: Mapping[str, Filter] = {
    "entity": Filter(
        "entity",
        'entity:"Acme East"',
        "invoices of one account or organisation",
        str,
        quote,
        _takes_all,
    ),
    "status": Filter(
        "status",
        "status:past_due",
        f"with this status: {', '.join(STATUSES)}",
        read_status,
        write_status,
        _takes_second_half,
    ),
    "from": Filter(
        "from_day", "from:2026-10-01", "issued on this day or later", _read_day, str, _takes_none
    ),
    "to": Filter(
        "to_day", "to:2026-10-31", "issued on this day or before", _read_day, str, _takes_none
    ),
    "min": Filter(
        "minimum",
        "min:100eur",
        "with a total of so much or more",
        read_minimum,
        str,
        _takes_currency,
    ),
    "currency": Filter(
        "currency", "currency:eur", "in this currency", read_currency, str, _takes_none
    ),
    "late": Filter(
        "late",
        "late:31-60",
        "open and so many days late; late:91+ for that many or more, late:0 for none",
        read_late,
        str,
        _takes_none,
    ),
    "text": Filter(
        "text",
        "text:roaming",
        "with this text in its number, name or description",
        str,
        quote,
        _takes_all,
    ),
}
