"""The lines of an invoice, in the parts that the card shows them in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select

from bot.clock import last_day_of, local_day
from bot.database import Reading
from bot.models import InvoiceLine, Price, Product
from bot.money import Money, money_text
from bot.prepared import Prepared, Row
from bot.queries.cards import Line, LinePart

# The order in which the card shows them.
USAGE, FIXED, ADJUSTMENT, TAX = PARTS = ("usage", "fixed", "adjustment", "tax")
# Why a tax is what it is goes without saying where it is the usual one, or where Stripe, as for
# rates that were set by hand, does not say.
# Source: docs.stripe.com/api/invoices/object, total_taxes.taxability_reason, read 2026-11.
USUAL_TAX = frozenset({"standard_rated", "not_available"})

_LINES = InvoiceLine.__table__
_PRICES = Price.__table__
_PRODUCTS = Product.__table__
_OF_INVOICE = Prepared(
    select(
        _LINES.c.part,
        _LINES.c.amount_minor,
        _LINES.c.quantity,
        _LINES.c.unit_amount_decimal,
        _LINES.c.starts_at,
        _LINES.c.ends_at,
        func.coalesce(
            func.nullif(_LINES.c.description, ""), _PRODUCTS.c.name, _PRICES.c.nickname
        ).label("description"),
        _PRODUCTS.c.unit_label,
    )
    .select_from(
        _LINES.outerjoin(_PRICES, _PRICES.c.id == _LINES.c.price_id).outerjoin(
            _PRODUCTS, _PRODUCTS.c.id == func.coalesce(_LINES.c.product_id, _PRICES.c.product_id)
        )
    )
    .where(_LINES.c.invoice_id == bindparam("invoice_id"))
    .order_by(_LINES.c.position)
)


@dataclass(frozen=True, slots=True)
class Extras:
    """What changes an invoice's total beside its lines, all as Stripe counts it: unsigned.

    `taxes` has one entry per tax on top: amount, rate_id, taxable_amount, reason.
    """

    currency: str
    discount_minor: int
    credit_grants_minor: int
    shipping_minor: int
    tax_minor: int
    taxes: Sequence[dict[str, Any]]
    first_day: date
    last_day: date


def list_parts(
    session: Reading, invoice_id: str, extras: Extras, *, zone: ZoneInfo
) -> tuple[LinePart, ...]:
    """All that an invoice's total is made of, in the card's parts.

    Shape: in the order of PARTS, without empty ones; lines in Stripe's order, then the extras.
    """
    rows = _OF_INVOICE.rows(session, {"invoice_id": invoice_id})
    lines = [_line_of(row, extras.currency, zone) for row in rows]
    lines += _extra_lines(extras)
    grouped = {part: tuple(line for line in lines if line.part == part) for part in PARTS}
    return tuple(
        LinePart(part, found, _sum(found, extras.currency))
        for part, found in grouped.items()
        if found
    )


def _line_of(row: Row, currency: str, zone: ZoneInfo) -> Line:
    first_day, last_day = days_of(row.starts_at, row.ends_at, zone)
    return Line(
        # The mirror may not know the price yet that decides the part.
        part=row.part or (ADJUSTMENT if row.amount_minor < 0 else FIXED),
        description=row.description or "",
        amount=Money(row.amount_minor, currency),
        quantity=_decimal(row.quantity),
        unit_amount=_decimal(row.unit_amount_decimal),
        unit_label=row.unit_label if row.part == USAGE else None,
        first_day=first_day,
        last_day=last_day,
    )


def _extra_lines(extras: Extras) -> list[Line]:
    # Stripe keeps these amounts apart from the lines, whose own amounts stand before discounts.
    # Source: docs.stripe.com/api/invoices/object and /invoice-line-item, read 2026-11.
    amounts = (
        (FIXED, "Shipping", extras.shipping_minor),
        (ADJUSTMENT, "Discount", -extras.discount_minor),
        (ADJUSTMENT, "Billing credits", -extras.credit_grants_minor),
    )
    found = [_extra(part, words, minor, extras) for part, words, minor in amounts if minor]
    if not extras.taxes and extras.tax_minor:
        found.append(_extra(TAX, "Tax", extras.tax_minor, extras))
    return found + [_tax_line(tax, extras) for tax in extras.taxes]


def _tax_line(tax: dict[str, Any], extras: Extras) -> Line:
    reason = tax.get("reason") or ""
    is_usual = not reason or reason in USUAL_TAX
    words = "Tax" if is_usual else f"Tax ({reason.replace('_', ' ')})"
    if tax.get("taxable_amount"):
        words = f"{words} on {money_text(Money(tax['taxable_amount'], extras.currency))}"
    return _extra(TAX, words, tax["amount"], extras)


def _extra(part: str, description: str, minor: int, extras: Extras) -> Line:
    return Line(
        part=part,
        description=description,
        amount=Money(minor, extras.currency),
        quantity=None,
        unit_amount=None,
        unit_label=None,
        first_day=extras.first_day,
        last_day=extras.last_day,
    )


def days_of(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> tuple[date, date]:
    """The first and last local day of a half-open period; one day when it has no length."""
    first_day = local_day(starts_at, zone)
    return first_day, max(first_day, last_day_of(ends_at, zone))


def _sum(lines: Iterable[Line], currency: str) -> Money:
    return Money(sum(line.amount.minor for line in lines), currency)


def _decimal(text: str | None) -> Decimal | None:
    if text is None:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None
