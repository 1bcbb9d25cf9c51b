"""Workers are killed right after deeds of every kind; the next one keeps its promises: once each.

THREATS 115, by real processes: what was asked for is done outside, and then nobody answers, so that
the worker dies with all of it done and nothing written down. Many kills at random moments are in
tests/benchmarks/bench_kills.py.
"""

import contextlib
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.database import Database, migrate
from bot.errors import Unavailable
from bot.sandbox.mail import MailServer
from bot.sandbox.stripe import StandIn
from tests.billing import day
from tests.bot.effects.toy import let_pass
from tests.deed_counts import Case
from tests.deed_counts import Outside as Left
from tests.deeds import (
    BALANCE,
    CHARGE,
    CREDIT,
    GIVE_UP,
    HOLD,
    MAIL,
    PART,
    RESTORE,
    SETTINGS,
    SHARE,
    VOID,
    WHOLE,
    WITH_MAIL,
    Deed,
    tell_cases,
)
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.letters import SENDER
from tests.processes import ADMIN, SECRET_KEY, Outside, Process, outside, started
from tests.promises import count_pending
from tests.workspace import Person

NOW = day("2026-11-16")
WAIT_SECONDS_MAX = 120.0
LOOK_SECONDS = 0.2
# As many as a worker has in hand at a time are done outside when it dies; the rest has to wait.
# The card comes first, as Slack is silent about one message alone.
IN_HAND = (SHARE, VOID, CREDIT, PART, CHARGE, MAIL, HOLD, RESTORE)
WAITING = (GIVE_UP, WHOLE, BALANCE)
MANY = 100

pytestmark = pytest.mark.slow


@dataclass(frozen=True, slots=True)
class Deployment:
    """What processes are started with, and what they leave outside."""

    out: Outside
    mail: MailServer
    cases: dict[str, Case]
    folder: Path
    database_url: str

    @contextlib.contextmanager
    def started(self) -> Iterator[tuple[Process, Person]]:
        """A whole Tallyman in one process, and the admin opposite."""
        told = {**SETTINGS, "SMTP_URL": self.mail.url, "MAIL_FROM": SENDER}
        settings = self.out.settings(self.database_url, **told)
        with (
            started(folder=self.folder, settings=settings) as process,
            contextlib.closing(Person(self.out.slack_url, ADMIN)) as admin,
        ):
            process.wait_until_ready()
            self.out.slack.request_url = f"{process.url}/slack/events"
            yield process, admin

    def counts(self, deeds: Sequence[Deed]) -> dict[str, list[int]]:
        """How often each part of each deed has happened."""
        left = Left(self.out.stripe, self.out.slack, self.mail.mailbox)
        return {deed.name: deed.count(left, self.cases[deed.name]) for deed in deeds}

    def fall_silent(self) -> None:
        """Let Stripe, Slack and the mail server do what they are told and never say so."""
        self.out.stripe.world.faults.set({"silent_after_next": MANY})
        self.out.slack.faults.set({"silent_after_next": 1, "methods": ["chat.postMessage"]})
        self.mail.faults.set("silent", MANY)

    def heal(self) -> None:
        """Let all three answer again."""
        self.out.stripe.world.faults.reset()
        self.out.slack.faults.reset()
        self.mail.faults.reset()


@pytest.fixture
def deployment(database_url: str, tmp_path: Path) -> Iterator[Deployment]:
    """One with a case for every deed, and nothing started yet."""
    stripe = StandIn(now=NOW, secret_key=SECRET_KEY, requests_per_second=None)
    cases = {name: found[0] for name, found in tell_cases(stripe, WITH_MAIL, 1).items()}
    mail = MailServer().start()
    with outside(now=NOW, stripe=stripe) as out:
        out.slack.state.is_rate_limited = False
        yield Deployment(out, mail, cases, tmp_path, database_url)
    mail.stop()


def test_what_a_killed_worker_has_done_is_not_done_again(deployment: Deployment) -> None:
    migrate(deployment.database_url)
    with contextlib.closing(Database(deployment.database_url)) as database:
        with deployment.started() as (process, admin):
            ask_for_all(deployment, database, admin)
            wait_until(lambda: has_all_begun(deployment), seconds=WAIT_SECONDS_MAX)
            process.end(signal.SIGKILL)
        deployment.heal()
        # The dead one's leases run out.
        let_pass(database, timedelta(minutes=1))
        with deployment.started() as (process, _):
            wait_until(lambda: is_all_kept(database), seconds=WAIT_SECONDS_MAX)
            assert process.end() == 0

    assert deployment.counts(WITH_MAIL) == {deed.name: [1] * deed.parts for deed in WITH_MAIL}


def ask_for_all(deployment: Deployment, database: Database, admin: Person) -> None:
    """Ask for every deed, while nobody says what came of it."""
    last = deployment.cases[WITH_MAIL[-1].name].invoice["id"]
    wait_until(lambda: "to pay" in ask(admin, f"/invoice {last}").words)
    ask(admin, "/billing channels allow #billing")
    for deed in WITH_MAIL:
        if deed.prepare is not None:
            deed.prepare(admin, deployment.cases[deed.name])
    wait_until(lambda: count_pending(database) == 0)
    deployment.fall_silent()
    for deed in IN_HAND + WAITING:
        deed.ask(admin, deployment.cases[deed.name])


def has_all_begun(deployment: Deployment) -> bool:
    """Whether the first part of each that can be in hand has happened."""
    return all(done[0] for done in deployment.counts(IN_HAND).values())


def is_all_kept(database: Database) -> bool:
    """Whether nothing is promised any more; what pauses goes on at once."""
    if count_pending(database) == 0:
        return True
    # All rows at once may wait for the worker's and it for ours; then the next look does it.
    with contextlib.suppress(Unavailable):
        let_pass(database, timedelta(minutes=1))
    threading.Event().wait(LOOK_SECONDS)
    return False
