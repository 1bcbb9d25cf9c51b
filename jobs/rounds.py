"""Steps of work that take turns in a thread of their own, for ever, whatever happens to each.

A step that fails waits by itself, longer each time, so that the others go on; the operators are
told when it goes on failing.
"""

import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.alerts import clear_alert, raise_alert
from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.errors import BotError
from bot.runtime import Runtime
from bot.telemetry import get_logger

BACKOFF_SECONDS, BACKOFF_SECONDS_MAX = 1.0, 60.0
# After so many failures in a row the operators are told.
FAILURES_QUIET = 3
FAILING = "sync_failing"

# Whether there is more to do at once.
Work = Callable[[Runtime], bool]

log = get_logger("sync")


@dataclass(slots=True)
class _Step:
    name: str
    work: Work
    due_at: float = 0.0
    failures: int = 0


class Rounds:
    """Steps by their names, each in its turn; `first` is done once, before all others."""

    def __init__(
        self,
        runtime: Runtime,
        name: str,
        steps: Mapping[str, Work],
        *,
        first: Work,
        look_seconds: float,
    ) -> None:
        self._runtime = runtime
        self._first = _Step("start", first)
        self._steps = [_Step(each, work) for each, work in steps.items()]
        self._look_seconds = look_seconds
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def wake(self) -> None:
        """Look at once: there may be something to do."""
        self._woken.set()

    def ask_to_stop(self) -> None:
        """Begin no further step."""
        self._stopping.set()
        self._woken.set()

    def wait_for_end(self, seconds_max: float) -> None:
        """Wait until the step under way is done, so long at most."""
        if self._thread.is_alive():
            self._thread.join(seconds_max)

    def _run(self) -> None:
        self._try(self._first)
        while not self._stopping.is_set():
            self._woken.clear()
            has_more = False
            for step in self._steps:
                if not self._stopping.is_set() and monotonic_seconds() >= step.due_at:
                    has_more |= self._try(step)
            if not has_more:
                self._woken.wait(self._look_seconds)

    def _try(self, step: _Step) -> bool:
        """Do one step; whether it has more to do at once."""
        try:
            has_more = step.work(self._runtime)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the loop goes on
            self._failed(step, failed)
            return False
        if step.failures >= FAILURES_QUIET:
            self._tell(step, None)
        step.failures = 0
        step.due_at = 0.0
        return has_more

    def _failed(self, step: _Step, failed: Exception) -> None:
        why = failed.message if isinstance(failed, BotError) else type(failed).__name__
        step.failures += 1
        full = min(BACKOFF_SECONDS * 2 ** (step.failures - 1), BACKOFF_SECONDS_MAX)
        step.due_at = monotonic_seconds() + random.uniform(full / 2, full)
        if self._stopping.is_set():
            return
        log.warning("sync_failed", step=step.name, failures=step.failures, why=why)
        if step.failures >= FAILURES_QUIET:
            self._tell(step, why)

    def _tell(self, step: _Step, why: str | None) -> None:
        """Tell the operators that a step fails, or with None that it does no more."""
        try:
            with self._runtime.database.writing() as session:
                now = database_now(session, real_now())
                if why is None:
                    clear_alert(session, kind=FAILING, subject=step.name, now=now)
                else:
                    raise_alert(session, kind=FAILING, subject=step.name, detail=why, now=now)
        except Exception as failed:  # noqa: BLE001 - it may be the database itself that fails
            log.warning("alert_not_raised", error=type(failed).__name__)
