"""What the virtual clock has to do later: a heap of moments, each with a deed and an object."""

import heapq


class Timers:
    """Deeds in order of their moment; of the same moment, in order of planning."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, str, str]] = []
        self._count = 0

    def plan(self, moment: int, deed: str, identifier: str) -> None:
        """Do something to an object at a moment; whoever does it checks that it still applies."""
        self._count += 1
        heapq.heappush(self._heap, (moment, self._count, deed, identifier))

    def next_until(self, moment: int) -> tuple[int, str, str] | None:
        """Take the first deed that is due by a moment: (moment, deed, id)."""
        if not self._heap or self._heap[0][0] > moment:
            return None
        due, _, deed, identifier = heapq.heappop(self._heap)
        return due, deed, identifier
