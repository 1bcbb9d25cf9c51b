"""Objects as Stripe's API gives them, in the shape of 2026-10-28.endive; a test states its part."""

from datetime import UTC, datetime
from typing import Any

from bot.database import Database
from bot.mirror.rules import MirrorRules
from bot.mirror.store import StoreResult, store
from bot.mirror.tickets import draw_ticket

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
RULES = MirrorRules(default_zone="UTC")


def at(text: str) -> int:
    """The Unix time of a moment in UTC, such as 2026-10-05 12:00."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def customer_object(customer: str = "cus_1", **changes: Any) -> dict[str, Any]:
    return {
        "id": customer,
        "object": "customer",
        "name": "Acme",
        "email": "billing@acme.example",
        "description": None,
        "currency": "usd",
        "balance": 0,
        "delinquent": False,
        "created": at("2025-01-01"),
        "metadata": {},
    } | changes


def price_object(
    price: str = "price_1", *, metered: bool = False, **changes: Any
) -> dict[str, Any]:
    return {
        "id": price,
        "object": "price",
        "active": True,
        "product": "prod_1",
        "currency": "usd",
        "type": "recurring",
        "recurring": {
            "usage_type": "metered" if metered else "licensed",
            "interval": "month",
            "interval_count": 1,
            "meter": "mtr_1" if metered else None,
        },
        "billing_scheme": "per_unit",
        "unit_amount_decimal": "100",
        "created": at("2025-01-01"),
        "metadata": {},
    } | changes


def line_object(line: str = "il_1", amount: int = 1000, **changes: Any) -> dict[str, Any]:
    price = changes.pop("price", None)
    proration = changes.pop("proration", False)
    return {
        "id": line,
        "object": "line_item",
        "amount": amount,
        "currency": "usd",
        "description": f"Line {line}",
        "quantity": 1,
        "period": {"start": at("2026-09-01"), "end": at("2026-10-01")},
        "discount_amounts": [],
        "taxes": [],
        "pricing": price
        and {
            "type": "price_details",
            "price_details": {"price": price, "product": "prod_1"},
            "unit_amount_decimal": "100",
        },
        "parent": {
            "type": "subscription_item_details",
            "subscription_item_details": {
                "proration": proration,
                "subscription": "sub_1",
                "subscription_item": "si_1",
            },
        },
    } | changes


def invoice_object(invoice: str = "in_1", **changes: Any) -> dict[str, Any]:
    """An open invoice over 10.00 USD, finalized on 2026-10-01 and due on 2026-10-31."""
    lines = changes.pop("lines", [line_object(amount=changes.get("total", 1000))])
    total = changes.get("total", sum(line["amount"] for line in lines))
    status = changes.get("status", "open")
    paid = changes.pop("paid", total if status == "paid" else 0)
    transitions = {
        "finalized_at": None if status == "draft" else at("2026-10-01 12:00"),
        "paid_at": at("2026-10-05 12:00") if status == "paid" else None,
        "voided_at": at("2026-10-05 12:00") if status == "void" else None,
        "marked_uncollectible_at": at("2026-10-05 12:00") if status == "uncollectible" else None,
    } | changes.pop("transitions", {})
    return {
        "id": invoice,
        "object": "invoice",
        "number": None if status == "draft" else f"ACME-{invoice}",
        "customer": "cus_1",
        "customer_name": "Acme",
        "customer_email": "billing@acme.example",
        "status": status,
        "currency": "usd",
        "collection_method": "send_invoice",
        "billing_reason": "subscription_cycle",
        "description": None,
        "created": at("2026-10-01 11:00"),
        "effective_at": transitions["finalized_at"],
        "due_date": at("2026-10-31 12:00"),
        "period_start": at("2026-09-01"),
        "period_end": at("2026-10-01"),
        "attempted": False,
        "attempt_count": 0,
        "next_payment_attempt": None,
        "subtotal": total,
        "total": total,
        "amount_due": total,
        "amount_paid": paid,
        "amount_remaining": total - paid,
        "amount_overpaid": 0,
        "starting_balance": 0,
        "ending_balance": 0,
        "pre_payment_credit_notes_amount": 0,
        "post_payment_credit_notes_amount": 0,
        "total_discount_amounts": [],
        "total_taxes": [],
        "total_pretax_credit_amounts": [],
        "shipping_cost": None,
        "hosted_invoice_url": None,
        "lines": {"object": "list", "data": lines, "has_more": False},
        "metadata": {},
        "parent": {
            "type": "subscription_details",
            "subscription_details": {"subscription": "sub_1"},
        },
        "status_transitions": transitions,
    } | changes


def event_object(
    kind: str, thing: dict[str, Any], *, created: int, event: str = "evt_1"
) -> dict[str, Any]:
    return {
        "id": event,
        "object": "event",
        "type": kind,
        "created": created,
        "data": {"object": thing},
    }


def store_now(
    database: Database,
    kind: str,
    *objects: dict[str, Any],
    ticket: int | None = None,
    now: datetime = NOW,
    source: str = "read",
    rules: MirrorRules = RULES,
) -> StoreResult:
    """Store objects in a transaction of their own, under a new ticket unless one is named."""
    with database.writing() as session:
        drawn = draw_ticket(session)
        return store(
            session,
            kind,
            list(objects),
            ticket=drawn if ticket is None else ticket,
            now=now,
            source=source,
            rules=rules,
        )
