"""The first filling of the mirror, once, as soon as there is a worker.

What Stripe does not list for us then is asked for again beside the work that begins after it.
"""

import threading
from collections.abc import Collection

from bot.alerts import clear_alert, raise_alert
from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.errors import BotError, Misconfigured, Unavailable
from bot.mirror.backfill import BACKFILLED, Progress, is_filled, run_backfill
from bot.mirror.kinds import KINDS
from bot.mirror.left_out import NEEDED
from bot.runtime import Runtime
from bot.telemetry import get_logger

log = get_logger("first_fill")

# Between two tries while Stripe does not answer; and while it refuses the key or a permission,
# which somebody has to grant at Stripe.
RETRY_SECONDS = 30.0
REFUSED_RETRY_SECONDS = 300.0
# Between two log lines about the same kind.
PROGRESS_SECONDS = 5.0
FAILING = "first_fill_failing"


def run(runtime: Runtime, stopping: threading.Event) -> bool:
    """Fill the mirror unless it is filled; go on where an earlier try was cut off.

    Shape: False when the process is stopping before it is done; nothing is raised.
    """
    while not stopping.is_set():
        try:
            _fill(runtime, stopping, NEEDED)
        except Exception as failed:  # noqa: BLE001 - whatever it is, there is another try
            if not stopping.is_set():
                stopping.wait(_told(runtime, failed))
        else:
            return True
    return False


def fill_rest(runtime: Runtime, stopping: threading.Event) -> None:
    """Fill in what the first filling had to leave out, and what is kept since an upgrade.

    Shape: ends when all is there, or the process is stopping; nothing is raised.
    """
    while not stopping.is_set():
        try:
            if _fill(runtime, stopping, KINDS):
                return
            seconds = REFUSED_RETRY_SECONDS
        except Exception as failed:  # noqa: BLE001 - whatever it is, there is another try
            if stopping.is_set():
                return
            seconds = _told(runtime, failed)
        stopping.wait(seconds)


def _fill(runtime: Runtime, stopping: threading.Event, kinds: Collection[str]) -> bool:
    """Fill the mirror unless these kinds are there; whether nothing had to be left out."""
    last_kind, told_at = "", 0.0

    def report(progress: Progress) -> None:
        nonlocal last_kind, told_at
        # The page is stored, so this is a good place to stop.
        if stopping.is_set():
            raise Unavailable("This process is stopping.")
        now = monotonic_seconds()
        if progress.kind != last_kind or now - told_at >= PROGRESS_SECONDS:
            log.info("filling", kind=progress.kind, objects=progress.objects)
            last_kind, told_at = progress.kind, now

    with runtime.database.reading() as session:
        was_filled = is_filled(session, kinds)
    if was_filled:
        return True
    done = run_backfill(runtime, report=report)
    log.info("filled", objects=sum(done.objects.values()), left_out=list(done.left_out))
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        clear_alert(session, kind=FAILING, subject=BACKFILLED, now=now)
    return not done.left_out


def _told(runtime: Runtime, failed: Exception) -> float:
    """Tell the operators; how long to wait until the next try."""
    why = failed.message if isinstance(failed, BotError) else type(failed).__name__
    is_refused = isinstance(failed, Misconfigured)
    seconds = REFUSED_RETRY_SECONDS if is_refused else RETRY_SECONDS
    (log.critical if is_refused else log.warning)("filling_waits", why=why, seconds=seconds)
    try:
        with runtime.database.writing() as session:
            now = database_now(session, real_now())
            raise_alert(session, kind=FAILING, subject=BACKFILLED, detail=why, now=now)
    except BotError as silent:
        log.warning("alert_not_raised", why=silent.message)
    return seconds
