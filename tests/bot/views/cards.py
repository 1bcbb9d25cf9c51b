"""Read models for tests of views; a test states only what it is about."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from bot.money import Money
from bot.queries.cards import (
    AccountRef,
    Freshness,
    InvoiceCard,
    InvoicePage,
    InvoiceRow,
    Line,
    LinePart,
    Status,
)

NOW = datetime(2026, 11, 15, 9, 30, tzinfo=UTC)
FRESH = Freshness(as_of=datetime(2026, 11, 14, 23, 0, tzinfo=UTC), is_stale=False)
ACME = AccountRef(
    id=7,
    kind="company",
    path=("Acme", "Acme East"),
    time_zone="Europe/Berlin",
    customer_ids=("cus_QkD8yX2m",),
)
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def usd(minor: int) -> Money:
    """An amount in US cents."""
    return Money(minor, "usd")


def make_line(
    part: str = "usage",
    description: str = "Outbound minutes",
    minor: int = 15500,
    *,
    quantity: str | None = None,
    unit_amount: str | None = None,
    unit_label: str | None = None,
    currency: str = "usd",
    days: tuple[date, date] = OCTOBER,
) -> Line:
    """A line of October."""
    return Line(
        part=part,
        description=description,
        amount=Money(minor, currency),
        quantity=None if quantity is None else Decimal(quantity),
        unit_amount=None if unit_amount is None else Decimal(unit_amount),
        unit_label=unit_label,
        first_day=days[0],
        last_day=days[1],
    )


def make_parts(*lines: Line) -> tuple[LinePart, ...]:
    """The lines by part, in the order of a card."""
    parts = []
    for part in ("usage", "fixed", "adjustment", "tax"):
        of_part = tuple(line for line in lines if line.part == part)
        if of_part:
            subtotal = sum((line.amount for line in of_part[1:]), of_part[0].amount)
            parts.append(LinePart(part=part, lines=of_part, subtotal=subtotal))
    return tuple(parts)


USUAL_LINES = (
    make_line(
        description="Outbound calls",
        minor=90540,
        quantity="72432",
        unit_amount="1.25",
        unit_label="minute",
    ),
    make_line(description="Text messages", minor=20000, quantity="25000", unit_amount="0.8"),
    make_line(
        "fixed",
        "Phone numbers",
        12000,
        quantity="60",
        unit_amount="200",
        days=(date(2026, 11, 1), date(2026, 11, 30)),
    ),
    make_line("fixed", "Platform fee", 9900, days=(date(2026, 11, 1), date(2026, 11, 30))),
    make_line("adjustment", "Volume discount, 10 %", -13244),
    make_line("tax", "VAT 19 %", 22647),
)


def make_card(**changes: Any) -> InvoiceCard:
    """An open invoice over October, sent in early November; amounts follow from its lines.

    Shape: `lines` replaces its lines; everything else is a field of the card.
    """
    lines = changes.pop("lines", USUAL_LINES)
    currency = lines[0].amount.currency if lines else "usd"
    zero = Money(0, currency)
    total = changes.pop("total", sum((line.amount for line in lines), zero))
    card = InvoiceCard(
        id="in_1QhT4KLkdIwHu7ix",
        number="ACME-0042",
        short_number=1234,
        account=ACME,
        status=Status.OPEN,
        status_text="open",
        days_late=0,
        is_automatic=False,
        failed_on=None,
        retry_on=None,
        is_exhausted=False,
        issued_on=date(2026, 11, 1),
        first_day=OCTOBER[0],
        last_day=OCTOBER[1],
        due_on=date(2026, 12, 1),
        total=total,
        credit_balance_applied=zero,
        credit_notes=zero,
        credited_after_payment=zero,
        paid=zero,
        remaining=total,
        inclusive_tax=zero,
        parts=make_parts(*lines),
        lines_count=len(lines),
        difference=zero,
        previous_id="in_1Qaaa",
        next_id=None,
        is_deleted=False,
        freshness=FRESH,
        now=NOW,
    )
    return replace(card, **changes)


def make_row(**changes: Any) -> InvoiceRow:
    """A row of a list."""
    row = InvoiceRow(
        id="in_1QhT4KLkdIwHu7ix",
        number="ACME-0042",
        short_number=1234,
        account=ACME,
        status=Status.OPEN,
        status_text="open",
        days_late=0,
        issued_on=date(2026, 11, 1),
        created_on=date(2026, 11, 1),
        total=usd(141843),
        remaining=usd(141843),
    )
    return replace(row, **changes)


def make_page(**changes: Any) -> InvoicePage:
    """The second of three pages of a list."""
    page = InvoicePage(
        rows=tuple(
            make_row(id=f"in_{place}", number=f"ACME-{42 - place:04}") for place in range(10)
        ),
        count=23,
        past_due_count=4,
        page=2,
        pages=3,
        freshness=FRESH,
        now=NOW,
        zone="Europe/Berlin",
    )
    return replace(page, **changes)
