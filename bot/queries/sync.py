"""How the mirror is doing: how fresh it is, what waits, what differed, what needs a look."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from bot.database import Reading
from bot.mirror.marks import EVENTS, LISTED, SWEPT
from bot.models import KEPT, Alert, BackfillStep, ReceivedEvent, StaleObject, SyncMark, VerifyRun
from bot.queries.cards import Freshness
from bot.queries.effects import EffectsReport, get_effects_report
from bot.queries.freshness import freshness_of
from bot.queries.jobs import JobReport, list_job_reports
from bot.queries.sight import Sight

ALERTS_SHOWN = 6
FAILING_SHOWN = 5
# Among so many of the latest events one of a webhook is looked for; where webhooks work, the sweep
# brings hardly any.
EVENTS_LOOKED_AT = 2_000
# The mark that a finished backfill leaves. Source: bot.mirror.backfill.
BACKFILLED = "backfilled"
WEBHOOK = "webhook"

_ALERTS = Alert.__table__
_EVENTS = ReceivedEvent.__table__
_MARKS = SyncMark.__table__
_STALE = StaleObject.__table__
_STEPS = BackfillStep.__table__
_RUNS = VerifyRun.__table__


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """Something that the operators should look at; ages by the machine's clock."""

    id: int
    kind: str
    subject: str
    detail: str
    times: int
    raised_at: datetime
    last_age: timedelta


@dataclass(frozen=True, slots=True)
class FailingObject:
    """An object that could not be read, and in how long it is tried again; None while it is."""

    id: int
    kind: str
    object_id: str
    attempts: int
    last_error: str
    next_try: timedelta | None


@dataclass(frozen=True, slots=True)
class Backlog:
    """Things that wait: how many, and how long the oldest has; None where there are none."""

    count: int
    oldest_age: timedelta | None


@dataclass(frozen=True, slots=True)
class Filling:
    """The first filling: objects read so far, and when it was done; None while it goes on."""

    objects_count: int
    finished_at: datetime | None
    kinds_left: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LastVerify:
    """What the last comparison with Stripe found."""

    age: timedelta
    checked_count: int
    missing_count: int
    extra_count: int
    different_count: int
    is_repaired: bool
    unrepaired_count: int


@dataclass(frozen=True, slots=True)
class SyncReport:
    """All that `/billing sync` shows.

    Shape: `age` is that of the figures by the machine's clock, and `swept_age` and `webhook_age`
    how long ago Stripe was last asked for news, and sent some; None for never, or not
    lately. The newest alerts come first, and `alerts_count` says how many there are; the objects
    that failed most come first.
    """

    freshness: Freshness
    age: timedelta | None
    alarm: timedelta
    swept_age: timedelta | None
    webhook_age: timedelta | None
    unnoted: Backlog
    unread: Backlog
    failing: tuple[FailingObject, ...]
    failing_count: int
    filling: Filling
    verify: LastVerify | None
    alerts: tuple[OpenAlert, ...]
    alerts_count: int
    effects: EffectsReport
    jobs: tuple[JobReport, ...]
    zone: str


def get_sync_report(session: Reading, *, sight: Sight) -> SyncReport:
    """How the mirror is doing at this moment."""
    now = sight.real_now
    marks = {
        row.name: row
        for row in session.connection().execute(
            select(_MARKS).where(_MARKS.c.name.in_((EVENTS, LISTED, SWEPT, BACKFILLED)))
        )
    }
    swept, listed = marks.get(SWEPT), marks.get(LISTED)
    failing, failing_count = _failing(session, now)
    alerts, alerts_count = _alerts(session, now)
    return SyncReport(
        freshness=freshness_of(
            swept.business_at if swept else None, swept.real_at if swept else None, sight=sight
        ),
        age=_age(swept.real_at if swept else None, now),
        alarm=sight.alarm,
        swept_age=_age(listed.real_at if listed else None, now),
        webhook_age=_age(_webhook_at(session), now),
        unnoted=_backlog(session, _EVENTS.c.received_at, KEPT, now=now),
        unread=_backlog(session, _STALE.c.hinted_at, now=now),
        failing=failing,
        failing_count=failing_count,
        filling=_filling(session, marks.get(BACKFILLED)),
        verify=_last_verify(session, now),
        alerts=alerts,
        alerts_count=alerts_count,
        effects=get_effects_report(session, now=now),
        jobs=list_job_reports(session, now=now, business_at=sight.now),
        zone=sight.zone,
    )


def count_alerts(session: Reading) -> int:
    """How many things the operators should look at."""
    open_ones = select(func.count()).select_from(_ALERTS).where(_ALERTS.c.cleared_at.is_(None))
    return int(session.connection().execute(open_ones).scalar_one())


def _age(moment: datetime | None, now: datetime) -> timedelta | None:
    """How long ago; never less than nothing, as two clocks may differ by a moment."""
    return None if moment is None else max(now - moment, timedelta(0))


def _webhook_at(session: Reading) -> datetime | None:
    latest = (
        select(_EVENTS.c.way, _EVENTS.c.received_at)
        .order_by(_EVENTS.c.received_at.desc())
        .limit(EVENTS_LOOKED_AT)
        .subquery()
    )
    statement = select(func.max(latest.c.received_at)).where(latest.c.way == WEBHOOK)
    found: datetime | None = session.connection().execute(statement).scalar()
    return found


def _backlog(session: Reading, since: Any, *conditions: Any, now: datetime) -> Backlog:
    statement = select(func.count(), func.min(since)).select_from(since.table).where(*conditions)
    count, oldest_at = session.connection().execute(statement).one()
    return Backlog(count, _age(oldest_at, now))


def _failing(session: Reading, now: datetime) -> tuple[tuple[FailingObject, ...], int]:
    statement = (
        select(_STALE, func.count().over().label("rows_count"))
        .where(_STALE.c.attempts > 0)
        .order_by(_STALE.c.attempts.desc(), _STALE.c.id)
        .limit(FAILING_SHOWN)
    )
    rows = session.connection().execute(statement).all()
    found = tuple(
        FailingObject(
            id=row.id,
            kind=row.kind,
            object_id=row.object_id,
            attempts=row.attempts,
            last_error=row.last_error or "",
            # While it is claimed, the moment is the end of the lease.
            next_try=None if row.ticket is not None else max(row.due_at - now, timedelta(0)),
        )
        for row in rows
    )
    return found, rows[0].rows_count if rows else 0


def _filling(session: Reading, done: Row[Any] | None) -> Filling:
    rows = session.connection().execute(select(_STEPS).order_by(_STEPS.c.kind)).all()
    return Filling(
        objects_count=sum(row.objects_count for row in rows),
        finished_at=done.business_at if done else None,
        kinds_left=tuple(row.kind for row in rows if row.finished_at is None),
    )


def _last_verify(session: Reading, now: datetime) -> LastVerify | None:
    statement = select(_RUNS).order_by(_RUNS.c.finished_at.desc()).limit(1)
    row = session.connection().execute(statement).one_or_none()
    if row is None:
        return None
    return LastVerify(
        age=max(now - row.finished_at, timedelta(0)),
        checked_count=row.checked_count,
        missing_count=row.missing_count,
        extra_count=row.extra_count,
        different_count=row.different_count,
        is_repaired=row.is_repaired,
        unrepaired_count=row.unrepaired_count,
    )


def _alerts(session: Reading, now: datetime) -> tuple[tuple[OpenAlert, ...], int]:
    statement = (
        select(_ALERTS, func.count().over().label("rows_count"))
        .where(_ALERTS.c.cleared_at.is_(None))
        .order_by(_ALERTS.c.last_at.desc(), _ALERTS.c.id.desc())
        .limit(ALERTS_SHOWN)
    )
    rows = session.connection().execute(statement).all()
    found = tuple(
        OpenAlert(
            id=row.id,
            kind=row.kind,
            subject=row.subject,
            detail=row.detail,
            times=row.times,
            raised_at=row.raised_at,
            last_age=max(now - row.last_at, timedelta(0)),
        )
        for row in rows
    )
    return found, rows[0].rows_count if rows else 0
