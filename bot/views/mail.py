"""The request to pay, as customers get it by e-mail or in their channel, in their language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from bot.money import Money
from bot.queries.terms import Language
from bot.views import letters
from bot.views.letter_words import WORDS
from bot.views.letters import GREY, MailText, amount_in, day_in, days_in, invoices_in


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One invoice in a mail: what it is called, what is left to pay of it, and where.

    Shape: `url` is None in a preview: the link is read from Stripe when the mail goes out.
    """

    name: str
    amount: Money
    due_on: date | None
    days_late: int
    url: str | None


def payment_mail(lines: Sequence[PaymentLine], *, sender: str, language: Language) -> MailText:
    """The request to pay some invoices of one currency, each with its own link.

    Raises: ValueError for no invoice at all.
    """
    if len(lines) == 1:
        return _one(lines[0], sender, language)
    return _several(lines, total_of(lines), sender, language)


def total_of(lines: Sequence[PaymentLine]) -> Money:
    """What is asked for in all.

    Raises: ValueError for no invoice at all, and for several currencies.
    """
    if not lines:
        raise ValueError("a mail that asks for nothing")
    total = lines[0].amount
    for line in lines[1:]:
        total += line.amount
    return total


def link_of(line: PaymentLine, language: Language) -> str:
    """Where an invoice is paid, or in a preview that it will stand there."""
    return line.url or WORDS[language].link_here


def facts_of(line: PaymentLine, language: Language) -> str:
    """An invoice and when it is due: "Invoice ACME-0042 (due 1 Nov 2026, 14 days ago)"."""
    return WORDS[language].name.format(name=line.name) + _due_words(line, language)


def _one(line: PaymentLine, sender: str, language: Language) -> MailText:
    words, amount = WORDS[language], amount_in(language, line.amount)
    opening = words.one_opening.format(amount=amount, facts=line.name + _due_words(line, language))
    asking = f"{words.one_link}\n{link_of(line, language)}"
    button = letters.link_button(link_of(line, language), words.button)
    body = (
        f"<p style='font-size:28px;font-weight:600;margin:16px 0 0'>{escape(amount)}</p>"
        f"<p style='margin:0 0 24px;{GREY}'>{escape(facts_of(line, language))}</p>"
        f"<p>{button}</p>"
    )
    return MailText(
        words.one_subject.format(name=line.name, amount=amount),
        letters.plain_form(words, [opening, asking, words.closing], sender=sender),
        letters.page_form(language, body, closing=words.closing, sender=sender),
    )


def _several(
    lines: Sequence[PaymentLine], total: Money, sender: str, language: Language
) -> MailText:
    words = WORDS[language]
    amount, count = amount_in(language, total), invoices_in(language, len(lines))
    body = (
        f"<p style='font-size:28px;font-weight:600;margin:16px 0 0'>{escape(amount)}</p>"
        f"<p style='margin:0 0 16px;{GREY}'>{escape(words.to_pay_for.format(count=count))}</p>"
        f"{table_of(lines, language)}"
    )
    opening = words.several_opening.format(amount=amount, count=count)
    return MailText(
        words.several_subject.format(count=count, amount=amount),
        letters.plain_form(words, [opening, listed(lines, language), words.closing], sender=sender),
        letters.page_form(language, body, closing=words.closing, sender=sender),
    )


def listed(lines: Sequence[PaymentLine], language: Language) -> str:
    """Invoices one below the other, each with its link."""
    return "\n\n".join(
        f"{facts_of(line, language)}: {amount_in(language, line.amount)}\n{link_of(line, language)}"
        for line in lines
    )


def table_of(lines: Sequence[PaymentLine], language: Language) -> str:
    """The same in a page."""
    cell = "padding:10px 0;border-top:1px solid #e6e9ee"
    rows = "".join(
        f"<tr><td style='{cell}'>{escape(facts_of(line, language))}<br>"
        f"<strong>{escape(amount_in(language, line.amount))}</strong></td>"
        f"<td style='{cell};text-align:right'><a href='{escape(link_of(line, language))}' "
        f"style='color:#0a6ebd;font-weight:600'>{escape(WORDS[language].pay)}</a></td></tr>"
        for line in lines
    )
    return f"<table style='width:100%;border-collapse:collapse'>{rows}</table>"


def _due_words(line: PaymentLine, language: Language) -> str:
    if line.due_on is None:
        return ""
    words, day = WORDS[language], day_in(language, line.due_on)
    if not line.days_late:
        return words.due.format(day=day)
    return words.due_late.format(day=day, days=days_in(language, line.days_late))
