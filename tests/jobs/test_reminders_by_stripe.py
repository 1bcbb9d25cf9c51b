"""Reminders without a mail server (P6): Stripe's own sending, one per invoice, without our tone."""

import contextlib
import itertools
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.models import Customer, Invoice, ReminderSwitch
from bot.sandbox.mail import MailServer
from jobs.timekeeping import look
from tests.billing import Json
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.letters import direct_words, follow
from tests.jobs.reminding import (
    REMINDERS,
    Desk,
    add_contacts,
    begin_anew,
    dispute,
    posts_in,
    promise,
    reminding,
    room_of,
    snooze,
)

_names = itertools.count(1)


@pytest.fixture(scope="module")
def running(shared_database_url: str) -> Iterator[Desk]:
    post_office = MailServer().start()
    with reminding(shared_database_url, post_office, has_mail=False) as desk:
        yield desk
        assert post_office.mailbox.list_letters() == []
    post_office.stop()


@pytest.fixture
def desk(running: Desk) -> Iterator[Desk]:
    """On a Monday after whatever was tried before."""
    clock = running.tallyman.stripe.clock
    running.tallyman.stripe.advance(clock + timedelta(days=7 - clock.weekday()))
    yield from begin_anew(running, since=running.tallyman.stripe.clock)


def owing(desk: Desk, *, invoices: int = 1) -> tuple[str, list[Json]]:
    """A customer with open invoices that are due on Thursday of next week."""
    clock = desk.tallyman.stripe.clock
    name = f"Written to {next(_names)}"
    customer = desk.billing.customer(name, company=name)
    due = clock + timedelta(days=10)
    return customer, [desk.billing.invoice(customer, due=due) for _ in range(invoices)]


def go_on(desk: Desk, *, days: int) -> None:
    """Come to the hour of so many days after the due day, by Stripe's clock too."""
    monday = desk.tallyman.runtime.clock.now()
    moment = (monday + timedelta(days=10 + days)).replace(hour=9, minute=5)
    desk.tallyman.stripe.advance(moment)
    desk.at(f"{moment:%Y-%m-%dT%H:%M}")


def count_sent(desk: Desk, invoice: Json) -> int:
    """How often Stripe has sent an invoice."""
    asked = {"type": "invoice.sent", "limit": "100"}
    events = desk.tallyman.stripe.call("GET", "/v1/events", asked)
    return sum(one["data"]["object"]["id"] == invoice["id"] for one in events["data"])


def test_each_invoice_is_sent_by_itself_and_once(desk: Desk) -> None:
    _, some = owing(desk, invoices=2)
    follow(desk.tallyman)

    go_on(desk, days=1)
    look(desk.tallyman.runtime, REMINDERS)
    desk.settle()

    assert [count_sent(desk, one) for one in some] == [1, 1]
    assert [desk.states(one) for one in some] == [[(1, "sent")]] * 2


def test_who_has_a_contact_is_written_to_by_stripe_all_the_same(desk: Desk) -> None:
    customer, [made] = owing(desk)
    follow(desk.tallyman)
    add_contacts(desk, customer, "ada@elsewhere.example")

    go_on(desk, days=1)

    assert count_sent(desk, made) == 1


def test_the_channel_hears_our_words_beside_it(desk: Desk) -> None:
    customer, [made] = owing(desk)
    follow(desk.tallyman)
    room = room_of(desk, customer, preference="both")

    go_on(desk, days=1)

    assert count_sent(desk, made) == 1
    [post] = posts_in(desk, room)
    assert "Perhaps it was overlooked: USD 100.00" in post.words


def test_what_is_held_or_paid_at_the_last_moment_is_not_sent(desk: Desk) -> None:
    customer, some = owing(desk, invoices=4)
    snoozed, [late] = owing(desk)
    follow(desk.tallyman)
    promised, disputed, paid, _ = some
    day = desk.tallyman.runtime.clock.now() + timedelta(days=13)
    promise(desk, customer, promised, by=f"{day:%Y-%m-%d}")
    dispute(desk, disputed)
    snooze(desk, desk.set_terms(snoozed), until=f"{day:%Y-%m-%d}")
    # Nobody has told us of it.
    desk.billing.pay(paid)

    go_on(desk, days=1)

    assert [count_sent(desk, one) for one in (*some, late)] == [0, 0, 0, 1, 0]
    assert [desk.states(one) for one in (*some, late)] == [[], [], [], [(1, "sent")], []]
    follow(desk.tallyman)


def test_what_stripe_did_and_said_nothing_of_is_not_done_again(desk: Desk) -> None:
    _, [made] = owing(desk)
    follow(desk.tallyman)
    send = f"/v1/invoices/{made['id']}/send"
    desk.tallyman.stripe.world.faults.set({"fail_after_next": 1, "fail_path": send})

    go_on(desk, days=1)

    assert count_sent(desk, made) == 1
    assert desk.states(made) == [(1, "sent")]


def test_a_refusal_of_stripe_is_told_to_whoever_looks_after_the_account(desk: Desk) -> None:
    _, [made] = owing(desk)
    follow(desk.tallyman)
    world = desk.tallyman.stripe.world
    with world.lock:
        world.get("invoice", made["id"])["collection_method"] = "charge_automatically"

    go_on(desk, days=1)

    assert count_sent(desk, made) == 0
    assert desk.states(made) == [(1, "failed")]
    wait_until(lambda: "You can only manually send an invoice" in direct_words(desk.tallyman))


def test_the_dry_run_says_what_stripe_writes_and_what_it_would_not(desk: Desk) -> None:
    owing(desk)
    _, [without] = nameless = owing(desk)
    _, [automatic] = owing(desk)
    follow(desk.tallyman)
    with desk.tallyman.runtime.database.writing() as session:
        session.execute(update(Customer).where(Customer.id == nameless[0]).values(email=None))
        failed = update(Invoice).where(Invoice.id == automatic["id"])
        moment = desk.tallyman.runtime.clock.now() - timedelta(days=1)
        taken = {"collection_method": "charge_automatically", "first_failed_at": moment}
        session.execute(failed.values(**taken, due_on=None))
        session.execute(update(ReminderSwitch).values(on_since=moment - timedelta(days=30)))
    go_to_the_hour_before(desk)

    with contextlib.closing(desk.tallyman.person()) as avery:
        said = ask(avery, "/billing reminders").words.splitlines()

    assert any("(by Stripe)" in line for line in said)
    for made, why in (
        (without, "no e-mail address is known at Stripe"),
        (automatic, "Stripe collects it by itself and sends no reminder of it"),
    ):
        assert any(made["number"] in line and why in line for line in said)


def go_to_the_hour_before(desk: Desk) -> None:
    """The morning after the due day, when nothing has been sent yet."""
    monday = desk.tallyman.runtime.clock.now()
    desk.tallyman.runtime.clock.follow((monday + timedelta(days=11)).replace(hour=8, minute=5))
