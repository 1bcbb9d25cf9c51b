"""What tests of promises have in common: accounts that are past due, and people with roles."""

import contextlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from bot.models import Account, Invoice, PromiseToPay
from bot.sandbox.stripe import StandIn
from tests import trail
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.pressing import view_of
from tests.workspace import Person, Seen

COLLECTOR, APPROVER, VIEWER, STRANGER = "U0JAMIE", "U0SASHA", "U0ROBIN", "U0KIM"
ROLES = f"{COLLECTOR}=collector,{APPROVER}=approver,{VIEWER}=viewer"
# A Monday; the Friday and the Monday after it are what most promises are about.
TODAY, FRIDAY, MONDAY = day("2026-11-16"), "2026-11-20", "2026-11-23"
FIRMS = 20
# Each firm owes these, both past due, and one that is not due yet.
FIRST, SECOND, LATER = 10_000, 5_000, 2_000

_numbers = itertools.count()


@dataclass(frozen=True)
class Firm:
    """An account that no other test is about, with its invoices: two late, one not."""

    name: str
    account_id: int
    invoices: tuple[Invoice, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(invoice.id for invoice in self.invoices)


@contextlib.contextmanager
def promising_desk(database_url: str, **settings: Any) -> Iterator[Tallyman]:
    """A Tallyman over accounts that are past due, a collector, an approver and a viewer."""
    stripe = StandIn(now=day("2026-10-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    for number in range(FIRMS):
        firm = billing.customer(_name(number), company=_name(number))
        billing.invoice(firm, ("Calls", FIRST), due=day("2026-11-04"))
        billing.invoice(firm, ("Calls", SECOND), due=day("2026-11-12"))
        billing.invoice(firm, ("Calls", LATER), due=day("2026-12-12"))
    stripe.advance(TODAY)
    told = {"billing_roles": ROLES, **settings}
    with deployed(database_url, now=stripe.clock, stripe=stripe, **told) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


def next_firm(desk: Tallyman) -> Firm:
    """One that no other test is about."""
    name = _name(next(_numbers) % FIRMS)
    with desk.runtime.database.reading() as session:
        account_id = session.scalars(select(Account.id).where(Account.name == name)).one()
        owed = select(Invoice).where(Invoice.account_id == account_id).order_by(Invoice.due_at)
        return Firm(name, account_id, tuple(session.scalars(owed)))


def open_promise(person: Person, firm: Firm, *, place: int = 0) -> Seen:
    """Open the dialog from the card of one of its invoices."""
    card = ask(person, f"/invoice {firm.invoices[place].number}")
    assert person.click(card, "Promise to pay")["ok"]
    return view_of(person)


def promise(person: Person, firm: Firm, *, place: int = 0, **filled: Any) -> Seen:
    """Record a promise from the card of an invoice; what the dialog says then.

    Shape: of both that are past due, unless `invoices` are given.
    """
    open_promise(person, firm, place=place)
    assert person.submit(**{"invoices": list(firm.ids[:2])} | filled)["ok"]
    said = person.view()
    person.dismiss()
    return said


def open_deed(person: Person, firm: Firm, label: str) -> Seen:
    """Open one of the dialogs that an account's deeds lead to."""
    card = ask(person, f"/balance {firm.name}")
    assert person.click(card, "More …")["ok"]
    wait_until(lambda: label in view_of(person).buttons)
    above = view_of(person).raw["id"]
    assert person.press(label)["ok"]
    wait_until(lambda: view_of(person).raw["id"] != above)
    wait_until(lambda: "Asking Stripe" not in view_of(person).words)
    return view_of(person)


def deed(person: Person, firm: Firm, label: str, **filled: Any) -> Seen:
    """Fill such a dialog in; what it says then, once all are closed."""
    open_deed(person, firm, label)
    assert person.submit(**filled)["ok"]
    said = person.view()
    clear_screen(person)
    return said


def clear_screen(person: Person) -> None:
    """Close every modal of a person."""
    with contextlib.suppress(LookupError):
        while person.view().raw:
            person.dismiss()


def promises_of(desk: Tallyman, firm: Firm) -> list[PromiseToPay]:
    """All that an account has promised, oldest first."""
    with desk.runtime.database.reading() as session:
        found = select(PromiseToPay).where(PromiseToPay.account_id == firm.account_id)
        return list(session.scalars(found.order_by(PromiseToPay.id)))


def states_of(desk: Tallyman, firm: Firm) -> list[str]:
    """How its promises stand."""
    return [one.state for one in promises_of(desk, firm)]


def hear(desk: Tallyman, is_so: Callable[[], bool]) -> None:
    """Wait for what follows from news of Stripe's, which come when they come."""

    def has_come() -> bool:
        desk.sync()
        return is_so()

    wait_until(has_come)


def deeds_of(desk: Tallyman, firm: Firm) -> list[str]:
    """What is recorded about an account."""
    return [
        one.action
        for one in trail.entries_of(desk.runtime.database)
        if one.account_id == firm.account_id
    ]


def _name(number: int) -> str:
    return f"Firm {number:02d}"
