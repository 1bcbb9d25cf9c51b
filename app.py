"""The composition root: settings become a runtime, and a runtime becomes one process.

`python app.py` alone is everything in one process; with nothing configured it opens the sandbox.
"""

import gc

# Importing leaves next to nothing to collect, and looking for it all over takes a tenth of a start.
gc.disable()

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from rich.console import Console
from sqlalchemy.engine import make_url
from starlette.applications import Starlette

from bot.audit.keys import random_key
from bot.audit.record import begin as begin_audit
from bot.clock import BusinessClock, real_now
from bot.database import migrate, migrate_unless_served
from bot.deployment import identify
from bot.effects import Means
from bot.ending import Together, end_on_signals, ending_together, hearing
from bot.errors import Unavailable
from bot.file_lock import FileLock
from bot.mirror.keeper import EventKeeper
from bot.runtime import Runtime, opened
from bot.settings import Settings, load_complete_settings, load_settings, nothing_is_set
from bot.slack_api import SlackAPI
from bot.telemetry import get_logger, start_logging
from handlers.cli import PAGE_PORT, Ways, create_shell
from handlers.http.application import create_app
from handlers.http.health import health_routes
from handlers.http.slack import slack_route
from handlers.http.webhooks import webhook_routes
from handlers.http.worker import telling_health
from handlers.slack.bolt import build_dispatch
from handlers.slack.context import Desk
from handlers.slack.socket_mode import connected
from jobs import first_digest
from jobs.approvals import keeping_approvals
from jobs.audit import keeping_audit
from jobs.by_hand import list_timetable, run_by_hand
from jobs.effects import carrying_out
from jobs.identity import keeping_identity
from jobs.mirror import keeping_mirror
from jobs.people import keeping_people

# What is imported stays until the end: whoever collects later need not look through it.
gc.freeze()
gc.enable()

log = get_logger("app")


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
    reread: Callable[[], Settings] | None = None,
) -> None:
    """Run one process until a signal ends it; `reread` is where new tokens come from.

    Raises: Misconfigured and Unavailable from its start; once it runs, Misconfigured when Slack or
        Stripe turns out to be another one than was recorded.
    """
    with contextlib.ExitStack() as stack, hearing():
        take_file_lock(settings, stack)
        migrate(settings.database_url)
        runtime = stack.enter_context(opened(settings, clock=clock))
        slack = stack.enter_context(contextlib.closing(slack_of(settings)))
        deployment = identify(runtime.database, runtime.stripe, slack, now=real_now())
        begin_audit(runtime.database, settings, now=real_now())
        stack.enter_context(keeping_identity(runtime, slack, reread=reread))
        together = stack.enter_context(ending_together())
        wake = together.enter(keeping_mirror(runtime)) if duties.works else None
        if duties.works:
            together.enter(keeping_audit(runtime))
            together.enter(keeping_people(runtime, slack, deployment.slack_team_id))
            means = Means(runtime=runtime, slack=slack, deployment=deployment)
            together.enter(carrying_out(means))
            together.enter(keeping_approvals(runtime))
        if on_ready is not None:
            on_ready()
        if duties.serves:
            desk = Desk(runtime=runtime, slack=slack, deployment=deployment)
            together.stops.append(desk.background.close)
            serve(runtime, desk, wake=wake, together=together, listening=listening)
        else:
            together.enter(telling_health(settings, runtime.database))
            threading.Event().wait()


def slack_of(settings: Settings) -> SlackAPI:
    """The door out to Slack that the settings name."""
    token = settings.slack_bot_token.get_secret_value()
    return SlackAPI(token, base_url=settings.slack_api_base_url)


def take_file_lock(settings: Settings, stack: contextlib.ExitStack) -> None:
    """See that no other process serves or works on the same SQLite file.

    Raises: Misconfigured when one does.
    """
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite":
        lock = FileLock(url)
        lock.take()
        stack.callback(lock.release)


def serve(
    runtime: Runtime,
    desk: Desk,
    *,
    wake: Callable[[], None] | None,
    together: Together,
    listening: socket.socket | None,
) -> None:
    """Answer over HTTP until a signal ends it."""
    from handlers.http.server import listen, make_server

    settings = runtime.settings
    keeper = EventKeeper(runtime.database, on_kept=wake)
    together.stops.append(keeper.stop)
    keeper.start()
    application = build_application(desk, keeper)
    server = make_server(application, host=settings.http_host, port=settings.port)
    together.enter(connected(desk))
    listening = listening or listen(settings.http_host, settings.port, setting="PORT")
    log.info("serving", host=settings.http_host, port=settings.port)
    server.run(sockets=[listening])


def build_application(desk: Desk, keeper: EventKeeper) -> Starlette:
    """Every address of this deployment; Slack's side reaches the HTTP side as a plain function."""
    settings = desk.runtime.settings
    slack = slack_route(build_dispatch(desk), secrets=plain(settings.slack_signing_secret))
    return create_app(
        [
            *([] if settings.has_socket_mode else [slack]),
            *webhook_routes(keeper, secrets=plain(settings.stripe_webhook_secret)),
            *health_routes(desk.runtime.database),
        ]
    )


def plain(secrets: Sequence[SecretStr]) -> list[str]:
    """Secrets as text, for those that compare them."""
    return [secret.get_secret_value() for secret in secrets]


def run_sandbox(page_port: int) -> None:
    """Open stand-ins for Slack and Stripe, and work with them as with the real ones.

    Raises: Unavailable when the stand-ins can't be opened.
    """
    from bot.mirror.backfill import run_backfill
    from bot.sandbox.opening import Opening

    # What happens in there is told to a person.
    start_logging("ERROR")
    end_on_signals()
    clock = BusinessClock()
    say = Console(highlight=False).print
    with contextlib.ExitStack() as stack, hearing():
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = int(listening.getsockname()[1])
        opening = Opening(on_progress=say, on_clock=clock.follow)
        stack.callback(opening.close)
        say("Opening a local Slack and a local Stripe …")
        try:
            told = opening.open(bot_url=f"http://127.0.0.1:{port}", page_port=page_port)
        except RuntimeError as failed:
            raise Unavailable(str(failed)) from None
        clock.follow(datetime.fromisoformat(told["now"]))
        settings = sandbox_settings(told, port)
        migrate(settings.database_url)
        with opened(settings, clock=clock) as runtime:
            filled = run_backfill(runtime, report=lambda _progress: None)
            first_digest.run(runtime, told)
        say(f"Tallyman has read {sum(filled.objects.values()):,} objects from the local Stripe.")

        def ready() -> None:
            if page_port and not told["page_url"].endswith(f":{page_port}"):
                say(f"Port {page_port} is taken, so the page has another one.")
            say(f"\n  Open [bold]{told['page_url']}[/bold] and type [bold]/invoice 1234[/bold]")
            say("  Ctrl-C ends it. Nothing is kept.\n")

        run_process(settings, ALL, clock=clock, listening=listening, on_ready=ready)


def sandbox_settings(told: dict[str, Any], port: int) -> Settings:
    """The settings that lead to the stand-ins: addresses and keys, nothing else differs."""
    return Settings(
        _env_file=None,
        slack_bot_token=told["slack_bot_token"],
        slack_signing_secret=told["slack_signing_secret"],
        slack_api_base_url=f"{told['page_url']}/api/",
        stripe_secret_key=told["stripe_secret_key"],
        stripe_webhook_secret=told["stripe_webhook_secret"],
        audit_key=random_key(),
        stripe_api_base=told["stripe_url"],
        stripe_events_seconds=5.0,
        database_url=f"sqlite:///{Path(told['folder'], 'tallyman.sqlite3')}",
        billing_admins=told["admin"],
        billing_roles=told["roles"],
        disputes_channel=told["disputes_channel"],
        support_email="billing@tallyman.example",
        smtp_url=told["smtp_url"],
        mail_from="Meridian Voice <billing@meridian-voice.example>",
        port=port,
        log_level="ERROR",
    )


def run_alone() -> None:
    """Everything in one process; or the sandbox, where nothing is configured."""
    if nothing_is_set():
        run_sandbox(PAGE_PORT)
    else:
        run_configured(ALL)


def run_configured(duties: Duties) -> None:
    """Run a process by the settings; `web` and `worker` never open the sandbox."""
    settings = load_complete_settings()
    start_logging(settings.log_level)
    end_on_signals()
    run_process(settings, duties, reread=load_settings)


@contextlib.contextmanager
def opened_for_shell() -> Iterator[Runtime]:
    """A runtime for one command of the shell, on a database that is up to date and the right one.

    Raises: what the start of a process raises.
    """
    settings = load_complete_settings()
    # What goes wrong is told to a person, who has no use for log lines.
    start_logging("CRITICAL")
    migrate_unless_served(settings.database_url)
    with opened(settings) as runtime, contextlib.closing(slack_of(settings)) as slack:
        identify(runtime.database, runtime.stripe, slack, now=real_now())
        begin_audit(runtime.database, settings, now=real_now())
        yield runtime


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
            list_jobs=list_timetable,
            run_job=run_by_hand,
        )
    )()


if __name__ == "__main__":
    main()
