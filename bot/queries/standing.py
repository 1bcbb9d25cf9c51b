"""How well an account stands, and by which rule."""

from dataclasses import dataclass
from enum import StrEnum

# Days past due above which an account is At risk, and above which it may be suspended.
AT_RISK_DAYS = 5
SUSPENSION_DAYS = 60


class Level(StrEnum):
    """The three words for it, from the best to the worst.

    Source: PRODUCT, B1.
    """

    GOOD = "Good"
    AT_RISK = "At risk"
    SUSPENSION_RISK = "Suspension risk"


LEVELS = tuple(Level)


class Rule(StrEnum):
    """What decided."""

    NOTHING_LATE = "nothing_late"
    DAYS_LATE = "days_late"
    RETRIES_EXHAUSTED = "retries_exhausted"
    BROKEN_PROMISE = "broken_promise"


@dataclass(frozen=True, slots=True)
class Standing:
    """The level with the rule that decided it; `days_late` are those of the latest invoice."""

    level: Level
    rule: Rule
    days_late: int


def judge_standing(*, days_late: int, is_exhausted: bool, has_broken: bool = False) -> Standing:
    """How well an account stands whose latest invoice is so late.

    Shape: `is_exhausted` when no attempt is left to collect one of them, `has_broken` when one was
        promised, and not paid by then.
    """
    if days_late > SUSPENSION_DAYS:
        return Standing(Level.SUSPENSION_RISK, Rule.DAYS_LATE, days_late)
    if is_exhausted:
        return Standing(Level.SUSPENSION_RISK, Rule.RETRIES_EXHAUSTED, days_late)
    if days_late > AT_RISK_DAYS:
        return Standing(Level.AT_RISK, Rule.DAYS_LATE, days_late)
    if has_broken:
        return Standing(Level.AT_RISK, Rule.BROKEN_PROMISE, days_late)
    rule = Rule.DAYS_LATE if days_late else Rule.NOTHING_LATE
    return Standing(Level.GOOD, rule, days_late)
