"""Keeping the mirror of Stripe: filled when it is empty, then followed, compared and counted.

The timetable begins with it, as nothing can be judged or told before.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator

from bot.bells import listening
from bot.ending import stop_all
from bot.mirror.news import BELL
from bot.runtime import Runtime

FILLING_SECONDS_MAX, STOPPING_SECONDS_MAX = 3.0, 3.0


@contextlib.contextmanager
def keeping_mirror(runtime: Runtime) -> Iterator[Callable[[], None]]:
    """Fill the mirror if it is empty and keep it up, in threads, for the length of a block.

    Shape: what wakes the work at once when there is news.
    """
    from jobs import first_fill
    from jobs.clockwork import Timekeeper
    from jobs.schedule import TIMETABLE
    from jobs.sync import SyncLoop
    from jobs.usage import UsageLoop

    stopping = threading.Event()
    loop, usage = SyncLoop(runtime), UsageLoop(runtime)
    timekeeper = Timekeeper(runtime, TIMETABLE)

    def work() -> None:
        if first_fill.run(runtime, stopping):
            loop.start()
            usage.start()
            timekeeper.start()
            first_fill.fill_rest(runtime, stopping)

    filling = threading.Thread(target=work, name="first-fill", daemon=True)
    try:
        filling.start()
        with listening(runtime.database, BELL, loop.wake):
            yield loop.wake
    finally:
        stopping.set()
        if filling.is_alive():
            # The filling alone may be waiting for Stripe that long, and presses have their answer.
            runtime.stripe.close()
            filling.join(FILLING_SECONDS_MAX)
        stops = (timekeeper.stop, usage.stop, loop.stop)
        stop_all(*stops, seconds_max=STOPPING_SECONDS_MAX)
