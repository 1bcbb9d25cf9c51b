"""A digest stays true for as long as its day lasts, whatever changes (P2, P4, G10)."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.mirror.sweep import sweep
from bot.models import Account
from bot.operations.digest_pace import PACE
from bot.stripe_api import GIVE_UP_SECONDS
from jobs.schedule import TIMETABLE
from jobs.sync import SyncLoop
from jobs.timekeeping import look
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.digesting import (
    add_digest,
    again,
    at_the_desk,
    close_views,
    digesting,
    effects_of,
    hasten,
    let_night_pass,
    next_morning,
    rows_of,
    wait_for_posts,
    wait_for_words,
)
from tests.handlers.slack.pressing import view_of
from tests.handlers.slack.promising import Firm, deed
from tests.workspace import Person, Seen

PAST_DUE = next(job for job in TIMETABLE if job.name == "past_due")
EAST = "of-acme-east"
# Two channels that hear of everything.
ALL = ("all", "all-too")


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    for made in digesting(shared_database_url):
        with made.runtime.database.reading() as session:
            east = select(Account.id).where(Account.name == "Acme East")
            account_id = session.scalars(east).one()
        add_digest(made, EAST, since=made.stripe.clock, account_id=account_id)
        for name in ALL:
            add_digest(made, name, since=made.stripe.clock)
        yield made


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    yield from at_the_desk(desk)


def test_what_becomes_past_due_elsewhere_stands_in_todays_digest(
    desk: Tallyman, avery: Person
) -> None:
    billing = Billing(desk.stripe)
    tokyo = billing.customer("Shibuya KK", company="Shibuya KK", time_zone="Asia/Tokyo")
    look(desk.runtime, PAST_DUE)
    billing.invoice(tokyo, ("Calls", 6_600), due=desk.stripe.clock + timedelta(days=1))
    next_morning(desk)
    morning = wait_for_posts(desk, avery, 1, channel="all")
    assert "Shibuya" not in morning.words

    # In Tokyo the day is over at 15:00 of ours, and judged an hour later.
    let_night_pass(desk, days=0, hour=16)
    look(desk.runtime, PAST_DUE)

    changed = wait_for_words(desk, avery, morning, "Shibuya KK", channel="all")
    assert ["Shibuya KK", "USD 66.00", "1 d"] in rows_of(changed)


def test_a_snooze_of_an_organisation_stands_in_the_digest_of_its_company(
    desk: Tallyman, avery: Person
) -> None:
    next_morning(desk)
    morning = newest(desk, avery, EAST)

    deed(avery, Firm("Acme", 0, ()), "Snooze", reason="Their books are being moved.")

    wait_for_words(desk, avery, morning, "snoozed until", channel=EAST)


def test_who_wants_no_reminders_is_marked_at_once(desk: Tallyman, avery: Person) -> None:
    next_morning(desk)
    morning = newest(desk, avery, "all")

    avery.click(ask(avery, "/billing account Middle GmbH"), "Change terms")
    view_of(avery)
    avery.submit(opted_out="yes")
    wait_until(lambda: "As usual →" in avery.view().words)
    avery.submit()
    wait_until(lambda: "The terms are changed" in avery.view().words)
    close_views(avery)

    wait_for_words(desk, avery, morning, "opted out", channel="all")


def test_a_digest_whose_day_is_over_is_asked_for_nothing(desk: Tallyman, avery: Person) -> None:
    next_morning(desk)
    newest(desk, avery, "all")
    let_night_pass(desk, hour=1)
    before = len(effects_of(desk, "update_announcement"))

    look(desk.runtime, PAST_DUE)
    Billing(desk.stripe).customer("Somebody Ltd", company="Somebody Ltd")
    deed(avery, Firm("Oldest Ltd", 0, ()), "Snooze", reason="They are moving.")
    sweep(desk.runtime)
    desk.sync()

    assert len(effects_of(desk, "update_announcement")) == before


def test_many_channels_show_a_payment_one_after_another(desk: Tallyman, avery: Person) -> None:
    """Slack answers who reads there 50 times a minute, and is asked before each change."""
    billing = Billing(desk.stripe)
    payer = billing.customer("Payer Ltd", company="Payer Ltd")
    invoice = billing.invoice(payer, ("Calls", 4_400), due=desk.stripe.clock)
    next_morning(desk)
    mornings = [newest(desk, avery, name) for name in ALL]
    assert all("Payer Ltd" in morning.words for morning in mornings)
    before = len(effects_of(desk, "update_announcement"))
    billing.pay(invoice)

    def is_heard() -> bool:
        desk.sync()
        return len(effects_of(desk, "update_announcement")) == before + len(ALL)

    wait_until(is_heard)
    first, second = (one.due_at for one in effects_of(desk, "update_announcement")[before:])

    assert abs(second - first) >= PACE
    for name, morning in zip(ALL, mornings, strict=True):
        wait_for_words(desk, avery, morning, "✓ paid", channel=name)


def test_a_deed_shows_although_stripe_never_answers(desk: Tallyman, avery: Person) -> None:
    next_morning(desk)
    morning = newest(desk, avery, "all")

    def is_marked() -> bool:
        hasten(desk)
        rows = rows_of(again(avery, morning, channel="all"))
        return any("Oldest Ltd" in row[0] and "opted out" in row[0] for row in rows)

    with _waiting_for_stripe(desk):
        avery.click(ask(avery, "/billing account Oldest Ltd"), "Change terms")
        view_of(avery)
        avery.submit(opted_out="yes")
        wait_until(lambda: "As usual →" in avery.view().words)
        avery.submit()
        # Stripe would be waited for longer.
        wait_until(is_marked, seconds=GIVE_UP_SECONDS / 2)

    close_views(avery)


@contextlib.contextmanager
def _waiting_for_stripe(desk: Tallyman) -> Iterator[None]:
    """The loop at work, and waiting for a Stripe that has told of a change and fallen silent."""
    billing = Billing(desk.stripe)
    billing.invoice(billing.customer("Late Ltd", company="Late Ltd"), ("Calls", 100))
    assert desk.stripe.webhooks_idle(20)
    before = len(desk.stripe.requests)
    desk.stripe.world.faults.set({"black_hole": True, "black_hole_after": 1})
    loop = SyncLoop(desk.runtime)
    loop.start()
    try:
        # What it asks after that is swallowed.
        wait_until(lambda: len(desk.stripe.requests) > before)
        yield
    finally:
        loop.stop()
        desk.stripe.world.faults.reset()


def newest(desk: Tallyman, person: Person, channel: str) -> Seen:
    """Today's digest, once it stands there."""
    today = f"{desk.stripe.clock.day} {desk.stripe.clock:%b}"

    def is_there() -> bool:
        hasten(desk)
        found = person.messages(channel)
        return bool(found) and today in found[-1].words

    wait_until(is_there)
    return person.messages(channel)[-1]
