"""Counting usage: each account's running period once a night, in its own zone.

Any number of workers may do this: a period that is due is leased by one of them, and once it is
counted it is due again in the account's next night. The clock is the business clock, which the
sandbox moves; leases are by the machine's.
"""

import threading
from datetime import datetime

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now
from bot.database_clock import database_now
from bot.errors import BotError, Misconfigured, Unavailable
from bot.metering.periods import newest_tickets, open_periods
from bot.metering.snapshot import Work, claim, count, count_waiting, list_due, note_failure
from bot.metering.zones import list_moved, note_moves
from bot.runtime import Runtime
from bot.telemetry import get_logger

LOOK_SECONDS = 3.0
# So many periods are counted between two looks at what was asked for meanwhile.
ROUND_PERIODS_MAX = 5
STOPPING_SECONDS_MAX = 2.0
FAILING, STRIPE = "usage_uncounted", "stripe"

log = get_logger("usage")


class UsageCounter:
    """What one worker knows from one look to the next: which subscriptions it has seen."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._seen = (0, 0)

    def look(self, stopping: threading.Event | None = None) -> int:
        """Count what is due; how many periods were tried.

        Raises: Unavailable when the database does not answer.
        """
        now = self._runtime.clock.now()
        self._open(now)
        with self._runtime.database.reading() as session:
            moment = database_now(session, real_now())
            due = list_due(session, now=now, real_now=moment, rows_max=ROUND_PERIODS_MAX)
        for place, period in enumerate(due):
            if stopping is not None and stopping.is_set():
                return place
            if not _count(self._runtime, period):
                return place + 1
        if due:
            with self._runtime.database.reading() as session:
                log.info("counted", periods=len(due), waiting=count_waiting(session, now=now))
        return len(due)

    def _open(self, now: datetime) -> None:
        """Note new periods and zones, where there are any."""
        with self._runtime.database.reading() as session:
            newest, moved = newest_tickets(session), list_moved(session)
        if newest != self._seen or moved:
            with self._runtime.database.writing() as session:
                open_periods(session, now=now, after=self._seen[0])
                note_moves(session, now=now)
            self._seen = newest


def run(runtime: Runtime) -> None:
    """Count everything that is due now.

    Raises: Unavailable when the database does not answer.
    """
    counter = UsageCounter(runtime)
    while counter.look() == ROUND_PERIODS_MAX:
        pass


def _count(runtime: Runtime, period_id: int) -> bool:
    """Count one period; False when the next ones would fail in the same way."""
    now = runtime.clock.now()
    with runtime.database.writing() as session:
        moment = database_now(session, real_now())
        work = claim(session, period_id, now=now, real_now=moment)
    if work is None:
        return True
    try:
        count(runtime, work, now=now)
    except BotError as failed:
        is_general = isinstance(failed, Unavailable | Misconfigured)
        _tell(runtime, work, failed.message, subject=STRIPE if is_general else _name(work))
        return not is_general
    with runtime.database.writing() as session:
        moment = database_now(session, real_now())
        for subject in (STRIPE, _name(work)):
            clear_alert(session, kind=FAILING, subject=subject, now=moment)
    return True


def _tell(runtime: Runtime, work: Work, why: str, *, subject: str) -> None:
    """Keep the snapshot as it was, marked as stale, and tell the operators."""
    log.warning("uncounted", subscription=_name(work), why=why)
    with runtime.database.writing() as session:
        note_failure(session, work, why=why, now=runtime.clock.now())
        moment = database_now(session, real_now())
        detail = f"The usage of {_name(work)} could not be counted: {why}"
        raise_alert(session, kind=FAILING, subject=subject, detail=detail, now=moment)


def _name(work: Work) -> str:
    return str(work.period.subscription_id)


class UsageLoop:
    """The work of `run`, again and again, in a thread of its own."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="usage", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End soon; a period that is half counted is left to its lease."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(STOPPING_SECONDS_MAX)

    def _work(self) -> None:
        counter = UsageCounter(self._runtime)
        while not self._stopping.is_set():
            tried = 0
            try:
                tried = counter.look(self._stopping)
            except BotError as failed:
                log.warning("look_failed", why=failed.message)
            except Exception:
                log.exception("look_crashed")
            if tried < ROUND_PERIODS_MAX:
                self._stopping.wait(LOOK_SECONDS)
