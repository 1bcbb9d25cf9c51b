"""Charges: one try of one card, as it succeeded or failed."""

from bot.sandbox.stripe.errors import DECLINE_MESSAGES
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import LINKS_BASE, World

EMPTY_IN_CHARGE = (
    "application",
    "application_fee",
    "application_fee_amount",
    "balance_transaction",
    "failure_balance_transaction",
    "failure_code",
    "failure_message",
    "on_behalf_of",
    "receipt_email",
    "receipt_number",
    "receipt_url",
    "review",
    "shipping",
    "source_transfer",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
    "description",
)


def new_charge(
    world: World, intent: Object, method: Object, decline_code: str | None = None
) -> Object:
    """A charge that succeeded, or failed for a reason."""
    succeeded = decline_code is None
    identifier = world.ids.new("ch")
    charge: Object = {
        "id": identifier,
        "object": "charge",
        **dict.fromkeys(EMPTY_IN_CHARGE),
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if succeeded else 0,
        "amount_refunded": 0,
        "billing_details": method["billing_details"],
        "calculated_statement_descriptor": "TALLYMAN SANDBOX",
        "captured": succeeded,
        "created": world.now,
        "currency": intent["currency"],
        "customer": intent["customer"],
        "disputed": False,
        "fraud_details": {},
        "livemode": world.livemode,
        "metadata": {},
        "outcome": outcome_of(decline_code),
        "paid": succeeded,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "payment_method_details": {"card": charged_card(method), "type": "card"},
        "refunded": False,
        "status": "succeeded" if succeeded else "failed",
    }
    if succeeded:
        token = world.ids.token(identifier, 60)
        charge["receipt_url"] = f"{LINKS_BASE}/receipts/payment/{token}"
        world.charge_of_token[token] = identifier
    else:
        charge["failure_code"] = "card_declined"
        charge["failure_message"] = DECLINE_MESSAGES[decline_code or "generic_decline"]
    return world.add(charge)


def outcome_of(decline_code: str | None) -> Object:
    """What the bank and the fraud check said."""
    said_yes = decline_code is None
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "approved_by_network" if said_yes else "declined_by_network",
        "reason": decline_code,
        "risk_level": "normal",
        "seller_message": "Payment complete." if said_yes else "The bank declined the payment.",
        "type": "authorized" if said_yes else "issuer_declined",
    }


def charged_card(method: Object) -> Object:
    """The card as a charge shows it."""
    card = method["card"]
    names = ("brand", "country", "exp_month", "exp_year", "fingerprint", "funding", "last4")
    return {
        **{name: card[name] for name in names},
        "amount_authorized": None,
        "authorization_code": None,
        "checks": card["checks"],
        "installments": None,
        "mandate": None,
        "network": card["brand"],
        "network_token": None,
        "network_transaction_id": None,
        "regulated_status": "unregulated",
        "three_d_secure": None,
        "wallet": None,
    }
