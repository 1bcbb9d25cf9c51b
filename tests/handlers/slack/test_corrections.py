"""Void and mark uncollectible: done, refused, asked twice, changed meanwhile, and Stripe's no."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from bot.access import find_actor
from bot.approvals import Correction
from bot.clock import real_now
from bot.invoice_facts import get_invoice_facts
from bot.models import Invoice
from bot.operations import request_correction
from bot.operations.corrections import PROMISES
from bot.queries.sight import sight_of
from tests.deployment import ADMIN, Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.correcting import (
    APPROVER,
    COLLECTOR,
    at_stripe,
    card_for,
    correcting_desk,
    decide,
    deeds_of,
    hear_of_state,
    invoice_id,
    open_dialog,
    request,
    state_of,
    submit_again,
    title_of,
    wait_for_state,
)
from tests.handlers.slack.pressing import forge, view_of
from tests.workspace import Person


@dataclass(frozen=True)
class Deed:
    """One of the two: what it is called, what becomes of the invoice, and its own invoices."""

    kind: str
    title: str
    status: str
    verb: str
    first: int

    def number(self, place: int) -> int:
        """An invoice that no other test uses."""
        return self.first + place


DEEDS = (
    Deed("void_invoice", "Void invoice {}", "void", "void", 1001),
    Deed(
        "mark_uncollectible",
        "Mark invoice {} uncollectible",
        "uncollectible",
        "mark_uncollectible",
        1020,
    ),
)


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with correcting_desk(shared_database_url) as tallyman:
        yield tallyman


@pytest.fixture(params=DEEDS, ids=lambda one: one.kind)
def deed(request: pytest.FixtureRequest) -> Deed:
    """Each of the two."""
    found: Deed = request.param
    return found


@pytest.fixture
def people(desk: Tallyman) -> Iterator[Callable[[str], Person]]:
    """Whoever takes part, until the end of a test."""
    with contextlib.ExitStack() as stack:

        def come(user_id: str) -> Person:
            person = desk.person(user_id)
            stack.callback(person.close)
            return person

        yield come
        desk.stripe.world.faults.reset()


@pytest.fixture
def jamie(people: Callable[[str], Person]) -> Person:
    """The one who asks."""
    return people(COLLECTOR)


@pytest.fixture
def sasha(people: Callable[[str], Person]) -> Person:
    """The one who approves."""
    return people(APPROVER)


def approve(desk: Tallyman, person: Person, deed: Deed, number: int) -> None:
    """Approve what was asked about an invoice."""
    decide(person, card_for(person, title_of(desk, number, deed.title)), "Approve …")


def wait_done(desk: Tallyman, deed: Deed, number: int, state: str = "done") -> None:
    """Wait for what came of it."""
    wait_for_state(desk, number, state, kind=deed.kind)


def test_it_is_done_and_the_card_shows_it(
    desk: Tallyman, jamie: Person, sasha: Person, deed: Deed
) -> None:
    number = deed.number(0)
    request(jamie, number, deed.kind)

    approve(desk, sasha, deed, number)

    wait_done(desk, deed, number)
    assert at_stripe(desk, number)["status"] == deed.status
    assert deed.status.capitalize() in ask(jamie, f"/invoice {number}").words
    assert [action for action, _ in deeds_of(desk, number)] == [
        f"{deed.kind}.{stage}" for stage in ("requested", "approved", "settled")
    ]


def test_the_approver_sees_in_the_dialog_what_came_of_it(
    desk: Tallyman, jamie: Person, sasha: Person, deed: Deed
) -> None:
    number = deed.number(1)
    request(jamie, number, deed.kind)
    sasha.click(card_for(sasha, title_of(desk, number, deed.title)), "Approve …")
    view_of(sasha)

    sasha.submit()

    wait_until(lambda: sasha.view().raw["title"]["text"] == "Done")
    sasha.dismiss()


def test_who_only_looks_has_no_button_and_a_forged_press_is_refused(
    desk: Tallyman, deed: Deed
) -> None:
    number = deed.number(2)
    said = forge(desk, deed.kind, invoice_id(desk, number), user="U0KIM")

    assert "You have no role at this billing desk" in said.words
    assert deeds_of(desk, number) == []


def test_a_state_that_does_not_allow_it_is_named(desk: Tallyman, deed: Deed) -> None:
    number = deed.number(3)
    desk.stripe.call(
        "POST", f"/v1/invoices/{invoice_id(desk, number)}/pay", {"paid_out_of_band": "true"}
    )

    def is_known() -> bool:
        desk.sync()
        said = forge(desk, deed.kind, invoice_id(desk, number), user=COLLECTOR)
        return "is Paid: only an open" in said.words

    wait_until(is_known)


def test_what_is_paid_in_part_can_t_be_voided(desk: Tallyman) -> None:
    number = DEEDS[0].number(15)
    invoice = invoice_id(desk, number)
    with desk.runtime.database.writing() as session:
        session.execute(update(Invoice).where(Invoice.id == invoice).values(paid_minor=100))

    said = forge(desk, "void_invoice", invoice, user=COLLECTOR)

    assert "is partly paid" in said.words


def test_what_has_changed_since_the_dialog_opened_is_shown_anew(
    desk: Tallyman, jamie: Person, deed: Deed
) -> None:
    number = deed.number(4)
    dialog = open_dialog(jamie, number, deed.kind)
    desk.stripe.call(
        "POST",
        "/v1/credit_notes",
        {"invoice": invoice_id(desk, number), "amount": "1000", "reason": "order_change"},
    )
    before = at_stripe(desk, number)["amount_remaining"]

    def is_known() -> bool:
        desk.sync()
        return f"USD {before / 100:.2f}" in ask(jamie, f"/invoice {number}").words

    wait_until(is_known)
    _, menu = dialog.find("reason")
    jamie.submit(reason=menu["options"][0]["value"], note="Twice.")

    assert "the invoice has changed since" in jamie.view().words
    assert f"USD {before / 100:.2f}" in jamie.view().words
    assert state_of(desk, number, kind=deed.kind) is None
    jamie.dismiss()


def test_the_same_dialog_twice_and_another_person_ask_once(
    desk: Tallyman, jamie: Person, people: Callable[[str], Person], deed: Deed
) -> None:
    number = deed.number(5)
    request(jamie, number, deed.kind)
    submit_again(desk)

    other = request(people(ADMIN), number, deed.kind)

    assert "Jamie Okafor has asked for this already; it waits for approval" in other.words
    assert [action for action, _ in deeds_of(desk, number)] == [f"{deed.kind}.requested"]


def test_stripe_saying_no_is_told_in_its_words(
    desk: Tallyman, jamie: Person, sasha: Person, deed: Deed
) -> None:
    number = deed.number(10)
    invoice = invoice_id(desk, number)
    desk.stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})
    wait_until(lambda: is_mirrored(desk, invoice, "paid"))
    # The dialog would not open; so this is asked past it.
    ask_directly(desk, deed, invoice)

    approve(desk, sasha, deed, number)

    wait_done(desk, deed, number, "failed")
    told = card_for(jamie, f"{title_of(desk, number, deed.title)}: not done.")
    assert "Stripe refused it: You can only" in told.words
    assert deeds_of(desk, number)[-1] == (f"{deed.kind}.refused", "")


def test_the_two_on_one_invoice_happen_one_after_the_other(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    void, give_up = DEEDS
    number = void.number(12)
    request(jamie, number, give_up.kind)
    request(jamie, number, void.kind)
    for deed in (give_up, void):
        card_for(sasha, title_of(desk, number, deed.title))

    approve(desk, sasha, give_up, number)
    wait_done(desk, give_up, number)

    hear_of_state(desk, number, "stale")
    assert at_stripe(desk, number)["status"] == "uncollectible"


def test_what_is_uncollectible_can_still_be_voided(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    void, give_up = DEEDS
    number = void.number(13)
    request(jamie, number, give_up.kind)
    approve(desk, sasha, give_up, number)
    wait_done(desk, give_up, number)

    request(jamie, number, void.kind)
    approve(desk, sasha, void, number)

    wait_done(desk, void, number)
    assert at_stripe(desk, number)["status"] == "void"


def is_mirrored(desk: Tallyman, invoice: str, status: str) -> bool:
    """Whether we have heard of an invoice's status."""
    desk.sync()
    with desk.runtime.database.looking() as reading:
        return get_invoice_facts(reading, invoice).status == status


def ask_directly(desk: Tallyman, deed: Deed, invoice: str) -> None:
    """Ask for it as the operation takes it, in whatever state the invoice is."""
    runtime, deployment = desk.runtime, desk.desk.deployment
    now = {"now": runtime.clock.now(), "real_now": real_now()}
    with runtime.database.writing() as session:
        actor = find_actor(
            session, runtime.settings, user_id=COLLECTOR, team_id=deployment.slack_team_id
        )
        assert actor is not None
        facts = get_invoice_facts(session, invoice)
        correction = Correction(
            kind=deed.kind,
            invoice_id=invoice,
            account_id=session.scalars(
                select(Invoice.account_id).where(Invoice.id == invoice)
            ).one(),
            amount=facts.remaining,
            note="Twice.",
            seen=facts,
            changes=(("Status", "Paid", deed.status),),
        )
        request_correction.request(
            session,
            actor,
            runtime.settings,
            correction,
            promise=PROMISES[deed.kind],
            press=f"direct:{deed.kind}:{invoice}",
            sight=sight_of(actor, runtime.settings, **now),
        )
