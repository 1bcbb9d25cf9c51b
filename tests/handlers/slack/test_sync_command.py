"""`/billing sync` (A4): freshness, lag, drift, what could not be read, and alerts."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select, update

from bot.alerts import raise_alert
from bot.clock import real_now
from bot.errors import Unavailable
from bot.mirror.verify import verify
from bot.models import Alert, Invoice, ReceivedEvent, StaleObject
from bot.occurrences import Taken
from bot.runtime import Runtime
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.billing import Billing, day
from tests.deployment import ADMIN, Tallyman, deployed
from tests.handlers.slack.billing_desk import answered
from tests.handlers.slack.pressing import forge
from tests.workspace import Person, Seen


@pytest.fixture
def desk(database_url: str) -> Iterator[Tallyman]:
    """A whole Tallyman over one invoice."""
    with deployed(database_url, now=day("2026-11-16")) as tallyman:
        billing = Billing(tallyman.stripe)
        billing.invoice(billing.customer("Acme"))
        assert tallyman.stripe.webhooks_idle(20)
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


def ask(person: Person) -> Seen:
    """What the person sees after /billing sync."""
    assert person.type("general", "/billing sync")["ok"]
    return person.see("general")


def fact(card: Seen, label: str) -> str:
    """What the card says below a label."""
    lines = card.words.splitlines()
    return lines[lines.index(f"*{label}*") + 1]


def warn(desk: Tallyman, subject: str, *, times: int = 1) -> None:
    """An alert to the operators."""
    with desk.runtime.database.writing() as session:
        for _ in range(times):
            raise_alert(
                session, kind="events_gap", subject=subject, detail="Some are lost.", now=real_now()
            )


def compare(desk: Tallyman, *, repair: bool = False) -> None:
    """Compare the mirror with Stripe, as the nightly job and the shell do."""
    verify(desk.runtime, repair=repair, report=lambda _progress: None)


def test_a_mirror_that_is_well_says_so(desk: Tallyman, avery: Person) -> None:
    card = ask(avery)

    assert card.is_ephemeral
    assert "All is well" in card.words
    assert "the alarm is at 15 minutes" in fact(card, "Age of the figures")
    assert fact(card, "We asked Stripe for news").endswith("ago")
    assert fact(card, "Stripe last sent news").endswith("ago")
    assert fact(card, "News not looked at yet") == "Nothing"
    assert fact(card, "Waiting to be read again") == "Nothing"
    assert fact(card, "First filling").startswith("Done 16 Nov 2026 12:00 UTC")
    assert fact(card, "Compared with Stripe") == "Never"
    assert fact(card, "Alerts") == "No open ones"
    assert desk.slack.problems == []


def test_a_mirror_that_was_never_filled_says_so(database_url: str) -> None:
    with deployed(database_url, now=day("2026-11-16")) as empty:
        person = empty.person()
        card = ask(person)
        person.close()

    assert "The copy is being filled" in card.words
    assert fact(card, "First filling") == "Not begun"
    assert fact(card, "We asked Stripe for news") == "Never"


def test_figures_older_than_the_alarm_are_told_by_the_real_clock(database_url: str) -> None:
    with deployed(database_url, now=day("2026-11-16"), mirror_alarm_minutes=0.001) as old:
        old.backfill()
        time.sleep(0.1)
        person = old.person()
        card = ask(person)
        person.close()

    assert "is the limit" in card.words


def test_moving_stripes_clock_makes_no_figure_old(desk: Tallyman, avery: Person) -> None:
    desk.stripe.advance(day("2026-12-24"))

    assert "All is well" in ask(avery).words


def test_news_that_nobody_has_looked_at_is_counted(desk: Tallyman, avery: Person) -> None:
    with desk.runtime.database.writing() as session:
        long_ago = real_now() - timedelta(hours=3)
        session.execute(update(ReceivedEvent).values(state="kept", received_at=long_ago))

    news = fact(ask(avery), "News not looked at yet")

    assert "the oldest for 3 hours" in news


def test_what_could_not_be_read_is_retried_at_a_press(desk: Tallyman, avery: Person) -> None:
    invoices = desk.stripe.call("GET", "/v1/invoices", {"limit": "1"})["data"]
    Billing(desk.stripe).void(invoices[0])
    assert desk.stripe.webhooks_idle(20)
    desk.stripe.world.faults.set({"deny": ["invoices:read"]})
    desk.sync()
    failed = ask(avery)
    desk.stripe.world.faults.reset()

    avery.click(failed, "Retry")
    pressed = answered(avery, after=failed)
    desk.sync()

    assert "Could not be read from Stripe" in failed.words
    assert "1 attempt" in failed.words
    assert "It is being read from Stripe again" in pressed.words
    assert "Could not be read" not in ask(avery).words
    with desk.runtime.database.reading() as session:
        assert session.scalar(select(Invoice.status)) == "void"


def test_a_retry_does_not_take_an_object_from_its_reader(desk: Tallyman) -> None:
    lease_until = real_now() + timedelta(minutes=3)
    with desk.runtime.database.writing() as session:
        reading = StaleObject(
            kind="invoice",
            object_id="in_1",
            wanted=1,
            hinted_at=real_now(),
            due_at=lease_until,
            attempts=1,
            ticket=7,
        )
        session.add(reading)
        session.flush()
        reading_id = reading.id

    forge(desk, "retry_object", str(reading_id))

    with desk.runtime.database.reading() as session:
        assert session.scalar(select(StaleObject.due_at)) == lease_until


def test_alerts_stand_newest_first_and_are_decided_by_name(desk: Tallyman, avery: Person) -> None:
    warn(desk, "the first")
    warn(desk, "the second", times=3)
    card = ask(avery)

    avery.click(card, "dismiss_alert:0")
    after = answered(avery, after=card)

    assert card.words.index("the second") < card.words.index("the first")
    assert "2 things need a look" in card.words
    assert "3 times" in card.words
    assert "Dismissed. It comes back if it happens again." in after.words
    assert "the second" not in after.words
    assert "the first" in after.words
    with desk.runtime.database.reading() as session:
        dismissed = session.scalars(select(Alert).where(Alert.subject == "the second")).one()
    assert dismissed.cleared_at is not None
    assert dismissed.cleared_by == ADMIN


def test_an_alert_that_happens_again_is_open_again(desk: Tallyman, avery: Person) -> None:
    warn(desk, "the gap")
    card = ask(avery)
    avery.click(card, "Dismiss")
    answered(avery, after=card)
    warn(desk, "the gap")

    assert "the gap" in ask(avery).words
    with desk.runtime.database.reading() as session:
        assert session.scalar(select(Alert.cleared_by)) is None


def test_many_alerts_are_counted_not_cut_silently(desk: Tallyman, avery: Person) -> None:
    for number in range(20):
        warn(desk, f"number {number}")

    card = ask(avery)

    assert fact(card, "Alerts") == "20 alerts open"
    assert "and 14 more" in card.words


def test_what_a_comparison_found_stays_to_be_seen(desk: Tallyman, avery: Person) -> None:
    compare(desk)
    clean = fact(ask(avery), "Compared with Stripe")
    with desk.runtime.database.writing() as session:
        session.execute(update(Invoice).values(total_minor=1))
    compare(desk)
    drifted = fact(ask(avery), "Compared with Stripe")
    compare(desk, repair=True)
    repaired = fact(ask(avery), "Compared with Stripe")

    assert clean.endswith("no difference")
    assert drifted.endswith("1 different; not put right")
    assert repaired.endswith("1 different; put right")


def test_it_is_never_shared(avery: Person) -> None:
    avery.type("general", "/billing sync share")

    seen = avery.see("general")

    assert seen.is_ephemeral
    assert "All is well" in seen.words
    assert "Not shared" in seen.words


def test_the_help_names_it(avery: Person) -> None:
    avery.type("general", "/billing help")

    assert "/billing sync" in avery.see("general").words


def test_what_the_clock_does_is_shown_and_measured(desk: Tallyman, avery: Person) -> None:
    assert "Done by the clock" not in ask(avery).words
    desk.stripe.advance(day("2026-11-17"))
    for job in TIMETABLE:
        look(desk.runtime, job)

    card = ask(avery)
    measured = httpx.get(f"{desk.url}/metrics", trust_env=False).text

    assert re.search(r"Invoices judged Past Due: [\w ]+ ago · (next in|due now)", card.words)
    assert 'tallyman_job_last_done_seconds{job="past_due"}' in measured
    assert 'tallyman_job_days{job="past_due",state="failed"} 0.0' in measured


def test_a_job_that_fails_needs_a_look(desk: Tallyman, avery: Person) -> None:
    def fall_over(_runtime: Runtime, _taken: Taken) -> None:
        raise Unavailable("Nobody answers.")

    look(desk.runtime, replace(TIMETABLE[0], run=fall_over))

    card = ask(avery)

    assert "What the clock asks for fails\nNobody answers.\npast_due UTC · once" in card.words
    assert "1 day to be tried again" in card.words
