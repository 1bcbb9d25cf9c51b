"""The clock of the timetable: APScheduler in memory, in every process that works.

It says when to look, and decides nothing: by itself it fires twice in the hour that comes twice,
skips the one that does not come, and in three processes runs everything three times.
Source: measured with APScheduler 3.11.3, 2026-11.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.base import BaseTrigger

from bot.ending import stop_all
from bot.errors import BotError
from bot.runtime import Runtime
from bot.telemetry import get_logger
from jobs.timekeeping import Job, look

LOOK_SECONDS, SILENCE_SECONDS_MAX = 5.0, 15.0
STOPPING_SECONDS_MAX = 2.0

log = get_logger("timetable")


class _Rounds:
    """One job's looks, each when it is rung for, in a thread of its own."""

    def __init__(self, runtime: Runtime, job: Job) -> None:
        self._runtime, self._job = runtime, job
        self._woken, self._stopping = threading.Event(), threading.Event()
        # A daemon, so that a service that never answers can't hold up the end of the process.
        self._thread = threading.Thread(target=self._work, name=f"job-{job.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def ring(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopping.set()
        self._woken.set()
        if self._thread.is_alive():
            self._thread.join(STOPPING_SECONDS_MAX)

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                look(self._runtime, self._job)
            except BotError as failed:
                log.warning("look_failed", job=self._job.name, why=failed.message)
            except Exception:
                log.exception("look_crashed", job=self._job.name)
            # A clock that was set back keeps APScheduler silent until it is where it was.
            self._woken.wait(SILENCE_SECONDS_MAX)
            self._woken.clear()


class Every(BaseTrigger):  # type: ignore[misc]  # APScheduler ships no types.
    """So many seconds after the last time, whatever the clock did since.

    APScheduler's own interval works out every time that it has missed, all in one list: after a
    clock was a year ahead, that is millions.
    """

    def __init__(self, seconds: float) -> None:
        self._pause = timedelta(seconds=seconds)

    def get_next_fire_time(self, previous: datetime | None, now: datetime) -> datetime:
        """Now for the first time, and then after the pause."""
        return now if previous is None else now + self._pause


class Timekeeper:
    """APScheduler in memory, ringing for the looks of every job."""

    def __init__(self, runtime: Runtime, timetable: Sequence[Job]) -> None:
        self._rounds = [_Rounds(runtime, job) for job in timetable]
        self._scheduler = BackgroundScheduler(timezone=UTC)
        # Its own lines say nothing that a job's do not.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        for job, rounds in zip(timetable, self._rounds, strict=True):
            self._scheduler.add_job(
                rounds.ring, Every(LOOK_SECONDS), id=job.name, misfire_grace_time=None
            )

    def start(self) -> None:
        """Begin."""
        for rounds in self._rounds:
            rounds.start()
        self._scheduler.start()

    def stop(self) -> None:
        """End soon; a day that is half done is left to its lease."""
        if self._scheduler.running:
            self._scheduler.shutdown()
            stops = [rounds.stop for rounds in self._rounds]
            stop_all(*stops, seconds_max=STOPPING_SECONDS_MAX)
