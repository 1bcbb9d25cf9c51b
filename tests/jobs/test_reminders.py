"""Reminders (P6): by the account's terms, once per step, and nothing where something holds it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from bot.bells import ring
from bot.effects.promises import BELL
from bot.models import (
    Contact,
    Customer,
    CustomerChannel,
    DisputeCase,
    Effect,
    EffectLane,
    Invoice,
    Occurrence,
    ReminderStep,
    ReminderSwitch,
    Snooze,
    SyncMark,
)
from bot.sandbox.mail import Letter, MailServer
from bot.sandbox.stripe import StandIn
from bot.term_rows import write_terms
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.billing import Billing, Json, day
from tests.build import NOW
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask, grant, refusals_of, revoke
from tests.handlers.slack.letters import SENDER, direct_words, follow
from tests.handlers.slack.pressing import forge
from tests.trail import entries_of
from tests.workspace import Person, Seen

REMINDERS = next(job for job in TIMETABLE if job.name == "reminders")
# A Monday; invoices are issued on it, and due ten days later: Thursday the 26th.
ISSUED = day("2026-11-16")
DUE = day("2026-11-26")
_names = itertools.count(1)


@dataclass(slots=True)
class Desk:
    """A Tallyman whose reminders are on, and where its mail ends."""

    tallyman: Tallyman
    post_office: MailServer

    @property
    def billing(self) -> Billing:
        return Billing(self.tallyman.stripe)

    def letters(self, invoice: Json) -> list[Letter]:
        """The mails that name an invoice, oldest first."""
        found = self.post_office.mailbox.list_letters()
        return [one for one in reversed(found) if invoice["number"] in one.text]

    def at(self, moment: str) -> int:
        """Look at this moment; how many days of zones were tried. Then all that was promised."""
        runtime = self.tallyman.runtime
        runtime.clock.follow(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        with runtime.database.writing() as session:
            # As if the mirror had not been followed for long: then the clock alone counts.
            session.execute(update(SyncMark).values(real_at=ISSUED - timedelta(days=1)))
            session.execute(delete(EffectLane))
        tried = look(runtime, REMINDERS)
        self.settle()
        return tried

    def settle(self) -> None:
        """Wait until everything that was promised is over."""

        def is_over() -> bool:
            with self.tallyman.runtime.database.writing() as session:
                session.execute(delete(EffectLane))
                ring(session, BELL)
                waiting = select(Effect.id).where(
                    Effect.kind == "send_reminder", Effect.state.in_(("ready", "leased"))
                )
                return session.scalar(waiting.limit(1)) is None

        wait_until(is_over)

    def set_terms(self, customer: str, **values: Any) -> int:
        """Set an account's terms; its number here."""
        with self.tallyman.runtime.database.writing() as session:
            found = select(Customer.account_id).where(Customer.id == customer)
            account_id = session.scalars(found).one()
            if values:
                write_terms(session, account_id, values, by="U0AVERY", now=NOW)
        return account_id

    def states(self, invoice: Json) -> list[tuple[int, str]]:
        """Which steps of an invoice were taken, and what came of each."""
        with self.tallyman.runtime.database.reading() as session:
            mine = select(ReminderStep).where(ReminderStep.invoice_id == invoice["id"])
            rows = session.scalars(mine.order_by(ReminderStep.id))
            return [(one.step, one.state) for one in rows]


@pytest.fixture(scope="module")
def post_office(shared_database_url: str) -> Iterator[MailServer]:
    """Where all mail ends; one for each database."""
    assert shared_database_url
    server = MailServer().start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def running(shared_database_url: str, post_office: MailServer) -> Iterator[Desk]:
    stripe = StandIn(now=ISSUED, secret_key=SECRET_KEY, requests_per_second=None)
    with deployed(
        shared_database_url,
        now=stripe.clock,
        stripe=stripe,
        smtp_url=post_office.url,
        mail_from=SENDER,
    ) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield Desk(tallyman, post_office)
        assert tallyman.slack.problems == []


@pytest.fixture
def desk(running: Desk) -> Iterator[Desk]:
    """Turned on before anything of a test is due; whatever it breaks works again after it.

    Nothing is left to be paid of earlier tests, and no day was taken yet.
    """
    running.tallyman.runtime.clock.follow(ISSUED)
    with running.tallyman.runtime.database.writing() as session:
        session.execute(delete(ReminderSwitch))
        session.execute(delete(Occurrence).where(Occurrence.job == "reminders"))
        session.execute(update(Invoice).values(status="void"))
        switched = ReminderSwitch(id=1, on_since=ISSUED, changed_by="U0AVERY", changed_at=NOW)
        session.add(switched)
    yield running
    running.post_office.faults.reset()
    running.tallyman.stripe.world.faults.reset()
    running.tallyman.slack.faults.reset()


@pytest.fixture
def avery(running: Desk) -> Iterator[Person]:
    """The billing admin."""
    person = running.tallyman.person()
    yield person
    person.close()


def owing(desk: Desk, *, invoices: int = 1, currency: str = "usd") -> tuple[str, list[Json]]:
    """A customer with open invoices."""
    name = f"Reminded {next(_names)}"
    customer = desk.billing.customer(name, company=name)
    made = [desk.billing.invoice(customer, currency=currency, due=DUE) for _ in range(invoices)]
    follow(desk.tallyman)
    return customer, made


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
    _snooze(desk, account_id, until="2026-11-30")

    desk.at("2026-11-27T09:05")
    held = desk.letters(made)
    desk.at("2026-11-30T09:05")

    assert held == []
    assert len(desk.letters(made)) == 1


def test_a_disputed_invoice_is_left_out_of_the_message(desk: Desk) -> None:
    _, [disputed, free] = owing(desk, invoices=2)
    with desk.tallyman.runtime.database.writing() as session:
        session.add(
            DisputeCase(
                invoice_id=disputed["id"],
                reason="usage_overcounted",
                owner_id="U0AVERY",
                state="open",
                round=1,
                opened_at=NOW,
                collection="idle",
            )
        )

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
    room = _room(desk, customer, preference="both")
    _contacts(desk, customer, "ada@both.example", "bo@both.example")

    desk.at("2026-11-27T09:05")

    people = sorted(one.envelope_to[0] for one in desk.letters(made))
    assert people == ["ada@both.example", "bo@both.example"]
    [post] = _posts(desk, room)
    assert "Perhaps it was overlooked: USD 100.00" in post.words
    assert made["hosted_invoice_url"] in str(post.blocks)


def test_a_channel_that_another_organisation_has_joined_is_told_nothing(
    desk: Desk, avery: Person
) -> None:
    customer, [made] = owing(desk)
    room = _room(desk, customer, preference="slack")
    stranger = desk.tallyman.slack.add_person(
        f"mallory{next(_names)}", kind="external", team_id="T0STRANGER"
    )
    desk.tallyman.slack.find_channel(room).members.append(stranger.id)

    desk.at("2026-11-27T09:05")

    assert avery.id == "U0AVERY"
    assert _posts(desk, room) == []
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


def test_the_dry_run_says_what_goes_out_and_why_the_rest_is_held(desk: Desk, avery: Person) -> None:
    customer, [made] = owing(desk)
    other, [held] = owing(desk)
    desk.set_terms(other, is_opted_out=True)
    desk.tallyman.runtime.clock.follow(datetime(2026, 11, 27, 7, tzinfo=UTC))

    card = ask(avery, "/billing reminders").words

    assert customer
    assert "They are on since 16 Nov 2026" in card
    assert "Friendly" in card
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


def _room(desk: Desk, customer: str, *, preference: str) -> str:
    name = f"room-{next(_names)}"
    room = desk.tallyman.slack.add_channel(
        name, members=["U0AVERY", "U0DANA"], is_ext_shared=True, has_bot=True
    )
    account_id = desk.set_terms(customer)
    with desk.tallyman.runtime.database.writing() as session:
        session.add(
            CustomerChannel(
                channel_id=room.id,
                owner_account_id=account_id,
                name=name,
                team_ids="T0ACMECORP,T0TALLYMAN",
                seen_at=NOW,
            )
        )
    desk.set_terms(customer, preference=preference, channel_id=room.id)
    return name


def _posts(desk: Desk, room: str) -> list[Seen]:
    messages = desk.tallyman.slack.list_messages(room)
    return [Seen(one.as_page(reply_count=0)) for one in messages if one.bot_id]


def _contacts(desk: Desk, customer: str, *emails: str) -> None:
    account_id = desk.set_terms(customer)
    with desk.tallyman.runtime.database.writing() as session:
        session.add_all(
            Contact(
                account_id=account_id,
                name="",
                email=email,
                folded=email,
                added_by="U0AVERY",
                added_at=NOW,
            )
            for email in emails
        )


def _snooze(desk: Desk, account_id: int, *, until: str) -> None:
    with desk.tallyman.runtime.database.writing() as session:
        snooze = Snooze(
            account_id=account_id,
            until_on=date.fromisoformat(until),
            reason="",
            snoozed_by="U0AVERY",
            snoozed_at=NOW,
            press=f"press {account_id}",
        )
        session.add(snooze)
