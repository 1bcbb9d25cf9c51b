"""What an account's people do in Stripe's own dashboard: void, write off, finalize; and its lists.

The bot has no part in any of it and has to find out.
"""

from typing import Any

from bot.sandbox.stripe.invoice_states import finalize, mark_uncollectible, send, void
from bot.sandbox.stripe.served import Served
from bot.sandbox.stripe.store import Object, Selection
from bot.sandbox.stripe.world import World

ROWS_MAX = 6


def void_there(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """Annul an invoice."""
    world = standin.world
    with world.lock:
        return _standing(void(world, _invoice(world, given)))


def write_off_there(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """Give an invoice up."""
    world = standin.world
    with world.lock:
        return _standing(mark_uncollectible(world, _invoice(world, given)))


def finalize_there(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """Issue a draft now; one that is sent is sent."""
    world = standin.world
    with world.lock:
        invoice = finalize(world, _invoice(world, given))
        if invoice["status"] == "open" and invoice["collection_method"] == "send_invoice":
            send(world, invoice)
        return _standing(invoice)


def list_drafts(standin: Served, _given: dict[str, Any]) -> dict[str, Any]:
    """The newest drafts."""
    world = standin.world
    with world.lock:
        table = world.table("invoice")
        page = table.page(Selection(equal={"status": "draft"}, limit=ROWS_MAX))
        return {"drafts": [_row(table.get(identifier)) for identifier in page.ids]}


def list_card_payments(standin: Served, _given: dict[str, Any]) -> dict[str, Any]:
    """The newest card payments of invoices that nobody disputes."""
    world = standin.world
    with world.lock:
        paid = [
            charge
            for charge in reversed(list(world.table("charge")))
            if charge["status"] == "succeeded" and not charge["disputed"]
        ]
        return {"payments": [_payment(world, charge) for charge in paid[:ROWS_MAX]]}


def list_disputes(standin: Served, _given: dict[str, Any]) -> dict[str, Any]:
    """The chargebacks that are not decided yet, newest first."""
    world = standin.world
    with world.lock:
        waiting = [
            {
                **_payment(world, world.table("charge").get(dispute["charge"])),
                "dispute": dispute["id"],
                "status": dispute["status"],
                "due_by": dispute["evidence_details"]["due_by"],
            }
            for dispute in reversed(list(world.table("dispute")))
            if dispute["status"] in {"needs_response", "under_review"}
        ]
        return {"disputes": waiting[:ROWS_MAX]}


def next_renewal(world: World) -> int | None:
    """When the next subscription renews; None when none runs."""
    running = {
        row["id"]
        for row in world.table("subscription")
        if row["status"] not in {"canceled", "incomplete_expired"}
    }
    ends = [
        int(item["current_period_end"])
        for item in world.table("subscription_item")
        if item["subscription"] in running and item["current_period_end"] > world.now
    ]
    return min(ends, default=None)


def _invoice(world: World, given: dict[str, Any]) -> Object:
    return world.get("invoice", str(given.get("invoice")), param="invoice")


def _standing(invoice: Object) -> dict[str, Any]:
    return {"invoice": invoice["id"], "number": invoice["number"], "status": invoice["status"]}


def _row(invoice: Object) -> dict[str, Any]:
    kept = ("id", "number", "customer_name", "currency")
    return {name: invoice[name] for name in kept} | {"amount": invoice["amount_due"]}


def _payment(world: World, charge: Object) -> dict[str, Any]:
    paid = world.table("invoice_payment").where(
        **{"payment.payment_intent": charge["payment_intent"]}
    )
    invoice = world.table("invoice").find(paid[0]["invoice"]) if paid else None
    customer = world.table("customer").find(charge["customer"] or "")
    return {
        "charge": charge["id"],
        "number": invoice["number"] if invoice else None,
        "customer_name": customer["name"] if customer else None,
        "amount": charge["amount"],
        "currency": charge["currency"],
    }
