"""What tests of corrections have in common: a book of open invoices, and people with roles."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.models import Approval, Invoice
from bot.sandbox.stripe import StandIn
from tests import trail
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, deliver
from tests.handlers.slack.pressing import view_of
from tests.workspace import Person, Seen

COLLECTOR, APPROVER, SECOND = "U0JAMIE", "U0SASHA", "U0ROBIN"
ROLES = f"{COLLECTOR}=collector,{APPROVER}=approver,{SECOND}=approver"
INVOICES = 40
# What the first of them comes to; each after it is a cent more.
FIRST_MINOR = 10_000
NOTE = "The customer was billed twice."


@contextlib.contextmanager
def correcting_desk(database_url: str, **settings: Any) -> Iterator[Tallyman]:
    """A Tallyman over open invoices from 1001 on, a collector and two approvers."""
    stripe = StandIn(now=day("2026-11-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    customer = billing.customer("Acme", company="Acme")
    billing.customer("Beta", company="Beta")
    for number in range(INVOICES):
        stripe.advance(day("2026-11-01") + timedelta(hours=number))
        billing.invoice(customer, ("Calls", FIRST_MINOR + number))
    stripe.advance(day("2026-11-16"))
    told = {"billing_roles": ROLES, **settings}
    with deployed(database_url, now=stripe.clock, stripe=stripe, **told) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


def invoice_id(desk: Tallyman, number: int) -> str:
    """Stripe's id of an invoice by its short number."""
    with desk.runtime.database.reading() as session:
        found = select(Invoice.id).where(Invoice.short_number == number)
        return session.scalars(found).one()


def at_stripe(desk: Tallyman, number: int) -> dict[str, Any]:
    """An invoice as Stripe has it."""
    return desk.stripe.call("GET", f"/v1/invoices/{invoice_id(desk, number)}")


def open_dialog(person: Person, number: int, action: str) -> Seen:
    """What opens when somebody chooses a deed on an invoice's card."""
    card = ask(person, f"/invoice {number}")
    value = f"{action}|{invoice_of(card)}"
    assert person.choose(card, "choose_deed", value)["ok"]
    return view_of(person)


def invoice_of(card: Seen) -> str:
    """The id that the card's menu of deeds carries."""
    _, menu = card.find("choose_deed")
    return str(menu["options"][0]["value"]).partition("|")[2]


def request(person: Person, number: int, action: str = "void_invoice", *, note: str = NOTE) -> Seen:
    """Ask for a correction, and see what the dialog says then; it is closed after that."""
    open_dialog(person, number, action)
    reason = "duplicate" if action == "void_invoice" else "insolvent"
    assert person.submit(reason=reason, note=note)["ok"]
    said = person.view()
    person.dismiss()
    return said


def decide(person: Person, card: Seen, label: str, *, words: str = "") -> Seen:
    """Open a dialog from a card, send it, and see what it says then."""
    assert person.click(card, label)["ok"]
    dialog = view_of(person)
    if dialog.raw.get("submit") is None:
        person.dismiss()
        return dialog
    filled = {"words": words} if words else {}
    assert person.submit(**filled)["ok"]
    said = person.view()
    person.dismiss()
    return said


def direct(person: Person) -> list[Seen]:
    """What the bot has written to somebody themselves, oldest first."""
    found: list[Seen] = []
    for channel in person.channels():
        if channel["kind"] == "im":
            found += person.messages(channel["id"])
    return [one for one in found if one.blocks]


def card_for(person: Person, words: str) -> Seen:
    """The card about something that has come to somebody, soon."""
    found: list[Seen] = []

    def has_come() -> bool:
        found[:] = [one for one in direct(person) if words in one.words]
        return bool(found)

    wait_until(has_come)
    return found[0]


def title_of(desk: Tallyman, number: int, deed: str = "Void invoice {}") -> str:
    """The head of a card about an invoice."""
    return deed.format(at_stripe(desk, number)["number"])


def wait_for_state(desk: Tallyman, number: int, state: str, *, kind: str = "void_invoice") -> None:
    """Wait until the newest request about an invoice has come so far."""
    wait_until(lambda: state_of(desk, number, kind=kind) == state)


def hear_of_state(desk: Tallyman, number: int, state: str) -> None:
    """The same where it follows from news of Stripe's, which come when they come."""

    def is_so() -> bool:
        desk.sync()
        return state_of(desk, number) == state

    wait_until(is_so)


def state_of(desk: Tallyman, number: int, *, kind: str = "void_invoice") -> str | None:
    """How far the newest request about an invoice has come."""
    newest = (
        select(Approval.state)
        .where(Approval.invoice_id == invoice_id(desk, number), Approval.kind == kind)
        .order_by(Approval.id.desc())
        .limit(1)
    )
    with desk.runtime.database.reading() as session:
        return session.scalar(newest)


def deeds_of(desk: Tallyman, number: int) -> list[tuple[str, str]]:
    """What is recorded about an invoice: what, and by whom."""
    invoice = invoice_id(desk, number)
    return [
        (one.action, one.actor_id)
        for one in trail.entries_of(desk.runtime.database)
        if one.invoice_id == invoice
    ]


def count_calls(desk: Tallyman, number: int, verb: str) -> int:
    """How often Stripe has done this to an invoice, by its own events."""
    kind = {"void": "invoice.voided", "mark_uncollectible": "invoice.marked_uncollectible"}[verb]
    invoice = invoice_id(desk, number)
    events = desk.stripe.call("GET", "/v1/events", {"type": kind, "limit": "100"})["data"]
    return sum(one["data"]["object"]["id"] == invoice for one in events)


def submit_again(desk: Tallyman) -> None:
    """Deliver the last dialog that was sent once more, as it was."""
    last = next(one for one in reversed(desk.slack.deliveries) if one.kind == "view_submission")
    deliver(desk, last.body, kind="application/x-www-form-urlencoded")
