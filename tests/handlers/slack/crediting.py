"""What tests of credit notes and of recorded payments have in common: a book, and the dialogs."""

import contextlib
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot import models
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.correcting import APPROVER, COLLECTOR, ROLES, card_for, decide
from tests.handlers.slack.pressing import view_of
from tests.workspace import Person, Seen

Json = dict[str, Any]

NOTE = "Agreed with the customer on the phone."
TODAY = day("2026-11-16")
# Each test takes invoices of its own.
OPEN_COUNT, CARD_COUNT = 30, 6


@dataclass(frozen=True, slots=True)
class Crediting:
    """A Tallyman, and the ids of invoices that no test has touched yet, by what they are."""

    desk: Tallyman
    ids: dict[str, deque[str]]

    def take(self, kind: str = "open") -> str:
        """An invoice of this kind for a test alone."""
        return self.ids[kind].popleft()

    def at_stripe(self, invoice_id: str) -> Json:
        """An invoice as Stripe has it."""
        return self.desk.stripe.call("GET", f"/v1/invoices/{invoice_id}")

    def mirrored(self, invoice_id: str) -> tuple[str, int, int]:
        """Status, what remains and what is paid, as our own copy has it."""
        with self.desk.runtime.database.reading() as session:
            row = session.get_one(models.Invoice, invoice_id)
            return row.status, row.remaining_minor, row.paid_minor

    def notes_of(self, invoice_id: str) -> list[Json]:
        """The credit notes that Stripe has of an invoice."""
        found = self.desk.stripe.call("GET", "/v1/credit_notes", {"invoice": invoice_id})
        return list(found["data"])

    def state_of(self, invoice_id: str) -> str | None:
        """How far the newest correction of an invoice has come; None for none."""
        newest = (
            select(models.Approval.state)
            .where(models.Approval.invoice_id == invoice_id)
            .order_by(models.Approval.id.desc())
            .limit(1)
        )
        with self.desk.runtime.database.reading() as session:
            return session.scalar(newest)

    def wait_for(self, invoice_id: str, state: str) -> None:
        """Wait until its newest correction has come so far."""
        wait_until(lambda: self.state_of(invoice_id) == state)

    def approve(self, invoice_id: str, title: str) -> Seen:
        """Let the approver say yes; what their dialog says then."""
        person = self.desk.person(APPROVER)
        try:
            card = card_for(person, f"{title} {self.at_stripe(invoice_id)['number']}")
            return decide(person, card, "Approve …")
        finally:
            person.close()


@contextlib.contextmanager
def crediting_desk(database_url: str, **settings: Any) -> Iterator[Crediting]:
    """A Tallyman over invoices of several kinds, a collector and two approvers."""
    stripe = StandIn(now=day("2026-11-01"), secret_key=SECRET_KEY, requests_per_second=None)
    ids = tell_book(Billing(stripe))
    stripe.advance(TODAY)
    told = {"billing_roles": ROLES, **settings}
    with deployed(database_url, now=stripe.clock, stripe=stripe, **told) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield Crediting(tallyman, ids)
        assert tallyman.slack.problems == []


def tell_book(billing: Billing) -> dict[str, deque[str]]:
    """Invoices of every kind that these tests are about."""
    acme = billing.customer("Acme", company="Acme")
    payer = billing.customer("Card Co", company="Card Co")
    card = billing.stripe.call(
        "POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": payer}
    )
    vat = billing.stripe.call(
        "POST", "/v1/tax_rates", {"display_name": "VAT", "inclusive": False, "percentage": 19}
    )
    ids: dict[str, deque[str]] = {
        "open": deque(one(billing, acme) for _ in range(OPEN_COUNT)),
        "card": deque(one(billing, payer) for _ in range(CARD_COUNT)),
        "taxed": deque(one(billing, acme, default_tax_rates=[vat["id"]]) for _ in range(3)),
        "yen": deque(one(billing, acme, currency="jpy") for _ in range(2)),
        "dinar": deque(one(billing, acme, currency="kwd") for _ in range(2)),
        "void": deque(one(billing, acme) for _ in range(2)),
        "written_off": deque(one(billing, acme) for _ in range(2)),
        "long": deque([one(billing, acme, *[(f"Number {n}", 100) for n in range(45)])]),
    }
    for invoice_id in ids["card"]:
        paying = {"payment_method": card["id"]}
        billing.stripe.call("POST", f"/v1/invoices/{invoice_id}/pay", paying)
    for invoice_id in ids["written_off"]:
        billing.stripe.call("POST", f"/v1/invoices/{invoice_id}/mark_uncollectible")
    for invoice_id in ids["void"]:
        billing.stripe.call("POST", f"/v1/invoices/{invoice_id}/void")
    return ids


def one(billing: Billing, customer: str, *lines: tuple[str, int], **more: Any) -> str:
    """The id of an invoice of 100.00 in two lines, unless told otherwise."""
    lines = lines or (("Calls", 8_000), ("Porting", 2_000))
    return str(billing.invoice(customer, *lines, **more)["id"])


def open_dialog(person: Person, invoice_id: str, action: str) -> Seen:
    """What opens when somebody chooses a deed on an invoice's card."""
    card = ask(person, f"/invoice {invoice_id}")
    assert person.choose(card, "choose_deed", f"{action}|{invoice_id}")["ok"]
    return view_of(person)


def view_with(person: Person, words: str) -> Seen:
    """The modal on somebody's screen, once it says this."""
    found: list[Seen] = []

    def is_there() -> bool:
        found[:] = [person.view()]
        return words in found[0].words

    wait_until(is_there)
    return found[0]


@contextlib.contextmanager
def collector(desk: Tallyman) -> Iterator[Person]:
    """The one who asks for corrections."""
    person = desk.person(COLLECTOR)
    try:
        yield person
    finally:
        person.close()


def errors_of(answer: Json) -> Json:
    """The sentences below the fields of a dialog that was sent."""
    return dict(answer["errors"])
