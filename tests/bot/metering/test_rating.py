"""Rating: a table of cases, and a slow reference that counts unit by unit."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.metering.rating import Package, Terms, Tier, rate, read_terms

PER_MINUTE = Terms("usd", Decimal("1.45"))
GRADUATED = Terms(
    "usd",
    Decimal(0),
    tiers_mode="graduated",
    tiers=(
        Tier(Decimal(100), Decimal(0), Decimal(0)),
        Tier(Decimal(1000), Decimal("2.25"), Decimal(500)),
        Tier(None, Decimal("1.9"), Decimal(0)),
    ),
)
VOLUME = Terms("usd", Decimal(0), tiers_mode="volume", tiers=GRADUATED.tiers)
HUNDREDS_UP = Terms("usd", Decimal(250), Package(Decimal(100), rounds_up=True))
HUNDREDS_DOWN = Terms("usd", Decimal(250), Package(Decimal(100), rounds_up=False))


@pytest.mark.parametrize(
    ("terms", "quantity", "minor"),
    [
        (PER_MINUTE, "0", 0),
        (PER_MINUTE, "1", 1),
        (PER_MINUTE, "10", 15),  # 14.5, and halves go up.
        (PER_MINUTE, "-10", -15),
        (PER_MINUTE, "0.5", 1),
        (Terms("usd", Decimal("0.000000000001")), "999999999999999", 1000),
        (HUNDREDS_UP, "0", 0),
        (HUNDREDS_UP, "1", 250),
        (HUNDREDS_UP, "100", 250),
        (HUNDREDS_UP, "101", 500),
        (HUNDREDS_DOWN, "99", 0),
        (HUNDREDS_DOWN, "199", 250),
        (GRADUATED, "0", 0),
        (GRADUATED, "100", 0),
        (GRADUATED, "101", 502),
        (GRADUATED, "1000", 2025 + 500),
        (GRADUATED, "1001", 2025 + 500 + 2),
        (VOLUME, "0", 0),
        (VOLUME, "100", 0),
        (VOLUME, "101", 227 + 500),
        (VOLUME, "1001", 1902),
    ],
)
def test_a_quantity_costs(terms: Terms, quantity: str, minor: int) -> None:
    assert rate(terms, Decimal(quantity)) == minor


def test_the_first_tier_is_paid_for_without_any_use() -> None:
    flat = Terms("eur", Decimal(0), None, "graduated", (Tier(None, Decimal(3), Decimal(1000)),))

    assert rate(flat, Decimal(0)) == 1000


def test_a_price_is_read_as_stripe_writes_it() -> None:
    terms = read_terms(
        currency="jpy",
        unit_amount=None,
        tiers_mode="graduated",
        tiers=[
            {"up_to": 5, "unit_amount": None, "unit_amount_decimal": "2.5", "flat_amount": 7},
            {"up_to": None, "unit_amount": 2, "unit_amount_decimal": None},
        ],
        package=None,
    )

    assert terms.tiers == (
        Tier(Decimal(5), Decimal("2.5"), Decimal(7)),
        Tier(None, Decimal(2), Decimal(0)),
    )


amounts = st.decimals(min_value=0, max_value=20, places=3)
ends = st.lists(st.integers(1, 60), min_size=0, max_size=4, unique=True).map(sorted)


rates_of_five = st.lists(amounts, min_size=5, max_size=5)
flats_of_five = st.lists(st.integers(0, 900), min_size=5, max_size=5)


@settings(max_examples=150)
@given(
    quantity=st.integers(0, 80),
    ends=ends,
    rates=rates_of_five,
    flats=flats_of_five,
    mode=st.sampled_from(["volume", "graduated"]),
)
def test_tiers_cost_what_counting_each_unit_costs(
    quantity: int, ends: list[int], rates: list[Decimal], flats: list[int], mode: str
) -> None:
    is_volume = mode == "volume"
    steps = [*ends, None]
    tiers = tuple(
        Tier(None if end is None else Decimal(end), rates[place], Decimal(flats[place]))
        for place, end in enumerate(steps)
    )
    terms = Terms("usd", Decimal(0), None, mode, tiers)

    def tier_of(unit: int) -> int:
        return next(place for place, end in enumerate(steps) if end is None or unit <= end)

    units = [0] * len(steps)
    for unit in range(1, quantity + 1):
        units[tier_of(quantity if is_volume else unit)] += 1
    reached = {tier_of(quantity)} if is_volume else set(range(tier_of(quantity) + 1))
    expected = 0
    for place in reached:
        exact = Fraction(rates[place]) * units[place]
        expected += int(exact + Fraction(1, 2)) + flats[place]

    assert rate(terms, Decimal(quantity)) == expected
