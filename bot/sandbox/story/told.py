"""What came of the story: the invoices that people talk about, and that newcomers begin with."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.sandbox.story.incidents import CHARGED_BACK, CREDITED, LONG, PAID_SHORT, list_open_invoices
from bot.sandbox.story.turns import COUNTED_TWICE, LAPSED, TWICE_MINUTES
from bot.sandbox.stripe import StandIn

PROMISING = "Lumen Energy"


@dataclass(frozen=True, slots=True)
class Subject:
    """An invoice as people name it.

    Units: `owed` is what remains, in minor units of the currency.
    """

    customer: str
    number: str
    owed: int
    currency: str


@dataclass(frozen=True, slots=True)
class Told:
    """Whom and what the talk in the channels is about; `lapsed_month` is YYYY-MM."""

    contested: Subject
    contested_minutes: int
    promised: Subject
    paid_short: Subject
    credited: Subject
    long: Subject
    charged_back: Subject
    lapsed: str
    lapsed_month: str
    last_month: str


def tell_of(stripe: StandIn, customers: dict[str, str], *, now: datetime) -> Told:
    """Look up at the end of the story what came of it."""

    def newest_open(name: str) -> Subject:
        return _subject(stripe, name, list_open_invoices(stripe, customers[name])[0])

    def oldest_open(name: str) -> Subject:
        return _subject(stripe, name, list_open_invoices(stripe, customers[name])[-1])

    paid = stripe.call(
        "GET",
        "/v1/invoices",
        {"customer": customers[CHARGED_BACK], "status": "paid", "limit": "1"},
    )
    last_month = f"{now.astimezone(UTC).replace(day=1) - timedelta(days=1):%Y-%m}"
    return Told(
        contested=oldest_open(COUNTED_TWICE),
        contested_minutes=TWICE_MINUTES,
        promised=oldest_open(PROMISING),
        paid_short=oldest_open(PAID_SHORT),
        credited=newest_open(CREDITED),
        long=newest_open(LONG),
        charged_back=_subject(stripe, CHARGED_BACK, paid["data"][0]["id"]),
        lapsed=LAPSED,
        lapsed_month=last_month,
        last_month=last_month,
    )


def _subject(stripe: StandIn, name: str, invoice_id: str) -> Subject:
    invoice: dict[str, Any] = stripe.call("GET", f"/v1/invoices/{invoice_id}")
    return Subject(name, invoice["number"], invoice["amount_remaining"], invoice["currency"])
