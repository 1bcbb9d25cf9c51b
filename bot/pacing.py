"""Pacing of calls to a service that allows so many a second, in all and to one of its endpoints."""

import threading

# Turns that nobody took may be made up for, this long: a rate of 20 then comes to 23 in a second at
# most, and leaves room below 25 for requests that the network bunches.
MADE_UP_SECONDS = 0.1


class Pacer:
    """Turns at an even pace, for any number of threads; a short pause may be made up for."""

    def __init__(self, turns_per_second: float | None) -> None:
        self._interval_seconds = 1.0 / turns_per_second if turns_per_second else 0.0
        self._lock = threading.Lock()
        self._next_at = 0.0
        self._blocked_until = 0.0

    def take_turn(self, now: float) -> float:
        """Take the next free turn.

        Units: `now` in seconds that only ever grow; the answer is how many to wait from then on.
        """
        with self._lock:
            turn_at = max(self._next_at, now - MADE_UP_SECONDS, self._blocked_until)
            self._next_at = turn_at + self._interval_seconds
            return max(0.0, turn_at - now)

    def blocked_seconds(self, now: float) -> float:
        """How long no turn may be used from now on, whenever it was taken."""
        return max(0.0, self._blocked_until - now)

    def block(self, seconds: float, now: float) -> None:
        """Use no turn for a while, because the service said that it was too much."""
        with self._lock:
            self._blocked_until = max(self._blocked_until, now + seconds)


class EndpointPacers:
    """A pace for each endpoint of a service, and one for all of them together."""

    def __init__(self, *, each_per_second: float | None, all_per_second: float | None) -> None:
        self.all = Pacer(all_per_second)
        self._each_per_second = each_per_second
        self._each: dict[str, Pacer] = {}
        self._lock = threading.Lock()

    def of(self, endpoint: str) -> Pacer:
        """The pace of one endpoint."""
        with self._lock:
            return self._each.setdefault(endpoint, Pacer(self._each_per_second))
