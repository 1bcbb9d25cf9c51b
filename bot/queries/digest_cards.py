"""What a digest looks like to its readers: the read models behind the message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum

from bot.money import Money
from bot.queries.ageing import Owed
from bot.queries.broken_promises import BrokenPromise
from bot.queries.cards import AccountRef, Freshness, PromiseMark

PAGE_LINES = 15
# Of those who have paid so many are named.
PAYERS_NAMED = 3


class Change(StrEnum):
    """How an account stands against the last digest; PAID of what is over since this morning."""

    NEW = "new"
    WORSE = "worse"
    BETTER = "better"
    OVER = "over"


class Urgency(IntEnum):
    """What comes first."""

    BROKEN = 0
    DUE = 1
    USUAL = 2


@dataclass(frozen=True, slots=True)
class ShownLine:
    """What a digest showed of an account in one currency."""

    days_late: int
    amount: Money
    invoices_count: int


@dataclass(frozen=True, slots=True)
class Shown:
    """What a digest showed, at a business moment, by account and currency."""

    at: datetime
    lines: Mapping[tuple[int, str], ShownLine]


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One account of a digest.

    Shape: `amounts` are past due, one per currency; of a line whose `change` is OVER they are those
        that were. `disputed` is the part of them that the customer contests, () for none.
        `is_due_today` when a promise of it ends with today or yesterday's business day.
    """

    account: AccountRef
    owner: str | None
    amounts: tuple[Money, ...]
    invoices_count: int
    days_late: int
    change: Change | None
    is_paid: bool
    broken: BrokenPromise | None
    promise: PromiseMark | None
    is_due_today: bool
    snoozed_until: date | None
    disputed: tuple[Money, ...]
    is_opted_out: bool


@dataclass(frozen=True, slots=True)
class DigestScope:
    """What a digest is about, in names; None for what does not narrow it.

    Units: `minimum` in whole units of each currency.
    """

    account: AccountRef | None
    owner: str | None
    currency: str | None
    minimum: int | None


@dataclass(frozen=True, slots=True)
class PaidSince:
    """What came in since the last digest, of what was past due.

    Shape: `amounts` one per currency; `accounts` are the first PAYERS_NAMED of `accounts_count`.
    """

    amounts: tuple[Money, ...]
    accounts: tuple[AccountRef, ...]
    accounts_count: int


@dataclass(frozen=True, slots=True)
class DigestReport:
    """One page of a digest.

    Shape: `lines` are at most PAGE_LINES of `lines_count`: broken promises first, then those that
        are due, then the longest late; what is over keeps its place. `counts` says how many
        accounts are new, worse and better, and is empty where there was no digest `since` then.
        `owed` has a sum with ages per currency. `too_little_count` accounts are past due with less
        than the digest wants. `day` is that of `zone`, while days late are each account's own.
    """

    day: date
    zone: str
    lines: tuple[DigestLine, ...]
    lines_count: int
    page: int
    pages: int
    owed: tuple[Owed, ...]
    counts: Mapping[Change, int]
    paid: PaidSince
    since: datetime | None
    too_little_count: int
    freshness: Freshness
    now: datetime


@dataclass(frozen=True, slots=True)
class Sighting:
    """Somebody has seen it: a name, and a time of the digest's own zone."""

    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PostedDigest:
    """What belongs to a digest beside its content.

    Shape: `digest_id` is its set-up; `post_id` and `day` are None in a preview. `anchor` is the
        number and hash of the audit trail's last entry, None where it has none.
    """

    digest_id: int
    post_id: int | None
    scope: DigestScope
    day: date | None = None
    is_late: bool = False
    seen: tuple[Sighting, ...] = ()
    anchor: str | None = None
