"""The days that people mostly mean, so that one press chooses one; pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.clock import month_of

FRIDAY, MONDAY = 4, 0
WEEK, FORTNIGHT = timedelta(days=7), timedelta(days=14)


@dataclass(frozen=True, slots=True)
class LikelyDays:
    """Days with their names, in their order, each once, and the one that is chosen at first."""

    days: tuple[tuple[date, str], ...]
    first: date


def days_to_pay(today: date) -> LikelyDays:
    """By when customers say that they will pay; Friday at first."""
    friday = _next(today, FRIDAY)
    end_of_month = month_of(today).following.first_day - timedelta(days=1)
    days = (
        (today + timedelta(days=1), "Tomorrow"),
        (friday, "Friday"),
        (today + WEEK, "In 7 days"),
        (today + FORTNIGHT, "In 14 days"),
        (end_of_month, "End of the month"),
    )
    return LikelyDays(_in_order(day for day in days if day[0] > today), friday)


def days_to_wait(today: date, *, days_max: int) -> LikelyDays:
    """Until when people put things off, as far as they may; a week at first, or less."""
    last = today + timedelta(days=days_max)
    days = (
        (today + timedelta(days=1), "Tomorrow"),
        (_next(today, MONDAY), "Monday"),
        (today + WEEK, "In 7 days"),
        (today + FORTNIGHT, "In 14 days"),
    )
    return LikelyDays(_in_order(day for day in days if day[0] <= last), min(today + WEEK, last))


def _next(today: date, weekday: int) -> date:
    """The next such weekday after today."""
    return today + timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def _in_order(days: Iterable[tuple[date, str]]) -> tuple[tuple[date, str], ...]:
    """By day; of two names for one day, the first."""
    named: dict[date, str] = {}
    for day, name in days:
        named.setdefault(day, name)
    return tuple(sorted(named.items()))
