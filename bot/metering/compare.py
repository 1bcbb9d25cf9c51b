"""What Stripe itself says that a period's usage costs: its preview, and later its invoice.

The preview counts until this moment, a snapshot until midnight. So for the comparison the same
moment is counted once more, and rated as the snapshot is.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import Row, Table, func, select

from bot.errors import BadRequest, Misconfigured, NotFound, Unavailable
from bot.metering.billed import is_billed_usage
from bot.metering.rating import Terms, rate
from bot.metering.summaries import MINUTE, MeterReader, floor_to_minute
from bot.models import Invoice, InvoiceLine
from bot.runtime import Runtime
from bot.telemetry import get_logger

# Lines that a preview is read to: it comes with the first ten of them.
LINE_PAGES_MAX = 20

_INVOICES = cast("Table", Invoice.__table__)
_LINES = cast("Table", InvoiceLine.__table__)

log = get_logger("usage")


@dataclass(frozen=True, slots=True)
class Priced:
    """A metered item with what rates it and what reads its meter; without a meter nothing does."""

    price_id: str
    terms: Terms
    reader: MeterReader | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same usage by our rating and by Stripe's, at one moment; None where Stripe does not say.

    Units: minor units of the period's currency.
    """

    compared_at: datetime | None = None
    own_minor: int | None = None
    stripe_minor: int | None = None
    next_total_minor: int | None = None
    next_fixed_minor: int | None = None

    def columns(self) -> dict[str, Any]:
        """The columns of a period that keep it."""
        return asdict(self)


def compare(
    runtime: Runtime,
    period: Row[Any],
    items: Sequence[Priced],
    *,
    now: datetime,
    is_over: bool,
) -> Comparison:
    """Compare a period's usage with what Stripe has for it.

    Raises: Unavailable when Stripe can't be reached.
    """
    ends_at = period.ends_at if is_over else min(floor_to_minute(now) + MINUTE, period.ends_at)
    own = sum(rate(item.terms, _total(item.reader, period.starts_at, ends_at)) for item in items)
    if is_over:
        return Comparison(now, own, _billed(runtime, period))
    preview = _preview(runtime, period)
    if preview is None:
        return Comparison()
    usage, fixed = _split(preview[1], {item.price_id for item in items})
    return Comparison(now, own, usage, preview[0], fixed)


def _total(reader: MeterReader | None, starts_at: datetime, ends_at: datetime) -> Decimal:
    return reader.total(starts_at, ends_at) if reader else Decimal(0)


def _billed(runtime: Runtime, period: Row[Any]) -> int | None:
    """What the period's invoice has for usage; None while there is none."""
    lines = (
        select(func.sum(_LINES.c.amount_minor))
        .select_from(_LINES.join(_INVOICES, _INVOICES.c.id == _LINES.c.invoice_id))
        .where(
            *is_billed_usage(),
            _INVOICES.c.customer_id == period.customer_id,
            _LINES.c.subscription_id == period.subscription_id,
            _LINES.c.starts_at == period.starts_at,
            _LINES.c.ends_at == period.ends_at,
        )
    )
    with runtime.database.reading() as session:
        found = session.scalar(lines)
    return None if found is None else int(found)


def _preview(runtime: Runtime, period: Row[Any]) -> tuple[int, list[dict[str, Any]]] | None:
    """Total and lines of the next invoice; None where Stripe has none or does not let us ask."""
    params = {"subscription": period.subscription_id, "preview_mode": "next"}
    try:
        answer = runtime.stripe.preview("/v1/invoices/create_preview", params)
        lines, total = answer.get("lines"), answer.get("total")
        if not isinstance(lines, dict) or type(total) is not int:
            raise Unavailable("Stripe's answer is no preview of an invoice.")
        rows = list(lines.get("data") or [])
        if lines.get("has_more"):
            # It comes with the first ten only.
            pages = runtime.stripe.pages(f"/v1/invoices/{answer.get('id')}/lines")
            rows = [
                line for _, page in zip(range(LINE_PAGES_MAX), pages, strict=False) for line in page
            ]
    except (BadRequest, Misconfigured, NotFound) as refused:
        # A subscription that ends has no next invoice, and a key may be for reading alone.
        log.info("no_preview", subscription=period.subscription_id, why=refused.message)
        return None
    return total, [line for line in rows if isinstance(line, dict)]


def _split(lines: Sequence[dict[str, Any]], metered: set[str]) -> tuple[int, int]:
    """What is usage at these prices among a subscription's lines, and what are its fixed fees."""
    usage = fixed = 0
    for line in lines:
        amount = line.get("amount")
        details = (line.get("parent") or {}).get("subscription_item_details")
        if type(amount) is not int or not details or details.get("proration"):
            continue
        price = ((line.get("pricing") or {}).get("price_details") or {}).get("price")
        price_id = price.get("id") if isinstance(price, dict) else price
        if price_id in metered:
            usage += amount
        else:
            fixed += amount
    return usage, fixed
