"""Lines of credit notes: parts of an invoice's own lines, or amounts with words of their own."""

from decimal import Decimal
from typing import Any

from bot.sandbox.stripe.errors import bad_request, missing_parameter, no_such
from bot.sandbox.stripe.item_charges import tax_rates_of
from bot.sandbox.stripe.pricing import decimal_text, rounded
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World


def credited_lines(world: World, invoice: Object, given: dict[str, Any]) -> list[Object]:
    """The lines of a credit note; a bare amount is one line.

    Raises: StripeError for lines that are not the invoice's, or lack an amount.
    """
    rows = given.get("lines")
    if not rows:
        if given.get("amount") is None:
            raise bad_request("You must pass one of `amount`, `lines`.", param="amount")
        return [custom_line(world, {"description": "Credit", "amount": given["amount"]}, "lines")]
    made = []
    for place, row in enumerate(rows):
        if row["type"] == "invoice_line_item":
            made.append(own_line(world, invoice, row, f"lines[{place}]"))
        else:
            made.append(custom_line(world, row, f"lines[{place}]"))
    return made


def blank_line(world: World, kind: str, amount: int) -> Object:
    """A line with all its fields."""
    return {
        "id": world.ids.new("cnli"),
        "object": "credit_note_line_item",
        "amount": amount,
        "description": None,
        "discount_amount": 0,
        "discount_amounts": [],
        "livemode": world.livemode,
        "metadata": {},
        "pretax_credit_amounts": [],
        "quantity": None,
        "tax_rates": [],
        "taxes": [],
        "type": kind,
        "unit_amount": None,
        "unit_amount_decimal": None,
    }


def own_line(world: World, invoice: Object, given: dict[str, Any], name: str) -> Object:
    """A part of one of the invoice's lines, with the same part of its discounts and taxes."""
    wanted = given.get("invoice_line_item")
    lines = [line for line in world.lines_of(invoice["id"]) if line["id"] == wanted]
    if not lines:
        raise no_such("invoice_line_item", str(wanted), param=f"{name}[invoice_line_item]")
    line = lines[0]
    amount, quantity = given.get("amount"), given.get("quantity")
    if (amount is None) == (quantity is None):
        raise bad_request("You must pass exactly one of `amount`, `quantity`.", param=name)
    if quantity is not None:
        whole = Decimal(line["quantity_decimal"])
        if quantity > whole:
            message = f"The quantity is greater than the line's own ({line['quantity']})."
            raise bad_request(message, param=f"{name}[quantity]")
        share = Decimal(quantity) / whole if whole else Decimal(0)
        amount = rounded(line["amount"] * share)
    else:
        share = Decimal(amount or 0) / line["amount"] if line["amount"] else Decimal(0)
    if share > 1:
        message = f"The amount is greater than the line's own ({line['amount']})."
        raise bad_request(message, param=f"{name}[amount]")
    made = blank_line(world, "invoice_line_item", amount or 0)
    discounts = [scaled(row, share) for row in line["discount_amounts"]]
    return made | {
        "description": line["description"],
        "discount_amount": sum(row["amount"] for row in discounts),
        "discount_amounts": discounts,
        "invoice_line_item": line["id"],
        "pretax_credit_amounts": [{**row, "type": "discount"} for row in discounts],
        "quantity": quantity,
        "taxes": [scaled(row, share) for row in line["taxes"]],
        "unit_amount_decimal": (line["pricing"] or {}).get("unit_amount_decimal"),
    }


def scaled(row: Object, share: Decimal) -> Object:
    """A part of a discount or a tax."""
    names = [name for name in ("amount", "taxable_amount") if name in row]
    return row | {name: rounded(row[name] * share) for name in names}


def custom_line(world: World, given: dict[str, Any], name: str) -> Object:
    """An amount with words of its own, and taxes when it names rates."""
    quantity = given.get("quantity", 1)
    exact = given.get("unit_amount_decimal")
    unit = given.get("unit_amount") if exact is None else exact
    if unit is None:
        unit = given.get("amount")
        quantity = 1
    if unit is None:
        raise missing_parameter(f"{name}[unit_amount]")
    unit = Decimal(unit)
    amount = rounded(unit * quantity)
    rates = tax_rates_of(world, given.get("tax_rates"))
    is_whole = unit == unit.to_integral_value()
    return blank_line(world, "custom_line_item", amount) | {
        "description": given.get("description"),
        "quantity": quantity,
        "tax_rates": rates,
        "taxes": [tax_on(amount, rate) for rate in rates],
        "unit_amount": int(unit) if is_whole else None,
        "unit_amount_decimal": decimal_text(unit),
    }


def tax_on(amount: int, rate: Object) -> Object:
    """One tax on one amount."""
    percent = Decimal(str(rate["percentage"]))
    tax = rounded(amount * percent / (100 + percent if rate["inclusive"] else 100))
    return {
        "amount": tax,
        "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
        "tax_rate_details": {"tax_rate": rate["id"]},
        "taxability_reason": "not_available",
        "taxable_amount": amount - tax if rate["inclusive"] else amount,
        "type": "tax_rate_details",
    }
