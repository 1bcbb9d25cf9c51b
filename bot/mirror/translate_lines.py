"""From the lines of an invoice to rows, and what they add up to; pure."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any

import orjson

from bot.mirror.fields import (
    ID_CHARACTERS_MAX,
    amount_at,
    decimal_at,
    dict_at,
    dicts_at,
    id_at,
    moment_at,
    sum_amounts,
    text_at,
)

Row = dict[str, Any]

USAGE, FIXED, ADJUSTMENT = "usage", "fixed", "adjustment"
METERED = "metered"
# How many lines Stripe embeds in an invoice; of more it says has_more, in events too.
# Source: our summary of Stripe's API reference, the invoice's `lines`.
EMBEDDED_LINES = 10

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def translate_lines(invoice: dict[str, Any]) -> list[Row]:
    """The lines of an invoice as rows, in Stripe's order; their part waits for their prices."""
    invoice_id = invoice["id"]
    return [
        _translate_line(line, invoice_id, position)
        for position, line in enumerate(dicts_at(invoice, "lines"))
    ]


def _translate_line(line: dict[str, Any], invoice_id: str, position: int) -> Row:
    parent, pricing, period = (dict_at(line, name) for name in ("parent", "pricing", "period"))
    details = dict_at(parent, text_at(parent, "type") or "")
    named = dict_at(pricing, "price_details")
    # Before the version of 2025-03-31 (basil) a line held its price, plan and proration itself.
    old_price = dict_at(line, "price") or dict_at(line, "plan")
    starts_at = moment_at(period, "start") or _EPOCH
    return {
        "invoice_id": invoice_id,
        "position": position,
        "id": text_at(line, "id", characters_max=ID_CHARACTERS_MAX) or f"{invoice_id}:{position}",
        "part": "",
        "description": text_at(line, "description"),
        "amount_minor": amount_at(line, "amount"),
        "discount_minor": sum_amounts(dicts_at(line, "discount_amounts")),
        "quantity": decimal_at(line, ("quantity_decimal", "quantity")),
        "unit_amount_decimal": decimal_at(pricing, ("unit_amount_decimal",))
        or decimal_at(old_price, ("unit_amount_decimal", "unit_amount", "amount_decimal")),
        "price_id": id_at(named, "price") or id_at(line, "price") or id_at(line, "plan"),
        "product_id": id_at(named, "product") or id_at(old_price, "product"),
        "subscription_id": id_at(details, "subscription") or id_at(line, "subscription"),
        "subscription_item_id": id_at(details, "subscription_item")
        or id_at(line, "subscription_item"),
        "is_proration": (details or line).get("proration") is True,
        "starts_at": starts_at,
        "ends_at": moment_at(period, "end") or starts_at,
        "taxes": [
            tax_entry(tax) for tax in dicts_at(line, "taxes") or dicts_at(line, "tax_amounts")
        ],
    }


def tax_entry(tax: dict[str, Any]) -> Row:
    """A tax of an invoice or a line, as its `taxes` keep it."""
    return {
        "amount": amount_at(tax, "amount"),
        "rate_id": id_at(dict_at(tax, "tax_rate_details"), "tax_rate") or id_at(tax, "tax_rate"),
        "taxable_amount": amount_at(tax, "taxable_amount"),
        "reason": text_at(tax, "taxability_reason"),
        "is_inclusive": is_inclusive(tax),
    }


def is_inclusive(tax: dict[str, Any]) -> bool:
    """Whether a tax is inside the prices, rather than on top of them."""
    return tax.get("tax_behavior") == "inclusive" or tax.get("inclusive") is True


def part_of(line: Row, usage_type: str | None) -> str:
    """Where the card shows a line; a correction of usage is an adjustment."""
    if line["is_proration"] or line["amount_minor"] < 0:
        return ADJUSTMENT
    return USAGE if usage_type == METERED else FIXED


def period_of(lines: list[Row], otherwise: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    """What an invoice covers, half-open: its usage lines, else all its lines, else this."""
    telling = [line for line in lines if line["part"] == USAGE] or lines
    if not telling:
        return otherwise
    return min([line["starts_at"] for line in telling]), max([line["ends_at"] for line in telling])


# What a line says, as far as every version of Stripe's API tells it.
_SAID = itemgetter(
    "id", "amount_minor", "description", "quantity", "starts_at", "ends_at", "discount_minor"
)


def digest_of_lines(lines: Sequence[Row]) -> str:
    """A fingerprint of what the lines say, equal in every version of the API."""
    said = [(_SAID(line), [tax["amount"] for tax in line["taxes"]]) for line in lines]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()
