"""A draft invoice without lines, with every field that Stripe shows."""

from bot.sandbox.stripe.expand import first_rows
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

# Fields that nothing here fills.
EMPTY_FIELDS = (
    "account_tax_ids",
    "application",
    "automatically_finalizes_at",
    "custom_fields",
    "default_source",
    "description",
    "effective_at",
    "ending_balance",
    "footer",
    "from_invoice",
    "hosted_invoice_url",
    "invoice_pdf",
    "last_finalization_error",
    "latest_revision",
    "next_payment_attempt",
    "number",
    "on_behalf_of",
    "receipt_number",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "statement_descriptor",
    "test_clock",
    "webhooks_delivered_at",
)
NO_AMOUNTS = (
    "amount_due",
    "amount_overpaid",
    "amount_paid",
    "amount_paid_off_stripe",
    "amount_remaining",
    "amount_shipping",
    "attempt_count",
    "post_payment_credit_notes_amount",
    "pre_payment_credit_notes_amount",
    "subtotal",
    "subtotal_excluding_tax",
    "total",
    "total_excluding_tax",
)


NO_AUTOMATIC_TAX: Object = {
    "disabled_reason": None,
    "enabled": False,
    "liability": None,
    "provider": None,
    "status": None,
}
NO_PAYMENT_SETTINGS: Object = {
    "default_mandate": None,
    "payment_method_options": None,
    "payment_method_types": None,
}
NO_TRANSITIONS: Object = {
    "finalized_at": None,
    "marked_uncollectible_at": None,
    "paid_at": None,
    "voided_at": None,
}


def blank_invoice(world: World, customer: Object, currency: str) -> Object:
    """A draft without lines, with what it takes from its customer."""
    identifier = world.ids.new("in")
    settings = customer["invoice_settings"]
    return {
        "id": identifier,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Tallyman Sandbox",
        **dict.fromkeys(EMPTY_FIELDS),
        **dict.fromkeys(NO_AMOUNTS, 0),
        "attempted": False,
        "auto_advance": False,
        "automatic_tax": dict(NO_AUTOMATIC_TAX),
        "billing_reason": "manual",
        "collection_method": "charge_automatically",
        "created": world.now,
        "currency": currency,
        "custom_fields": settings["custom_fields"],
        "customer": customer["id"],
        "customer_address": customer["address"],
        "customer_email": customer["email"],
        "customer_name": customer["name"],
        "customer_phone": customer["phone"],
        "customer_shipping": customer["shipping"],
        "customer_tax_exempt": customer["tax_exempt"],
        "customer_tax_ids": [
            {"type": row["type"], "value": row["value"]}
            for row in world.table("tax_id").where(customer=customer["id"])
        ],
        "default_payment_method": None,
        "default_tax_rates": [],
        "discounts": [],
        "due_date": None,
        "footer": settings["footer"],
        "issuer": {"type": "self"},
        "lines": first_rows(f"/v1/invoices/{identifier}/lines", []),
        "livemode": world.livemode,
        "metadata": {},
        "parent": None,
        "payment_settings": dict(NO_PAYMENT_SETTINGS),
        "period_end": world.now,
        "period_start": world.now,
        "starting_balance": customer["balance"],
        "status": "draft",
        "status_transitions": dict(NO_TRANSITIONS),
        "total_discount_amounts": [],
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
    }


def subscription_parent(subscription: str, metadata: dict[str, str]) -> Object:
    """What an invoice of a subscription says about it."""
    details = {"metadata": metadata, "subscription": subscription}
    return {
        "quote_details": None,
        "subscription_details": details,
        "type": "subscription_details",
    }
