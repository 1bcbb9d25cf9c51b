"""Usage of several subscriptions, put together; two currencies are never added."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.money import Money
from bot.queries.cards import AccountRef
from bot.queries.usage_cards import CompanyUsage, UsageItem


def summed(items: Iterable[UsageItem]) -> tuple[UsageItem, ...]:
    """Items of one name, unit and currency as one, in the order in which they are met."""
    found: dict[tuple[str, str | None, str], UsageItem] = {}
    for item in items:
        key = (item.name, item.unit_label, item.amount.currency)
        known = found.get(key)
        found[key] = item if known is None else _sum(known, item)
    return tuple(found.values())


def companies_of(
    items: Sequence[tuple[AccountRef, UsageItem]],
) -> tuple[CompanyUsage, ...]:
    """What each account's items come to; () where all are of one account."""
    found: dict[tuple[int, str], CompanyUsage] = {}
    for account, item in items:
        key = (account.id, item.amount.currency)
        known = found.get(key)
        if known is None:
            found[key] = CompanyUsage(account, item.amount, item.projected)
        else:
            found[key] = replace(
                known,
                amount=known.amount + item.amount,
                projected=_add(known.projected, item.projected),
            )
    return tuple(found.values()) if len({key[0] for key in found}) > 1 else ()


def _sum(one: UsageItem, other: UsageItem) -> UsageItem:
    return replace(
        one,
        terms=one.terms if one.terms == other.terms else None,
        quantity=one.quantity + other.quantity,
        amount=one.amount + other.amount,
        projected_quantity=_add_quantities(one.projected_quantity, other.projected_quantity),
        projected=_add(one.projected, other.projected),
        days=tuple(a + b for a, b in zip(one.days, other.days, strict=True)),
    )


def _add(one: Money | None, other: Money | None) -> Money | None:
    return None if one is None or other is None else one + other


def _add_quantities(one: Decimal | None, other: Decimal | None) -> Decimal | None:
    return None if one is None or other is None else one + other
