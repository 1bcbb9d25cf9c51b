"""The hour of a local day, against a slow, obvious reference and the traps of real zones."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.clock import zone_of
from bot.local_hours import Subject, find_due, find_moment, find_next, find_next_moment

ZONES = (
    *("UTC", "Europe/Berlin", "America/New_York", "America/St_Johns", "Asia/Kathmandu"),
    *("Australia/Lord_Howe", "Pacific/Chatham", "America/Havana", "Africa/Cairo", "America/Nuuk"),
    *("America/Sao_Paulo", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Pacific/Apia"),
)
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def slow_moments(day: date, hours: tuple[int, ...], zone_name: str) -> list[datetime | None]:
    """The first minutes, of all that there are, at which the zone's clock has come to the hours."""
    zone = zone_of(zone_name)
    first = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    minutes = [first + count * MINUTE for count in range(54 * 60)]
    walls = [(minute, minute.astimezone(zone).replace(tzinfo=None)) for minute in minutes]
    if not any(wall.date() == day for _, wall in walls):
        return [None for _ in hours]
    wanted = [datetime(day.year, day.month, day.day, hour) for hour in hours]
    return [next(minute for minute, wall in walls if wall >= one) for one in wanted]


@pytest.mark.parametrize(
    ("zone", "day", "hour", "moment"),
    [
        ("Europe/Berlin", "2026-11-22", 9, "2026-11-22T09:00+01:00"),
        # The hour that does not come, and the one that comes twice.
        ("Europe/Berlin", "2026-03-29", 2, "2026-03-29T03:00+02:00"),
        ("Europe/Berlin", "2026-10-25", 2, "2026-10-25T02:00+02:00"),
        ("America/New_York", "2026-11-01", 1, "2026-11-01T01:00-04:00"),
        # No midnight.
        ("Africa/Cairo", "2026-04-24", 0, "2026-04-24T01:00+03:00"),
        ("America/Sao_Paulo", "2018-11-04", 0, "2018-11-04T01:00-02:00"),
        # Half an hour.
        ("Australia/Lord_Howe", "2026-10-04", 2, "2026-10-04T02:30+11:00"),
        # The last hour of a day is missing, though not the day.
        ("America/Nuuk", "2024-03-30", 23, "2024-03-31T00:00-01:00"),
        # No such day.
        ("Pacific/Apia", "2011-12-30", 9, None),
        ("Pacific/Apia", "2011-12-31", 9, "2011-12-31T09:00+14:00"),
    ],
)
def test_an_hour_is_found_where_the_clocks_change(
    zone: str, day: str, hour: int, moment: str | None
) -> None:
    found = find_moment(date.fromisoformat(day), hour, zone_of(zone))

    assert found == (None if moment is None else at(moment))


@pytest.mark.parametrize("zone", ZONES)
def test_every_hour_around_every_change_is_the_first_that_the_clock_shows(zone: str) -> None:
    hours = (0, 1, 2, 3, 23)

    for day in _days_of_changes(zone):
        found = [find_moment(day, hour, zone_of(zone)) for hour in hours]
        assert found == slow_moments(day, hours, zone)


@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    moment=st.datetimes(datetime(2011, 12, 20), datetime(2027, 1, 1), timezones=st.just(UTC)),
)
@settings(max_examples=150)
def test_what_is_due_and_what_is_next_follow_each_other(
    zone: str, hour: int, weekdays: frozenset[int], moment: datetime
) -> None:
    subject = Subject("", zone, hour, weekdays)

    due, following = find_due(subject, moment), find_next(subject, moment)

    assert due is not None
    assert following is not None
    assert due.at <= moment < following.at
    assert {due.day.weekday(), following.day.weekday()} <= weekdays
    # Nothing lies between the two.
    assert find_next(subject, due.at) == following
    assert find_due(subject, following.at) == following


def test_nothing_is_due_before_a_subject_began() -> None:
    nine = Subject("C1", "Europe/Berlin", 9, since=at("2026-11-22T15:00+01:00"))

    assert find_due(nine, at("2026-11-22T16:00+01:00")) is None
    assert find_due(nine, at("2026-11-23T08:59+01:00")) is None
    due = find_due(nine, at("2026-11-23T09:00+01:00"))
    assert due is not None
    assert due.day == date(2026, 11, 23)


def test_a_subject_without_weekdays_is_never_due() -> None:
    never = Subject("C1", "Europe/Berlin", 9, frozenset())

    assert find_due(never, at("2026-11-22T16:00+01:00")) is None
    assert find_next_moment([never], at("2026-11-22T16:00+01:00")) is None


def _days_of_changes(zone_name: str) -> list[date]:
    """The days of two years on which the zone's offset changes, some of each."""
    zone, days = zone_of(zone_name), set()
    for year in (2011, 2024):
        for number in range(366):
            moment = datetime(year, 1, 1, tzinfo=UTC) + timedelta(days=number)
            after = moment + timedelta(days=1)
            if moment.astimezone(zone).utcoffset() != after.astimezone(zone).utcoffset():
                days |= {moment.date(), after.date()}
    return sorted(days)[-6:]
