"""A thread that commits events in groups, so that a delivery is answered after its commit.

SQLite has one writer, and a commit costs a flush of the disk on both databases. What has queued up
while one group is committed is the next group; nobody waits for more to come.
"""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

from bot.clock import real_now
from bot.database import Database
from bot.database_clock import database_now
from bot.database_waits import waiting_at_most
from bot.errors import Unavailable
from bot.mirror.events import WEBHOOK, Arrival, EventHint, StripeIdentity, find_identity, keep
from bot.telemetry import get_logger

GROUP_EVENTS_MAX = 100
# Half a second's work; whoever comes after that is told to come again.
WAITING_EVENTS_MAX = 1_000
STOPPING_SECONDS_MAX = 5.0
# At each step; Stripe waits somewhat longer for its answer.
COMMIT_SECONDS_MAX = 5.0

log = get_logger("keeper")


@dataclass(frozen=True, slots=True)
class _Waiting:
    arrival: Arrival
    kept: Future[None] = field(default_factory=Future)


class EventKeeper:
    """Takes events from any thread; each future is done once its event is committed."""

    def __init__(self, database: Database, *, on_kept: Callable[[], None] | None = None) -> None:
        self._database = database
        self._on_kept = on_kept
        self._identity: StripeIdentity | None = None
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(WAITING_EVENTS_MAX)
        # Guards against an event that is queued behind the sign to stop.
        self._gate = threading.Lock()
        self._is_open = False
        self._thread = threading.Thread(target=self._work, name="event-keeper", daemon=True)

    def start(self) -> None:
        """Begin to take events."""
        self._is_open = True
        self._thread.start()

    def stop(self) -> None:
        """Take no more, commit what is queued, and end."""
        with self._gate:
            was_open, self._is_open = self._is_open, False
        if was_open:
            self._queue.put(None)
            self._thread.join(STOPPING_SECONDS_MAX)

    def submit(self, hint: EventHint, body: bytes) -> "Future[None]":
        """Queue an event; its future fails with one of bot.errors when it can't be kept.

        Raises: Unavailable when too many wait already, or the process is stopping.
        """
        waiting = _Waiting(Arrival(hint, body))
        with self._gate:
            if not self._is_open:
                raise Unavailable("This process is stopping.")
            try:
                self._queue.put_nowait(waiting)
            except queue.Full:
                raise Unavailable("Too many events wait to be kept.") from None
        return waiting.kept

    def _work(self) -> None:
        is_over = False
        while not is_over:
            group, is_over = self._next_group()
            if group:
                self._commit(group)

    def _next_group(self) -> tuple[list[_Waiting], bool]:
        """What waits, at least one; and whether nothing follows it."""
        group: list[_Waiting] = []
        waiting = self._queue.get()
        while waiting is not None:
            # False for a sender that has stopped waiting: Stripe will deliver it again.
            if waiting.kept.set_running_or_notify_cancel():
                group.append(waiting)
            if len(group) == GROUP_EVENTS_MAX:
                return group, False
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return group, False
        return group, True

    def _commit(self, group: Sequence[_Waiting]) -> None:
        try:
            self._keep([waiting.arrival for waiting in group])
        except Unavailable as failed:
            _fail(group, failed)
        except Exception as failed:  # noqa: BLE001 - whatever it is, the thread goes on
            # One event that the database refuses must not take the others with it.
            if len(group) > 1:
                for waiting in group:
                    self._commit([waiting])
                return
            # Its type alone: the message of a database's error may quote the body.
            log.warning("event_refused", error=type(failed).__name__)
            _fail(group, Unavailable("The event could not be kept."))
        else:
            for waiting in group:
                waiting.kept.set_result(None)
            if self._on_kept is not None:
                self._on_kept()

    def _keep(self, arrivals: Sequence[Arrival]) -> None:
        with waiting_at_most(COMMIT_SECONDS_MAX), self._database.writing() as session:
            if self._identity is None:
                self._identity = find_identity(session)
            if self._identity is None:
                raise Unavailable("Nobody knows yet which Stripe account this is for.")
            now = database_now(session, real_now())
            keep(session, arrivals, way=WEBHOOK, now=now, identity=self._identity)


def _fail(group: Sequence[_Waiting], failed: Unavailable) -> None:
    log.warning("events_not_kept", why=failed.message, events=len(group))
    for waiting in group:
        waiting.kept.set_exception(failed)
