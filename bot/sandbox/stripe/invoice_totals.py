"""What a draft invoice comes to: discounts, taxes and totals from its lines."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from bot.sandbox.stripe.expand import first_rows
from bot.sandbox.stripe.pricing import rounded
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

EXEMPT_REASONS = {"exempt": "customer_exempt", "reverse": "reverse_charge"}


def totals_of(world: World, invoice: Object, lines: list[Object]) -> dict[str, Any]:
    """The fields of a draft that follow from its lines; the lines get their own shares."""
    subtotal = sum(line["amount"] for line in lines)
    discounts = share_discounts(world, invoice, lines)
    for line in lines:
        line["taxes"] = taxes_of(world, invoice, line)
    taxes = summed_taxes(tax for line in lines for tax in line["taxes"])
    exclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    inclusive = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    total = subtotal - sum(share["amount"] for share in discounts) + exclusive
    return {
        "lines": first_rows(f"/v1/invoices/{invoice['id']}/lines", lines),
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - inclusive,
        "total": total,
        "total_discount_amounts": discounts,
        "total_excluding_tax": total - exclusive - inclusive,
        "total_pretax_credit_amounts": [
            {"amount": share["amount"], "discount": share["discount"], "type": "discount"}
            for share in discounts
        ],
        "total_taxes": taxes,
        **due_of(total, invoice["starting_balance"]),
    }


def due_of(total: int, starting_balance: int) -> dict[str, int]:
    """What is to be paid once the customer's balance is applied."""
    due = max(total + starting_balance, 0)
    return {"amount_due": due, "amount_remaining": due}


def ending_balance_of(total: int, starting_balance: int) -> int:
    """What is left of the customer's balance after an invoice took from it."""
    return min(total + starting_balance, 0)


def share_discounts(world: World, invoice: Object, lines: list[Object]) -> list[Object]:
    """Take the invoice's discounts off its lines; each discount's sum."""
    for line in lines:
        line["discount_amounts"] = []
    sums = []
    for identifier in invoice["discounts"]:
        coupon = coupon_of(world, identifier)
        targets = [line for line in lines if line["discountable"] and line["amount"] > 0]
        left = [after_discounts(line) for line in targets]
        shares = shares_of(coupon, left)
        for line, share in zip(targets, shares, strict=True):
            line["discount_amounts"].append({"amount": share, "discount": identifier})
        sums.append({"amount": sum(shares), "discount": identifier})
    for line in lines:
        line["pretax_credit_amounts"] = [
            {**share, "type": "discount"} for share in line["discount_amounts"]
        ]
    return sums


def coupon_of(world: World, discount: str) -> Object:
    """The coupon behind a discount."""
    row = world.table("discount").get(discount)
    return world.table("coupon").get(row["source"]["coupon"])


def shares_of(coupon: Object, amounts: list[int]) -> list[int]:
    """A coupon's part of each amount; an amount off is shared out in proportion, to the unit."""
    if coupon["percent_off"] is not None:
        percent = Decimal(str(coupon["percent_off"]))
        return [rounded(amount * percent / 100) for amount in amounts]
    whole = sum(amounts)
    off = min(coupon["amount_off"], whole)
    shares: list[int] = []
    seen = given = 0
    for amount in amounts:
        seen += amount
        share = rounded(Decimal(off * seen) / whole) - given if whole else 0
        shares.append(share)
        given += share
    return shares


def after_discounts(line: Object) -> int:
    """A line's amount less its discounts so far."""
    taken: int = sum(share["amount"] for share in line["discount_amounts"])
    return int(line["amount"]) - taken


def taxes_of(world: World, invoice: Object, line: Object) -> list[Object]:
    """The taxes on one line."""
    amount = after_discounts(line)
    reason = EXEMPT_REASONS.get(invoice["customer_tax_exempt"] or "", "not_available")
    taxes = []
    for rate in rates_of(world, invoice, line):
        percent = Decimal(str(rate["percentage"]))
        exact = amount * percent / (100 + percent if rate["inclusive"] else 100)
        tax = rounded(exact) if reason == "not_available" else 0
        taxes.append(
            {
                "amount": tax,
                "tax_behavior": "inclusive" if rate["inclusive"] else "exclusive",
                "tax_rate_details": {"tax_rate": rate["id"]},
                "taxability_reason": reason,
                "taxable_amount": amount - tax if rate["inclusive"] else amount,
                "type": "tax_rate_details",
            }
        )
    return taxes


def rates_of(world: World, invoice: Object, line: Object) -> list[Object]:
    """The tax rates of a line: its own, else its subscription's, else the invoice's."""
    parent = line["parent"]
    details = parent[parent["type"]]
    kind = parent["type"].removesuffix("_details")
    table = world.table("invoiceitem" if kind == "invoice_item" else kind)
    item = table.find(details[kind])
    own: list[Object] = (item or {}).get("tax_rates") or []
    if own:
        return own
    subscription = world.table("subscription").find(details.get("subscription") or "")
    if subscription is not None and subscription["default_tax_rates"]:
        inherited: list[Object] = subscription["default_tax_rates"]
        return inherited
    default: list[Object] = invoice["default_tax_rates"]
    return default


def summed_taxes(taxes: Iterable[Object]) -> list[Object]:
    """One entry per rate."""
    sums: dict[str, Object] = {}
    for tax in taxes:
        rate = tax["tax_rate_details"]["tax_rate"]
        if rate not in sums:
            sums[rate] = dict(tax)
            continue
        sums[rate]["amount"] += tax["amount"]
        sums[rate]["taxable_amount"] += tax["taxable_amount"]
    return list(sums.values())
