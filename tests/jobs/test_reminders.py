"""Reminders (P6): by the account's terms, once per step, and nothing where something holds it."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.models import (
    Contact,
    Customer,
    Effect,
    Invoice,
    ReminderStep,
    ReminderSwitch,
)
from bot.sandbox.mail import MailServer
from tests.billing import day
from tests.build import NOW
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant, refusals_of, revoke
from tests.handlers.slack.letters import direct_words, follow
from tests.handlers.slack.pressing import forge
from tests.jobs.reminding import (
    Desk,
    add_contacts,
    begin_anew,
    dispute,
    owing,
    posts_in,
    reminding,
    room_of,
    snooze,
    withdraw_dispute,
)
from tests.trail import entries_of
from tests.workspace import Person

_names = itertools.count(1)


@pytest.fixture(scope="module")
def post_office(shared_database_url: str) -> Iterator[MailServer]:
    """Where all mail ends; one for each database."""
    assert shared_database_url
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def running(shared_database_url: str, post_office: MailServer) -> Iterator[Desk]:
    with reminding(shared_database_url, post_office) as desk:
        yield desk


@pytest.fixture
def desk(running: Desk) -> Iterator[Desk]:
    yield from begin_anew(running)


@pytest.fixture
def avery(running: Desk) -> Iterator[Person]:
    """The billing admin."""
    person = running.tallyman.person()
    yield person
    person.close()


def test_each_step_goes_out_once_in_its_tone(desk: Desk) -> None:
    _, [made] = owing(desk)

    for moment in ("11-23", "11-24", "11-27", "12-03", "12-10", "12-26", "12-28"):
        desk.at(f"2026-{moment}T09:05")

    subjects = [one.headers["Subject"] for one in desk.letters(made)]
    assert subjects == [
        "Due soon: USD 100.00 for 1 invoice",
        "A reminder: USD 100.00 for 1 invoice",
        "A reminder: USD 100.00 for 1 invoice",
        "Overdue: USD 100.00 for 1 invoice",
        # The 26th is a Saturday.
        "Final reminder: USD 100.00 for 1 invoice",
    ]
    assert made["hosted_invoice_url"] in desk.letters(made)[0].text
    assert [step for step, _ in desk.states(made)] == [-3, 1, 7, 14, 30]
    actions = [one.action for one in entries_of(desk.tallyman.runtime.database)]
    assert {"send_reminder.requested", "send_reminder.settled"} <= set(actions)


def test_all_invoices_of_an_account_are_one_message_in_its_language(desk: Desk) -> None:
    customer, [first, second] = owing(desk, invoices=2)
    desk.set_terms(customer, language="de")

    desk.at("2026-11-27T09:05")

    [letter] = desk.letters(first)
    assert letter.headers["Subject"] == "Zur Erinnerung: 200,00 USD für 2 Rechnungen"
    assert second["number"] in letter.text
    assert "fällig am 26. November 2026, vor 1 Tag)" in letter.text


def test_after_a_time_of_silence_only_the_latest_step_goes_out(desk: Desk) -> None:
    _, [made] = owing(desk)

    desk.at("2026-12-11T09:05")
    desk.at("2026-12-14T09:05")

    # Nobody hears a firm word first.
    subjects = [one.headers["Subject"] for one in desk.letters(made)]
    assert subjects == ["A reminder: USD 100.00 for 1 invoice"]
    assert [step for step, _ in desk.states(made)] == [14]


def test_what_was_due_before_they_were_turned_on_is_not_sent(desk: Desk) -> None:
    _, [made] = owing(desk)
    with desk.tallyman.runtime.database.writing() as session:
        session.execute(update(ReminderSwitch).values(on_since=day("2026-12-04")))

    desk.at("2026-12-07T09:05")
    before = len(desk.letters(made))
    desk.at("2026-12-10T09:05")

    assert before == 0
    assert [step for step, _ in desk.states(made)] == [14]


def test_while_they_are_off_nothing_goes_out(desk: Desk) -> None:
    _, [made] = owing(desk)
    with desk.tallyman.runtime.database.writing() as session:
        session.execute(update(ReminderSwitch).values(on_since=None))

    assert desk.at("2026-11-27T09:05") == 0
    assert desk.letters(made) == []


@pytest.mark.parametrize(
    ("terms", "hour", "is_sent"),
    [
        ({"quiet_from_hour": 20, "quiet_until_hour": 11}, "09:05", False),
        ({"quiet_from_hour": 20, "quiet_until_hour": 11}, "11:05", True),
        ({"quiet_from_hour": 18, "quiet_until_hour": 8}, "19:00", False),
        ({"weekdays": "67"}, "09:05", False),
        ({"weekdays": "5"}, "09:05", True),
        ({"is_opted_out": True}, "09:05", False),
        ({"preference": "none"}, "09:05", False),
        ({"cadence": "2,4"}, "09:05", False),
        ({"cadence": "1"}, "09:05", True),
    ],
)
def test_the_terms_of_the_account_are_kept(
    desk: Desk, terms: dict[str, Any], hour: str, *, is_sent: bool
) -> None:
    customer, [made] = owing(desk)
    desk.set_terms(customer, **terms)

    desk.at(f"2026-11-27T{hour}")

    assert bool(desk.letters(made)) is is_sent
    if not is_sent:
        assert desk.states(made) == []


def test_what_is_quiet_today_goes_out_tomorrow(desk: Desk) -> None:
    _, [made] = owing(desk)

    desk.at("2026-11-26T23:30")
    desk.at("2026-11-27T20:30")
    desk.at("2026-11-30T09:05")

    assert len(desk.letters(made)) == 1


def test_a_snoozed_invoice_is_reminded_of_once_that_is_over(desk: Desk) -> None:
    customer, [made] = owing(desk)
    account_id = desk.set_terms(customer)
    snooze(desk, account_id, until="2026-11-30")

    desk.at("2026-11-27T09:05")
    held = desk.letters(made)
    desk.at("2026-11-30T09:05")

    assert held == []
    assert len(desk.letters(made)) == 1


def test_a_disputed_invoice_is_left_out_of_the_message(desk: Desk) -> None:
    _, [disputed, free] = owing(desk, invoices=2)
    dispute(desk, disputed)

    desk.at("2026-11-27T09:05")

    assert desk.letters(disputed) == []
    assert len(desk.letters(free)) == 1


def test_what_is_paid_at_the_last_moment_is_left_out(desk: Desk) -> None:
    _, [first, second] = owing(desk, invoices=2)
    desk.billing.pay(first)

    desk.at("2026-11-27T09:05")

    assert desk.letters(first) == []
    [letter] = desk.letters(second)
    assert "USD 100.00 for 1 invoice" in letter.headers["Subject"]
    assert [step for step, _ in desk.states(first)] == []
    follow(desk.tallyman)


def test_a_payment_of_everything_sends_nothing(desk: Desk) -> None:
    _, [made] = owing(desk)
    desk.billing.pay(made)

    desk.at("2026-11-27T09:05")

    assert desk.letters(made) == []
    assert desk.states(made) == []
    follow(desk.tallyman)


def test_every_contact_gets_a_letter_and_the_channel_a_post(desk: Desk) -> None:
    customer, [made] = owing(desk)
    room = room_of(desk, customer, preference="both")
    add_contacts(desk, customer, "ada@both.example", "bo@both.example")

    desk.at("2026-11-27T09:05")

    people = sorted(one.envelope_to[0] for one in desk.letters(made))
    assert people == ["ada@both.example", "bo@both.example"]
    [post] = posts_in(desk, room)
    assert "Perhaps it was overlooked: USD 100.00" in post.words
    assert made["hosted_invoice_url"] in str(post.blocks)


def test_a_channel_that_another_organisation_has_joined_is_told_nothing(
    desk: Desk, avery: Person
) -> None:
    customer, [made] = owing(desk)
    room = room_of(desk, customer, preference="slack")
    stranger = desk.tallyman.slack.add_person(
        f"mallory{next(_names)}", kind="external", team_id="T0STRANGER"
    )
    desk.tallyman.slack.find_channel(room).members.append(stranger.id)

    desk.at("2026-11-27T09:05")

    assert avery.id == "U0AVERY"
    assert posts_in(desk, room) == []
    assert desk.states(made) == [(1, "failed")]
    wait_until(lambda: "Another organisation has joined" in direct_words(desk.tallyman))


def test_a_letter_in_doubt_is_left_to_a_person(desk: Desk) -> None:
    _, [made] = owing(desk)
    desk.post_office.faults.set("lose_answer", 1)

    desk.at("2026-11-27T09:05")
    desk.at("2026-11-30T09:05")

    assert len(desk.letters(made)) == 1
    assert desk.states(made) == [(1, "failed")]
    wait_until(lambda: "did not say whether it took the mail" in direct_words(desk.tallyman))


def test_a_letter_that_is_refused_is_told_to_whoever_looks_after_the_account(desk: Desk) -> None:
    _, [made] = owing(desk)
    desk.post_office.faults.set("refuse", 1)

    desk.at("2026-11-27T09:05")

    assert desk.letters(made) == []
    wait_until(lambda: "no such mailbox here" in direct_words(desk.tallyman))


def test_a_silent_stripe_is_asked_again_and_then_it_goes_out_once(desk: Desk) -> None:
    _, [made] = owing(desk)
    desk.tallyman.stripe.world.faults.set({"fail_before_next": 2})

    desk.at("2026-11-27T09:05")

    assert len(desk.letters(made)) == 1


def test_a_worker_that_dies_after_sending_sends_no_second_letter(desk: Desk) -> None:
    _, [made] = owing(desk)
    desk.at("2026-11-27T09:05")

    # As a lease that has run out leaves it: promised, tried once, and nothing known.
    with desk.tallyman.runtime.database.writing() as session:
        last = select(Effect.id).where(Effect.kind == "send_reminder").order_by(Effect.id.desc())
        mine = session.scalar(last.limit(1))
        again = update(Effect).where(Effect.id == mine)
        session.execute(again.values(state="ready", finished_at=None))
    desk.settle()

    assert len(desk.letters(made)) == 1


def test_one_worker_takes_a_day_of_an_account_however_many_plan_it(desk: Desk) -> None:
    _, [made] = owing(desk)
    desk.at("2026-11-27T09:05")
    with desk.tallyman.runtime.database.writing() as session:
        # As a second worker sees it that has planned before the first one wrote.
        session.execute(delete(ReminderStep).where(ReminderStep.invoice_id == made["id"]))

    desk.at("2026-11-27T09:10")

    assert len(desk.letters(made)) == 1


def test_who_is_thanked_is_thanked_once_for_what_they_were_reminded_of(desk: Desk) -> None:
    customer, [made] = owing(desk)
    desk.set_terms(customer, is_thanked=True)
    desk.at("2026-11-27T09:05")
    desk.billing.pay(made)
    follow(desk.tallyman)
    with desk.tallyman.runtime.database.writing() as session:
        paid = update(Invoice).where(Invoice.id == made["id"])
        session.execute(paid.values(paid_at=day("2026-11-28")))

    desk.at("2026-11-30T09:05")
    desk.at("2026-12-01T09:05")

    subjects = [one.headers["Subject"] for one in desk.letters(made)]
    assert subjects[1:] == ["Thank you for your payment"]


def test_the_tone_is_that_of_what_is_left_to_be_paid(desk: Desk) -> None:
    customer, [late] = owing(desk)
    desk.at("2026-11-27T09:05")
    desk.at("2026-12-03T09:05")
    desk.tallyman.runtime.clock.follow(day("2026-12-07"))
    fresh = desk.billing.invoice(customer, due=day("2026-12-09"))
    follow(desk.tallyman)
    desk.billing.pay(late)

    desk.at("2026-12-10T09:05")

    # The other one was due for an "Overdue".
    [letter] = desk.letters(fresh)
    assert letter.headers["Subject"] == "A reminder: USD 100.00 for 1 invoice"
    follow(desk.tallyman)


def test_another_cadence_brings_no_step_before_the_last_one_sent(desk: Desk) -> None:
    customer, [made] = owing(desk)
    desk.at("2026-12-03T09:05")
    desk.set_terms(customer, cadence="2,5,12")

    desk.at("2026-12-04T09:05")
    desk.at("2026-12-08T09:05")

    assert [step for step, _ in desk.states(made)] == [7, 12]


def test_who_is_no_contact_any_more_is_not_written_to(desk: Desk) -> None:
    customer, [made] = owing(desk)
    add_contacts(desk, customer, "left@two.example", "stays@two.example")
    desk.hold_back("2026-11-27T09:05")
    with desk.tallyman.runtime.database.writing() as session:
        left = update(Contact).where(Contact.email == "left@two.example")
        session.execute(left.values(removed_at=NOW, removed_by="U0AVERY"))
    desk.settle()

    assert [one.envelope_to[0] for one in desk.letters(made)] == ["stays@two.example"]
    assert desk.states(made) == [(1, "sent")]


def test_a_letter_is_in_the_language_of_the_moment(desk: Desk) -> None:
    customer, [made] = owing(desk)
    desk.hold_back("2026-11-27T09:05")
    desk.set_terms(customer, language="de")
    desk.settle()

    [letter] = desk.letters(made)
    assert letter.headers["Subject"].startswith("Zur Erinnerung")


def test_a_step_that_is_held_at_last_comes_another_day_whatever_else_is_sent(desk: Desk) -> None:
    """Two addresses at Stripe, so two letters of one reminder."""
    customer, [first] = owing(desk)
    other, [second] = owing(desk)
    account_id = desk.set_terms(customer)
    with desk.tallyman.runtime.database.writing() as session:
        customers, invoices = update(Customer), update(Invoice)
        mine = {"account_id": account_id}
        session.execute(customers.where(Customer.id == other).values(mine))
        session.execute(invoices.where(Invoice.id == second["id"]).values(mine))
    desk.hold_back("2026-11-27T09:05")
    dispute(desk, first)
    desk.settle()
    held = desk.states(first)
    withdraw_dispute(desk, first)
    desk.at("2026-11-30T09:05")

    assert held == []
    assert len(desk.letters(second)) == 1
    assert desk.states(first) == [(1, "sent")]


def test_what_was_reminded_of_waits_for_its_next_step(desk: Desk, avery: Person) -> None:
    owing(desk)
    desk.at("2026-11-27T09:05")

    said = ask(avery, "/billing reminders").words

    assert "Not due to be reminded of: 1 invoice, the next on 3 Dec 2026." in said


def test_thanks_that_come_are_in_the_dry_run(desk: Desk, avery: Person) -> None:
    customer, [made] = owing(desk)
    desk.set_terms(customer, is_thanked=True)
    desk.at("2026-11-27T09:05")
    desk.billing.pay(made)
    follow(desk.tallyman)
    with desk.tallyman.runtime.database.writing() as session:
        paid = update(Invoice).where(Invoice.id == made["id"])
        session.execute(paid.values(paid_at=day("2026-11-28")))
    desk.tallyman.runtime.clock.follow(day("2026-11-29"))

    said = ask(avery, "/billing reminders").words

    assert "USD 100.00\n1 invoice · thanks\n" in said
    assert "Mon 30 Nov 09:00; now nothing is sent on this day of the week" in said


def test_the_dry_run_says_what_goes_out_and_why_the_rest_is_held(desk: Desk, avery: Person) -> None:
    customer, [made] = owing(desk)
    other, [held] = owing(desk)
    desk.set_terms(other, is_opted_out=True)
    desk.tallyman.runtime.clock.follow(datetime(2026, 11, 27, 7, tzinfo=UTC))

    card = ask(avery, "/billing reminders").words

    assert customer
    assert "They are on since 16 Nov 2026" in card
    assert "· friendly" in card
    assert held["number"] in card
    assert "the customer wants no reminders" in card
    assert desk.letters(made) == []


def test_only_an_admin_of_all_accounts_turns_them_on(desk: Desk, avery: Person) -> None:
    grant(avery, "@robin approver")
    robin = desk.tallyman.person("U0ROBIN")
    with desk.tallyman.runtime.database.writing() as session:
        session.execute(delete(ReminderSwitch))

    card = ask(robin, "/billing reminders")
    refused = forge(desk.tallyman, "switch_reminders", "on", user="U0ROBIN").words
    turned = forge(desk.tallyman, "switch_reminders", "on").words
    again = forge(desk.tallyman, "switch_reminders", "on").words

    robin.close()
    revoke(avery, "@robin approver")
    assert "They are off: nothing goes out." in card.words
    assert "Turn on" not in card.buttons
    assert "Your role does not cover that" in refused
    assert "Reminders are on." in turned
    assert "Reminders were already on." in again
    assert refusals_of(desk.tallyman, "U0ROBIN")[-1][1] == "switch_reminders on"
