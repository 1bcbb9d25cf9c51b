"""The few facts of an invoice that a deed relies on, and in what it differs from them by now."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import select

from bot.database import Reading
from bot.errors import NotFound
from bot.models import Invoice
from bot.money import Money, money_text

DIGEST_CHARACTERS = 16
_INVOICES: Any = Invoice.__table__
_WORDS = {"open": "Open", "paid": "Paid", "void": "Void", "uncollectible": "Uncollectible"}
_AMOUNTS = {
    "remaining_minor": "to pay",
    "paid_minor": "paid",
    "credited_minor": "credited",
    "total_minor": "total",
}


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """Status, amounts and lines of an invoice at one moment.

    Units: minor units of `currency`. `is_deleted` when Stripe had it no more.
    """

    status: str
    currency: str
    total_minor: int
    due_minor: int
    paid_minor: int
    remaining_minor: int
    credited_minor: int
    lines_digest: str
    is_deleted: bool = False

    @property
    def remaining(self) -> Money:
        """What was to pay."""
        return Money(self.remaining_minor, self.currency)

    @property
    def fingerprint(self) -> str:
        """All of it in a few letters, which a dialog can carry along."""
        told = json.dumps(self.as_json(), sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:DIGEST_CHARACTERS]

    def as_json(self) -> dict[str, Any]:
        """All of it, to be kept."""
        return asdict(self)


def facts_from(kept: Mapping[str, Any]) -> InvoiceFacts:
    """What as_json() gave."""
    return InvoiceFacts(**kept)


def get_invoice_facts(reading: Reading, invoice_id: str) -> InvoiceFacts:
    """An invoice as the mirror has it.

    Raises: NotFound for one that it does not have.
    """
    found = select(_INVOICES).where(_INVOICES.c.id == invoice_id)
    row = reading.connection().execute(found).one_or_none()
    if row is None:
        raise NotFound("There is no such invoice.")
    return InvoiceFacts(
        status=row.status,
        currency=row.currency,
        total_minor=row.total_minor,
        due_minor=row.due_minor,
        paid_minor=row.paid_minor,
        remaining_minor=row.remaining_minor,
        credited_minor=row.pre_payment_credit_minor + row.post_payment_credit_minor,
        lines_digest=row.lines_digest,
        is_deleted=row.deleted_at is not None,
    )


def changed_text(before: InvoiceFacts, after: InvoiceFacts) -> str:
    """What has changed, for people: "Open is now Paid; to pay USD 10.00 is now USD 0.00"."""
    if after.is_deleted:
        return "it is deleted at Stripe"
    parts = []
    if before.status != after.status:
        parts.append(f"{status_word(before.status)} is now {status_word(after.status)}")
    for name, label in _AMOUNTS.items():
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            was_text = money_text(Money(was, before.currency))
            parts.append(f"{label} {was_text} is now {money_text(Money(now, after.currency))}")
    if before.lines_digest != after.lines_digest:
        parts.append("its lines are others now")
    return "; ".join(parts) or "its amounts are others now"


def status_word(status: str) -> str:
    """A status of Stripe's as people read it; one that we don't know stays as it is."""
    return _WORDS.get(status, status)
