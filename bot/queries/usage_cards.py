"""What usage looks like to a person: the read models behind the card."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.clock import Month
from bot.metering.rating import Terms
from bot.money import Money
from bot.queries.cards import AccountRef, Freshness


@dataclass(frozen=True, slots=True)
class UsageItem:
    """A metered item: what was used of it, and what that costs.

    Shape: `terms` is None where several prices are summed. `days` has one quantity for each of the
        card's days. `projected` is what it comes to at the end of its period, with the quantity
        that it is the rate of; both None where nothing is projected.
    Units: quantities in `unit_label`, which may be None.
    """

    name: str
    unit_label: str | None
    terms: Terms | None
    quantity: Decimal
    amount: Money
    projected_quantity: Decimal | None
    projected: Money | None
    days: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class UsageSpan:
    """One subscription's period, and how far it is counted.

    Shape: `covers_until_at` is None as long as no full day is counted, `counted_at` as long as it
        was not counted at all: then the quantities are what its invoice billed. `is_stale` when it
        should have been counted anew by now, and `failed_at` when that was tried in vain. `own` and
        `stripe` are the usage at `compared_at` by our rating and Stripe's, both None unless both
        are known; the next invoice's total and fixed fees were of that moment too.
    """

    account: AccountRef
    starts_on: date
    ends_on: date
    full_days: int
    is_over: bool
    zone: str
    covers_until_at: datetime | None
    counted_at: datetime | None
    is_stale: bool
    failed_at: datetime | None
    compared_at: datetime | None
    own: Money | None
    stripe: Money | None
    next_total: Money | None
    next_fixed: Money | None


@dataclass(frozen=True, slots=True)
class CompanyUsage:
    """What the usage of one company of an organisation costs, in one currency."""

    account: AccountRef
    amount: Money
    projected: Money | None


@dataclass(frozen=True, slots=True)
class UsageCard:
    """All that the card of an account's usage shows.

    Shape: `month` is None for the running periods, else the month in which the periods end. Items
        of an organisation are summed over its companies by name, unit and currency; `companies`
        has what each comes to, () for an account of one. `days` are all days up to the last one
        counted. `totals` and `projected` are per currency, and `projected` is {} where nothing is.
        `months` can be asked for, newest first; `freshness` is that of the plans and invoices.
    """

    account: AccountRef
    month: Month | None
    spans: tuple[UsageSpan, ...]
    items: tuple[UsageItem, ...]
    days: tuple[date, ...]
    totals: dict[str, Money]
    projected: dict[str, Money]
    companies: tuple[CompanyUsage, ...]
    months: tuple[Month, ...]
    freshness: Freshness
    now: datetime
