"""What one invoice looks like to a person: the read models behind the card and its lists."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from bot.money import Money


class Status(StrEnum):
    """The only words shown for an invoice's status; Draft to admins alone.

    Source: GLOSSARY, "Open / Paid / Past Due / Uncollectible / Void". A status of Stripe's that
    is none of these is shown as Stripe writes it (`InvoiceCard.status_text`).
    """

    DRAFT = "Draft"
    OPEN = "Open"
    PAST_DUE = "Past Due"
    PAID = "Paid"
    UNCOLLECTIBLE = "Uncollectible"
    VOID = "Void"


@dataclass(frozen=True, slots=True)
class Freshness:
    """How old the mirror is.

    Shape: as_of None when it was never filled; is_stale when it is older than its alarm limit.
    """

    as_of: datetime | None
    is_stale: bool


@dataclass(frozen=True, slots=True)
class AccountRef:
    """An account by its name: ("Acme",) or ("Acme", "Acme East") for a company in it."""

    id: int
    kind: str
    path: tuple[str, ...]
    time_zone: str
    # Customers behind it, for telling two accounts of one name apart: the first few of them, or on
    # an invoice its own one.
    customer_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an invoice.

    Units: unit_amount in minor units of the amount's currency, with all its decimals; quantity in
    unit_label. Both None where Stripe gives none (a tier's flat fee, a manual line).
    """

    part: str
    description: str
    amount: Money
    quantity: Decimal | None
    unit_amount: Decimal | None
    unit_label: str | None
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class LinePart:
    """Lines of one kind with their sum: usage, fixed, adjustment or tax, in this order."""

    part: str
    lines: tuple[Line, ...]
    subtotal: Money


@dataclass(frozen=True, slots=True)
class Chargeback:
    """A bank's demand to have a payment of an invoice back.

    Shape: `status` and `reason` as Stripe writes them. `respond_on` is the last day to answer it;
    `is_too_late` when that moment has passed, or where no answer is possible; `is_harmless` when it
    ended without taking money back.
    """

    status: str
    is_harmless: bool
    reason: str
    amount: Money
    opened_on: date
    respond_on: date | None
    is_too_late: bool


@dataclass(frozen=True, slots=True)
class DisputeMark:
    """An open dispute, as its invoice shows it.

    Shape: `owner` is a name, `reason` one of Reason; `amount` is the contested part of the invoice,
        None for all of it.
    """

    id: int
    reason: str
    owner: str
    opened_on: date
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class WaitingCorrection:
    """A correction of an invoice that somebody asked for, and that is not done yet.

    Shape: `kind` is the operation that does it, `asked_by` a name; `until` is when it expires,
    None once it is approved and being done.
    """

    id: int
    kind: str
    amount: Money
    asked_by: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PromiseMark:
    """A promise that is not over yet: of how much, by which day, and until when a payment counts.

    Shape: `amount` is for all its invoices together; None for somebody who may not see the account
        that promised, which is the organisation of one that they see.
    """

    id: int
    currency: str
    amount: Money | None
    promised_on: date
    grace_on: date


@dataclass(frozen=True, slots=True)
class InvoiceCard:
    """All that the card of one invoice shows.

    Shape: `parts` without empty ones; their subtotals add up to the total, else `difference` is
    what the total is more than they are. Days are in the account's zone. `days_late` is 0 unless
    Past Due. `retry_on` is the day of the next automatic attempt after one that failed;
    `is_exhausted` when there will be none. `previous_id` and `next_id` are the account's invoices
    before and after it. `is_carried_over` when it was too small to collect and is owed with the
    next one. Total less credit_balance_applied, credit_notes and paid is what remains, but for what
    was `overpaid`, which is credit now; credited_after_payment (given back, or to the credit
    balance) changes nothing in that, and neither does one of the `chargebacks`, newest first, an
    open `dispute`, what is `waiting` to be corrected, oldest first, or a pending `promise`. `owner`
    is the name of whoever looks after its account.
    """

    id: str
    number: str | None
    short_number: int | None
    account: AccountRef
    status: Status | None
    status_text: str
    days_late: int
    is_automatic: bool
    failed_on: date | None
    retry_on: date | None
    is_exhausted: bool
    issued_on: date | None
    first_day: date
    last_day: date
    due_on: date | None
    total: Money
    credit_balance_applied: Money
    is_carried_over: bool
    credit_notes: Money
    credited_after_payment: Money
    paid: Money
    overpaid: Money
    remaining: Money
    inclusive_tax: Money
    parts: tuple[LinePart, ...]
    lines_count: int
    difference: Money
    chargebacks: tuple[Chargeback, ...]
    dispute: DisputeMark | None
    waiting: tuple[WaitingCorrection, ...]
    promise: PromiseMark | None
    snoozed_until: date | None
    owner: str | None
    previous_id: str | None
    next_id: str | None
    is_deleted: bool
    freshness: Freshness
    now: datetime


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """One invoice in a list or picker.

    Shape: `is_charged_back` when a bank has taken a payment back, or still may; `is_disputed` while
        the customer contests it.
    """

    id: str
    number: str | None
    short_number: int | None
    account: AccountRef
    status: Status | None
    status_text: str
    days_late: int
    issued_on: date | None
    created_on: date
    total: Money
    remaining: Money
    is_charged_back: bool
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of a list, newest first.

    Shape: `count` over all pages, and `past_due_count` how many of them are Past Due. `to_pay` is
        what remains of all of them by currency, for a list of what is owed alone; () for others.
    """

    rows: tuple[InvoiceRow, ...]
    count: int
    past_due_count: int
    to_pay: tuple[Money, ...]
    page: int
    pages: int
    freshness: Freshness
    now: datetime
    zone: str
