"""The states of an invoice: finalize, send, pay, void, uncollectible, and what each one tells.

Source: docs.stripe.com/invoicing/integration/workflow-transitions, read 2026-11.
"""

from typing import Any

from bot.sandbox.stripe.calls import Call, Route
from bot.sandbox.stripe.customer_balance import move_balance
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.invoice_totals import due_of, ending_balance_of
from bot.sandbox.stripe.invoices import DAY_SECONDS, DRAFT_SECONDS
from bot.sandbox.stripe.params import EXPAND, FLAG, ID
from bot.sandbox.stripe.payments import cancel_open_payments, collect, open_payment
from bot.sandbox.stripe.settlement import settle
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.subscription_billing import with_usage
from bot.sandbox.stripe.world import LINKS_BASE, World


def finalize(world: World, invoice: Object, *, by_clock: bool = False) -> Object:
    """Make a draft final: its number, its links, its due date; nothing to pay means paid.

    Raises: StripeError unless it is a draft.
    """
    if invoice["status"] != "draft":
        message = "This invoice is already finalized, you can't re-finalize a non-draft invoice."
        raise bad_request(message, code="invoice_not_editable")
    invoice |= with_usage(world, invoice)
    customer = world.get("customer", invoice["customer"])
    starting = customer["balance"]
    ending = ending_balance_of(invoice["total"], starting)
    due = due_of(invoice["total"], starting)
    changes = {
        **due,
        **links_of(world, invoice),
        "automatically_finalizes_at": None,
        "effective_at": invoice["effective_at"] or world.now,
        "ending_balance": ending,
        "number": invoice["number"] or next_number(world, customer),
        "starting_balance": starting,
        "status": "open",
        "status_transitions": {**invoice["status_transitions"], "finalized_at": world.now},
    }
    if invoice["collection_method"] == "send_invoice":
        days = world.days_until_due.get(invoice["id"])
        if days is not None:
            changes["due_date"] = world.now + days * DAY_SECONDS
        due_date: int = changes.get("due_date") or invoice["due_date"]
        world.timers.plan(due_date, "overdue", invoice["id"])
    elif invoice["auto_advance"] and due["amount_due"] > 0:
        soon = world.now if by_clock else max(world.now, invoice["created"] + DRAFT_SECONDS)
        changes["next_payment_attempt"] = soon
        world.timers.plan(soon, "collect", invoice["id"])
    else:
        changes["next_payment_attempt"] = None
    world.change(invoice, changes, "invoice.updated", "invoice.finalized")
    about = {"invoice": invoice["id"], "currency": invoice["currency"]}
    move_balance(world, customer, ending - starting, kind="applied_to_invoice", about=about)
    if invoice["amount_due"] == 0:
        return settle(world, invoice)
    open_payment(world, invoice)
    return invoice


def links_of(world: World, invoice: Object) -> dict[str, str]:
    """The hosted page and the PDF; the token does not show the invoice's id."""
    mode = "live" if world.livemode else "test"
    token = f"{mode}_{world.ids.token(invoice['id'], 80)}"
    world.invoice_of_token[token] = invoice["id"]
    base = f"{LINKS_BASE}/i/{world.account}/{token}"
    return {"hosted_invoice_url": f"{base}?s=ap", "invoice_pdf": f"{base}/pdf?s=ap"}


def next_number(world: World, customer: Object) -> str:
    """The next number of a customer's own sequence."""
    sequence = customer["next_invoice_sequence"]
    world.change(customer, {"next_invoice_sequence": sequence + 1}, "customer.updated")
    return f"{customer['invoice_prefix']}-{sequence:04d}"


def send(world: World, invoice: Object) -> Object:
    """Mail an open invoice; a draft is finalized first.

    Raises: StripeError for invoices that can't be sent.
    """
    if invoice["collection_method"] != "send_invoice":
        message = (
            "You can only manually send an invoice if its collection method is `send_invoice`."
        )
        raise bad_request(message)
    if invoice["status"] == "draft":
        finalize(world, invoice)
    if invoice["status"] not in {"open", "paid", "uncollectible"}:
        raise bad_request(f"You can't send an invoice that is {invoice['status']}.")
    world.emit("invoice.sent", invoice)
    return invoice


def void(world: World, invoice: Object) -> Object:
    """Annul an open or uncollectible invoice and give applied credit back.

    Raises: StripeError in every other state, and when something was paid.
    """
    if invoice["status"] not in {"open", "uncollectible"}:
        message = (
            "You can only pass in open or uncollectible invoices. "
            f"This invoice has a status of {invoice['status']}."
        )
        raise bad_request(message, param="invoice")
    if invoice["amount_paid"] > 0:
        raise bad_request("You can't void an invoice that has been partially paid.")
    cancel_open_payments(world, invoice, "void_invoice")
    moved = {**invoice["status_transitions"], "voided_at": world.now}
    changes = {"next_payment_attempt": None, "status": "void", "status_transitions": moved}
    world.change(invoice, changes, "invoice.updated", "invoice.voided")
    customer = world.table("customer").find(invoice["customer"])
    if customer is not None:
        back = invoice["starting_balance"] - (invoice["ending_balance"] or 0)
        about = {"invoice": invoice["id"], "currency": invoice["currency"]}
        move_balance(world, customer, back, kind="unapplied_from_invoice", about=about)
    return invoice


def mark_uncollectible(world: World, invoice: Object, reason: str = "user_forgiven") -> Object:
    """Give an open invoice up.

    Raises: StripeError in every other state.
    """
    if invoice["status"] != "open":
        message = (
            "You can only mark open invoices as uncollectible. "
            f"This invoice has a status of {invoice['status']}."
        )
        raise bad_request(message, param="invoice")
    moved = {**invoice["status_transitions"], "marked_uncollectible_at": world.now}
    changes = {
        "next_payment_attempt": None,
        "status": "uncollectible",
        # New in 2026-10-28.endive.
        "status_details": {"uncollectible": {"reason": reason}},
        "status_transitions": moved,
    }
    events = ("invoice.updated", "invoice.marked_uncollectible")
    return world.change(invoice, changes, *events)


def pay(call: Call) -> Object:
    """Collect now: from a card, or as paid elsewhere.

    Raises: StripeError 402 when the bank says no, 400 in every other state.
    """
    world = call.world
    invoice = world.get("invoice", call.ids["invoice"])
    if invoice["status"] == "draft":
        finalize(world, invoice)
        if invoice["status"] == "paid":
            return invoice
    if invoice["status"] == "paid":
        raise bad_request("Invoice is already paid")
    if invoice["status"] == "void":
        raise bad_request("You can't pay an invoice that is void.")
    if call.get("paid_out_of_band"):
        cancel_open_payments(world, invoice, "abandoned")
        left = invoice["amount_remaining"]
        return settle(
            world,
            invoice,
            {
                "amount_paid": invoice["amount_paid"] + left,
                "amount_paid_off_stripe": invoice["amount_paid_off_stripe"] + left,
                "amount_remaining": 0,
            },
        )
    return collect(world, invoice, call.get("payment_method"))


def invoice_route(action: str, handler: Any, kinds: dict[str, Any] | None = None) -> Route:
    """POST of one action on an invoice."""
    return Route("POST", f"/v1/invoices/{{invoice}}/{action}", handler, EXPAND | (kinds or {}))


def finalize_call(call: Call) -> Object:
    """Finalize by the API, choosing whether it goes on by itself."""
    invoice = call.world.get("invoice", call.ids["invoice"])
    if "auto_advance" in call.params and invoice["status"] == "draft":
        invoice["auto_advance"] = call.params["auto_advance"]
    finalize(call.world, invoice)
    if invoice["auto_advance"] and invoice["collection_method"] == "send_invoice":
        call.world.emit("invoice.sent", invoice)
    return invoice


def send_call(call: Call) -> Object:
    """Send by the API."""
    return send(call.world, call.world.get("invoice", call.ids["invoice"]))


def void_call(call: Call) -> Object:
    """Void by the API."""
    return void(call.world, call.world.get("invoice", call.ids["invoice"]))


def mark_uncollectible_call(call: Call) -> Object:
    """Give up by the API."""
    return mark_uncollectible(call.world, call.world.get("invoice", call.ids["invoice"]))


ROUTES = [
    invoice_route("finalize", finalize_call, {"auto_advance": FLAG}),
    invoice_route("send", send_call),
    invoice_route(
        "pay",
        pay,
        {"off_session": FLAG, "paid_out_of_band": FLAG, "payment_method": ID},
    ),
    invoice_route("void", void_call),
    invoice_route("mark_uncollectible", mark_uncollectible_call),
]
