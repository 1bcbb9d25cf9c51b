"""The shell's commands about the timetable: what its jobs do, and one of them done by hand.

app.py hands over what they are made of, as the ways in know nothing of the jobs.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import date
from typing import Annotated

import typer
from rich.console import Console

from bot.clock import parse_day
from bot.queries.jobs import JobReport, LastDay, ListedJob, ListedSubject, Ran
from bot.runtime import Runtime
from bot.views.text import age_text, clock_text, count_text, day_text, plain
from handlers.spoken import EXIT_FAILED, spoken

Opened = Callable[[], AbstractContextManager[Runtime]]
ListJobs = Callable[[Runtime], Sequence[ListedJob]]
RunJob = Callable[[Runtime, str, date | None, str | None], Iterator[Ran]]

# Of a job with more subjects only so many are listed, those that need a look first.
SUBJECTS_SHOWN_MAX = 12
HOW = {
    "done": "is done",
    "failed": "has failed",
    "before": "is not done again: it was, or a worker is at it",
    "none": "has no such day",
}

Name = Annotated[str, typer.Argument(help="The job’s name, as jobs lists it.")]
On = Annotated[str, typer.Option("--on", help="A day that was missed, such as 2026-10-31.")]
Only = Annotated[str, typer.Option("--for", help="One alone of those for whom it is done.")]


def add_job_commands(
    shell: typer.Typer, opened: Opened, list_jobs: ListJobs, run_job: RunJob
) -> None:
    """Put `jobs` and `jobs run` into the shell."""
    jobs = typer.Typer(help="The timetable: what is done by the clock, and when.")
    shell.add_typer(jobs, name="jobs")

    @jobs.callback(invoke_without_command=True)
    def show(context: typer.Context) -> None:
        """List the jobs, with what was done last and when each is due next."""
        if context.invoked_subcommand is None:
            with spoken(), opened() as runtime:
                for line in _lines(list_jobs(runtime)):
                    _say(line)

    @jobs.command()
    def run(name: Name, on: On = "", only: Only = "") -> None:
        """Do a job now: its newest day where that is still to be done, or the day --on."""
        has_failed = False
        with spoken(), opened() as runtime:
            count = 0
            for ran in run_job(runtime, name, parse_day(on) if on else None, only or None):
                count += 1
                has_failed |= ran.how == "failed"
                _say(_ran_text(name, ran))
            if not count:
                _say(f"{name} is done for nobody at present.")
        if has_failed:
            raise typer.Exit(EXIT_FAILED)


def _lines(jobs: Sequence[ListedJob]) -> Iterator[str]:
    for job in jobs:
        yield f"{job.name}: {job.when}, for {job.for_whom}"
        yield f"  {job.what}"
        yield f"  {_care_text(job.report)}"
        shown = sorted(job.subjects, key=lambda one: not _needs_look(one.last))
        for subject in shown[:SUBJECTS_SHOWN_MAX]:
            yield f"  {_subject_text(subject)}"
        if len(shown) > SUBJECTS_SHOWN_MAX:
            yield f"  and {len(shown) - SUBJECTS_SHOWN_MAX:,} more"
        if not shown:
            yield "  There is nobody to do it for."


def _care_text(report: JobReport | None) -> str:
    """Whether anybody looks after a job, and what went wrong lately."""
    if report is None or not report.is_looked_after:
        return "No worker looks after it at present, so nothing is done."
    parts = [
        f"{count_text(count, 'day')} {what}"
        for count, what in (
            (report.running_count, "being worked on"),
            (report.waiting_count, "to be tried again"),
            (report.failed_count, "given up within the week"),
            (report.skipped_count, "skipped within the week"),
        )
        if count
    ]
    last = "never done yet" if report.last_age is None else f"last {age_text(report.last_age)} ago"
    return "; ".join(["A worker looks after it", last, *parts])


def _subject_text(subject: ListedSubject) -> str:
    name = f"{subject.key}: " if subject.key else ""
    following = "never" if subject.next_at is None else clock_text(subject.next_at, subject.zone)
    where = "" if subject.key == subject.zone else f" {subject.zone}"
    last = subject.last
    if last is None:
        return f"{name}not yet; next {following}{where}"
    late = ", late" if last.is_late else ""
    moment = last.ended_at or last.begun_at
    note = f" ({plain(last.note, limit=200)})" if last.note else ""
    done = f"{day_text(last.day)} {last.state} {clock_text(moment, subject.zone)}{late}{note}"
    return f"{name}{done}; next {following}{where}"


def _needs_look(last: LastDay | None) -> bool:
    return last is not None and last.state in {"waiting", "failed"}


def _ran_text(name: str, ran: Ran) -> str:
    whose = f" for {ran.subject}" if ran.subject else ""
    day = f" of {day_text(ran.day)}" if ran.day else ""
    words = f": {plain(ran.words, limit=300)}" if ran.words else "."
    return f"{name}{day}{whose} {HOW[ran.how]}{words}"


def _say(text: str) -> None:
    Console(highlight=False).print(text, markup=False, soft_wrap=True)
