"""Local days against a slow, obvious reference: every quarter of an hour asked for its own day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import start_of_day, zone_of
from bot.local_days import LocalDays

ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Chatham", "America/Havana", "Africa/Cairo"),
    *("Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia", "Asia/Kuwait"),
)
QUARTER = timedelta(minutes=15)
moments = st.datetimes(
    min_value=datetime(2011, 12, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC)
).map(lambda moment: moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0))


def slow_day_of(moment: datetime, zones: list[tuple[date, str]]) -> date:
    """The last day whose beginning, in the zone that is valid on it, is not after the moment."""

    def begins_at(day: date) -> datetime:
        names = [name for since, name in zones if since <= day]
        return start_of_day(day, zone_of(names[-1] if names else zones[0][1]))

    days = [moment.date() + timedelta(days=number) for number in range(-3, 4)]
    return max(day for day in days if begins_at(day) <= moment)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", "2026-03-29", 23),
        ("Europe/Berlin", "2026-10-25", 25),
        ("America/New_York", "2026-11-01", 25),
        ("Australia/Lord_Howe", "2026-04-05", 24.5),
        ("Asia/Kathmandu", "2026-11-15", 24),
        # Midnight itself is skipped here.
        ("America/Havana", "2026-03-08", 23),
    ],
)
def test_a_day_is_as_long_as_its_clocks_make_it(zone: str, day: str, hours: float) -> None:
    days = LocalDays(((date.min, zone_of(zone)),))
    first = date.fromisoformat(day)

    length = days.start_of(first + timedelta(days=1)) - days.start_of(first)

    assert length == timedelta(hours=hours)


def test_a_zone_that_changes_from_a_day_on_leaves_no_gap() -> None:
    berlin, denver = zone_of("Europe/Berlin"), zone_of("America/Denver")
    days = LocalDays(((date.min, berlin), (date(2026, 11, 10), denver)))

    found = days.slices(datetime(2026, 11, 8, 23, tzinfo=UTC), datetime(2026, 11, 12, tzinfo=UTC))

    lengths = [
        (each.day.day, (each.ends_at - each.starts_at) / timedelta(hours=1)) for each in found
    ]
    assert lengths == [(9, 32.0), (10, 24.0), (11, 17.0)]
    assert [each.is_whole for each in found] == [True, True, False]


def test_a_day_that_a_zone_skipped_is_empty() -> None:
    days = LocalDays(((date.min, zone_of("Pacific/Apia")),))

    found = days.slices(
        datetime(2011, 12, 29, 10, tzinfo=UTC), datetime(2011, 12, 31, 10, tzinfo=UTC)
    )

    assert [each.day.day for each in found] == [29, 31]


@settings(max_examples=60)
@given(
    start=moments,
    quarters=st.integers(min_value=0, max_value=4 * 24 * 5),
    names=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3, unique=True),
    changes=st.lists(st.integers(min_value=-1, max_value=5), min_size=2, max_size=2, unique=True),
)
def test_the_days_of_a_period_are_those_of_its_moments(
    start: datetime, quarters: int, names: list[str], changes: list[int]
) -> None:
    since = [date.min, *(start.date() + timedelta(days=each) for each in sorted(changes))]
    zones = list(zip(since, names, strict=False))
    days = LocalDays(tuple((day, zone_of(name)) for day, name in zones))

    found = days.slices(start, start + quarters * QUARTER)

    slow: dict[date, list[datetime]] = {}
    for number in range(quarters):
        moment = start + number * QUARTER
        slow.setdefault(slow_day_of(moment, zones), []).append(moment)
        assert days.day_of(moment) == slow_day_of(moment, zones)
    assert [(each.day, each.starts_at, each.ends_at) for each in found] == [
        (day, inside[0], inside[-1] + QUARTER) for day, inside in slow.items()
    ]
