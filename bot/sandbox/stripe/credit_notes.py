"""Credit notes: they lower what remains of an invoice, and give back what was paid beyond that."""

from typing import Any

from bot.sandbox.stripe.calls import Call, Route, listed_rows, listing, retrieve
from bot.sandbox.stripe.credit_note_amounts import lower_invoice, refunds_for, split
from bot.sandbox.stripe.credit_note_lines import credited_lines
from bot.sandbox.stripe.customer_balance import move_balance
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.expand import first_rows
from bot.sandbox.stripe.invoice_totals import summed_taxes
from bot.sandbox.stripe.params import (
    DECIMAL,
    EXPAND,
    ID,
    INTEGER,
    METADATA,
    NOT_NEGATIVE,
    PAGE,
    POSITIVE,
    TEXT,
    TIMESTAMP,
    Kind,
    choice,
    hash_of,
    list_of,
    merged_metadata,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import LINKS_BASE, World

REASONS = choice("duplicate", "fraudulent", "order_change", "product_unsatisfactory")


def new_note(world: World, given: dict[str, Any]) -> Object:
    """A credit note as it would be, with its lines complete; nothing is kept.

    Raises: StripeError when the invoice, the amount or its parts do not fit.
    """
    invoice = world.get("invoice", given["invoice"], param="invoice")
    if invoice["status"] not in {"open", "paid"}:
        message = (
            "Credit notes can only be created for open or paid invoices; this one is "
            f"{invoice['status']}."
        )
        raise bad_request(message, param="invoice")
    lines = credited_lines(world, invoice, given)
    sums = sums_of(lines)
    before, after = split(invoice, sums["total"], given)
    identifier = world.ids.new("cn")
    count = len(world.table("credit_note").where(invoice=invoice["id"]))
    token = token_of(world, identifier)
    return {
        "id": identifier,
        "object": "credit_note",
        "amount": sums["total"],
        "amount_shipping": 0,
        "created": world.now,
        "currency": invoice["currency"],
        "customer": invoice["customer"],
        "customer_balance_transaction": None,
        "discount_amounts": [row for line in lines for row in line["discount_amounts"]],
        "effective_at": given.get("effective_at", world.now),
        "invoice": invoice["id"],
        "lines": first_rows(f"/v1/credit_notes/{identifier}/lines", lines),
        "livemode": world.livemode,
        "memo": given.get("memo"),
        "metadata": merged_metadata({}, given.get("metadata") or {}),
        "number": f"{invoice['number']}-CN-{count + 1:02d}",
        "out_of_band_amount": given.get("out_of_band_amount"),
        "pdf": f"{LINKS_BASE}/credit_notes/{world.account}/{token}/pdf?s=ap",
        "post_payment_amount": after,
        "pre_payment_amount": before,
        "pretax_credit_amounts": [row for line in lines for row in line["pretax_credit_amounts"]],
        "reason": given.get("reason"),
        "refunds": [],
        "shipping_cost": None,
        "status": "issued",
        **sums,
        "type": ("mixed" if after else "pre_payment") if before else "post_payment",
        "voided_at": None,
        "all_lines": lines,
    }


def sums_of(lines: list[Object]) -> dict[str, Any]:
    """What the lines of a credit note come to."""
    taxes = summed_taxes(tax for line in lines for tax in line["taxes"])
    subtotal = sum(line["amount"] for line in lines)
    discount = sum(line["discount_amount"] for line in lines)
    added = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "exclusive")
    inside = sum(tax["amount"] for tax in taxes if tax["tax_behavior"] == "inclusive")
    total = subtotal - discount + added
    return {
        "discount_amount": discount,
        "subtotal": subtotal,
        "subtotal_excluding_tax": subtotal - inside,
        "total": total,
        "total_excluding_tax": total - added - inside,
        "total_taxes": taxes,
    }


def token_of(world: World, identifier: str) -> str:
    """The word in a credit note's link."""
    return world.ids.token(identifier, 60)


def create_note(call: Call) -> Object:
    """Issue a credit note and do what it says."""
    world, params = call.world, call.params
    note = new_note(world, params)
    world.credit_note_lines[note["id"]] = note.pop("all_lines")
    world.credit_note_of_token[token_of(world, note["id"])] = note["id"]
    invoice = world.get("invoice", note["invoice"])
    refunds = refunds_for(world, invoice, params)
    note["refunds"] = [
        {
            "amount_refunded": refund["amount"],
            "payment_record_refund": None,
            "refund": refund["id"],
            "type": "refund",
        }
        for refund in refunds
    ]
    world.table("credit_note").add(note)
    if params.get("credit_amount"):
        about = {"credit_note": note["id"], "currency": note["currency"]}
        customer = world.get("customer", invoice["customer"])
        amount = -params["credit_amount"]
        moved = move_balance(world, customer, amount, kind="credit_note", about=about)
        note["customer_balance_transaction"] = moved["id"] if moved else None
    world.emit("credit_note.created", note)
    lower_invoice(world, invoice, note["pre_payment_amount"], note["post_payment_amount"])
    return note


def preview_note(call: Call) -> Object:
    """What a credit note would be; nothing changes."""
    note = new_note(call.world, call.params)
    del note["all_lines"]
    return note


def preview_lines(call: Call) -> Object:
    """The lines of a credit note that does not exist."""
    note = new_note(call.world, call.params)
    return listed_rows(call, "credit_note_line_item", note["all_lines"])


def list_note_lines(call: Call) -> Object:
    """All lines of a credit note, in pages."""
    note = call.world.get("credit_note", call.ids["credit_note"])
    return listed_rows(call, "credit_note_line_item", call.world.credit_note_lines[note["id"]])


def update_note(call: Call) -> Object:
    """Change a credit note's memo and metadata."""
    note = call.world.get("credit_note", call.ids["id"])
    changes = call.changes("memo")
    if "metadata" in call.params:
        changes["metadata"] = merged_metadata(note["metadata"], call.params["metadata"])
    return call.world.change(note, changes, "credit_note.updated")


def void_note(call: Call) -> Object:
    """Annul a credit note of an invoice that is still open.

    Raises: StripeError for every other.
    """
    world = call.world
    note = world.get("credit_note", call.ids["id"])
    invoice = world.get("invoice", note["invoice"])
    if note["status"] == "void":
        raise bad_request("This credit note is already void.")
    if invoice["status"] != "open" or note["type"] != "pre_payment":
        raise bad_request("You can only void a credit note on an open invoice.")
    world.change(note, {"status": "void", "voided_at": world.now}, "credit_note.voided")
    lower_invoice(world, invoice, -note["pre_payment_amount"], 0)
    return note


REFUND = hash_of(
    {"amount_refunded": POSITIVE, "refund": ID, "type": choice("refund")},
)
LINE = hash_of(
    {
        "amount": INTEGER,
        "description": TEXT,
        "invoice_line_item": ID,
        "quantity": NOT_NEGATIVE,
        "tax_rates": list_of(ID),
        "type": choice("custom_line_item", "invoice_line_item"),
        "unit_amount": INTEGER,
        "unit_amount_decimal": DECIMAL,
    },
    "type",
)
FIELDS: dict[str, Kind] = {
    **EXPAND,
    "amount": POSITIVE,
    "credit_amount": NOT_NEGATIVE,
    "effective_at": TIMESTAMP,
    "email_type": choice("credit_note", "none"),
    "invoice": ID,
    "lines": list_of(LINE),
    "memo": TEXT,
    "metadata": METADATA,
    "out_of_band_amount": NOT_NEGATIVE,
    "reason": REASONS,
    "refund_amount": NOT_NEGATIVE,
    "refunds": list_of(REFUND),
}
NOTE = "/v1/credit_notes/{id}"
ROUTES = [
    Route("POST", "/v1/credit_notes", create_note, FIELDS, ("invoice",)),
    listing(
        "/v1/credit_notes",
        "credit_note",
        equal={"customer": "customer", "invoice": "invoice"},
        also={"customer": ID, "invoice": ID},
    ),
    Route("GET", "/v1/credit_notes/preview", preview_note, FIELDS, ("invoice",)),
    Route("GET", "/v1/credit_notes/preview/lines", preview_lines, {**FIELDS, **PAGE}, ("invoice",)),
    Route("GET", "/v1/credit_notes/{credit_note}/lines", list_note_lines, PAGE),
    retrieve(NOTE, "credit_note"),
    Route("POST", NOTE, update_note, {**EXPAND, "memo": TEXT, "metadata": METADATA}),
    Route("POST", f"{NOTE}/void", void_note, EXPAND),
]
