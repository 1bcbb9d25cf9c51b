"""The link by which a customer changes how they pay (P4): fresh, short-lived, for one person."""

from collections.abc import Iterator

import pytest

from tests.billing import Billing, Json
from tests.deployment import Tallyman
from tests.handlers.slack.billing_desk import grant, revoke
from tests.handlers.slack.letters import follow
from tests.handlers.slack.pressing import forge, links
from tests.trail import entries_of
from tests.workspace import Person

ACTION = "update_payment_method"


@pytest.fixture(autouse=True)
def healed(desk: Tallyman) -> Iterator[None]:
    """Whatever a test breaks works again after it."""
    yield
    desk.stripe.world.faults.reset()


def issue(desk: Tallyman, name: str) -> Json:
    """An open invoice of an account of its own."""
    billing = Billing(desk.stripe)
    made = billing.invoice(billing.customer(name, company=name))
    follow(desk)
    return made


def test_it_is_made_at_the_press_for_that_customer_and_recorded(desk: Tallyman) -> None:
    made = issue(desk, "Card Ltd")

    first, second = (forge(desk, ACTION, made["id"]) for _ in range(2))

    assert first.is_ephemeral
    assert "Card Ltd" in first.words
    assert "/p/session/" in links(first)[0]
    assert links(first) != links(second)
    entries = [one for one in entries_of(desk.runtime.database) if ACTION in one.action]
    assert [one.subject_id for one in entries] == [made["customer"]] * 2
    assert links(first)[0] not in str(entries)


def test_it_is_for_those_who_may_send_links(desk: Tallyman, avery: Person) -> None:
    made = issue(desk, "Guarded Ltd")
    grant(avery, "@robin viewer")

    viewer = forge(desk, ACTION, made["id"], user="U0ROBIN")
    stranger = forge(desk, ACTION, made["id"], user="U0KIM")

    revoke(avery, "@robin viewer")
    assert "Your role does not cover that" in viewer.words
    assert "You have no role" in stranger.words
    assert not links(viewer)


def test_a_stripe_that_does_not_answer_is_said(desk: Tallyman) -> None:
    made = issue(desk, "Waiting Ltd")
    desk.stripe.world.faults.set({"slow_seconds": {"/v1/billing_portal": 3.0}})

    assert "Stripe did not answer" in forge(desk, ACTION, made["id"]).words


def test_a_forged_value_is_refused(desk: Tallyman) -> None:
    assert "names no invoice" in forge(desk, ACTION, "cus_1").words
    assert "no such invoice" in forge(desk, ACTION, "in_nowhere").words
