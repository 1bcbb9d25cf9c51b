"""A channel where cards may stay, the people in it, and what the bot has posted there."""

import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from bot.bells import ring
from bot.effects.promises import BELL
from bot.models import PENDING, Effect, EffectLane, Invoice
from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.workspace import Person, Seen

ROOM = "finance-room"


@contextlib.contextmanager
def open_room(database_url: str) -> Iterator[Tallyman]:
    """A Tallyman over a few open invoices, in a channel where cards may stay."""
    stripe = StandIn(now=day("2026-11-01"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    customer = billing.customer("Acme", company="Acme")
    for number in range(14):
        stripe.advance(day("2026-11-01") + timedelta(days=number))
        billing.invoice(customer, ("Calls", 10_000 + number))
    stripe.advance(day("2026-11-16"))
    with deployed(database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.slack.add_channel(ROOM, members=["U0AVERY", "U0KIM"], has_bot=True)
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


@contextlib.contextmanager
def at_work(desk: Tallyman) -> Iterator[Person]:
    """The billing admin, with the channel on the list; afterwards it is a good day again."""
    person = desk.person()
    ask(person, f"/billing channels allow #{ROOM}")
    free_lanes(desk)
    yield person
    desk.slack.faults.reset()
    desk.slack.find_channel(ROOM).is_ext_shared = False
    person.close()


def free_lanes(desk: Tallyman) -> None:
    """As if nothing had been posted for a while; how lanes pace is tried elsewhere."""
    database = desk.runtime.database
    with database.reading() as session:
        names = session.scalars(select(EffectLane.lane)).all()
    # One at a time, as a worker that takes turns in several locks them in an order of its own.
    for name in names:
        with database.writing() as session:
            session.execute(delete(EffectLane).where(EffectLane.lane == name))


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
    """The customer pays, and we hear of it at once."""
    free_lanes(desk)
    pay_quietly(desk, number)


def pay_quietly(desk: Tallyman, number: int) -> None:
    """The customer pays, and we hear of it; what is held stays so."""
    with desk.runtime.database.reading() as session:
        found = select(Invoice.id).where(Invoice.short_number == number)
        invoice = session.scalars(found).one()
    desk.stripe.call("POST", f"/v1/invoices/{invoice}/pay", {"paid_out_of_band": "true"})
    assert desk.stripe.webhooks_idle(20)
    desk.sync()


def shown(person: Person, card: Seen) -> str:
    """What a card says by now."""
    return next(one.words for one in person.messages(ROOM) if one.ts == card.ts)


def let_time_pass(desk: Tallyman) -> None:
    """As if what waits to be tried again had waited long enough."""
    free_lanes(desk)
    with desk.runtime.database.writing() as session:
        again = update(Effect).where(Effect.state == "ready", Effect.attempts > 0)
        session.execute(again.values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
        ring(session, BELL)


def effect_of_share(desk: Tallyman) -> Effect:
    """The promise of the last message."""
    with desk.runtime.database.reading() as session:
        last = (
            select(Effect).where(Effect.kind == "share_answer").order_by(Effect.id.desc()).limit(1)
        )
        return session.scalars(last).one()


def count_pending(desk: Tallyman) -> int:
    """How many promises are still to be kept."""
    with desk.runtime.database.reading() as session:
        return len(session.scalars(select(Effect.id).where(PENDING)).all())
