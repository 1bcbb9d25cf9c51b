"""Workers that are killed at random again and again: what was promised is done, once each.

No figure but a proof: it fails when anything is lost or happens twice. People ask for deeds of
every kind in the stand-in Slack, and the stand-ins count what has happened to them. On PostgreSQL
one of three workers dies each time; on SQLite it is the one process that there is. A mail that may
have left when its worker died is not sent again by itself, and counts where a person is told so.
"""

import os
import random
import signal
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select

from bot.database import Database, migrate
from bot.models import Effect
from bot.sandbox.mail import MailServer
from bot.sandbox.stripe import StandIn
from tests.benchmarks.bench_webhooks import durable_postgresql
from tests.billing import day
from tests.deed_counts import Case
from tests.deed_counts import Outside as Left
from tests.deeds import SETTINGS, WITH_MAIL, Deed, tell_cases
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.letters import SENDER
from tests.processes import ADMIN, SECRET_KEY, Outside, Process, outside
from tests.promises import count_pending, count_posts, open_rooms, promise_post
from tests.workspace import Person

KILLS = int(os.environ.get("BENCH_KILLS", "30"))
WORKERS, ROOMS = 3, 6
# Between what was asked for and the next kill; so that it often hits in the middle.
PAUSE_SECONDS = (0.0, 1.0)
DEEDS_EACH_TIME, POSTS_EACH_TIME = 4, 2
STARTING_SECONDS_MAX, KEEPING_SECONDS_MAX = 60.0, 240.0


class Workforce:
    """The processes of a deployment: one that serves, and those that are killed."""

    def __init__(self, out: Outside, url: str, folder: Path, mail_url: str) -> None:
        self._out, self._folder = out, folder
        self._settings = out.settings(url, **SETTINGS, SMTP_URL=mail_url, MAIL_FROM=SENDER)
        self._is_alone = url.startswith("sqlite")
        self._web = None if self._is_alone else self._start("web")
        self._workers = [self._start_one() for _ in range(1 if self._is_alone else WORKERS)]
        self._serve()

    def kill(self, place: int) -> None:
        """Kill one where it stands, and start another in its place."""
        place %= len(self._workers)
        self._workers[place].end(signal.SIGKILL)
        self._workers[place] = self._start_one()
        if self._is_alone:
            self._serve()

    def end(self) -> None:
        """Let all of them finish."""
        for process in (*self._workers, *([self._web] if self._web else [])):
            process.end()

    def _start_one(self) -> Process:
        return self._start() if self._is_alone else self._start("worker")

    def _start(self, *words: str) -> Process:
        return Process(*words, folder=self._folder, settings=self._settings)

    def _serve(self) -> None:
        serving = self._web or self._workers[0]
        serving.wait_until_ready()
        self._out.slack.request_url = f"{serving.url}/slack/events"


def main() -> None:
    """Kill, ask, wait, and compare what has happened with what was asked for; on both databases."""
    with tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder:
        _prove(f"sqlite:///{folder}/kills.sqlite3", "SQLite", Path(folder))
    with (
        tempfile.TemporaryDirectory(prefix="tallyman-bench-") as folder,
        durable_postgresql() as url,
    ):
        _prove(url, "PostgreSQL", Path(folder))


def _prove(url: str, title: str, folder: Path) -> None:
    migrate(url)
    database, mail = Database(url), MailServer().start()
    stripe = StandIn(now=day("2026-11-16"), secret_key=SECRET_KEY, requests_per_second=None)
    each = -(-KILLS * DEEDS_EACH_TIME // len(WITH_MAIL))
    cases = tell_cases(stripe, WITH_MAIL, each)
    with outside(now=day("2026-11-16"), stripe=stripe) as out:
        rooms = open_rooms(out.slack, ROOMS)
        force = Workforce(out, url, folder, mail.url)
        admin = Person(out.slack_url, ADMIN)
        _begin(admin, cases[WITH_MAIL[-1].name][-1])
        asked = _ask_and_kill(database, admin, force, cases, rooms)
        _wait_until_kept(database)
        force.end()
        admin.close()
        left = Left(out.stripe, out.slack, mail.mailbox)
        asked.done += [deed.count(left, case) for deed, case in asked.deeds]
        asked.said = count_posts(out.slack, rooms)
    mail.stop()
    _judge(asked, title, _list_doubts(database))
    database.close()


@dataclass
class Asked:
    """What was asked for: deeds and posts; and how often each part of it has happened."""

    deeds: list[tuple[Deed, Case]] = field(default_factory=list)
    posts: list[str] = field(default_factory=list)
    done: list[list[int]] = field(default_factory=list)
    said: Counter[str] = field(default_factory=Counter)


def _begin(admin: Person, last: Case) -> None:
    """Wait until all that is owed is known, and let answers be shared in a channel."""
    card = f"/invoice {last.invoices[-1]['id']}"
    wait_until(lambda: "to pay" in ask(admin, card).words, seconds=STARTING_SECONDS_MAX)
    ask(admin, "/billing channels allow #billing")


def _ask_and_kill(
    database: Database,
    admin: Person,
    force: Workforce,
    cases: dict[str, list[Case]],
    rooms: list[str],
) -> Asked:
    chance, asked = random.Random(5), Asked()
    for kill in range(KILLS):
        for place in range(POSTS_EACH_TIME):
            asked.posts.append(f"Said once, {kill}.{place}")
            promise_post(database, chance.choice(rooms), asked.posts[-1])
        for place in range(DEEDS_EACH_TIME):
            deed = WITH_MAIL[(kill * DEEDS_EACH_TIME + place) % len(WITH_MAIL)]
            case = cases[deed.name].pop()
            if deed.prepare is not None:
                deed.prepare(admin, case)
            deed.ask(admin, case)
            asked.deeds.append((deed, case))
        time.sleep(chance.uniform(*PAUSE_SECONDS))
        force.kill(chance.randrange(WORKERS))
    return asked


def _wait_until_kept(database: Database) -> None:
    give_up_at = time.monotonic() + KEEPING_SECONDS_MAX
    while count_pending(database) and time.monotonic() < give_up_at:
        time.sleep(0.5)


def _list_doubts(database: Database) -> str:
    """What the mails say that people were asked about, all in one."""
    doubtful = select(Effect.payload).where(Effect.is_doubtful, Effect.lane == "mail")
    with database.reading() as session:
        return str(list(session.scalars(doubtful)))


def _judge(asked: Asked, title: str, doubts: str) -> None:
    """Compare, print, and fail where anything was lost or happened twice."""
    lost, twice, doubtful = [], [], 0
    for (_, case), done in zip(asked.deeds, asked.done, strict=True):
        if max(done) > 1:
            twice.append((case.name, done))
        if case.invoice["id"] in doubts:
            doubtful += 1
        elif min(done) < 1:
            lost.append((case.name, done))
    lost += [(text, [0]) for text in asked.posts if not asked.said[text]]
    twice += [(text, [asked.said[text]]) for text in asked.posts if asked.said[text] > 1]
    kinds = Counter(deed.name for deed, _ in asked.deeds) | {"posted": len(asked.posts)}
    told = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    print(f"\n{title}: {KILLS} kills, {sum(kinds.values())} promised ({told})")
    print(f"  {len(lost)} lost, {len(twice)} twice, {doubtful} mails left to a person's decision")
    if lost or twice:
        raise SystemExit(f"Lost: {lost}; twice: {twice}")


if __name__ == "__main__":
    main()
