"""Cards that stay in a channel: posted once, and right whoever changes their invoice (G1, G10)."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.models import Invoice
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.workspace import Person, Seen

ROOM = "finance-room"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A Tallyman over a few open invoices, in a channel where cards may stay."""
    stripe = StandIn(now=day("2026-11-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    customer = billing.customer("Acme", company="Acme")
    for number in range(12):
        stripe.advance(day("2026-11-01") + timedelta(days=number))
        billing.invoice(customer, ("Calls", 10_000 + number))
    stripe.advance(day("2026-11-16"))
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.slack.add_channel(ROOM, members=["U0AVERY", "U0KIM"], has_bot=True)
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    person = desk.person()
    ask(person, f"/billing channels allow #{ROOM}")
    yield person
    desk.slack.faults.reset()
    person.close()


def posted(desk: Tallyman) -> list[Any]:
    """What the bot has posted in the room, oldest first."""
    return [one for one in desk.slack.list_messages(ROOM) if one.only_for is None]


def share(desk: Tallyman, person: Person, number: int) -> Seen:
    """Share a card, and see it stand in the channel."""
    before = len(posted(desk))
    person.type(ROOM, f"/invoice {number} share")
    wait_until(lambda: len(posted(desk)) > before)
    ts = posted(desk)[-1].ts
    return next(one for one in person.messages(ROOM) if one.ts == ts)


def pay(desk: Tallyman, number: int) -> None:
    """The customer pays, and we hear of it."""
    with desk.runtime.database.reading() as session:
        found = select(Invoice.id).where(Invoice.short_number == number)
        invoice = session.scalars(found).one()
    desk.stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})
    desk.sync()


def shown(person: Person, card: Seen) -> str:
    """What a card says by now."""
    return next(one.words for one in person.messages(ROOM) if one.ts == card.ts)


def test_a_shared_card_is_a_message_of_its_own(desk: Tallyman, avery: Person) -> None:
    kim = desk.person("U0KIM")

    card = share(desk, avery, 1001)

    assert "USD 100.00" in card.words
    assert "Shared by <@U0AVERY>" in card.words
    assert card.buttons == ["Open in Stripe"]
    assert any(one.ts == card.ts for one in kim.messages(ROOM))
    kim.close()


def test_a_posted_card_follows_its_invoice(desk: Tallyman, avery: Person) -> None:
    card = share(desk, avery, 1002)
    count = len(posted(desk))

    pay(desk, 1002)

    wait_until(lambda: "Paid" in shown(avery, card))
    assert len(posted(desk)) == count
