"""The nightly comparison of the mirror with Stripe; what it finds stands in /billing sync.

It repairs nothing: a difference may be a fault of ours that somebody should see first.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now, zone_of
from bot.database_clock import database_now
from bot.local_hours import Subject
from bot.mirror.backfill import Progress
from bot.mirror.verify import Drift, verify
from bot.occurrences import Taken, end
from bot.queries.jobs import LEFT_OUT
from bot.runtime import Runtime
from bot.telemetry import get_logger

# By the machine's clock, in ACCOUNT_TIME_ZONE: when people and Stripe have least to do.
FIRST_HOUR, LAST_HOUR = 2, 4
BY_DAY = f"{LEFT_OUT}, as the night was over; by hand: python app.py verify"
DRIFT, DRIFT_SUBJECT = "mirror_differs", "stripe"

log = get_logger("verify")


def list_subjects(session: Session, runtime: Runtime) -> Sequence[Subject]:
    """The one copy that there is."""
    del session
    return [Subject("", runtime.settings.account_time_zone, FIRST_HOUR)]


def run(runtime: Runtime, taken: Taken) -> None:
    """Compare, if it is still night; by day a missed comparison is left out.

    Raises: Unavailable when Stripe or the database does not answer, TakenOver.
    """
    zone = zone_of(runtime.settings.account_time_zone)
    if not FIRST_HOUR <= taken.business_at.astimezone(zone).hour <= LAST_HOUR:
        with runtime.database.writing() as session:
            now = database_now(session, real_now())
            end(session, taken, now=now, note=BY_DAY)
        return
    _tell(runtime, taken, verify(runtime, repair=False, report=_report))


def _tell(runtime: Runtime, taken: Taken, drift: Drift) -> None:
    count = sum(drift.counts.values())
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        if drift.is_clean:
            clear_alert(session, kind=DRIFT, subject=DRIFT_SUBJECT, now=now)
        else:
            detail = (
                f"{count:,} of {sum(drift.checked.values()):,} objects differ from Stripe’s. "
                "See which and put them right with: python app.py verify --repair"
            )
            raise_alert(session, kind=DRIFT, subject=DRIFT_SUBJECT, detail=detail, now=now)
        end(session, taken, now=now, note=f"{count:,} differences")
    log.info("verified", differences=count)


def _report(progress: Progress) -> None:
    log.info("verifying", kind=progress.kind, objects=progress.objects)
