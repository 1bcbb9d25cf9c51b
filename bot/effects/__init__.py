"""The queue of promised outside calls: what operations need of it.

A deed promises its call in its own transaction; a worker performs it, outside of any, and settles
it in another. The rows and their leases are in `queue`, what workers do with one in `performing`.
"""

from bot.effects.lanes import slack_lane, stripe_lane
from bot.effects.outcomes import Done, Outcome, Refused, Unknown
from bot.effects.performing import Means, Operation
from bot.effects.promises import (
    Effect,
    find,
    find_by_press,
    find_last,
    hasten,
    is_pending,
    join,
    promise,
    spare,
)

__all__ = [
    "Done",
    "Effect",
    "Means",
    "Operation",
    "Outcome",
    "Refused",
    "Unknown",
    "find",
    "find_by_press",
    "find_last",
    "hasten",
    "is_pending",
    "join",
    "promise",
    "slack_lane",
    "spare",
    "stripe_lane",
]
