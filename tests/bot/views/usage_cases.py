"""Cards of usage in every state worth looking at."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.clock import Month
from bot.metering.rating import Package, Terms, Tier
from bot.money import Money, sum_by_currency
from bot.queries.cards import AccountRef
from bot.queries.usage_cards import CompanyUsage, UsageCard, UsageItem, UsageSpan
from bot.views.usage import usage_card
from tests.bot.views.cards import ACME, FRESH, NOW

BERLIN = "Europe/Berlin"
EAST = AccountRef(7, "company", ("Acme", "Acme East"), BERLIN, ("cus_7",))
WEST = AccountRef(8, "company", ("Acme", "Acme West"), "America/Denver", ("cus_8",))
PER_MINUTE = Terms("usd", Decimal("1.45"))
IN_TIERS = Terms(
    "usd",
    Decimal(0),
    tiers_mode="graduated",
    tiers=(
        Tier(Decimal(1000), Decimal(0), Decimal(0)),
        Tier(Decimal(5000), Decimal("2.25"), Decimal(500)),
        Tier(None, Decimal("1.9"), Decimal("0.5")),
    ),
)
IN_PACKAGES = Terms("usd", Decimal(250), Package(Decimal(100), rounds_up=True))
BY_VOLUME = replace(IN_TIERS, tiers_mode="volume", tiers=(*IN_TIERS.tiers[:2], *IN_TIERS.tiers))
WEEK = (118, 104, 109, 101, 96, 61, 44)


def make_span(**changes: Any) -> UsageSpan:
    """November, counted until yesterday and agreed with."""
    span = UsageSpan(
        account=EAST,
        starts_on=date(2026, 11, 1),
        ends_on=date(2026, 11, 30),
        full_days=14,
        is_over=False,
        zone=BERLIN,
        covers_until_at=datetime(2026, 11, 14, 23, tzinfo=UTC),
        counted_at=datetime(2026, 11, 15, 0, 2, tzinfo=UTC),
        is_stale=False,
        failed_at=None,
        compared_at=datetime(2026, 11, 15, 0, 2, tzinfo=UTC),
        own=Money(18_240, "usd"),
        stripe=Money(18_240, "usd"),
        next_total=Money(58_120, "usd"),
        next_fixed=Money(29_900, "usd"),
    )
    return replace(span, **changes)


def make_item(name: str = "Inbound calls", minor: int = 16_240, **changes: Any) -> UsageItem:
    """Minutes with the ups and downs of a week, for fourteen days."""
    item = UsageItem(
        name=name,
        unit_label="minute",
        terms=PER_MINUTE,
        quantity=Decimal(11_200),
        amount=Money(minor, "usd"),
        projected_quantity=Decimal(24_000),
        projected=Money(minor * 2, "usd"),
        days=tuple(Decimal(WEEK[number % 7] * 9) for number in range(14)),
    )
    return replace(item, **changes)


def make_usage(*items: UsageItem, **changes: Any) -> UsageCard:
    """Usage with its sums; of one subscription unless said otherwise."""
    items = items or (make_item(), make_item("Texts", 0, **NOTHING), make_item("Storage", **STORED))
    count = len(items[0].days)
    card = UsageCard(
        account=EAST,
        month=None,
        spans=(make_span(),),
        items=items,
        days=tuple(date(2026, 11, 1) + timedelta(days=number) for number in range(count)),
        totals=sum_by_currency(item.amount for item in items),
        projected=sum_by_currency(item.projected for item in items if item.projected),
        companies=(),
        months=(Month(2026, 11), Month(2026, 10), Month(2026, 9)),
        freshness=FRESH,
        now=NOW,
    )
    return replace(card, **changes)


NONE = tuple(Decimal(0) for _ in range(14))
NOTHING: dict[str, Any] = {
    "unit_label": None,
    "terms": IN_PACKAGES,
    "quantity": Decimal(0),
    "projected_quantity": Decimal(0),
    "projected": Money(0, "usd"),
    "days": NONE,
}
STORED: dict[str, Any] = {
    "unit_label": "GB",
    "terms": IN_TIERS,
    "quantity": Decimal("1204.5"),
    "amount": Money(960, "usd"),
}
PROJECTING_NOTHING: dict[str, Any] = {"projected": None, "projected_quantity": None}
OVER = make_span(is_over=True, next_total=None, next_fixed=None, full_days=30)
NASTY = "<!channel> *bold* &amp; `code` " + "Ж" * 200


def _long() -> UsageCard:
    """As much as a card ever holds: every day of a month, and more items than it names."""
    days = tuple(Decimal(10_000_000 + number) for number in range(31))
    items = [
        make_item(f"{number} {NASTY}", 10_000 - number, days=days, terms=BY_VOLUME)
        for number in range(25)
    ]
    companies = tuple(
        CompanyUsage(replace(WEST, id=number, path=("Acme", NASTY)), Money(9, "usd"), None)
        for number in range(100, 130)
    )
    return make_usage(*items, companies=companies, account=ACME)


def _currencies() -> UsageCard:
    euros = make_item(amount=Money(12, "jpy"), projected=Money(25, "jpy"), terms=None)
    companies = (
        CompanyUsage(EAST, Money(16_240, "usd"), Money(32_480, "usd")),
        CompanyUsage(WEST, Money(12, "jpy"), Money(25, "jpy")),
    )
    spans = (make_span(), make_span(account=WEST, ends_on=date(2026, 12, 14), full_days=13))
    return make_usage(make_item(), euros, spans=spans, companies=companies, account=ACME)


USAGE_CASES = {
    "usage": usage_card(make_usage()),
    "usage_month": usage_card(
        make_usage(
            make_item(**PROJECTING_NOTHING), month=Month(2026, 11), spans=(OVER,), projected={}
        )
    ),
    "usage_first_day": usage_card(
        make_usage(
            make_item(quantity=Decimal(0), amount=Money(0, "usd"), days=(), **PROJECTING_NOTHING),
            spans=(make_span(covers_until_at=None, full_days=0),),
            projected={},
        )
    ),
    "usage_uncounted": usage_card(
        make_usage(spans=(make_span(counted_at=None, covers_until_at=None, own=None),))
    ),
    "usage_billed": usage_card(
        make_usage(
            make_item(days=(), **PROJECTING_NOTHING),
            month=Month(2026, 10),
            spans=(replace(OVER, counted_at=None, covers_until_at=None, own=None, stripe=None),),
            projected={},
        )
    ),
    "usage_stale": usage_card(
        make_usage(
            spans=(
                make_span(
                    is_stale=True,
                    failed_at=datetime(2026, 11, 16, 0, 2, tzinfo=UTC),
                    stripe=Money(18_300, "usd"),
                ),
            )
        )
    ),
    "usage_long": usage_card(_long()),
    "usage_currencies": usage_card(_currencies()),
    "usage_nothing": usage_card(make_usage(spans=(), items=(), days=(), totals={}, months=())),
    "usage_of_an_old_copy": usage_card(make_usage(freshness=replace(FRESH, is_stale=True))),
}
