"""When a customer is reminded, and in which tone: arithmetic of days and hours alone."""

from datetime import date, timedelta

import pytest

from bot.queries.reminder_terms import (
    THANKS_STEP,
    Level,
    find_next_day,
    find_step,
    level_of,
    sending_hour,
    tone_of,
)
from bot.queries.terms import QuietHours

USUAL = (-3, 1, 7, 14, 30)
DUE = date(2026, 11, 26)
LONG_AGO = date(2020, 1, 1)


@pytest.mark.parametrize(
    ("days", "step"),
    [
        *((-4, None), (-3, -3), (-1, -3), (0, -3)),
        *((1, 1), (6, 1), (7, 7), (13, 7), (14, 14), (29, 14), (30, 30), (400, 30)),
    ],
)
def test_the_latest_step_that_has_come_is_taken(days: int, step: int | None) -> None:
    today = DUE + timedelta(days=days)

    assert find_step(USUAL, DUE, today, since=LONG_AGO) == step


def test_a_courtesy_is_over_with_the_due_day() -> None:
    assert find_step((-3, 5), DUE, DUE + timedelta(days=2), since=LONG_AGO) is None


@pytest.mark.parametrize(("since", "step"), [(0, 7), (7, 7), (8, None), (40, None)])
def test_a_step_whose_day_was_before_reminders_were_on_is_none(
    since: int, step: int | None
) -> None:
    found = find_step(USUAL, DUE, DUE + timedelta(days=9), since=DUE + timedelta(days=since))

    assert found == step


def test_the_next_day_is_that_of_the_first_step_to_come() -> None:
    assert find_next_day(USUAL, DUE, DUE) == date(2026, 11, 27)
    assert find_next_day(USUAL, DUE, DUE - timedelta(days=9)) == date(2026, 11, 23)
    assert find_next_day(USUAL, DUE, DUE + timedelta(days=30)) is None


@pytest.mark.parametrize(
    ("step", "level"),
    [
        *((-30, Level.COURTESY), (0, Level.COURTESY), (1, Level.FRIENDLY), (7, Level.FRIENDLY)),
        *((8, Level.FIRM), (29, Level.FIRM), (30, Level.FINAL), (180, Level.FINAL)),
    ],
)
def test_the_tone_grows_with_the_days(step: int, level: Level) -> None:
    assert level_of(step) is level


@pytest.mark.parametrize(
    ("step", "sent", "level"),
    [
        (30, None, Level.FRIENDLY),
        (30, Level.COURTESY, Level.FRIENDLY),
        (30, Level.FRIENDLY, Level.FIRM),
        (30, Level.FIRM, Level.FINAL),
        (40, Level.FINAL, Level.FINAL),
        (14, Level.FRIENDLY, Level.FIRM),
        (7, Level.FRIENDLY, Level.FRIENDLY),
        (1, Level.FIRM, Level.FRIENDLY),
        (-3, None, Level.COURTESY),
        (THANKS_STEP, Level.FINAL, Level.THANKS),
    ],
)
def test_the_tone_grows_one_step_at_a_time(step: int, sent: Level | None, level: Level) -> None:
    assert tone_of(step, sent) is level


@pytest.mark.parametrize(
    ("quiet", "hour"),
    [((18, 8), 9), ((20, 11), 11), ((8, 10), 10), ((0, 0), 9), ((22, 9), 9), ((9, 9), 9)],
)
def test_it_is_sent_at_nine_or_when_the_quiet_hours_end(quiet: tuple[int, int], hour: int) -> None:
    assert sending_hour(QuietHours(*quiet)) == hour
