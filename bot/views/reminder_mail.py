"""A reminder as the customer gets it: one message about all invoices whose step has come."""

from collections.abc import Sequence
from html import escape

from bot.money import sum_by_currency
from bot.queries.reminder_terms import Level
from bot.queries.terms import Language
from bot.views import blocks, letters
from bot.views.blocks import Block, Message
from bot.views.letter_words import WORDS
from bot.views.letters import MailText, amount_in, invoices_in
from bot.views.mail import PaymentLine, facts_of, listed, table_of
from bot.views.payment_post import invoice_elements
from bot.views.reminder_words import TONES
from bot.views.text import literal

# Of more invoices than these a letter has room, and a message in Slack has not.
POST_LINES_MAX = 50


def reminder_mail(
    level: Level, lines: Sequence[PaymentLine], *, sender: str, language: Language
) -> MailText:
    """The letter; a sum for each currency, as two are never added."""
    words = WORDS[language]
    subject, opening = _said(level, lines, language)
    is_thanks = level is Level.THANKS
    facts = "\n".join(facts_of(line, language) for line in lines)
    body = f"<p>{escape(opening)}</p>"
    body += _names(lines, language) if is_thanks else table_of(lines, language)
    closing = "" if is_thanks else words.closing
    paragraphs = [opening, facts if is_thanks else listed(lines, language), closing]
    return MailText(
        subject,
        letters.plain_form(words, [one for one in paragraphs if one], sender=sender),
        letters.page_form(language, body, closing=closing, sender=sender),
    )


def reminder_post(level: Level, lines: Sequence[PaymentLine], *, language: Language) -> Message:
    """The same in the customer's own channel."""
    subject, opening = _said(level, lines, language)
    parts: list[Block] = [blocks.rich_text(blocks.text(opening, is_bold=True))]
    if level is Level.THANKS:
        facts = "\n".join(facts_of(line, language) for line in lines)
        parts.append(blocks.rich_text(blocks.text(facts)))
    else:
        parts.append(blocks.rich_text(*invoice_elements(lines[:POST_LINES_MAX], language)))
        if (rest := len(lines) - POST_LINES_MAX) > 0:
            more = WORDS[language].more.format(count=rest)
            parts.append(blocks.rich_text(blocks.text(more)))
        parts.append(blocks.context(blocks.plain_text(WORDS[language].closing_here)))
    return Message(text=literal(subject), blocks=tuple(parts))


def _said(level: Level, lines: Sequence[PaymentLine], language: Language) -> tuple[str, str]:
    tone = TONES[language][level]
    sums = sum_by_currency(line.amount for line in lines)
    amount = " + ".join(amount_in(language, one) for one in sums.values())
    count = invoices_in(language, len(lines))
    return tone.subject.format(amount=amount, count=count), tone.opening.format(
        amount=amount, count=count
    )


def _names(lines: Sequence[PaymentLine], language: Language) -> str:
    return "".join(f"<p>{escape(facts_of(line, language))}</p>" for line in lines)
