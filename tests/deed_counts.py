"""How often each part of a deed has happened, counted where it happened: at the stand-ins."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.mail.mailbox import Mailbox
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.stripe import StandIn as StripeStandIn
from tests.billing import Json

# Where answers are shared, customers complain, and disputes are told of.
SHARED, SUPPORT, DISPUTES = "C0BILLING", "C0SUPPORT", "G0DISPUTES"


@dataclass(frozen=True, slots=True)
class Outside:
    """Where deeds leave what they do."""

    stripe: StripeStandIn
    slack: SlackStandIn
    mailbox: Mailbox


@dataclass(frozen=True, slots=True)
class Case:
    """What one deed is done to: an account, and what it owes, each invoice of an amount alone."""

    name: str
    invoices: tuple[Json, ...]

    @property
    def invoice(self) -> Json:
        """The first of them, for a deed about one."""
        return self.invoices[0]


def count_shared(outside: Outside, case: Case) -> list[int]:
    """The cards in the channel."""
    number = case.invoice["number"]
    messages = outside.slack.list_messages(SHARED)
    return [sum(one.bot_id is not None and number in str(one.blocks) for one in messages)]


def count_letters(outside: Outside, case: Case) -> list[int]:
    """The mails that name each invoice."""
    letters = outside.mailbox.list_letters()
    return [sum(each["number"] in one.text for one in letters) for each in case.invoices]


def count_charges(outside: Outside, case: Case) -> list[int]:
    """The charges of each invoice's amount."""
    charged = [one["amount"] for one in _objects(outside, "charge.succeeded")]
    return [charged.count(each["total"]) for each in case.invoices]


def count_credits(outside: Outside, case: Case) -> list[int]:
    """The credit notes of an invoice."""
    notes = _objects(outside, "credit_note.created")
    return [sum(one["invoice"] == case.invoice["id"] for one in notes)]


def count_part(outside: Outside, case: Case) -> list[int]:
    """The payments of all but a cent that were reported, and those that count for the invoice."""
    stripe, minor = outside.stripe, case.invoice["total"] - 1
    with stripe.world.lock:
        records = [
            one["id"]
            for one in stripe.world.table("payment_record")
            if one["amount"]["value"] == minor
        ]
        payments = list(stripe.world.table("invoice_payment").where(invoice=case.invoice["id"]))
    attached = [one["payment"].get("payment_record") for one in payments]
    return [len(records), sum(one in records for one in attached)]


def count_dispute(outside: Outside, case: Case) -> list[int]:
    """How often its collection was held, its card posted, and the thread told."""
    number, slack = case.invoice["number"], outside.slack
    cards = [one for one in slack.list_messages(DISPUTES) if number in str(one.blocks)]
    said = [one for one in slack.list_messages(SUPPORT) if number in one.text]
    told = [
        one
        for one in slack.list_messages(SUPPORT)
        if one.bot_id and not one.is_ephemeral and one.thread_ts in {each.ts for each in said}
    ]
    return [_switched(outside, case, on=False), len(cards), len(told)]


def count_restored(outside: Outside, case: Case) -> list[int]:
    """How often Stripe was let collect it again."""
    return [_switched(outside, case, on=True)]


def _switched(outside: Outside, case: Case, *, on: bool) -> int:
    found = [
        one["data"]["object"]["auto_advance"]
        for one in _events(outside, "invoice.updated")
        if one["data"]["object"]["id"] == case.invoice["id"]
        and "auto_advance" in one["data"].get("previous_attributes", {})
    ]
    return found.count(on)


def counter_of(kind: str) -> Callable[[Outside, Case], list[int]]:
    """How often Stripe has told of an invoice that this has happened to it."""

    def count(outside: Outside, case: Case) -> list[int]:
        told = _objects(outside, kind)
        return [sum(one["id"] == case.invoice["id"] for one in told)]

    return count


def _objects(outside: Outside, kind: str) -> list[Json]:
    return [one["data"]["object"] for one in _events(outside, kind)]


def _events(outside: Outside, kind: str) -> list[Json]:
    with outside.stripe.world.lock:
        return [one for one in outside.stripe.world.table("event") if one["type"] == kind]
