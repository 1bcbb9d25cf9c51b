"""The shell: what an operator types on the machine that runs Tallyman.

app.py hands over the ways to start things, so that this module needs none of their parts.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress as Display
from rich.progress import SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from bot.mirror.backfill import Progress, is_filled, run_backfill
from bot.runtime import Runtime
from handlers.audit_commands import add_audit_commands
from handlers.job_commands import ListJobs, RunJob, add_job_commands
from handlers.reminder_commands import add_reminder_commands
from handlers.spoken import EXIT_DRIFT, spoken

if TYPE_CHECKING:
    from bot.mirror.verify import Drift

PAGE_PORT = 3000
DIFFERENCES_SHOWN_MAX = 50

Restart = Annotated[bool, typer.Option("--restart", help="Read everything again from the top.")]
Repair = Annotated[bool, typer.Option("--repair", help="Store what Stripe says.")]
PagePort = Annotated[int, typer.Option(help="The port of the workspace page.")]


@dataclass(frozen=True, slots=True)
class Ways:
    """How app.py starts each kind of process."""

    alone: Callable[[], None]
    web: Callable[[], None]
    worker: Callable[[], None]
    sandbox: Callable[[int], None]
    migrate: Callable[[], None]
    opened: Callable[[], AbstractContextManager[Runtime]]
    list_jobs: ListJobs
    run_job: RunJob


def create_shell(ways: Ways) -> typer.Typer:
    """All commands of `python app.py`."""
    shell = typer.Typer(
        help="Tallyman, the billing desk in Slack. Without a command: everything in one process, "
        "or the local sandbox where nothing is configured.",
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    _add_processes(shell, ways)
    _add_mirror_commands(shell, ways)
    add_audit_commands(shell, ways.opened)
    add_job_commands(shell, ways.opened, ways.list_jobs, ways.run_job)
    add_reminder_commands(shell, ways.opened)
    return shell


def _add_processes(shell: typer.Typer, ways: Ways) -> None:
    @shell.callback(invoke_without_command=True)
    def alone(context: typer.Context) -> None:
        if context.invoked_subcommand is None:
            with spoken():
                ways.alone()

    @shell.command()
    def sandbox(page_port: PagePort = PAGE_PORT) -> None:
        """Open a local Slack and a local Stripe with a story, and work with them."""
        with spoken():
            ways.sandbox(page_port)

    @shell.command()
    def web() -> None:
        """Answer Slack and Stripe over HTTP; any number of these on PostgreSQL."""
        with spoken():
            ways.web()

    @shell.command()
    def worker() -> None:
        """Fill the mirror and keep it up; any number of these on PostgreSQL."""
        with spoken():
            ways.worker()

    @shell.command()
    def migrate() -> None:
        """Bring the database to the newest schema."""
        with spoken():
            ways.migrate()
            Console().print("The database is up to date.")


def _add_mirror_commands(shell: typer.Typer, ways: Ways) -> None:
    @shell.command()
    def backfill(restart: Restart = False) -> None:  # noqa: FBT002 - a flag of the shell
        """Fill the mirror from Stripe; goes on where it was cut off."""
        with spoken(), ways.opened() as runtime:
            with runtime.database.reading() as session:
                was_filled = is_filled(session)
            with _progress("Reading") as report:
                done = run_backfill(runtime, report=report, restart=restart)
            count = sum(done.objects.values())
            if was_filled and not restart:
                said = f"The mirror was filled before: {count:,} objects. Anew: backfill --restart"
            else:
                said = f"The mirror is filled: {count:,} objects."
            console = Console(highlight=False)
            console.print(said, soft_wrap=True)
            _tell_left_out(console, done.left_out)

    @shell.command()
    def verify(repair: Repair = False) -> None:  # noqa: FBT002 - a flag of the shell
        """Compare the mirror with Stripe; exit code 3 when they differ and it was not repaired."""
        from bot.mirror.verify import verify as compare

        with spoken(), ways.opened() as runtime:
            with _progress("Comparing") as report:
                drift = compare(runtime, repair=repair, report=report)
            _tell_drift(drift, repaired=repair)
        if not drift.is_clean and (drift.unrepaired or not repair):
            raise typer.Exit(EXIT_DRIFT)


def _tell_drift(drift: "Drift", *, repaired: bool) -> None:
    console = Console(highlight=False)
    for one in drift.named[:DIFFERENCES_SHOWN_MAX]:
        fields = f": {', '.join(one.fields)}" if one.fields else ""
        console.print(f"{one.how} {one.kind} {one.id}{fields}", markup=False, soft_wrap=True)
    count, checked = sum(drift.counts.values()), sum(drift.checked.values())
    if drift.is_clean:
        console.print(f"The mirror says what Stripe says: {checked:,} objects compared.")
    elif repaired:
        left = f"; {drift.unrepaired:,} could not be" if drift.unrepaired else ""
        console.print(f"{count:,} of {checked:,} objects differed and were repaired{left}.")
    else:
        console.print(f"{count:,} of {checked:,} objects differ. Repair: verify --repair")
    _tell_left_out(console, drift.left_out)


def _tell_left_out(console: Console, left_out: Mapping[str, str]) -> None:
    for kind, why in left_out.items():
        said = f"Left out: {_plural(kind)}. {why}"
        console.print(said, markup=False, soft_wrap=True)


def _plural(kind: str) -> str:
    return f"{kind.replace('_', ' ').replace('.', ' ')}s"


@contextlib.contextmanager
def _progress(doing: str) -> Iterator[Callable[[Progress], None]]:
    """A line for each kind that says how far it is; in a file or a pipe, that it has begun."""
    console = Console(stderr=True, highlight=False)
    columns = (SpinnerColumn(finished_text=" "), TextColumn("{task.description}"))
    tasks: dict[str, TaskID] = {}
    with Display(
        *columns, TimeElapsedColumn(), console=console, disable=not console.is_terminal
    ) as display:

        def report(progress: Progress) -> None:
            kind = _plural(progress.kind)
            if kind not in tasks:
                for earlier in tasks.values():
                    display.update(earlier, total=1, completed=1)
                tasks[kind] = display.add_task(f"{doing} {kind} …", total=None)
                if not console.is_terminal:
                    console.print(f"{doing} {kind} …")
            pace = f"{progress.objects:,} ({progress.per_second:,.0f}/s)"
            display.update(tasks[kind], description=f"{doing} {kind}: {pace}")

        yield report
        for task in tasks.values():
            display.update(task, total=1, completed=1)
