"""When a customer is reminded of an invoice, and in which tone; pure, for job and dry run alike."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.clock import zone_of
from bot.local_hours import Subject, find_next
from bot.queries.terms import QuietHours, Terms

# When the day's reminders go out, unless it is quiet then: after that.
SENDING_HOUR = 9
# Stands for the day after the payment, whenever that comes.
THANKS_STEP = 10_000
FRIENDLY_FROM, FIRM_FROM, FINAL_FROM = 1, 8, 30


class Level(StrEnum):
    """The tone of a message."""

    COURTESY = "courtesy"
    FRIENDLY = "friendly"
    FIRM = "firm"
    FINAL = "final"
    THANKS = "thanks"


# From the mildest to the gravest: a message to an account has the gravest tone of its invoices.
GRAVITY = tuple(Level)


def level_of(step: int) -> Level:
    """The tone so many days after the due day; or of what is said once all is paid."""
    if step == THANKS_STEP:
        return Level.THANKS
    if step < FRIENDLY_FROM:
        return Level.COURTESY
    if step < FIRM_FROM:
        return Level.FRIENDLY
    return Level.FIRM if step < FINAL_FROM else Level.FINAL


def tone_of(step: int, sent: Level | None) -> Level:
    """The tone of a step for an invoice whose gravest message until now had the tone `sent`.

    One step up at a time: nobody hears a final word who never heard a friendly one, however long
    nothing could be sent.
    """
    level = level_of(step)
    if level in {Level.COURTESY, Level.THANKS}:
        return level
    place = 0 if sent is None else GRAVITY.index(sent)
    highest = min(place + 1, GRAVITY.index(Level.FINAL))
    return GRAVITY[min(GRAVITY.index(level), highest)]


def find_step(
    cadence: Sequence[int], counted_from: date, today: date, *, since: date
) -> int | None:
    """The latest step that has come, which alone is taken, however many were missed before it.

    Shape: None before the first one, for a courtesy once the due day is over, and for a step whose
        day was before `since`.
    """
    days = (today - counted_from).days
    step = max((one for one in cadence if one <= days), default=None)
    if step is None or (step <= 0 < days):
        return None
    return None if counted_from + timedelta(days=step) < since else step


def find_next_day(cadence: Sequence[int], counted_from: date, today: date) -> date | None:
    """The day of the first step still to come; None after the last one."""
    days = (counted_from + timedelta(days=step) for step in sorted(cadence))
    return next((day for day in days if day > today), None)


def sending_hour(quiet: QuietHours) -> int:
    """The hour of an account's day at which its reminders go out."""
    is_quiet = quiet.has(datetime(2026, 1, 1, SENDING_HOUR))  # noqa: DTZ001 - its hour alone counts
    return quiet.until_hour if is_quiet else SENDING_HOUR


def next_sending(terms: Terms, zone: str, now: datetime) -> datetime:
    """The next moment at which something goes out to an account in this zone."""
    hour = sending_hour(terms.quiet_hours)
    weekdays = frozenset(day - 1 for day in terms.weekdays)
    due = find_next(Subject("", zone, hour, weekdays), now)
    return now if due is None else due.at.astimezone(zone_of(zone))


def find_silence(terms: Terms, local: datetime) -> str | None:
    """Why nothing goes out to an account at a moment of its own clock; None when it may."""
    if local.isoweekday() not in terms.weekdays:
        return "nothing is sent on this day of the week"
    return "it is within the quiet hours" if terms.quiet_hours.has(local) else None
