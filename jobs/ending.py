"""The end of several loops at the same time."""

import threading
from collections.abc import Callable


def stop_all(*stops: Callable[[], None]) -> None:
    """Tell all of these to stop, and wait as long as the slowest takes, not as long as all do.

    Shape: each waits a bounded time for its own loop; in whose order does not matter.
    """
    stopping = [threading.Thread(target=stop, daemon=True) for stop in stops]
    for each in stopping:
        each.start()
    for each in stopping:
        each.join()
