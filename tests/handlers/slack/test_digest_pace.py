"""One payment changes the digests of many channels (P4): one after another, as Slack allows it."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from sqlalchemy import update

from bot.bells import ring
from bot.clock import real_now
from bot.effects.promises import BELL
from bot.models import Effect
from bot.operations.digest_pace import PACE
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.digesting import (
    add_digest,
    digesting,
    effects_of,
    next_morning,
    posts,
)
from tests.handlers.slack.room import free_lanes

CHANNELS = tuple(f"pace-{number}" for number in range(3))


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    for made in digesting(shared_database_url):
        for name in CHANNELS:
            add_digest(made, name, since=made.stripe.clock)
        yield made


def hasten(desk: Tallyman) -> None:
    """Nobody waits here for as long as Slack wants it."""
    free_lanes(desk)
    with desk.runtime.database.writing() as session:
        session.execute(update(Effect).where(Effect.state == "ready").values(due_at=real_now()))
        ring(session, BELL)


def test_many_channels_show_a_payment_one_after_another(desk: Tallyman) -> None:
    billing = Billing(desk.stripe)
    payer = billing.customer("Payer Ltd", company="Payer Ltd")
    invoice = billing.invoice(payer, ("Calls", 4_400), due=desk.stripe.clock)
    next_morning(desk)

    def are_posted() -> bool:
        hasten(desk)
        return all(len(posts(desk, name)) == 1 for name in CHANNELS)

    wait_until(are_posted)
    billing.pay(invoice)

    def is_heard() -> bool:
        desk.sync()
        return len(effects_of(desk, "update_announcement")) == len(CHANNELS)

    wait_until(is_heard)
    due = sorted(one.due_at for one in effects_of(desk, "update_announcement"))

    def are_changed() -> bool:
        hasten(desk)
        return all("✓ paid" in str(posts(desk, name)[0].blocks) for name in CHANNELS)

    wait_until(are_changed)
    assert all(after - before >= PACE for before, after in pairwise(due))
