"""Chargebacks in words, for the place beside an invoice's status."""

from bot.money import money_text
from bot.queries.cards import Chargeback
from bot.views.text import day_text, plain, short_day_text

NAME = "Chargeback"
# What Stripe's statuses begin with: a bank only asks, or is asked to think again.
STAGES = {"warning_": "Chargeback inquiry", "appeal_": "Chargeback appeal"}
NEEDS_RESPONSE, LOST = "needs_response", "lost"
WORDS = {"under_review": "the bank is deciding"}
WORD_MAX = 40


def chargeback_mark(chargeback: Chargeback) -> str:
    """How it stands: "Chargeback: needs response until 1 Dec", "Chargeback: lost"."""
    name, status = NAME, chargeback.status
    for prefix, stage in STAGES.items():
        if status.startswith(prefix):
            name, status = stage, status.removeprefix(prefix)
    if status == NEEDS_RESPONSE:
        return f"{name}: {_response_text(chargeback)}"
    return f"{name}: {WORDS.get(status) or _words(status)}"


def chargeback_fact(chargeback: Chargeback) -> str:
    """What it is about: "$70.00 since 22 Nov 2026, fraudulent"."""
    since = day_text(chargeback.opened_on)
    return f"{money_text(chargeback.amount)} since {since}, {_words(chargeback.reason)}"


def _response_text(chargeback: Chargeback) -> str:
    if chargeback.respond_on is None:
        return "no response possible"
    day = short_day_text(chargeback.respond_on)
    if chargeback.is_too_late:
        return f"not answered by {day}"
    return f"needs response until {day}"


def _words(code: str) -> str:
    return plain(code.replace("_", " "), limit=WORD_MAX)
