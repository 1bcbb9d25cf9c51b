"""Make ids that look like Stripe's, the same ones in every run, and in no order of creation."""

import hashlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
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


def encoded(digest: bytes, characters: int) -> str:
    """The first characters of a digest in letters and digits."""
    number = int.from_bytes(digest, "big")
    letters = []
    for _ in range(characters):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


class Ids:
    """A source of ids: one counter, hashed, so that two ids never sort by age."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def new(self, prefix: str) -> str:
        """An id that was not given before."""
        self._count += 1
        digest = hashlib.sha256(f"{self._seed}:{prefix}:{self._count}".encode()).digest()
        if prefix in SHORT_PREFIXES:
            return f"{prefix}_{encoded(digest, SHORT_CHARACTERS)}"
        return f"{prefix}_1{encoded(digest, LONG_CHARACTERS - 1)}"

    def token(self, about: str, characters: int = 40) -> str:
        """A secret-looking word that belongs to something and does not show what."""
        digest = hashlib.sha512(f"{self._seed}:token:{about}".encode()).digest()
        return encoded(digest, characters)


def kind_of(identifier: str) -> str | None:
    """The kind of object behind an id, by its prefix."""
    return KIND_OF_PREFIX.get(identifier.split("_", 1)[0])
