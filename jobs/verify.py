"""The nightly comparison of the mirror with Stripe; what it finds stands in /billing sync.

It repairs nothing: a difference may be a fault of ours that somebody should see first.
"""

import threading
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now, zone_of
from bot.database import insert_into
from bot.database_clock import database_now
from bot.errors import BotError
from bot.mirror.backfill import Progress
from bot.mirror.verify import Drift, verify
from bot.models import SyncMark
from bot.runtime import Runtime
from bot.telemetry import get_logger

# Between two looks at the clock.
LOOK_SECONDS = 300.0
# By the machine's clock, in ACCOUNT_TIME_ZONE: when people and Stripe have least to do.
FIRST_HOUR, LAST_HOUR = 2, 4
# Longer than the night's hours and shorter than a day, also where the clocks change.
EVERY = timedelta(hours=20)
STOPPING_SECONDS_MAX = 2.0
# Whoever moves this mark does the night's comparison.
BEGUN = "verify_begun"
DRIFT, DRIFT_SUBJECT = "mirror_differs", "stripe"

log = get_logger("verify")


def run(runtime: Runtime, *, now: datetime) -> bool:
    """Compare, if it is night and nobody has done so this night; whether it was done here.

    `now` is by the machine's clock.
    Raises: Unavailable when Stripe or the database does not answer.
    """
    hour = now.astimezone(zone_of(runtime.settings.account_time_zone)).hour
    if not FIRST_HOUR <= hour <= LAST_HOUR:
        return False
    with runtime.database.writing() as session:
        if not _claim(session, business_at=runtime.clock.now(), real_at=now):
            return False
    _tell(runtime, verify(runtime, repair=False, report=_report))
    return True


def _claim(session: Session, *, business_at: datetime, real_at: datetime) -> bool:
    """Take this night's comparison, unless another process has."""
    now = database_now(session, real_at)
    new = insert_into(session, SyncMark).values(name=BEGUN, business_at=business_at, real_at=now)
    taken = new.on_conflict_do_update(
        index_elements=[SyncMark.name],
        set_={"business_at": business_at, "real_at": now},
        where=SyncMark.real_at < now - EVERY,
    ).returning(SyncMark.name)
    return session.scalar(taken) is not None


def _tell(runtime: Runtime, drift: Drift) -> None:
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
    log.info("verified", differences=count)


def _report(progress: Progress) -> None:
    log.info("verifying", kind=progress.kind, objects=progress.objects)


class VerifyLoop:
    """The work of `run`, every night, in a thread of its own."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="verify", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; a comparison that is under way is left to the next night."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOPPING_SECONDS_MAX)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                run(self._runtime, now=real_now())
            except BotError as failed:
                log.warning("verify_failed", why=failed.message)
            except Exception:
                log.exception("verify_crashed")
            self._stopping.wait(LOOK_SECONDS)
