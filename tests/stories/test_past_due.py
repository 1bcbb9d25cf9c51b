"""One customer from an invoice to a payment: past due, a promise, a broken promise, reminders.

The desk and the customer are in New York, so that the days walked through lie across the end of a
month and the night in which the clocks go back (1 November 2026, 02:00).
"""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.bells import ring
from bot.effects.promises import BELL
from bot.mirror.sweep import sweep
from bot.models import PENDING, Effect
from bot.queries.crossings import list_crossings
from bot.sandbox.mail import MailServer
from bot.sandbox.stripe import StandIn
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.billing import Billing, Json
from tests.deployment import ADMIN, SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.digesting import (
    digest_posts,
    posts,
    rows_of,
    set_up,
    struck_in,
)
from tests.handlers.slack.letters import SENDER, direct_words
from tests.handlers.slack.pressing import view_of
from tests.handlers.slack.promising import clear_screen
from tests.workspace import Person, Seen

ROOM, COLLECTOR, ZONE = "mornings", "U0JAMIE", "America/New_York"
FIRM, OLDER = "Hudson Ltd", "Older Inc"
# A worker that looks again, and another one that looks too, find nothing to do.
LOOKS = 2
# On which the story looks at the digest.
MORNINGS = [
    *(date(2026, 10, number) for number in (30, 31)),
    *(date(2026, 11, number) for number in range(1, 7)),
]


@dataclass(frozen=True, slots=True)
class Chase:
    """A desk in New York, the customer's invoice and mailbox, and the collector who owns it."""

    desk: Tallyman
    mail: MailServer
    invoice: Json
    jamie: Person

    def at(self, local: str) -> None:
        """Come to a moment of New York; do all that is due, and keep all that was promised."""
        moment = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONE))
        self.desk.stripe.advance(moment.astimezone(UTC))
        self.hear()
        for _ in range(LOOKS):
            for job in TIMETABLE:
                if job.reads_mirror:
                    look(self.desk.runtime, job)
        self.settle()

    def hear(self) -> None:
        """Hear of everything that has happened at Stripe, and let all who are told know."""
        assert self.desk.stripe.webhooks_idle(20)
        sweep(self.desk.runtime)
        self.desk.sync()
        self.settle()

    def hear_until(self, is_so: Callable[[], bool]) -> None:
        """The same until something is so, as news come when they come."""

        def is_heard() -> bool:
            self.hear()
            return is_so()

        wait_until(is_heard)

    def settle(self) -> None:
        """Wait until nothing is promised any more; what is put off for a moment is done now."""
        database, waiting = self.desk.runtime.database, (PENDING, Effect.state == "ready")

        def is_over() -> bool:
            soon = datetime.now(UTC)
            with database.reading() as session:
                if session.scalar(select(Effect.id).where(PENDING).limit(1)) is None:
                    return True
                put_off = session.scalar(
                    select(Effect.id).where(*waiting, Effect.due_at > soon).limit(1)
                )
            if put_off is not None:
                with database.writing() as session:
                    session.execute(update(Effect).where(*waiting).values(due_at=soon))
                    ring(session, BELL)
            return False

        wait_until(is_over)

    def digest(self) -> Seen:
        """The newest digest, as it stands in the channel now."""
        return Seen(posts(self.desk, ROOM)[-1].as_page(reply_count=0))

    def lines(self) -> dict[str, str]:
        """The first words of each line of it, in order, and the marks below them."""
        parts = [row[0].partition("\n") for row in rows_of(self.digest())]
        return {name: marks.removeprefix("· ") for name, _, marks in parts}

    def letters(self) -> list[str]:
        """What the customer was written, by subject, the oldest first."""
        found = self.mail.mailbox.list_letters()
        number = self.invoice["number"]
        return [one.headers["Subject"] for one in reversed(found) if number in one.text]

    def crossed_on(self) -> list[date]:
        """The days on which the invoice became Past Due."""
        with self.desk.runtime.database.reading() as session:
            return [one.crossed_on for one in list_crossings(session, [self.invoice["id"]])]

    def told(self, words: str) -> int:
        """How often the collector was told this alone."""
        return direct_words(self.desk, COLLECTOR).count(words)


@pytest.fixture
def chase(database_url: str) -> Iterator[Chase]:
    """The first of October: an invoice of thirty days, and a firm that owes for longer."""
    issued = datetime(2026, 10, 1, 14, tzinfo=UTC)
    stripe = StandIn(now=issued, secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    customer = billing.customer(FIRM, company=FIRM)
    due = datetime(2026, 10, 30, 21, tzinfo=UTC)
    invoice = billing.invoice(customer, ("Calls", 120_000), due=due)
    older = billing.customer(OLDER, company=OLDER)
    billing.invoice(older, ("Calls", 50_000), due=datetime(2026, 10, 5, 21, tzinfo=UTC))
    with contextlib.ExitStack() as stack:
        mail = MailServer().start()
        stack.callback(mail.stop)
        desk = stack.enter_context(
            deployed(
                database_url,
                now=stripe.clock,
                stripe=stripe,
                smtp_url=mail.url,
                mail_from=SENDER,
                account_time_zone=ZONE,
                billing_roles=f"{COLLECTOR}=collector",
            )
        )
        desk.slack.add_channel(ROOM, members=[ADMIN, COLLECTOR], has_bot=True)
        desk.backfill()
        jamie = stack.enter_context(contextlib.closing(desk.person(COLLECTOR)))
        yield Chase(desk, mail, invoice, jamie)
        assert desk.slack.problems == []


def test_a_customer_from_issue_to_payment(chase: Chase) -> None:
    prepare(chase)
    chase.at("2026-10-30T08:05")
    assert chase.letters() == ["Due soon: USD 1,200.00 for 1 invoice"]
    assert list(chase.lines()) == [OLDER]

    become_past_due(chase)
    promise_by_monday(chase)
    wait_across_the_clock_change(chase)
    break_the_promise(chase)
    pay_at_last(chase)

    days = [post.day for post in digest_posts(chase.desk)]
    assert days == MORNINGS
    assert len(posts(chase.desk, ROOM)) == len(days)


def prepare(chase: Chase) -> None:
    """A digest, reminders and thanks, and somebody who looks after the account."""
    with contextlib.closing(chase.desk.person()) as avery:
        set_up(
            avery,
            channel=avery.channel(ROOM),
            hour="8",
            find_zone=ZONE,
            weekdays=["1", "2", "3", "4", "5", "6", "7"],
        )
        clear_screen(avery)
        avery.click(ask(avery, "/billing reminders"), "Turn on")
        wait_until(lambda: "Reminders are on." in avery.see("general").words)
        avery.click(ask(avery, f"/billing account {FIRM}"), "Change terms")
        view_of(avery)
        send(avery, "As usual → Sent", thanks="yes")
        send(avery, "The terms are changed.")
        clear_screen(avery)
    jamie = chase.jamie
    jamie.click(ask(jamie, f"/balance {FIRM}"), "More …")
    press(jamie, "Assign")
    send(jamie, "looks after it from now on", owner=COLLECTOR)
    clear_screen(jamie)


def become_past_due(chase: Chase) -> None:
    """The night of Halloween: recorded at one, told at eight, new in the digest."""
    chase.at("2026-10-31T00:30")
    assert chase.crossed_on() == []
    chase.at("2026-10-31T01:05")
    assert chase.crossed_on() == [date(2026, 10, 31)]
    assert chase.told("Past Due") == 0

    chase.at("2026-10-31T08:05")

    assert chase.crossed_on() == [date(2026, 10, 31)]
    assert chase.told("1 invoice is now Past Due") == 1
    assert chase.lines() == {OLDER: "", FIRM: "● new · Jamie Okafor"}
    assert "1 new" in chase.digest().words


def promise_by_monday(chase: Chase) -> None:
    """From the digest's menu, by a dialog; the digest marks it at once."""
    jamie, digest = chase.jamie, chase.digest()
    _, menu = digest.find("show_account_deeds:digest")
    label = next(one["text"]["text"] for one in menu["options"] if FIRM in one["text"]["text"])
    assert jamie.choose(digest, "show_account_deeds:digest", label)["ok"]
    press(jamie, "Promise to pay")
    said = {"when": "other", "other_day": "2026-11-02", "said_by": "Erin"}
    send(jamie, "The promise is recorded.", **said)
    clear_screen(jamie)

    chase.hear_until(lambda: "promised by 2 Nov" in chase.lines()[FIRM])
    assert "USD 1,200.00 by 2 Nov 2026" in ask(jamie, f"/balance {FIRM}").words


def wait_across_the_clock_change(chase: Chase) -> None:
    """Nobody chases; on Sunday eight o'clock comes an hour later than the days before."""
    before = len(posts(chase.desk, ROOM))
    chase.at("2026-11-01T07:30")
    assert len(posts(chase.desk, ROOM)) == before
    chase.at("2026-11-01T08:05")
    assert "promised by 2 Nov" in chase.lines()[FIRM]

    chase.at("2026-11-02T08:05")
    assert "promise due 2 Nov" in chase.lines()[FIRM]
    with contextlib.closing(chase.desk.person()) as avery:
        chase.at("2026-11-02T09:05")
        held = ask(avery, "/billing reminders").words
    assert f"{chase.invoice['number']} · {FIRM} · " in held
    assert "promised" in held
    chase.at("2026-11-03T08:05")

    assert len(chase.letters()) == 1
    assert chase.told("Broken promise") == 0


def break_the_promise(chase: Chase) -> None:
    """The day and its grace are over: told at once, first in the digest, reminded of again."""
    chase.at("2026-11-04T01:05")
    assert chase.told("nothing has arrived, so it is chased again") == 1

    chase.at("2026-11-04T08:05")
    first, *_ = chase.lines()
    assert first == FIRM
    assert "✗ promise of 2 Nov broken" in chase.lines()[FIRM]
    chase.at("2026-11-04T09:05")

    assert chase.letters()[1:] == ["A reminder: USD 1,200.00 for 1 invoice"]


def pay_at_last(chase: Chase) -> None:
    """The customer pays at Stripe: struck through, thanked, and left alone."""
    Billing(chase.desk.stripe).pay(chase.invoice)
    chase.hear_until(lambda: struck_in(chase.digest()) == [FIRM, "USD 1,200.00"])
    balance = ask(chase.jamie, f"/balance {FIRM}").words
    assert "Nothing to pay." in balance
    assert "0 of 1 promise, 0% of USD 1,200.00" in balance

    chase.at("2026-11-05T08:05")
    assert "Paid since 4 Nov: USD 1,200.00 by Hudson Ltd" in chase.digest().words
    assert list(chase.lines()) == [OLDER]
    chase.at("2026-11-05T09:05")
    # The seventh day after it was due.
    chase.at("2026-11-06T09:05")

    history = ask(chase.jamie, f"/invoice history {chase.invoice['number']}").words
    assert "Past Due\n · until 4 Nov 2026 " in history
    assert chase.letters()[2:] == ["Thank you for your payment"]


def press(person: Person, label: str) -> None:
    """Press a button of the modal on top, once it is there, and come to what it opens."""
    wait_until(lambda: label in view_of(person).buttons)
    above = view_of(person).raw["id"]
    assert person.press(label)["ok"]
    wait_until(lambda: view_of(person).raw["id"] != above)
    wait_until(lambda: "Asking Stripe" not in view_of(person).words)


def send(person: Person, said: str, **filled: str) -> None:
    """Fill the modal on top in, send it, and wait until it says this."""
    assert person.submit(**filled)["ok"]
    wait_until(lambda: said in person.view().words)
