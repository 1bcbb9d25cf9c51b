"""What a quantity costs at a price, exactly and with Stripe's rounding; pure.

Each part that Stripe would make a line of an invoice is rounded once, halves away from zero: a rate
times its units, a tier's units, a tier's flat amount. Discounts and tax are no part of it.

Source: docs.stripe.com/billing/subscriptions/usage-based/pricing-models and /products-prices/
pricing-models, "Tiered pricing" and "Transform quantities", read 2026-11. That each tier is rounded
by itself is what invoices show; the nightly comparison with Stripe's preview would tell otherwise.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

GRADUATED, VOLUME = "graduated", "volume"
# Quantities of 15 digits at rates of 12 decimals keep every digit.
_EXACT = Context(prec=100)
_ONE = Decimal(1)
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tier:
    """A step of a price.

    Shape: `up_to` is the last unit in it, None for the last tier. Amounts are in minor units.
    """

    up_to: Decimal | None
    unit_amount: Decimal
    flat_amount: Decimal


@dataclass(frozen=True, slots=True)
class Package:
    """Units that are sold so many at a time; a package that is begun counts, or does not."""

    size: Decimal
    rounds_up: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """What a price says about a quantity.

    Shape: with `tiers`, in their order, the last one without end; else `unit_amount` for each unit
        or, with a `package`, for each package. Amounts are in minor units of the currency.
    """

    currency: str
    unit_amount: Decimal
    package: Package | None = None
    tiers_mode: str | None = None
    tiers: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """What Stripe makes one line of: units of one tier, or the flat amount of reaching it.

    Shape: `tier` counts from 1, None without tiers; `units` is None for a flat amount.
    """

    tier: int | None
    units: Decimal | None
    minor: int


def rate(terms: Terms, quantity: Decimal) -> int:
    """What a quantity costs.

    Units: minor units of the price's currency.
    """
    return sum(part.minor for part in parts_of(terms, quantity))


def parts_of(terms: Terms, quantity: Decimal) -> Iterator[Part]:
    """The lines that a quantity makes, in their order."""
    if not terms.tiers:
        yield Part(None, quantity, _rounded(terms.unit_amount, _packages(terms.package, quantity)))
        return
    for number, units in _units_by_tier(terms, quantity):
        tier = terms.tiers[number - 1]
        yield Part(number, units, _rounded(tier.unit_amount, units))
        if tier.flat_amount:
            yield Part(number, None, _rounded(tier.flat_amount, _ONE))


def _units_by_tier(terms: Terms, quantity: Decimal) -> Iterator[tuple[int, Decimal]]:
    """The tiers that a quantity reaches, and how much of it lies in each.

    The first tier is reached by no units at all, as Stripe bills its flat amount then too.
    """
    begins = _NOTHING
    for number, tier in enumerate(terms.tiers, 1):
        is_last = tier.up_to is None or quantity <= tier.up_to or number == len(terms.tiers)
        if terms.tiers_mode == VOLUME:
            if is_last:
                yield number, quantity
                return
            continue
        yield number, (quantity if is_last else tier.up_to or quantity) - begins
        if is_last:
            return
        begins = tier.up_to or begins


def _packages(package: Package | None, quantity: Decimal) -> Decimal:
    if package is None:
        return quantity
    rounding = ROUND_CEILING if package.rounds_up else ROUND_FLOOR
    return _EXACT.divide(quantity, package.size).to_integral_value(rounding)


def _rounded(amount: Decimal, units: Decimal) -> int:
    return int(_EXACT.multiply(amount, units).to_integral_value(ROUND_HALF_UP))


def read_terms(
    *,
    currency: str,
    unit_amount: str | None,
    tiers_mode: str | None,
    tiers: Sequence[Any] | None,
    package: dict[str, Any] | None,
) -> Terms:
    """The terms in the columns of a price, as the mirror keeps Stripe's fields."""
    stepped = tuple(_tier_of(tier) for tier in tiers or () if isinstance(tier, dict))
    return Terms(
        currency=currency,
        unit_amount=_decimal(unit_amount),
        package=_package_of(package),
        tiers_mode=tiers_mode if stepped else None,
        tiers=stepped,
    )


def _tier_of(tier: dict[str, Any]) -> Tier:
    up_to = tier.get("up_to")
    return Tier(
        up_to=None if up_to in {None, "inf"} else _decimal(up_to),
        unit_amount=_first_decimal(tier, "unit_amount_decimal", "unit_amount"),
        flat_amount=_first_decimal(tier, "flat_amount_decimal", "flat_amount"),
    )


def _package_of(package: dict[str, Any] | None) -> Package | None:
    size = _decimal((package or {}).get("divide_by"))
    if package is None or size <= 0:
        return None
    return Package(size=size, rounds_up=package.get("round") == "up")


def _first_decimal(fields: dict[str, Any], *names: str) -> Decimal:
    return next(
        (_decimal(fields[name]) for name in names if fields.get(name) is not None), _NOTHING
    )


# A plan's rates are a few texts that are read at each answer.
@lru_cache(maxsize=4096)
def _decimal(value: Any) -> Decimal:
    """A number as Stripe writes it; nothing where there is none."""
    try:
        number = Decimal(str(value)) if value is not None else _NOTHING
    except InvalidOperation:
        return _NOTHING
    return number if number.is_finite() else _NOTHING
