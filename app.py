"""The composition root: settings become a runtime, and a runtime becomes one process.

`python app.py` alone is everything in one process; with nothing configured it opens the sandbox.
"""

import contextlib
import signal
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import FrameType
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from bot.clock import BusinessClock, real_now
from bot.database import FileLock, migrate
from bot.deployment import identify
from bot.errors import Misconfigured
from bot.mirror.keeper import EventKeeper
from bot.runtime import Runtime, opened
from bot.settings import Settings, load_settings, nothing_is_set, require_complete
from bot.slack_api import SlackAPI
from bot.telemetry import get_logger, start_logging
from handlers.cli import Ways, create_shell
from handlers.http.application import create_app
from handlers.http.health import health_routes
from handlers.http.slack import slack_route
from handlers.http.webhooks import webhook_routes
from handlers.slack.bolt import build_dispatch
from handlers.slack.context import Desk

log = get_logger("app")

STOPPING_SECONDS_MAX = 5.0
SANDBOX_PAGE_PORT = 3000


@dataclass(frozen=True, slots=True)
class Duties:
    """What a process does: answer over HTTP, work in the background, or both."""

    serves: bool
    works: bool


ALL = Duties(serves=True, works=True)
WEB = Duties(serves=True, works=False)
WORKER = Duties(serves=False, works=True)


def run_process(
    settings: Settings,
    duties: Duties,
    *,
    clock: BusinessClock | None = None,
    listening: socket.socket | None = None,
    on_ready: Callable[[], None] | None = None,
) -> None:
    """Run one process until it is told to stop.

    Raises: Misconfigured and Unavailable from its start; nothing once it runs.
    """
    require_complete(settings)
    with contextlib.ExitStack() as stack:
        take_file_lock(settings, stack)
        migrate(settings.database_url)
        runtime = stack.enter_context(opened(settings, clock=clock))
        token = settings.slack_bot_token.get_secret_value()
        slack = SlackAPI(token, base_url=settings.slack_api_base_url)
        stack.callback(slack.close)
        deployment = identify(runtime.database, runtime.stripe, slack, now=real_now())
        wake = start_working(runtime, stack) if duties.works else None
        if on_ready is not None:
            on_ready()
        if duties.serves:
            desk = Desk(runtime=runtime, slack=slack, deployment=deployment)
            serve(runtime, desk, wake=wake, stack=stack, listening=listening)
        else:
            wait_for_the_end()


def take_file_lock(settings: Settings, stack: contextlib.ExitStack) -> None:
    """See that no other process serves or works on the same SQLite file.

    Raises: Misconfigured when one does.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        lock = FileLock(url)
        lock.take()
        stack.callback(lock.release)


def start_working(runtime: Runtime, stack: contextlib.ExitStack) -> Callable[[], None]:
    """Fill the mirror if it is empty, and keep it up from then on, in threads of their own.

    Shape: what wakes the work at once when there is news.
    """
    from jobs import first_fill
    from jobs.sync import SyncLoop
    from jobs.verify import VerifyLoop

    stopping = threading.Event()
    loop, nightly = SyncLoop(runtime), VerifyLoop(runtime)

    def work() -> None:
        try:
            if first_fill.run(runtime, stopping):
                loop.start()
                nightly.start()
        except Misconfigured as wrong:
            log.critical("first_fill_ended", why=wrong.message)

    filling = threading.Thread(target=work, name="first-fill", daemon=True)

    def stop() -> None:
        stopping.set()
        filling.join(STOPPING_SECONDS_MAX)
        nightly.stop()
        loop.stop()

    stack.callback(stop)
    filling.start()
    return loop.wake


def serve(
    runtime: Runtime,
    desk: Desk,
    *,
    wake: Callable[[], None] | None,
    stack: contextlib.ExitStack,
    listening: socket.socket | None,
) -> None:
    """Answer over HTTP until a signal ends it."""
    from handlers.http.server import make_server

    settings = runtime.settings
    keeper = EventKeeper(runtime.database, on_kept=wake)
    stack.callback(keeper.stop)
    keeper.start()
    application = build_application(desk, keeper)
    server = make_server(application, host=settings.http_host, port=settings.port)
    log.info("serving", host=settings.http_host, port=settings.port)
    server.run(sockets=[listening] if listening else None)


def build_application(desk: Desk, keeper: EventKeeper) -> Starlette:
    """Every address of this deployment; Slack's side reaches the HTTP side as a plain function."""
    settings = desk.runtime.settings
    return create_app(
        [
            slack_route(build_dispatch(desk), secrets=plain(settings.slack_signing_secret)),
            *webhook_routes(keeper, secrets=plain(settings.stripe_webhook_secret)),
            *health_routes(desk.runtime.database),
        ]
    )


def plain(secrets: Sequence[SecretStr]) -> list[str]:
    """Secrets as text, for those that compare them."""
    return [secret.get_secret_value() for secret in secrets]


def wait_for_the_end() -> None:
    """Sleep until a signal ends the process."""
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    ended.wait()


def run_sandbox(page_port: int) -> None:
    """Open stand-ins for Slack and Stripe, and work with them as with the real ones.

    Raises: RuntimeError when the stand-ins can't be opened.
    """
    from bot.mirror.backfill import run_backfill
    from bot.sandbox.opening import Opening

    # What happens in there is told to a person, who has no use for log lines.
    start_logging("ERROR")
    clock = BusinessClock()
    say = Console().print
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tallyman-"))
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = int(listening.getsockname()[1])
        opening = Opening(on_progress=say, on_clock=clock.follow)
        stack.callback(opening.close)
        say("Opening a local Slack and a local Stripe …")
        told = opening.open(bot_url=f"http://127.0.0.1:{port}", page_port=page_port)
        clock.follow(datetime.fromisoformat(told["now"]))
        settings = sandbox_settings(told, Path(folder), port)
        migrate(settings.database_url)
        with opened(settings, clock=clock) as runtime:
            filled = run_backfill(runtime, report=lambda _progress: None)
        count = sum(filled.objects.values())
        say(f"Tallyman has read {count:,} objects from the local Stripe.")

        def ready() -> None:
            say(f"\n  Open [bold]{told['page_url']}[/bold] and type [bold]/invoice 1001[/bold]")
            say("  Ctrl-C ends it. Nothing is kept.\n")

        run_process(settings, ALL, clock=clock, listening=listening, on_ready=ready)


def sandbox_settings(told: dict[str, Any], folder: Path, port: int) -> Settings:
    """The settings that lead to the stand-ins: addresses and keys, nothing else differs."""
    return Settings(
        _env_file=None,
        slack_bot_token=told["slack_bot_token"],
        slack_signing_secret=told["slack_signing_secret"],
        slack_api_base_url=f"{told['page_url']}/api/",
        stripe_secret_key=told["stripe_secret_key"],
        stripe_webhook_secret=told["stripe_webhook_secret"],
        stripe_api_base=told["stripe_url"],
        stripe_events_seconds=5.0,
        database_url=f"sqlite:///{folder / 'tallyman.sqlite3'}",
        billing_admins=told["admin"],
        support_email="billing@tallyman.example",
        port=port,
        log_level="ERROR",
    )


def run_alone() -> None:
    """Everything in one process; or the sandbox, where nothing is configured."""
    settings = load_settings()
    if nothing_is_set(settings):
        run_sandbox(SANDBOX_PAGE_PORT)
    else:
        start_logging(settings.log_level)
        run_process(settings, ALL)


@contextlib.contextmanager
def opened_for_shell() -> Iterator[Runtime]:
    """A runtime for one command of the shell, on a database that is up to date."""
    settings = load_settings()
    require_complete(settings)
    start_logging(settings.log_level)
    migrate(settings.database_url)
    with opened(settings) as runtime:
        yield runtime


def run_configured(duties: Duties) -> None:
    """Run one of the Procfile's processes; these never open the sandbox."""
    settings = load_settings()
    start_logging(settings.log_level)
    run_process(settings, duties)


def migrate_configured() -> None:
    """Bring the configured database to the newest schema."""
    settings = load_settings()
    with contextlib.ExitStack() as stack:
        take_file_lock(settings, stack)
        migrate(settings.database_url)


def main() -> None:
    """What `python app.py …` runs."""
    create_shell(
        Ways(
            alone=run_alone,
            web=lambda: run_configured(WEB),
            worker=lambda: run_configured(WORKER),
            sandbox=run_sandbox,
            migrate=migrate_configured,
            opened=opened_for_shell,
        )
    )()


if __name__ == "__main__":
    main()
