"""From a price and a quantity to amounts: per unit, in packages, and in tiers."""

import dataclasses
from decimal import ROUND_HALF_UP, Decimal

from bot.sandbox.stripe.store import Object

ONE = Decimal(1)
# Stripe's exponents: how many decimals a currency has; two where it is not named.
# Source: docs.stripe.com/currencies, read 2026-11.
NO_DECIMALS = (
    *("bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga"),
    *("pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"),
)
THREE_DECIMALS = ("bhd", "jod", "kwd", "omr", "tnd")
EXPONENTS = dict.fromkeys(NO_DECIMALS, 0) | dict.fromkeys(THREE_DECIMALS, 3)
SYMBOLS = {"eur": "€", "gbp": "£", "jpy": "¥", "usd": "$"}


@dataclasses.dataclass(frozen=True)
class Part:
    """One line that a price makes: its rate in minor units, quantity, amount, and words."""

    quantity: Decimal
    unit_amount: Decimal | None
    amount: int
    words: str


def rounded(amount: Decimal) -> int:
    """Whole minor units, halves away from zero."""
    return int(amount.quantize(ONE, rounding=ROUND_HALF_UP))


def shown(amount: Decimal | int, currency: str) -> str:
    """An amount in minor units as people write it: $10.00, ¥500, KWD 1.250."""
    exponent = EXPONENTS.get(currency, 2)
    major = Decimal(amount).scaleb(-exponent)
    places = max(exponent, -int(major.normalize().as_tuple().exponent))
    symbol = SYMBOLS.get(currency, f"{currency.upper()} ")
    sign = "-" if major < 0 else ""
    return f"{sign}{symbol}{abs(major):,.{places}f}"


def decimal_text(amount: Decimal | int | None) -> str | None:
    """A decimal as Stripe writes it: no exponent, no needless zeros."""
    if amount is None:
        return None
    text = format(Decimal(amount), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def parts_of(price: Object, tiers: list[Object], quantity: Decimal, name: str) -> list[Part]:
    """The lines of a price for a quantity."""
    if price["billing_scheme"] == "tiered":
        parts = graduated if price["tiers_mode"] == "graduated" else volume
        return parts(price, tiers, quantity, name)
    return [per_unit(price, quantity, name)]


def per_unit(price: Object, quantity: Decimal, name: str) -> Part:
    """One line: quantity, or packages of it, times the rate."""
    rate = Decimal(price["unit_amount_decimal"])
    package = price["transform_quantity"]
    units = quantity
    if package is not None:
        whole, rest = divmod(quantity, package["divide_by"])
        units = whole + (1 if rest and package["round"] == "up" else 0)
    words = f"{decimal_text(quantity)} × {name} ({per(rate, price)})"
    return Part(quantity, rate, rounded(rate * units), words)


def per(rate: Decimal, price: Object) -> str:
    """`at $10.00 / month`."""
    text = f"at {shown(rate, price['currency'])}"
    package = price["transform_quantity"]
    if package is not None:
        text += f" per {package['divide_by']}"
    recurring = price["recurring"]
    return f"{text} / {recurring['interval']}" if recurring else text


def rate_of(tier: Object) -> Decimal:
    """A tier's rate per unit."""
    return Decimal(tier["unit_amount_decimal"] or 0)


def flat_of(tier: Object) -> Decimal:
    """What a tier costs on being reached."""
    return Decimal(tier["flat_amount_decimal"] or 0)


def graduated(price: Object, tiers: list[Object], quantity: Decimal, name: str) -> list[Part]:
    """Each tier's own units at its own rate, a line per tier, and its flat amount as another."""
    parts: list[Part] = []
    start = Decimal(0)
    for number, tier in enumerate(tiers, 1):
        if number > 1 and quantity <= start:
            break
        end = quantity if tier["up_to"] is None else min(quantity, Decimal(tier["up_to"]))
        parts += tier_parts(price, tier, number, end - start, name)
        start = end
        if tier["up_to"] is None:
            break
    return parts


def volume(price: Object, tiers: list[Object], quantity: Decimal, name: str) -> list[Part]:
    """All units at the rate of the tier that the quantity reaches."""
    for number, tier in enumerate(tiers, 1):
        if tier["up_to"] is None or quantity <= tier["up_to"]:
            return tier_parts(price, tier, number, quantity, name)
    return []


def tier_parts(
    price: Object, tier: Object, number: int, quantity: Decimal, name: str
) -> list[Part]:
    """The line of one tier, and another one of quantity 0 for its flat amount."""
    currency = price["currency"]
    parts = []
    if tier["unit_amount_decimal"] is not None or not flat_of(tier):
        rate = rate_of(tier)
        words = f"{decimal_text(quantity)} × {name} (Tier {number} at {shown(rate, currency)}"
        parts.append(Part(quantity, rate, rounded(rate * quantity), words_of(words, price)))
    if flat_of(tier):
        words = f"0 × {name} (Tier {number} at {shown(flat_of(tier), currency)}"
        parts.append(Part(Decimal(0), None, rounded(flat_of(tier)), words_of(words, price)))
    return parts


def words_of(words: str, price: Object) -> str:
    """Close a line's words with the interval."""
    recurring = price["recurring"]
    return f"{words} / {recurring['interval']})" if recurring else f"{words})"
