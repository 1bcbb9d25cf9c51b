"""What a worker notes when it looks after a job: that it was there, and what it found left over."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.models import UNENDED, JobLook, Occurrence

# So long may a look go unrecorded where it has nothing new to say.
NOTED_EVERY = timedelta(seconds=60)
LEFT_AFTER = timedelta(days=1)


def is_worth_noting(
    session: Session, job: str, *, subjects_count: int, next_at: datetime | None, now: datetime
) -> bool:
    """Whether note_look() would record anything new."""
    last = session.get(JobLook, job)
    if last is None or (last.subjects_count, last.next_at) != (subjects_count, next_at):
        return True
    return not timedelta(0) <= now - last.looked_at < NOTED_EVERY


def note_look(
    session: Session, job: str, *, subjects_count: int, next_at: datetime | None, now: datetime
) -> None:
    """Record that a worker looks after a job, and give up what nobody came back to.

    Given up is what was begun long ago and is not the newest of its subject, or whose subject is
    gone: what can be taken has been taken by then.
    """
    new = insert_into(session, JobLook).values(
        job=job, subjects_count=subjects_count, looked_at=now, next_at=next_at
    )
    values = {name: new.excluded[name] for name in ("subjects_count", "looked_at", "next_at")}
    session.execute(new.on_conflict_do_update(index_elements=[JobLook.job], set_=values))
    session.execute(
        update(Occurrence)
        .where(UNENDED, Occurrence.job == job, Occurrence.free_at < now - LEFT_AFTER)
        .values(state="failed", free_at=None, ended_at=now, note="Nobody came back to it.")
        .execution_options(synchronize_session=False)
    )
