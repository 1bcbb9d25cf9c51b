"""The timetable for the shell: what each job did last and does next, and one job done by hand."""

from collections.abc import Iterator
from datetime import date, datetime

from bot.clock import real_now, zone_of
from bot.database_clock import database_now
from bot.errors import BadRequest, NotFound
from bot.local_hours import Due, Subject, find_due, find_moment, find_next
from bot.occurrences import take_by_hand
from bot.queries.jobs import (
    LastDay,
    ListedJob,
    ListedSubject,
    Ran,
    list_job_reports,
    list_last_days,
)
from bot.runtime import Runtime
from jobs.timekeeping import Job, do, moment_of


def list_timetable(runtime: Runtime) -> list[ListedJob]:
    """Every job, in the order of the timetable.

    Raises: Unavailable when the database does not answer.
    """
    from jobs.schedule import TIMETABLE

    listed = []
    with runtime.database.reading() as session:
        reports = {one.name: one for one in list_job_reports(session, now=real_now())}
        for job in TIMETABLE:
            at = moment_of(session, runtime, job)
            subjects = job.list_subjects(session, runtime)
            days = list_last_days(session, job.name, [one.key for one in subjects])
            lines = tuple(_listed(one, days.get(one.key), at) for one in subjects)
            told = (job.name, job.when, job.what, job.for_whom)
            listed.append(ListedJob(*told, reports.get(job.name), lines))
    return listed


def run_by_hand(
    runtime: Runtime, name: str, on: date | None = None, only: str | None = None
) -> Iterator[Ran]:
    """Do a job now for all its subjects, or for one; for a day of theirs, or the newest one.

    Raises: NotFound for a name or subject that there is not, BadRequest for a day to come.
    """
    from jobs.schedule import TIMETABLE

    job = next((one for one in TIMETABLE if one.name == name), None)
    if job is None:
        names = ", ".join(one.name for one in TIMETABLE)
        raise NotFound(f"There is no job ‘{name[:40]}’. The jobs are: {names}.")
    with runtime.database.reading() as session:
        at = moment_of(session, runtime, job)
        subjects = job.list_subjects(session, runtime)
    chosen = [one for one in subjects if only in {None, one.key}]
    if only is not None and not chosen:
        raise NotFound(f"{name} is not done for ‘{only[:40]}’. For whom it is: jobs")
    days = [(one, _due_by_hand(one, on, at)) for one in chosen]
    for subject, due in days:
        yield _run(runtime, job, subject, due, at=at)


def _due_by_hand(subject: Subject, on: date | None, at: datetime) -> Due | None:
    if on is None:
        return find_due(subject, at)
    moment = find_moment(on, subject.hour, zone_of(subject.zone))
    if moment is not None and moment > at:
        where = f" in {subject.zone}"
        raise BadRequest(f"{on.isoformat()}, {subject.hour:02d}:00{where} has not come yet.")
    return None if moment is None else Due(on, moment)


def _run(runtime: Runtime, job: Job, subject: Subject, due: Due | None, *, at: datetime) -> Ran:
    if due is None:
        return Ran(subject.key, None, "none", None)
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        taken = take_by_hand(session, job.name, subject, due, business_at=at, now=now)
    if taken is None:
        return Ran(subject.key, due.day, "before", None)
    why = do(runtime, job, taken)
    if why is not None:
        return Ran(subject.key, due.day, "failed", why)
    with runtime.database.reading() as session:
        last = list_last_days(session, job.name, [subject.key]).get(subject.key)
    is_this = last is not None and last.day == due.day
    return Ran(subject.key, due.day, "done", last.note if last and is_this else None)


def _listed(subject: Subject, last: LastDay | None, at: datetime) -> ListedSubject:
    following = find_next(subject, at)
    due = find_due(subject, at)
    is_due = due is not None and (last is None or last.day < due.day)
    next_at = due.at if due and is_due else following.at if following else None
    return ListedSubject(subject.key, subject.zone, last, next_at)
