"""Two people about the same account: of two at once one wins, and the other is told.

And what one of them may see or undo of what the other has recorded for the whole organisation.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from bot.models import Account, AccountTerms, DisputeCase, Invoice, PromiseToPay, Snooze
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant
from tests.handlers.slack.letters import tidy
from tests.handlers.slack.pressing import forge, view_of
from tests.workspace import Person, Seen

JAMIE, SASHA, KIM = "U0JAMIE", "U0SASHA", "U0KIM"
TOMORROW, FRIDAY = "2026-11-17", "2026-11-20"
EAST, WEST = "Group East", "Group West"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A Tallyman over accounts that are past due, one of them an organisation."""
    stripe = StandIn(now=day("2026-10-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    due = day("2026-11-04")
    for name in ("Promised", "Limited", "Snoozed", "Assigned", "Disputed"):
        billing.invoice(billing.customer(name, company=name), ("Calls", 10_000), due=due)
    for name in (EAST, WEST):
        customer = billing.customer(name, organisation="Group", company=name)
        card = stripe.call(
            "POST", "/v1/payment_methods/pm_card_visa/attach", {"customer": customer}
        )
        default = {"invoice_settings": {"default_payment_method": card["id"]}}
        stripe.call("POST", f"/v1/customers/{customer}", default)
        billing.invoice(customer, ("Calls", 31_415), due=due)
    for name, earlier in (("Large North", day("2026-11-02")), ("Large South", due)):
        customer = billing.customer(name, organisation="Large", company=name)
        billing.invoice(customer, ("Calls", 60_000), due=earlier)
    stripe.advance(day("2026-11-16"))
    told: dict[str, Any] = {
        "billing_roles": f"{JAMIE}=approver,{SASHA}=approver",
        "promise_limits": "USD 700",
    }
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe, **told) as tallyman:
        tallyman.backfill()
        with contextlib.closing(tallyman.person()) as avery:
            for company in (EAST, "Large North"):
                grant(avery, f'@kim collector "{company}"')
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture
def two(desk: Tallyman) -> Iterator[tuple[Person, Person]]:
    """Two people who may do the same."""
    people = desk.person(JAMIE), desk.person(SASHA)
    yield people
    for person in people:
        tidy(person)
        person.close()


def at_once(two: tuple[Person, Person], *typed: dict[str, Any]) -> list[str]:
    """Both send their dialogs at the same moment; what each is told."""
    with ThreadPoolExecutor(len(two)) as threads:
        answers = list(threads.map(lambda person, one: person.submit(**one), two, typed))
    return [
        f"{person.view().words}\n{answer.get('errors')}"
        for person, answer in zip(two, answers, strict=True)
    ]


def open_deed(person: Person, name: str, label: str) -> Seen:
    """Open a dialog from what can be done about an account."""
    card = ask(person, f'/balance "{name}"')
    assert person.click(card, "More …")["ok"]
    wait_until(lambda: label in view_of(person).buttons)
    above = view_of(person).raw["id"]
    assert person.press(label)["ok"]
    wait_until(lambda: view_of(person).raw["id"] != above)
    return view_of(person)


def rows(desk: Tallyman, table: Any, name: str) -> list[Any]:
    """What there is of an account."""
    with desk.runtime.database.reading() as session:
        account = session.scalars(select(Account.id).where(Account.name == name)).one()
        return list(session.scalars(select(table).where(table.account_id == account)))


def test_of_two_promises_one_is_recorded_and_the_other_person_is_told(
    desk: Tallyman, two: tuple[Person, Person]
) -> None:
    for person in two:
        open_deed(person, "Promised", "Promise to pay")

    said = at_once(two, {"when": FRIDAY}, {"when": FRIDAY, "amount": "60"})

    assert sum("The promise is recorded" in one for one in said) == 1
    [other] = [one for one in said if "The promise is recorded" not in one]
    assert "Nothing was recorded: " in other
    assert "was quicker, with a promise of USD " in other
    assert [one.state for one in rows(desk, PromiseToPay, "Promised")] == ["pending"]

    person = two[said.index(other)]
    tidy(person)
    shown = open_deed(person, "Promised", "Promise to pay")
    assert "There is a promise already" in shown.words
    person.submit(when=FRIDAY)
    assert "The promise is recorded" in person.view().words


def test_of_two_snoozes_one_stands_and_the_other_person_is_told(
    desk: Tallyman, two: tuple[Person, Person]
) -> None:
    for person in two:
        open_deed(person, "Snoozed", "Snooze")

    said = at_once(two, {"when": TOMORROW, "reason": "A"}, {"when": TOMORROW, "reason": "B"})

    assert sum("Nobody is chased there until 17 Nov 2026." in one for one in said) == 1
    assert sum("was quicker and snoozed it until 17 Nov 2026." in one for one in said) == 1
    assert len(rows(desk, Snooze, "Snoozed")) == 1


def test_of_two_who_assign_one_does_and_the_other_is_told(
    desk: Tallyman, two: tuple[Person, Person]
) -> None:
    for person in two:
        open_deed(person, "Assigned", "Assign")

    said = at_once(two, {"owner": JAMIE}, {"owner": SASHA})

    [told] = [terms.owner_id for terms in rows(desk, AccountTerms, "Assigned")]
    name = {JAMIE: "Jamie Okafor", SASHA: "Sasha Moreau"}[told]
    winner, other = said if told == JAMIE else said[::-1]
    assert f"{name} looks after it from now on." in winner
    assert f"Somebody was quicker: {name} looks after it by now." in other


def test_of_two_disputes_of_an_invoice_one_is_opened_and_the_other_person_is_told(
    desk: Tallyman, two: tuple[Person, Person]
) -> None:
    with desk.runtime.database.reading() as session:
        found = select(Invoice.id).join(Account, Account.id == Invoice.account_id)
        invoice = session.scalars(found.where(Account.name == "Disputed")).one()
    for person in two:
        card = ask(person, f"/invoice {invoice}")
        assert person.click(card, "Dispute")["ok"]
        view_of(person)

    said = at_once(two, *[{"reason": "usage_overcounted"}] * 2)

    assert sum("is disputed already." in one for one in said) == 1
    with desk.runtime.database.reading() as session:
        cases = select(DisputeCase.id).where(DisputeCase.invoice_id == invoice)
        assert len(session.scalars(cases).all()) == 1


def test_who_sees_a_company_alone_reads_that_it_is_promised_and_not_how_much_in_all(
    desk: Tallyman, two: tuple[Person, Person]
) -> None:
    jamie, _ = two
    open_deed(jamie, "Group", "Promise to pay")
    assert jamie.submit(when=FRIDAY)["ok"]
    [invoice] = rows(desk, Invoice, EAST)

    with contextlib.closing(desk.person(KIM)) as kim:
        card = ask(kim, f"/invoice {invoice.number}")
        assert "by 20 Nov 2026, with other invoices" in card.words
        assert "628.30" not in card.words
        assert "Show promise" not in card.buttons
        assert "628.30" in ask(jamie, f"/invoice {invoice.number}").words

        told = forge(desk, "record_promise", invoice.id, user=KIM)
        assert "The organisation has promised to pay this together with others." in told.words
        open_deed(kim, EAST, "Promise to pay")
        assert "Its organisation has promised some of these by 20 Nov 2026" in kim.view().words
        kim.submit(when=FRIDAY, amount="1")
        assert "Whoever is responsible for the organisation" in kim.view().words
        tidy(kim)
    assert [one.state for one in rows(desk, PromiseToPay, "Group")] == ["pending"]
    assert rows(desk, PromiseToPay, EAST) == []


def test_who_sees_a_company_alone_reads_nothing_of_a_promise_that_waits_for_all(
    desk: Tallyman, two: tuple[Person, Person]
) -> None:
    jamie, _ = two
    open_deed(jamie, "Large", "Promise to pay")
    assert jamie.submit(when=FRIDAY, note="As agreed.")["ok"]
    assert "Waits for approval" in jamie.view().words
    [invoice] = rows(desk, Invoice, "Large North")

    with contextlib.closing(desk.person(KIM)) as kim:
        listed, card = ask(kim, "/billing approvals"), ask(kim, f"/invoice {invoice.number}")

    assert "1,200.00" in ask(jamie, "/billing approvals").words
    assert "Nothing waits for approval" in listed.words
    assert "Show request" in ask(jamie, f"/invoice {invoice.number}").words
    assert "Show request" not in card.words


def test_who_charges_a_balance_reads_first_what_is_promised(two: tuple[Person, Person]) -> None:
    jamie, sasha = two
    assert jamie.click(ask(jamie, f'/balance "{WEST}"'), "Charge balance")["ok"]
    before = view_of(jamie).words
    assert "Not chased at present: promised USD 628.30 by 20 Nov 2026." in before
    assert "It is charged all the same if you go on." in before

    open_deed(sasha, "Group", "Promise to pay")
    sasha.submit(when=FRIDAY, amount="500")
    assert "The promise is recorded" in sasha.view().words

    jamie.submit()
    assert "a promise have changed since you opened this. Nothing was charged." in (
        jamie.view().words
    )
    assert "promised USD 500.00 by 20 Nov 2026." in jamie.view().words
