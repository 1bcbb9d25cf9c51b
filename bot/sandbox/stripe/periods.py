"""Billing periods: from an anchor in steps of days, weeks, months or years."""

import calendar
from datetime import UTC, datetime

from bot.sandbox.stripe.store import Object

DAY_SECONDS = 86_400
MONTHS = {"month": 1, "year": 12}
DAYS = {"day": 1, "week": 7}


def step_from(anchor: int, recurring: Object, steps: int) -> int:
    """The moment some intervals after an anchor; the anchor's day, or the month's last."""
    count: int = recurring["interval_count"] * steps
    interval: str = recurring["interval"]
    if interval in DAYS:
        return anchor + count * DAYS[interval] * DAY_SECONDS
    moment = datetime.fromtimestamp(anchor, UTC)
    place = moment.year * 12 + moment.month - 1 + count * MONTHS[interval]
    year, month = place // 12, place % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return int(moment.replace(year=year, month=month, day=min(moment.day, last)).timestamp())


def period_end(anchor: int, recurring: Object, start: int) -> int:
    """The end of the period that begins at a moment: the next step of the anchor after it."""
    if start < anchor:
        return anchor
    longest = {"day": 1, "week": 7, "month": 31, "year": 366}[recurring["interval"]]
    span = longest * recurring["interval_count"] * DAY_SECONDS
    steps = (start - anchor) // span
    while (end := step_from(anchor, recurring, steps)) <= start:
        steps += 1
    return end
