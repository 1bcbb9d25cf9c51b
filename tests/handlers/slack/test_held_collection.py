"""Holding Stripe's automatic collection, and restoring it, whatever goes wrong on the way."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update

from bot.bells import ring
from bot.models import DisputeCase, Effect, Invoice
from tests import trail
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import deliver
from tests.handlers.slack.disputing import (
    at_stripe,
    at_the_desk,
    clear_screen,
    close,
    complain,
    dispute,
    disputing,
    find_case,
    list_effects,
    list_steps,
    next_invoice,
    posted_card,
    say,
)
from tests.workspace import Person

FAULTS = ("fail_after_next", "fail_before_next", "lose_answer_next", "rate_limit_next")


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from disputing(shared_database_url)


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """A collector for Acme."""
    yield from at_the_desk(desk)


def open_form(desk: Tallyman, person: Person) -> Invoice:
    """The dialog about an invoice that nobody else disputes."""
    invoice = next_invoice(desk)
    complain(person, say(person, f"About {invoice.number}"))
    return invoice


def wait_for(desk: Tallyman, kind: str, invoice: Invoice, state: str) -> None:
    """Wait until the only call of a kind about an invoice has come so far."""

    def has_come() -> bool:
        hasten(desk, invoice)
        return list_effects(desk, kind, invoice) == [state]

    wait_until(has_come)


def hasten(desk: Tallyman, invoice: Invoice) -> None:
    """Let what waits to be tried again be tried now."""
    with desk.runtime.database.writing() as session:
        waits = (Effect.subject == f"invoice:{invoice.id}", Effect.state == "ready")
        earlier = datetime.now(UTC) - timedelta(seconds=1)
        session.execute(update(Effect).where(*waits).values(due_at=earlier))
        ring(session, "effects")


def changes_at_stripe(desk: Tallyman, invoice: Invoice) -> list[dict[str, Any]]:
    """What Stripe told of changes of its automatic collection since the invoice was issued."""
    events = desk.stripe.call("GET", "/v1/events", {"limit": "100", "type": "invoice.updated"})
    return [
        one["data"]["previous_attributes"]
        for one in events["data"]
        if one["data"]["object"]["id"] == invoice.id
        and "metadata" in one["data"]["previous_attributes"]
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_stripe_answers_it_is_held_once(desk: Tallyman, jamie: Person, fault: str) -> None:
    invoice = open_form(desk, jamie)
    path = f"/v1/invoices/{invoice.id}"
    desk.stripe.world.faults.set({fault: 1, "fail_path": path})

    jamie.submit(reason="tax_wrong")
    wait_for(desk, "hold_collection", invoice, "done")

    assert at_stripe(desk, invoice)["auto_advance"] is False
    assert len(changes_at_stripe(desk, invoice)) == 1
    case = find_case(desk, invoice)
    assert case is not None
    assert (case.collection, case.was_automatic) == ("held", True)


@pytest.mark.parametrize("fault", ["fail_after_next", "lose_answer_next"])
def test_whatever_stripe_answers_it_is_restored_once(
    desk: Tallyman, jamie: Person, fault: str
) -> None:
    invoice = next_invoice(desk)
    dispute(jamie, invoice)
    clear_screen(jamie)
    case = find_case(desk, invoice)
    assert case is not None
    path = f"/v1/invoices/{invoice.id}"
    desk.stripe.world.faults.set({fault: 1, "fail_path": path})

    close(jamie, case)
    wait_for(desk, "restore_collection", invoice, "done")

    assert at_stripe(desk, invoice)["auto_advance"] is True
    assert len(changes_at_stripe(desk, invoice)) == 2


def test_a_worker_that_dies_after_the_call_leaves_what_it_was_to_the_next(
    desk: Tallyman, jamie: Person
) -> None:
    invoice = next_invoice(desk)
    dispute(jamie, invoice)
    clear_screen(jamie)
    case = find_case(desk, invoice)
    assert case is not None

    # As though nothing of what came of the call had ever been written.
    with desk.runtime.database.writing() as session:
        session.execute(
            update(DisputeCase)
            .where(DisputeCase.id == case.id)
            .values(was_automatic=None, collection="asked")
        )
        session.execute(
            update(Effect)
            .where(Effect.subject == f"invoice:{invoice.id}")
            .values(state="ready", attempts=1, finished_at=None)
        )
    wait_for(desk, "hold_collection", invoice, "done")

    again = find_case(desk, invoice)
    assert again is not None
    assert (again.collection, again.was_automatic) == ("held", True)
    assert len(changes_at_stripe(desk, invoice)) == 1


def test_a_refusal_of_stripes_is_told_to_whoever_asked(desk: Tallyman, jamie: Person) -> None:
    invoice = open_form(desk, jamie)
    world = desk.stripe.world
    with world.lock:
        # What Stripe finds wrong with an invoice, whatever is to be changed of it.
        world.get("invoice", invoice.id)["due_date"] = None

    jamie.submit(reason="tax_wrong")
    wait_for(desk, "hold_collection", invoice, "dead")

    case = find_case(desk, invoice)
    assert case is not None
    assert case.collection == "failed"
    words = f"could not be held for dispute {case.id}"
    rooms = [each["id"] for each in jamie.channels() if each["kind"] == "im"]
    wait_until(lambda: any(words in one.words for room in rooms for one in jamie.messages(room)))
    wait_until(lambda: "could not be held" in posted_card(jamie, case).words)
    actions = [one.action for one in trail.entries_of(desk.runtime.database)]
    assert "hold_collection.failed" in actions


def test_the_same_dialog_sent_twice_is_one_dispute(desk: Tallyman, jamie: Person) -> None:
    invoice = open_form(desk, jamie)
    jamie.submit(reason="tax_wrong")
    sent = next(one for one in reversed(desk.slack.deliveries) if one.kind == "view_submission")

    deliver(desk, sent.body, kind="application/x-www-form-urlencoded")

    wait_for(desk, "hold_collection", invoice, "done")
    assert [kind for kind, _ in list_steps(desk, invoice)] == ["opened"]


def test_two_people_at_once_open_one_dispute(desk: Tallyman, jamie: Person) -> None:
    avery = desk.person()
    clear_screen(avery)
    invoice = open_form(desk, jamie)
    complain(avery, say(avery, f"About {invoice.number}"))

    threads = [
        threading.Thread(target=person.submit, kwargs={"reason": "tax_wrong"})
        for person in (jamie, avery)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    wait_for(desk, "hold_collection", invoice, "done")
    assert [kind for kind, _ in list_steps(desk, invoice)] == ["opened"]
    said = jamie.view().words + avery.view().words
    assert "is disputed already" in said
    clear_screen(avery)
    avery.close()
