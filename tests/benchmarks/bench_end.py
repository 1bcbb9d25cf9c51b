"""How soon a process is gone that is told to end: idle, at work, and while somebody is silent.

The budget is 10 seconds, which is the least that whoever ends processes waits before killing them.
A call that nobody answers is cut off, and whoever comes next looks what has become of it.
"""

import contextlib
import os
import signal
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from bot.database import Database, migrate
from bot.models import LEASED, Effect
from bot.sandbox.mail import MailServer
from bot.sandbox.stripe import StandIn
from tests.billing import day
from tests.deed_counts import Case
from tests.deeds import MAIL, SETTINGS, SHARE, VOID, Deed, tell_cases
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.letters import SENDER
from tests.processes import (
    ADMIN,
    CHANNEL,
    SECRET_KEY,
    Outside,
    Process,
    find_free_port,
    outside,
    started,
)
from tests.promises import count_pending, open_rooms, promise_post
from tests.workspace import Person

ENDS = int(os.environ.get("BENCH_ENDS", "3"))
GONE_SECONDS = 10
NOW = day("2026-11-16")
MANY = 100
DEEDS = (SHARE, VOID, MAIL)
# What steady work is: posts in so many channels, and news of Stripe's for longer than an end takes.
ROOMS, POSTS_EACH = 6, 20
WORK_SECONDS, CHANGE_SECONDS, CHANGES_MAX = 2.0, 0.05, 1_000


def main() -> None:
    """Measure, and print the figures."""
    for title, busy in WHILE.items():
        for number in (signal.SIGTERM, signal.SIGINT):
            ends = [_end(number, busy) for _ in range(ENDS)]
            print(
                f"  {number.name:7s} {title:22s} {statistics.median(ends):5.2f} s at the median, "
                f"{max(ends):5.2f} at worst of {len(ends)}; budget {GONE_SECONDS}",
                flush=True,
            )


@dataclass(frozen=True, slots=True)
class Scene:
    """A Tallyman in one process on SQLite, the admin opposite, and what it may be busy with."""

    out: Outside
    mail: MailServer
    cases: dict[str, Case]
    database: Database
    admin: Person

    def ask(self, deed: Deed) -> None:
        """Ask for a deed, and see that somebody has begun with it."""
        deed.ask(self.admin, self.cases[deed.name])
        wait_until(self._has_begun)

    def _has_begun(self) -> bool:
        with self.database.reading() as session:
            return session.scalar(select(Effect.id).where(LEASED).limit(1)) is not None


def _end(number: signal.Signals, busy: Callable[[Scene], AbstractContextManager[None]]) -> float:
    """How long a process takes to be gone that is busy with this, in seconds."""
    with _opened() as (scene, process), busy(scene):
        began = time.monotonic()
        code = process.end(number)
        seconds = time.monotonic() - began
        assert code == 0, process.said
        return seconds


@contextlib.contextmanager
def _opened() -> Iterator[tuple[Scene, Process]]:
    stripe = StandIn(now=NOW, secret_key=SECRET_KEY, requests_per_second=None)
    cases = {name: found[0] for name, found in tell_cases(stripe, DEEDS, 1).items()}
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tallyman-bench-")))
        mail = MailServer().start()
        stack.callback(mail.stop)
        out = stack.enter_context(outside(now=NOW, stripe=stripe))
        out.slack.state.is_rate_limited = False
        url, port = f"sqlite:///{folder}/ends.sqlite3", str(find_free_port())
        migrate(url)
        database = stack.enter_context(contextlib.closing(Database(url)))
        told = {"PORT": port, "SMTP_URL": mail.url, "MAIL_FROM": SENDER}
        secret = out.deliver_to(f"http://127.0.0.1:{port}")
        settings = out.settings(url, STRIPE_WEBHOOK_SECRET=secret, **SETTINGS, **told)
        process = stack.enter_context(started(folder=folder, settings=settings, fresh=True))
        process.wait_until_ready()
        out.slack.request_url = f"{process.url}/slack/events"
        admin = stack.enter_context(contextlib.closing(Person(out.slack_url, ADMIN)))
        last = cases[DEEDS[-1].name].invoice["id"]
        wait_until(lambda: "to pay" in ask(admin, f"/invoice {last}").words)
        ask(admin, f"/billing channels allow #{CHANNEL}")
        wait_until(lambda: count_pending(database) == 0)
        yield Scene(out, mail, cases, database, admin), process


@contextlib.contextmanager
def _idle(scene: Scene) -> Iterator[None]:
    del scene
    yield


@contextlib.contextmanager
def _working(scene: Scene) -> Iterator[None]:
    """Posts wait in several channels, and Stripe has news all the time."""
    for number, room in enumerate(open_rooms(scene.out.slack, ROOMS) * POSTS_EACH):
        promise_post(scene.database, room, f"Post {number}")
    over = threading.Event()

    def change() -> None:
        path = f"/v1/invoices/{scene.cases[VOID.name].invoice['id']}"
        for number in range(CHANGES_MAX):
            if over.wait(CHANGE_SECONDS):
                return
            scene.out.stripe.call("POST", path, {"description": f"Change {number}"})

    thread = threading.Thread(target=change)
    thread.start()
    time.sleep(WORK_SECONDS)
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextlib.contextmanager
def _stripe_silent(scene: Scene) -> Iterator[None]:
    scene.out.stripe.world.faults.set({"black_hole": True})
    try:
        scene.ask(VOID)
        yield
    finally:
        scene.out.stripe.world.faults.reset()


@contextlib.contextmanager
def _slack_silent(scene: Scene) -> Iterator[None]:
    scene.out.slack.faults.set({"silent_after_next": MANY, "methods": ["chat.postMessage"]})
    try:
        scene.ask(SHARE)
        yield
    finally:
        scene.out.slack.faults.reset()


@contextlib.contextmanager
def _mail_silent(scene: Scene) -> Iterator[None]:
    scene.mail.faults.set("silent", MANY)
    try:
        scene.ask(MAIL)
        yield
    finally:
        scene.mail.faults.reset()


WHILE: Mapping[str, Callable[[Scene], AbstractContextManager[None]]] = {
    "idle": _idle,
    "under steady work": _working,
    "Stripe silent": _stripe_silent,
    "Slack silent": _slack_silent,
    "the mail server silent": _mail_silent,
}


if __name__ == "__main__":
    main()
