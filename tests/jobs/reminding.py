"""What tests of reminders have in common: a desk whose reminders are on, and where mail ends."""

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update

from bot import mailing, stripe_mail
from bot.bells import ring
from bot.clock import real_now
from bot.effects import lanes
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
    PromisedInvoice,
    PromiseToPay,
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
from tests.handlers.slack.letters import SENDER, follow
from tests.workspace import Seen

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

    def hold_back(self, moment: str) -> None:
        """Promise what is due at this moment, before anybody may send it."""
        runtime = self.tallyman.runtime
        runtime.clock.follow(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        with runtime.database.writing() as session:
            session.execute(update(SyncMark).values(real_at=ISSUED - timedelta(days=1)))
            for lane in (mailing.LANE, stripe_mail.LANE):
                session.execute(delete(EffectLane).where(EffectLane.lane == lane))
                lanes.hold(session, lane, until=real_now() + timedelta(minutes=5))
        look(runtime, REMINDERS)

    def settle(self) -> None:
        """Wait until everything that was promised is over; what is put off is done now."""
        mine = Effect.kind == "send_reminder"

        def is_over() -> bool:
            with self.tallyman.runtime.database.writing() as session:
                session.execute(delete(EffectLane))
                put_off = update(Effect).where(mine, Effect.state == "ready")
                session.execute(put_off.values(due_at=real_now()))
                ring(session, BELL)
                waiting = select(Effect.id).where(mine, Effect.state.in_(("ready", "leased")))
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


@contextlib.contextmanager
def reminding(
    database_url: str, post_office: MailServer, *, has_mail: bool = True
) -> Iterator[Desk]:
    """A Tallyman that writes by this server, or has Stripe write where it has none."""
    stripe = StandIn(now=ISSUED, secret_key=SECRET_KEY, requests_per_second=None)
    told: dict[str, Any] = {"smtp_url": post_office.url, "mail_from": SENDER} if has_mail else {}
    with deployed(database_url, now=stripe.clock, stripe=stripe, **told) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield Desk(tallyman, post_office)
        assert tallyman.slack.problems == []


def begin_anew(desk: Desk, *, since: datetime = ISSUED) -> Iterator[Desk]:
    """Turned on before anything of a test is due; whatever it breaks works again after it.

    Nothing is left to be paid of earlier tests, and no day was taken yet.
    """
    turn_on(desk, since=since)
    yield desk
    desk.post_office.faults.reset()
    desk.tallyman.stripe.world.faults.reset()
    desk.tallyman.slack.faults.reset()


def turn_on(desk: Desk, *, since: datetime = ISSUED) -> None:
    """As on the day on which the invoices of a test are issued."""
    desk.tallyman.runtime.clock.follow(since)
    with desk.tallyman.runtime.database.writing() as session:
        session.execute(delete(ReminderSwitch))
        session.execute(delete(Occurrence).where(Occurrence.job == "reminders"))
        session.execute(update(Invoice).values(status="void"))
        switched = ReminderSwitch(id=1, on_since=since, changed_by="U0AVERY", changed_at=NOW)
        session.add(switched)


def owing(desk: Desk, *, invoices: int = 1, currency: str = "usd") -> tuple[str, list[Json]]:
    """A customer with open invoices."""
    made = issue(desk, invoices=invoices, currency=currency)
    follow(desk.tallyman)
    return made


def issue(desk: Desk, *, invoices: int = 1, currency: str = "usd") -> tuple[str, list[Json]]:
    """The same where the mirror has not heard of it yet."""
    name = f"Reminded {next(_names)}"
    customer = desk.billing.customer(name, company=name)
    made = [desk.billing.invoice(customer, currency=currency, due=DUE) for _ in range(invoices)]
    return customer, made


def room_of(desk: Desk, customer: str, *, preference: str) -> str:
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


def posts_in(desk: Desk, room: str) -> list[Seen]:
    messages = desk.tallyman.slack.list_messages(room)
    return [Seen(one.as_page(reply_count=0)) for one in messages if one.bot_id]


def add_contacts(desk: Desk, customer: str, *emails: str) -> None:
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


def snooze(desk: Desk, account_id: int, *, until: str) -> None:
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


def add(desk: Desk, *rows: object) -> None:
    """Write rows, each once those before it are there."""
    with desk.tallyman.runtime.database.writing() as session:
        for row in rows:
            session.add(row)
            session.flush()


def withdraw_dispute(desk: Desk, invoice: Json) -> None:
    """They agree after all."""
    with desk.tallyman.runtime.database.writing() as session:
        case = update(DisputeCase).where(DisputeCase.invoice_id == invoice["id"])
        session.execute(case.values(state="closed"))


def promise(desk: Desk, customer: str, invoice: Json, *, by: str) -> None:
    """The customer has promised to pay all of it, and may do so a day later."""
    given = PromiseToPay(
        account_id=desk.set_terms(customer),
        currency=invoice["currency"],
        amount_minor=invoice["amount_remaining"],
        promised_on=date.fromisoformat(by),
        grace_on=date.fromisoformat(by) + timedelta(days=1),
        note="",
        said_by="",
        said_where="",
        recorded_by="U0AVERY",
        recorded_at=NOW,
        press=f"promise of {invoice['id']}",
        state="pending",
    )
    with desk.tallyman.runtime.database.writing() as session:
        session.add(given)
        session.flush()
        about = PromisedInvoice(
            promise_id=given.id,
            invoice_id=invoice["id"],
            paid_before_minor=0,
            remaining_minor=invoice["amount_remaining"],
            paid_in_time_minor=0,
        )
        session.add(about)


def dispute(desk: Desk, invoice: Json, *, part: int | None = None) -> None:
    """The customer contests it, or so much of it."""
    case = DisputeCase(
        invoice_id=invoice["id"],
        reason="usage_overcounted",
        disputed_minor=part,
        owner_id="U0AVERY",
        state="open",
        round=1,
        opened_at=NOW,
        collection="idle",
    )
    add(desk, case)
