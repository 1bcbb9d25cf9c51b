"""What a unit costs, in words: a rate, a package, or tiers."""

from decimal import Decimal
from functools import lru_cache

from bot.metering.rating import VOLUME, Terms, Tier
from bot.money import Money, money_text
from bot.views.text import plain, quantity_text, rate_text

# Tiers that are told one by one; with more of them, the first and the last are.
TIERS_TOLD_MAX = 3
UNIT_MAX = 20


def units_words(quantity: Decimal, unit_label: str | None) -> str:
    """A quantity with its unit: "1,240 minutes", "1 minute", "3 GB", "7" where it has none."""
    figure = quantity_text(quantity)
    if not unit_label:
        return figure
    return f"{figure} {plain(unit_label, limit=UNIT_MAX) if quantity == 1 else _plural(unit_label)}"


def units_name(unit_label: str | None) -> str:
    """What is counted, as a title: "Minutes", "GB", "Units"."""
    name = _plural(unit_label or "unit")
    return name[0].upper() + name[1:]


def _plural(unit_label: str) -> str:
    """More of a unit. English words in small letters get an s; others, as GB, stay as they are."""
    unit = plain(unit_label, limit=UNIT_MAX)
    is_word = unit.isascii() and unit.islower() and unit.isalpha() and not unit.endswith("s")
    return f"{unit}s" if is_word else unit


# A deployment has a few prices, and each answer tells of them again.
@lru_cache(maxsize=1024)
def terms_text(terms: Terms, unit_label: str | None) -> str:
    """What a price asks for: "USD 0.0145 per minute", "5,000 included, then USD 0.019 per GB"."""
    unit = plain(unit_label, limit=UNIT_MAX) if unit_label else "unit"
    if not terms.tiers:
        rate = rate_text(terms.unit_amount, terms.currency)
        if terms.package is None:
            return f"{rate} per {unit}"
        return f"{rate} per {units_words(terms.package.size, unit)}"
    told = [_tier_text(tier, terms, place) for place, tier in enumerate(terms.tiers)]
    if len(told) > TIERS_TOLD_MAX:
        told = [told[0], "…", told[-1]]
    words = f"{', then '.join(told)} per {unit}"
    return f"{words}; the tier reached is for all units" if terms.tiers_mode == VOLUME else words


def _tier_text(tier: Tier, terms: Terms, place: int) -> str:
    rate = rate_text(tier.unit_amount, terms.currency)
    is_free = not tier.unit_amount and not tier.flat_amount and tier.up_to is not None
    if is_free and place == 0 and terms.tiers_mode != VOLUME:
        return f"{quantity_text(tier.up_to or Decimal(0))} included"
    if tier.flat_amount:
        rate = f"{rate} and {_flat_text(tier.flat_amount, terms.currency)} at once"
    return rate if tier.up_to is None else f"{rate} up to {quantity_text(tier.up_to)}"


def _flat_text(amount: Decimal, currency: str) -> str:
    whole = amount == amount.to_integral_value()
    return money_text(Money(int(amount), currency)) if whole else rate_text(amount, currency)
