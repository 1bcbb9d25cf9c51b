"""How much in somebody's accounts waits for a person: open disputes, and corrections to approve."""

from dataclasses import dataclass

from bot.database import Reading
from bot.queries.dispute_lists import DisputeFilter, count_open_disputes
from bot.queries.sight import Sight
from bot.queries.waiting import count_waiting


@dataclass(frozen=True, slots=True)
class OpenWork:
    """Open disputes, and corrections that wait for approval, of all accounts that they may see."""

    disputes: int
    waiting: int


def count_open_work(session: Reading, *, sight: Sight) -> OpenWork:
    """What waits for a person, whoever that is."""
    return OpenWork(
        disputes=count_open_disputes(session, DisputeFilter(), sight=sight),
        waiting=count_waiting(session, sight=sight),
    )
