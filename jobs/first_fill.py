"""The first filling of the mirror, once, as soon as there is a worker."""

import threading

from sqlalchemy import select

from bot.errors import BotError, Misconfigured
from bot.mirror.backfill import Progress, run_backfill
from bot.models import SyncMark
from bot.runtime import Runtime
from bot.telemetry import get_logger

log = get_logger("first_fill")

# Between two tries while Stripe does not answer.
RETRY_SECONDS = 30.0


def is_filled(runtime: Runtime) -> bool:
    """Whether the mirror has been filled before."""
    with runtime.database.reading() as session:
        mark = session.scalars(select(SyncMark).where(SyncMark.name == "backfilled"))
        return mark.first() is not None


def run(runtime: Runtime, stopping: threading.Event) -> bool:
    """Fill the mirror unless it is filled; go on where an earlier try was cut off.

    Shape: False when the process is stopping before it is done.
    Raises: Misconfigured when Stripe refuses the key or a permission.
    """
    while not is_filled(runtime):
        try:
            run_backfill(runtime, report=_report)
        except Misconfigured:
            raise
        except BotError as failed:
            log.warning("first_fill_waits", why=failed.message, seconds=RETRY_SECONDS)
            if stopping.wait(RETRY_SECONDS):
                return False
    return True


def _report(progress: Progress) -> None:
    log.info("first_fill", kind=progress.kind, objects=progress.objects)
