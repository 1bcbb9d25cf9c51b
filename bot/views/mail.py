"""What customers are written by e-mail: every word of it, in one place and in one language.

Pure text in both forms. The form in HTML says the same with an amount that catches the eye and a
button; names from outside are escaped there, and in both nothing of them can hide or break a line.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from bot.money import Money, money_text
from bot.views.text import amounts_text, count_text, day_text, plain

# Where the preview has no link yet: it is read from Stripe when the mail goes out.
LINK_HERE = "(the link, fresh from Stripe, stands here)"
_PAGE = (
    "font:16px/1.5 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;color:#1a1f36;"
    "max-width:560px;margin:0 auto;padding:24px"
)
_BUTTON = (
    "display:inline-block;padding:12px 22px;border-radius:8px;background:#0a6ebd;color:#ffffff;"
    "text-decoration:none;font-weight:600"
)


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """One invoice in a mail: what it is called, what is left to pay of it, and where."""

    name: str
    amount: Money
    due_on: date | None
    days_late: int
    url: str


@dataclass(frozen=True, slots=True)
class MailText:
    """A mail's words, in both of its forms."""

    subject: str
    text: str
    html: str


def payment_mail(lines: Sequence[PaymentLine], *, sender: str) -> MailText:
    """The request to pay some invoices of one currency, each with its own link.

    Raises: ValueError for no invoice at all.
    """
    if not lines:
        raise ValueError("a mail that asks for nothing")
    total = lines[0].amount
    for line in lines[1:]:
        total += line.amount
    return _one(lines[0], sender) if len(lines) == 1 else _several(lines, total, sender)


def _one(line: PaymentLine, sender: str) -> MailText:
    amount = money_text(line.amount)
    opening = f"{amount} is to be paid for invoice {line.name}{_due_words(line)}."
    text = _letter(opening, f"You can see the invoice and pay it here:\n{line.url}", sender)
    html = _page(
        f"<p style='font-size:28px;font-weight:600;margin:16px 0 0'>{escape(amount)}</p>"
        f"<p style='margin:0 0 24px;color:#697386'>{escape(_facts(line))}</p>"
        f"<p>{_link(line.url, 'See the invoice and pay')}</p>",
        sender,
    )
    return MailText(f"Invoice {line.name}: {amount} to pay", text, html)


def _several(lines: Sequence[PaymentLine], total: Money, sender: str) -> MailText:
    amount, count = money_text(total), count_text(len(lines), "invoice")
    opening = f"{amount} is to be paid for {count}. Each has a page of its own:"
    listed = "\n\n".join(f"{_facts(line)}: {money_text(line.amount)}\n{line.url}" for line in lines)
    rows = "".join(
        f"<tr><td style='padding:10px 0;border-top:1px solid #e6e9ee'>{escape(_facts(line))}<br>"
        f"<strong>{escape(money_text(line.amount))}</strong></td>"
        f"<td style='padding:10px 0;border-top:1px solid #e6e9ee;text-align:right'>"
        f"<a href='{escape(line.url)}' style='color:#0a6ebd;font-weight:600'>Pay</a></td></tr>"
        for line in lines
    )
    html = _page(
        f"<p style='font-size:28px;font-weight:600;margin:16px 0 0'>{escape(amount)}</p>"
        f"<p style='margin:0 0 16px;color:#697386'>to pay for {escape(count)}</p>"
        f"<table style='width:100%;border-collapse:collapse'>{rows}</table>",
        sender,
    )
    return MailText(
        f"{count}: {amounts_text([total])} to pay", _letter(opening, listed, sender), html
    )


def _facts(line: PaymentLine) -> str:
    return f"Invoice {line.name}{_due_words(line)}"


def _due_words(line: PaymentLine) -> str:
    if line.due_on is None:
        return ""
    late = f", {count_text(line.days_late, 'day')} ago" if line.days_late else ""
    return f" (due {day_text(line.due_on)}{late})"


def _letter(opening: str, body: str, sender: str) -> str:
    return f"Hello,\n\n{opening}\n\n{body}\n\n{_CLOSING}\n\n{plain(sender)}\n"


def _page(body: str, sender: str) -> str:
    return (
        f"<!doctype html><html lang='en'><body style=\"{_PAGE}\"><p>Hello,</p>{body}"
        f"<p style='color:#697386;margin-top:32px'>{escape(_CLOSING)}</p>"
        f"<p>{escape(plain(sender))}</p></body></html>"
    )


def _link(url: str, words: str) -> str:
    return f"<a href='{escape(url)}' style=\"{_BUTTON}\">{escape(words)}</a>"


_CLOSING = (
    "If you have paid in the meantime, thank you: there is nothing left to do. If something is not "
    "right, please answer this e-mail."
)
