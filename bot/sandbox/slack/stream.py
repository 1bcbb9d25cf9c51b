"""Carry what happens in the workspace to the open browser pages, from any thread."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Collection

from bot.sandbox.slack.records import Json

COMMENT_SECONDS = 15.0
# A page that has not read this many events is gone; it reloads everything when it comes back.
EVENTS_WAITING_MAX = 1_000


class Subscription:
    """One open page: the events for one person, in order."""

    def __init__(self, person: str) -> None:
        self.person = person
        self._loop = asyncio.get_running_loop()
        self._events: asyncio.Queue[Json] = asyncio.Queue(EVENTS_WAITING_MAX)

    def push(self, event: Json) -> None:
        """Add an event; safe from any thread."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._put, event)

    def _put(self, event: Json) -> None:
        if not self._events.full():
            self._events.put_nowait(event)

    async def lines(self) -> AsyncIterator[str]:
        """Server-sent events, with a comment now and then that keeps the connection open."""
        yield ": open\n\n"
        while True:
            try:
                event = await asyncio.wait_for(self._events.get(), COMMENT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
            else:
                yield f"data: {json.dumps(event, ensure_ascii=False)}\n\n"


class Stream:
    """All open pages."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: list[Subscription] = []

    def subscribe(self, person: str) -> tuple[Subscription, Callable[[], None]]:
        """Open a page for a person; call the second value when it closes."""
        subscription = Subscription(person)
        with self._lock:
            self._open.append(subscription)

        def close() -> None:
            with self._lock:
                self._open.remove(subscription)

        return subscription, close

    def publish(self, event: Json, *, to: Collection[str]) -> None:
        """Send an event to every open page of these people."""
        with self._lock:
            receivers = [each for each in self._open if each.person in to]
        for each in receivers:
            each.push(event)
