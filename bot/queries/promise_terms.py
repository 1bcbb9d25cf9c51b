"""The words that a promise to pay is kept in, and the one judgement of whether it was kept; pure.

Payments alone decide. Only what arrives after the promise was recorded counts, whoever paid it and
however; a promise is never for more than its invoices still ask for.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from bot.clock import start_of_day
from bot.money import Money

# Monday is 0. Source: PRODUCT, "A business day is Monday to Friday".
SATURDAY = 5
ONE_DAY = timedelta(days=1)


class PromiseState(StrEnum):
    """How a promise stands; all but the first are its ends.

    Source: GLOSSARY, "Promise to pay (PTP)".
    """

    PENDING = "pending"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


# What was due and did not come, in whole or in part.
NOT_KEPT = (PromiseState.BROKEN, PromiseState.PARTLY_KEPT)
# What counts in the keep rate.
JUDGED = (PromiseState.KEPT, *NOT_KEPT)


@dataclass(frozen=True, slots=True)
class NewPromise:
    """A promise as somebody records it: so much of these invoices by a day.

    Shape: `said_by` and `said_where` in the words of whoever records it, "" where they say nothing.
    """

    account_id: int
    amount: Money
    invoice_ids: tuple[str, ...]
    promised_on: date
    note: str
    said_by: str
    said_where: str

    def as_json(self) -> dict[str, Any]:
        """All of it, to be kept until it is approved."""
        return {
            "account": self.account_id,
            "currency": self.amount.currency,
            "amount": self.amount.minor,
            "invoices": list(self.invoice_ids),
            "promised_on": self.promised_on.isoformat(),
            "note": self.note,
            "said_by": self.said_by,
            "said_where": self.said_where,
        }


def new_promise_of(kept: Mapping[str, Any]) -> NewPromise:
    """What as_json() gave."""
    return NewPromise(
        account_id=kept["account"],
        amount=Money(kept["amount"], kept["currency"]),
        invoice_ids=tuple(kept["invoices"]),
        promised_on=date.fromisoformat(kept["promised_on"]),
        note=kept["note"],
        said_by=kept["said_by"],
        said_where=kept["said_where"],
    )


@dataclass(frozen=True, slots=True)
class PaidPart:
    """What became of one invoice since it was promised.

    Shape: `paid` by now, `in_time` what of that came before the promise was over, and `remaining`
        what can still be paid: nothing of a void one.
    Units: minor units of the promise's currency.
    """

    paid: int
    in_time: int
    remaining: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a promise stands: what it is for by now, and what of that has come in time.

    Units: minor units of the promise's currency.
    """

    state: PromiseState
    due_minor: int
    paid_minor: int


def last_day_of_grace(promised_on: date, business_days: int) -> date:
    """The last day on which a payment still keeps a promise: so many business days later."""
    day = promised_on
    for _ in range(business_days):
        day += ONE_DAY
        while day.weekday() >= SATURDAY:
            day += ONE_DAY
    return day


def end_of_promise(grace_on: date, zone: ZoneInfo) -> datetime:
    """The first moment at which it is too late."""
    return start_of_day(grace_on + ONE_DAY, zone)


def judge_promise(amount_minor: int, parts: Sequence[PaidPart], *, is_over: bool) -> Verdict:
    """How a promise of this amount over these invoices stands.

    What was credited or voided since lowers it only where less than the amount is left to pay;
    where nothing is, there is nothing to keep, and it is cancelled.
    """
    due = min(amount_minor, sum(part.paid + part.remaining for part in parts))
    paid = min(due, sum(part.in_time for part in parts))
    if due <= 0:
        return Verdict(PromiseState.CANCELLED, 0, 0)
    if paid >= due:
        return Verdict(PromiseState.KEPT, due, paid)
    if not is_over:
        return Verdict(PromiseState.PENDING, due, paid)
    return Verdict(PromiseState.PARTLY_KEPT if paid else PromiseState.BROKEN, due, paid)
