"""How a letter to a customer looks, and how its language writes amounts, days and counts.

Pure text in both forms. The form in HTML says the same with an amount that catches the eye and a
button; names from outside are escaped there, and in both nothing of them can hide or break a line.
"""

from dataclasses import dataclass
from datetime import date
from html import escape

from bot.money import Money, decimal_text
from bot.queries.terms import Language
from bot.views.letter_words import WORDS, Words
from bot.views.text import plain

GREY = "color:#697386"
_PAGE = (
    "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1a1f36;"
    "max-width:560px;margin:0 auto;padding:24px"
)
_BUTTON = (
    "display:inline-block;padding:12px 22px;border-radius:8px;background:#0a6ebd;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail's words, in both of its forms."""

    subject: str
    text: str
    html: str


def amount_in(language: Language, money: Money) -> str:
    """An amount as the language writes it: "USD 1,240.50", "1.240,50 USD"."""
    words = WORDS[language]
    sign = "−" if money.minor < 0 else ""
    whole, point, part = decimal_text(Money(abs(money.minor), money.currency)).partition(".")
    digits = f"{int(whole):,}".replace(",", words.group) + (words.point + part if point else "")
    return sign + words.amount.format(code=money.currency.upper(), digits=digits)


def day_in(language: Language, day: date) -> str:
    """A day as the language writes it: "15 Nov 2026", "15. November 2026"."""
    words = WORDS[language]
    return words.day.format(day=day.day, month=words.months[day.month - 1], year=day.year)


def invoices_in(language: Language, count: int) -> str:
    """A number of invoices: "1 invoice", "3 Rechnungen"."""
    return _counted(WORDS[language].invoice, count)


def days_in(language: Language, count: int) -> str:
    """A number of days, as it stands behind "vor" in German: "1 day", "3 Tagen"."""
    return _counted(WORDS[language].days, count)


def plain_form(words: Words, paragraphs: list[str], *, sender: str) -> str:
    """A letter as text: its greeting, its paragraphs, and who writes."""
    return "\n\n".join([words.hello, *paragraphs, plain(sender)]) + "\n"


def page_form(language: Language, body: str, *, closing: str, sender: str) -> str:
    """The same as a page; `body` is HTML already, and everything else is escaped here."""
    words = WORDS[language]
    return (
        f"<!doctype html><html lang='{language}'><body style=\"{_PAGE}\">"
        f"<p>{escape(words.hello)}</p>{body}"
        f"<p style='{GREY};margin-top:32px'>{escape(closing)}</p>"
        f"<p>{escape(plain(sender))}</p></body></html>"
    )


def link_button(url: str, text: str) -> str:
    """A button in a page."""
    return f"<a href='{escape(url)}' style=\"{_BUTTON}\">{escape(text)}</a>"


def _counted(forms: tuple[str, str], count: int) -> str:
    return forms[count != 1].format(count=count)
