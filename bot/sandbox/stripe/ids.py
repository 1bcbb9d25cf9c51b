"""Make ids that look like Stripe's, the same ones in every run, and in no order of creation."""

import hashlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LETTER_OF_BYTE = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
# Customers, products and coupons have short ids at Stripe; everything else has 24 characters.
SHORT_PREFIXES = frozenset({"cus", "prod", "req"})
SHORT_CHARACTERS = 14
LONG_CHARACTERS = 24

# Ids that an answer or a parameter may hold, and the kind of object behind them.
KIND_OF_PREFIX = {
    "acct": "account",
    "cbtxn": "customer_balance_transaction",
    "ch": "charge",
    "cn": "credit_note",
    "cus": "customer",
    "di": "discount",
    "du": "dispute",
    "evt": "event",
    "ii": "invoiceitem",
    "in": "invoice",
    "inpay": "invoice_payment",
    "mtr": "billing.meter",
    "pi": "payment_intent",
    "pm": "payment_method",
    "pr": "payment_record",
    "price": "price",
    "prod": "product",
    "re": "refund",
    "si": "subscription_item",
    "sub": "subscription",
    "txi": "tax_id",
    "txr": "tax_rate",
    "we": "webhook_endpoint",
}


def letters(about: str, characters: int) -> str:
    """So many letters and digits that belong to a text and do not show it."""
    digest = hashlib.shake_128(about.encode()).digest(characters)
    return digest.translate(LETTER_OF_BYTE).decode()


class Ids:
    """A source of ids: one counter, hashed, so that two ids never sort by age."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def new(self, prefix: str) -> str:
        """An id that was not given before."""
        self._count += 1
        about = f"{self._seed}:{prefix}:{self._count}"
        if prefix in SHORT_PREFIXES:
            return f"{prefix}_{letters(about, SHORT_CHARACTERS)}"
        return f"{prefix}_1{letters(about, LONG_CHARACTERS - 1)}"

    def token(self, about: str, characters: int = 40) -> str:
        """A secret-looking word that belongs to something and does not show what."""
        return letters(f"{self._seed}:token:{about}", characters)


def kind_of(identifier: str) -> str | None:
    """The kind of object behind an id, by its prefix."""
    return KIND_OF_PREFIX.get(identifier.split("_", 1)[0])
