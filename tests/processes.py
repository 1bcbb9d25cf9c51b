"""Processes of the product, started as an operator starts them, opposite both stand-ins."""

import contextlib
import itertools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import urllib3

from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn as SlackStandIn
from bot.sandbox.slack import open_workspace
from bot.sandbox.stripe import StandIn as StripeStandIn
from tests.nursery import APP, Child, nursery
from tests.workspace import PATIENCE_SECONDS, Person

ADMIN = "U0AVERY"
CHANNEL = "billing"
SIGNING_SECRET = "fake-signing-secret-tell-nobody"
BOT_TOKEN = "xoxb-fake-tell-nobody"
SECRET_KEY = "sk_test_fake_tell_nobody"
AUDIT_KEY = "fake-audit-key-tell-nobody-32-characters"
# A machine that is busy with other tests takes its time; what is fast is measured elsewhere.
WAIT_SECONDS_MAX = 100.0
ENDING_SECONDS_MAX = 60.0
# A process that is to end has no connection of ours to wait for.
CLOSING = {"Connection": "close"}
_ports = itertools.count(10_000 + os.getpid() % 1_000 * 20)


@dataclass(frozen=True, slots=True)
class Outside:
    """Slack and Stripe as the processes meet them: two addresses."""

    stripe: StripeStandIn
    slack: SlackStandIn
    stripe_url: str
    slack_url: str

    def settings(self, database_url: str, **changed: str) -> dict[str, str]:
        """The environment of a deployment that talks to these two."""
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_BASE_URL": f"{self.slack_url}/api/",
            "STRIPE_SECRET_KEY": SECRET_KEY,
            "STRIPE_API_BASE": self.stripe_url,
            "STRIPE_REQUESTS_PER_SECOND": "1000",
            "STRIPE_EVENTS_SECONDS": "0.5",
            "DATABASE_URL": database_url,
            "BILLING_ADMINS": ADMIN,
            "AUDIT_KEY": AUDIT_KEY,
            **changed,
        }

    def ask(self, text: str, *, of: "Process") -> str:
        """Type a command in the workspace while this process serves it; what the answer says."""
        self.slack.request_url = f"{of.url}/slack/events"
        with contextlib.closing(Person(self.slack_url, ADMIN)) as person:
            told_before = len(person.notices())
            person.type(CHANNEL, text)
            refused = person.notices()[told_before:]
            return refused[-1] if refused else person.see(CHANNEL).words

    def deliver_to(self, url: str) -> str:
        """Have Stripe deliver its events to this process from now on; the secret that signs."""
        made = self.stripe.call(
            "POST",
            "/v1/webhook_endpoints",
            {"url": f"{url}/stripe/webhook", "enabled_events": ["*"]},
        )
        return str(made["secret"])


@contextlib.contextmanager
def outside(
    *, now: datetime, team_id: str = "T0TALLYMAN", stripe: StripeStandIn | None = None
) -> Iterator[Outside]:
    """Both stand-ins for the length of a block, with nothing in them yet."""
    stripe = stripe or StripeStandIn(now=now, secret_key=SECRET_KEY, requests_per_second=None)
    slack = open_workspace(
        SlackStandIn(
            "manifest.json",
            signing_secret=SIGNING_SECRET,
            bot_token=BOT_TOKEN,
            team_id=team_id,
            patience_seconds=PATIENCE_SECONDS,
        )
    )
    with serving(stripe.app) as stripe_server, serving(slack.app) as slack_server:
        stripe.public_url, slack.url = stripe_server.url, slack_server.url
        yield Outside(stripe, slack, stripe_server.url, slack_server.url)
        stripe.close()


class Process:
    """`python app.py …`, started; what it prints goes to a file.

    A `fresh` one is started from nothing, as an operator does it, and takes two seconds longer.
    """

    def __init__(
        self, *words: str, folder: Path, settings: Mapping[str, str], fresh: bool = False
    ) -> None:
        self.port = int(settings.get("PORT") or find_free_port())
        self.url = f"http://127.0.0.1:{self.port}"
        self._output = folder / f"output-{self.port}"
        self.started_at = time.monotonic()
        given = environment({"PORT": str(self.port), **settings})
        self._output.write_bytes(b"")
        self.popen: Child | subprocess.Popen[bytes]
        if fresh:
            with self._output.open("wb") as file:
                self.popen = subprocess.Popen(
                    [sys.executable, APP, *words],
                    cwd=folder,
                    env=given,
                    stdin=subprocess.DEVNULL,
                    stdout=file,
                    stderr=subprocess.STDOUT,
                )
        else:
            self.popen = nursery().start(
                *words, folder=folder, environment=given, output=self._output
            )

    @property
    def said(self) -> str:
        """All that it has printed so far."""
        return self._output.read_text()

    def wait_until_ready(self) -> float:
        """Wait until it answers over HTTP; the seconds since its start.

        Raises: AssertionError when it has ended, or takes too long, with what it said.
        """
        give_up_at = self.started_at + WAIT_SECONDS_MAX
        while True:
            with contextlib.suppress(urllib3.exceptions.HTTPError):
                # Asked often: httpx would take a hundred times as long, reading certificates.
                asked = f"{self.url}/livez"
                if urllib3.request("GET", asked, headers=CLOSING, retries=False).status == 200:
                    return time.monotonic() - self.started_at
            assert self.popen.poll() is None, self.said
            assert time.monotonic() < give_up_at, self.said
            time.sleep(0.05)

    def wait_until_said(self, words: str, *, seconds_max: float = WAIT_SECONDS_MAX) -> None:
        """Wait until it has printed this.

        Raises: AssertionError when it has ended, or takes too long, with what it said.
        """
        give_up_at = time.monotonic() + seconds_max
        while words not in self.said:
            assert self.popen.poll() is None, self.said
            assert time.monotonic() < give_up_at, self.said
            time.sleep(0.05)

    def wait_for_the_end(self) -> int:
        """Wait until it ends by itself; its exit code."""
        return self.popen.wait(WAIT_SECONDS_MAX)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send it a signal and wait; its exit code, negative for the signal that killed it."""
        self.popen.send_signal(number)
        return self.popen.wait(ENDING_SECONDS_MAX)


@contextlib.contextmanager
def started(
    *words: str, folder: Path, settings: Mapping[str, str], fresh: bool = False
) -> Iterator[Process]:
    """A process for the length of a block, at the end of which it is gone in any case."""
    process = Process(*words, folder=folder, settings=settings, fresh=fresh)
    try:
        yield process
    finally:
        process.popen.kill()
        process.popen.wait(ENDING_SECONDS_MAX)


def run(
    *words: str,
    folder: Path,
    settings: Mapping[str, str] | None = None,
    program: Callable[..., object] | None = None,
) -> subprocess.CompletedProcess[str]:
    """One command of the shell, or one program of the tests, to its end."""
    with tempfile.TemporaryDirectory() as name:
        output, errors = Path(name, "output"), Path(name, "errors")
        child = nursery().start(
            *words,
            folder=folder,
            environment=environment(settings or {}),
            output=output,
            errors=errors,
            program=program,
        )
        try:
            code = child.wait(WAIT_SECONDS_MAX * 2)
        finally:
            child.kill()
        return subprocess.CompletedProcess(words, code, output.read_text(), errors.read_text())


def run_all(
    *calls: tuple[str, dict[str, str]], folder: Path
) -> list[subprocess.CompletedProcess[str]]:
    """Several commands at once, each with settings of its own."""
    with ThreadPoolExecutor(len(calls)) as threads:
        asked = [
            threads.submit(run, *words.split(), folder=folder, settings=settings)
            for words, settings in calls
        ]
        return [each.result() for each in asked]


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """What a process gets: this one's environment, and the settings."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **settings}


def find_free_port() -> int:
    """A port that nobody listens on, nor will by chance before it is used.

    Shape: below those that a system gives out by itself, each once, other ones in each process.
    """
    while True:
        port = next(_ports)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
