"""Why somebody is not reminded (P6): each reason is said before, and holds when the hour comes."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, update
from typer.testing import CliRunner

from bot.models import (
    Account,
    Customer,
    Dispute,
    InvoicePayment,
)
from bot.sandbox.mail import MailServer
from handlers.cli import Ways, create_shell
from tests.billing import Json
from tests.build import NOW
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.letters import follow
from tests.jobs.reminding import (
    Desk,
    add,
    dispute,
    issue,
    promise,
    reminding,
    snooze,
    turn_on,
)

# What is set up for an account, and why its invoice is held then.
Hold = Callable[[Desk, str, Json], None]
# The morning before the hour at which it is sent, within the usual quiet hours.
EARLY = datetime(2026, 11, 27, 7, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Morning:
    """What was said at seven of invoices, by the names of their cases, and sent at nine."""

    desk: Desk
    invoices: Mapping[str, Json]
    card: str
    shell: str


def set_terms(**terms: Any) -> Hold:
    """The account wants it so."""
    return lambda desk, customer, _: void(desk.set_terms(customer, **terms))


def contested(part: int | None) -> Hold:
    """All of it, or a part."""
    return lambda desk, _, invoice: dispute(desk, invoice, part=part)


def void(_: object) -> None:
    """Nothing of it is wanted."""


def charge_back(desk: Desk, _: str, invoice: Json) -> None:
    """Of what was paid of it, the bank takes something back."""
    paid = InvoicePayment(
        id="inpay_charged_back",
        invoice_id=invoice["id"],
        payment_kind="payment_intent",
        payment_id="pi_charged_back",
        status="paid",
        currency="usd",
        requested_minor=1_000,
        paid_minor=1_000,
        is_default=True,
        created_at=NOW,
        ticket=1,
    )
    taken = Dispute(
        id="dp_charged_back",
        charge_id="ch_charged_back",
        payment_intent_id="pi_charged_back",
        status="needs_response",
        reason="fraudulent",
        currency="usd",
        amount_minor=1_000,
        has_evidence=False,
        submissions_count=0,
        is_charge_refundable=False,
        created_at=NOW,
        ticket=1,
    )
    add(desk, paid, taken)


def forget_address(desk: Desk, customer: str, _: Json) -> None:
    """There is none at Stripe either."""
    with desk.tallyman.runtime.database.writing() as session:
        session.execute(update(Customer).where(Customer.id == customer).values(email=None))


def snooze_organisation(desk: Desk, customer: str, _: Json) -> None:
    """Its companies are snoozed with it."""
    account_id = desk.set_terms(customer)
    above = Account(key="organisation:Above", kind="organisation", name="Above", time_zone="UTC")
    add(desk, above)
    with desk.tallyman.runtime.database.writing() as session:
        above_id = session.scalars(select(Account.id).where(Account.name == "Above")).one()
        own = update(Account).where(Account.id == account_id)
        session.execute(own.values(parent_id=above_id))
    snooze(desk, above_id, until="2026-12-24")


HOLDS: Mapping[str, tuple[Hold, str]] = {
    "promised": (
        lambda desk, customer, invoice: promise(desk, customer, invoice, by="2026-11-30"),
        "the customer has promised to pay by 30 Nov 2026",
    ),
    "snoozed": (
        lambda desk, customer, _: snooze(desk, desk.set_terms(customer), until="2026-12-09"),
        "it is snoozed until 9 Dec 2026",
    ),
    "snoozed above": (snooze_organisation, "it is snoozed until 24 Dec 2026"),
    "disputed": (contested(None), "the customer disputes it"),
    "disputed in part": (contested(500), "the customer disputes a part of it"),
    "charged back": (charge_back, "a bank has taken a payment of it back, or still may"),
    "opted out": (set_terms(is_opted_out=True), "the customer wants no reminders"),
    "no messages": (set_terms(preference="none"), "the customer wants no messages"),
    "no address": (forget_address, "no e-mail address is known, here or at Stripe"),
    "no channel": (
        set_terms(preference="slack"),
        "its channel is not set, or belongs to another customer by now",
    ),
}
# These go out, but at another hour or on another day.
LATER: Mapping[str, tuple[Hold, str]] = {
    "quiet now": (set_terms(), "Fri 27 Nov 09:00; now it is within the quiet hours"),
    "quiet all morning": (
        set_terms(quiet_from_hour=20, quiet_until_hour=13),
        "Fri 27 Nov 13:00; now it is within the quiet hours",
    ),
    "on Saturdays": (
        set_terms(weekdays="6"),
        "Sat 28 Nov 09:00; now nothing is sent on this day of the week",
    ),
}


@pytest.fixture(scope="module")
def morning(shared_database_url: str) -> Iterator[Morning]:
    """A desk with one account for each case, looked at before its hour and after it."""
    post_office = MailServer().start()
    with reminding(shared_database_url, post_office) as desk:
        turn_on(desk)
        cases = {name: hold for name, (hold, _) in {**HOLDS, **LATER}.items()}
        made = {name: issue(desk) for name in (*cases, "paid")}
        follow(desk.tallyman)
        for name, hold in cases.items():
            customer, [invoice] = made[name]
            hold(desk, customer, invoice)
        desk.billing.pay(made["paid"][1][0])
        follow(desk.tallyman)
        desk.tallyman.runtime.clock.follow(EARLY)
        with contextlib.closing(desk.tallyman.person()) as avery:
            card = ask(avery, "/billing reminders").words
        said = shell(desk)
        desk.at("2026-11-27T09:05")
        invoices = {name: invoice for name, (_, [invoice]) in made.items()}
        yield Morning(desk, invoices, card, said)
    post_office.stop()


def shell(desk: Desk) -> str:
    """What `python app.py reminders` prints."""

    def unused(*_words: Any) -> Any:
        raise AssertionError("Nothing is started here.")

    ways: dict[str, Any] = dict.fromkeys(Ways.__dataclass_fields__, unused)
    ways["opened"] = lambda: contextlib.nullcontext(desk.tallyman.runtime)
    return CliRunner().invoke(create_shell(Ways(**ways)), ["reminders"]).stdout


@pytest.mark.parametrize("name", HOLDS)
def test_what_is_held_is_said_with_its_reason_and_not_sent(morning: Morning, name: str) -> None:
    invoice, (_, why) = morning.invoices[name], HOLDS[name]

    for said in (morning.card, morning.shell):
        assert any(invoice["number"] in line and why in line for line in said.splitlines())
    assert morning.desk.letters(invoice) == []
    assert morning.desk.states(invoice) == []


@pytest.mark.parametrize("name", LATER)
def test_what_may_not_be_sent_at_this_hour_is_said_with_the_hour_at_which_it_is(
    morning: Morning, name: str
) -> None:
    _, when = LATER[name]

    assert when in morning.card
    assert when in morning.shell
    is_sent = bool(morning.desk.letters(morning.invoices[name]))
    assert is_sent is (name == "quiet now")


def test_what_is_paid_is_neither_held_nor_sent(morning: Morning) -> None:
    paid = morning.invoices["paid"]

    assert paid["number"] not in morning.card + morning.shell
    assert morning.desk.letters(paid) == []
