"""A reminder about more invoices than a message in Slack has room for."""

import json
from datetime import date

import pytest

from bot.money import Money
from bot.queries.reminder_terms import Level
from bot.queries.terms import Language
from bot.sandbox.slack.block_kit.check import check_blocks
from bot.views.mail import PaymentLine
from bot.views.reminder_mail import POST_LINES_MAX, reminder_mail, reminder_post

LINES = [
    PaymentLine(
        f"ACME-{number:04}", Money(12_345, "eur"), date(2026, 11, 1), 3, "https://x.example"
    )
    for number in range(300)
]


@pytest.mark.parametrize(
    ("language", "words"),
    [(Language.ENGLISH, "and 250 more"), (Language.GERMAN, "und 250 weitere")],
)
def test_a_message_names_the_first_and_says_how_many_more(language: Language, words: str) -> None:
    shown = json.dumps(reminder_post(Level.FIRM, LINES, language=language).blocks)

    check_blocks(json.loads(shown), surface="message")
    assert words in shown
    assert LINES[POST_LINES_MAX - 1].name in shown
    assert LINES[POST_LINES_MAX].name not in shown


def test_a_letter_names_them_all() -> None:
    written = reminder_mail(Level.FIRM, LINES, sender="Meridian", language=Language.ENGLISH)

    assert all(line.name in written.text for line in LINES)
