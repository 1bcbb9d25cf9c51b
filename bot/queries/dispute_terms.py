"""The words that a dispute is kept in: why, how it stands, what was done, and where it began."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reason(StrEnum):
    """Why a customer contests an invoice.

    Source: GLOSSARY, "Invoice dispute reason codes".
    """

    PRICING_WRONG_RATE = "pricing_wrong_rate"
    USAGE_OVERCOUNTED = "usage_overcounted"
    USAGE_DUPLICATE = "usage_duplicate"
    USAGE_NOT_OURS = "usage_not_ours"
    DUPLICATE_INVOICE = "duplicate_invoice"
    ALREADY_PAID = "already_paid"
    NOT_RECEIVED_INVOICE = "not_received_invoice"
    PO_MISSING = "po_missing"
    PO_WRONG = "po_wrong"
    BILL_TO_WRONG = "bill_to_wrong"
    TERMS_WRONG = "terms_wrong"
    TAX_WRONG = "tax_wrong"
    DISCOUNT_MISSING = "discount_missing"
    CREDIT_NOT_APPLIED = "credit_not_applied"
    SERVICE_OUTAGE = "service_outage"
    SERVICE_QUALITY = "service_quality"
    CANCELLED_SERVICE = "cancelled_service"
    CONTRACT_SCOPE = "contract_scope"
    UNAUTHORISED = "unauthorised"
    OTHER = "other"


class CaseState(StrEnum):
    """How a dispute stands; all but the first are its ends."""

    OPEN = "open"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


# The ends, in the order that people choose from.
ENDS = (CaseState.RESOLVED, CaseState.REJECTED, CaseState.WITHDRAWN)


class StepKind(StrEnum):
    """What was done with a dispute; an end has the name of the state that it led to."""

    OPENED = "opened"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    ASSIGNED = "assigned"


class Collection(StrEnum):
    """What became of Stripe's automatic collection of a disputed invoice.

    `idle` when there was nothing to hold: it is not collected automatically, or not open.
    """

    ASKED = "asked"
    HELD = "held"
    IDLE = "idle"
    FAILED = "failed"
    RESTORED = "restored"


@dataclass(frozen=True, slots=True)
class Complaint:
    """The message that a dispute is opened from: its channel, its time, and its thread's."""

    channel_id: str
    message_ts: str
    thread_ts: str | None


@dataclass(frozen=True, slots=True)
class Press:
    """A dialog about a dispute that was sent: Slack's name for it, by whom, and when.

    Shape: `now` is the business moment, `real_now` that of effects and entries.
    """

    id: str
    by_id: str
    now: datetime
    real_now: datetime
