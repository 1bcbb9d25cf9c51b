"""Words and figures as people read them, and what makes names from outside harmless."""

import re
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from zoneinfo import ZoneInfo

from bot.money import Money, digits_of, money_text
from bot.queries.cards import AccountRef, Freshness, InvoiceCard, InvoiceRow, Status

# The longest that one name may be among other things; cut names end in "…".
NAME_MAX = 120
# Marks upon one letter. Writing of any language gets by with them; towers of marks don't.
MARKS_MAX = 3
NAMELESS = "unnamed"
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
LONG_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

# Letters that show nothing, though Unicode files them among letters and signs.
_BLANKS = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0\u17b4\u17b5"), " ")
# Arithmetic that keeps whatever Stripe may send: amounts of 19 digits with 12 decimals.
_ALL_DIGITS = Context(prec=100)
MINUTE, HOUR, DAY = 60, 3_600, 86_400
_JOINER = "\u200d"
_ESCAPES = ("&amp;", "&lt;", "&gt;")
# Characters that belong to the one before them: skin tones, and the second half of a flag.
_SKIN_TONES = ("\U0001f3fb", "\U0001f3ff")
_FLAG_LETTERS = ("\U0001f1e6", "\U0001f1ff")


# How Stripe describes a line of a subscription: quantity, product, and the price in brackets.
_WITH_FIGURES = re.compile(r"[\d.,]+ × (?P<name>.+) \((?:(?P<tier>Tier \d+) )?at [^()]+ / [^()]+\)")


def escape(text: str) -> str:
    """Make text from outside harmless in mrkdwn: no mention, no link, no tag comes of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def literal(text: str) -> str:
    """Escape text for the plain side of a message, where Slack would also link bare addresses."""
    # A word joiner shows nothing and keeps the two slashes from being read as an address.
    return escape(text).replace("://", ":\u2060//")


def plain(name: str, *, limit: int = NAME_MAX) -> str:
    """A name or description from outside on one line, without what would spoil the layout.

    Shape: control, bidirectional and zero-width characters and lone surrogates are gone, marks
    are capped per letter, and "unnamed" stands for a name of which nothing is left.
    """
    if not (name.isascii() and name.isprintable()):
        name = _visible(name.translate(_BLANKS))
    return fit(" ".join(name.split()), limit) or NAMELESS


def _visible(name: str) -> str:
    kept: list[str] = []
    marks = 0
    for character in name:
        category = unicodedata.category(character)
        if category in {"Mn", "Me"}:
            marks += 1
            if marks <= MARKS_MAX and kept:
                kept.append(character)
            continue
        marks = 0
        if character.isspace():
            kept.append(" ")
        elif category not in {"Cc", "Cf", "Cs", "Cn"}:
            kept.append(character)
    return "".join(kept)


def fit(text: str, limit: int) -> str:
    """Cut text to a number of characters, with "…" in the place of what is lost.

    Neither a character with its marks nor an escape such as &amp; is cut in two.
    """
    if len(text) <= limit:
        return text
    end = max(limit - 1, 0)
    while end and _continues(text, end):
        end -= 1
    start = text.rfind("&", max(end - 4, 0), end)
    if start >= 0 and any(
        text.startswith(sign, start) and start + len(sign) > end for sign in _ESCAPES
    ):
        end = start
    return text[:end].rstrip() + "…"


def _continues(text: str, index: int) -> bool:
    character = text[index]
    if unicodedata.category(character) in {"Mn", "Me", "Mc"} or character == _JOINER:
        return True
    if text[index - 1] == _JOINER or _SKIN_TONES[0] <= character <= _SKIN_TONES[1]:
        return True
    flags = 0
    while flags < index and _FLAG_LETTERS[0] <= text[index - 1 - flags] <= _FLAG_LETTERS[1]:
        flags += 1
    return flags % 2 == 1 and _FLAG_LETTERS[0] <= character <= _FLAG_LETTERS[1]


def account_name(account: AccountRef, *, limit: int = 2 * NAME_MAX) -> str:
    """An account by its name: "Acme", or "Acme › Acme East" for a company in it."""
    names = [plain(name, limit=limit // len(account.path) - 3) for name in account.path]
    return " › ".join(names) or NAMELESS


def invoice_name(invoice: InvoiceCard | InvoiceRow) -> str:
    """What people call an invoice: its number, else the short one, else what Stripe calls it."""
    if invoice.number:
        return plain(invoice.number, limit=60)
    return str(invoice.short_number) if invoice.short_number else plain(invoice.id, limit=60)


def invoice_title(invoice: InvoiceCard | InvoiceRow) -> str:
    """An invoice at the head of a card: "Invoice ACME-0042", "Draft invoice"."""
    if invoice.status is Status.DRAFT and not invoice.number:
        return "Draft invoice"
    return f"Invoice {invoice_name(invoice)}"


def day_of(moment: datetime, zone: str) -> date:
    """The day on which a moment falls in a zone."""
    return moment.astimezone(ZoneInfo(zone)).date()


def day_text(day: date) -> str:
    """A day: "15 Nov 2026"."""
    return f"{short_day_text(day)} {day.year}"


def day_after(day: date) -> date:
    """The day after a day."""
    return day + timedelta(days=1)


def month_text(day: date) -> str:
    """The month of a day: "November 2026"."""
    return f"{LONG_MONTHS[day.month - 1]} {day.year}"


def short_day_text(day: date) -> str:
    """A day of these weeks: "15 Nov"."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def period_text(first: date, last: date) -> str:
    """Days from the first to the last, with what both share said once: "1 – 31 Oct 2026"."""
    if first == last:
        return day_text(first)
    if first.year != last.year:
        return f"{day_text(first)} – {day_text(last)}"
    month = "" if first.month == last.month else f" {MONTHS[first.month - 1]}"
    return f"{first.day}{month} – {day_text(last)}"


def moment_text(moment: datetime, zone: str) -> str:
    """A moment by the clock of a zone: "15 Nov 2026 00:00 Europe/Berlin"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_text(local.date())} {local:%H:%M} {zone}"


def clock_text(moment: datetime, zone: str) -> str:
    """A moment by the clock of a zone that is named elsewhere: "15 Nov 2026 09:30"."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{day_text(local.date())} {local:%H:%M}"


def as_of_text(freshness: Freshness, zone: str) -> str:
    """How old the figures are: "as of 15 Nov 2026 00:00 Europe/Berlin"."""
    if freshness.as_of is None:
        return "not read from Stripe yet"
    return f"as of {moment_text(freshness.as_of, zone)}"


def amounts_text(amounts: Sequence[Money]) -> str:
    """Amounts in several currencies: "EUR 10.00, JPY 500 and USD 20.00"."""
    *others, last = [money_text(amount) for amount in amounts]
    return f"{', '.join(others)} and {last}" if others else last


def count_text(count: int, noun: str) -> str:
    """A number of things: "1 invoice", "1,240 invoices"."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def age_text(age: timedelta) -> str:
    """A length of time in its largest units: "12 seconds", "2 hours 5 minutes", "3 days"."""
    seconds = max(0, int(age.total_seconds()))
    if seconds < MINUTE:
        return count_text(seconds, "second") if seconds else "less than a second"
    if seconds < HOUR:
        return count_text(seconds // MINUTE, "minute")
    if seconds < DAY:
        hours, minutes = count_text(seconds // HOUR, "hour"), seconds % HOUR // MINUTE
        return f"{hours} {count_text(minutes, 'minute')}" if minutes else hours
    return count_text(seconds // DAY, "day")


def capital(words: str) -> str:
    """Words with a capital at their head; names and zones among them stay as they are."""
    return f"{words[:1].upper()}{words[1:]}"


def days_late_text(days: int) -> str:
    """How late: "1 day late", "23 days late"."""
    return f"{count_text(days, 'day')} late"


def late_words(days_min: int, days_max: int | None) -> str:
    """A range of days late: "not late", "1–30 days late", "over 90 days late"."""
    if days_max is None:
        words = {0: "late or not", 1: "late"}
        return words.get(days_min) or f"over {count_text(days_min - 1, 'day')} late"
    if days_max == days_min:
        return days_late_text(days_min) if days_min else "not late"
    return f"{days_min:,}–{days_max:,} days late"


def quantity_text(quantity: Decimal) -> str:
    """A quantity with all its digits: "1,240", "0.125", "−3"."""
    return _exact(quantity, digits_min=0)


def rate_text(unit_amount: Decimal, currency: str) -> str:
    """The price of one unit, exact: "USD 0.0125" for 1.25 cents.

    Units: unit_amount in minor units of the currency, with up to 12 decimals.
    """
    digits = digits_of(currency)
    # The exact product: arithmetic in the usual context would round to 28 digits.
    major = unit_amount.copy_abs().scaleb(-digits, _ALL_DIGITS)
    sign = "−" if unit_amount < 0 else ""
    return f"{sign}{currency.upper()} {_exact(major, digits_min=digits)}"


def _exact(number: Decimal, *, digits_min: int) -> str:
    whole, _, part = f"{number.copy_abs():,f}".partition(".")
    part = part.rstrip("0").ljust(digits_min, "0")
    sign = "−" if number < 0 else ""
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def units_text(
    quantity: Decimal | None, unit_amount: Decimal | None, unit_label: str | None, amount: Money
) -> str | None:
    """How a line came about: "1,240 × USD 0.0125 per minute"; None where there are no figures."""
    if quantity is None:
        return None
    units = quantity_text(quantity)
    label = plain(unit_label, limit=20) if unit_label else ""
    if unit_amount is None:
        return f"{units} {label}".rstrip()
    per = f" per {label}" if label else ""
    return f"{units} × {rate_text(unit_amount, amount.currency)}{per}"


def line_name(description: str) -> str:
    """What a line is for, without the figures that Stripe writes around it.

    "574 × Calls (Tier 1 at $0.01 / month)" is "Calls, tier 1"; other words stay as they are.
    """
    matched = _WITH_FIGURES.fullmatch(description)
    if matched is None:
        return description
    tier = matched["tier"]
    return f"{matched['name']}, {tier.lower()}" if tier else matched["name"]


def is_address(text: str) -> bool:
    """Whether a text of ours can stand behind mailto: as it is."""
    return re.fullmatch(r"[^\s@<>|&]+@[^\s@<>|&]+", text) is not None
