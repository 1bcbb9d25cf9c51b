"""Days sales outstanding and effectiveness: the formulas, and the book that they are told of."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.clock import BusinessClock, Month
from bot.database import Database
from bot.mirror.backfill import BACKFILLED
from bot.mirror.kinds import KINDS
from bot.models import BackfillStep, SyncMark
from bot.queries.book import get_book
from bot.queries.collection import (
    Collection,
    Sums,
    count_back,
    effectiveness_of,
    list_collections,
    month_ends,
)
from bot.runtime import Runtime, opened
from bot.settings import Settings
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.build import NOW, make_customer, make_invoice, make_sight, usd
from tests.deployment import SECRET_KEY

MONTHS = next(job for job in TIMETABLE if job.name == "months")
OCTOBER = Month(2026, 10)


def months_to(last: Month, sales: list[int], *, receivables: int = 0) -> list[Sums]:
    """Months without a gap, the last one with what was owed at its end."""
    found: list[Sums] = []
    month = last
    for amount in reversed(sales):
        found.append(Sums(month, sales=amount, receivables=receivables if not found else 0))
        month = month.preceding
    return found[::-1]


@pytest.mark.parametrize(
    ("receivables", "sales", "days", "is_more"),
    [
        # The glossary's: 31 + 30 + 2,000/5,000 of 31.
        (1_000_000, [500_000, 400_000, 400_000], "73.4", False),
        (200_000, [400_000], "15.5", False),
        (0, [400_000], "0", False),
        (400_000, [100_000, 400_000], "31", False),
        (400_000, [400_000], "31", False),
        (500_000, [400_000], "31", True),
        # A month without sales ends it, whatever lies before.
        (500_000, [900_000, 0, 400_000], "31", True),
        (500_000, [900_000, -5, 400_000], "31", True),
        (-100, [400_000], "0", False),
    ],
)
def test_what_is_owed_is_counted_back_over_the_sales_of_months(
    receivables: int, sales: list[int], days: str, *, is_more: bool
) -> None:
    counted = count_back(months_to(OCTOBER, sales, receivables=receivables))

    assert counted is not None
    assert (counted.days, counted.is_more) == (Fraction(days), is_more)


def test_without_sales_in_the_month_there_is_nothing_to_count() -> None:
    assert count_back(months_to(OCTOBER, [400_000, 0], receivables=5)) is None


@given(sales=st.lists(st.integers(-50, 500), min_size=1, max_size=18), owed=st.integers(0, 4_000))
def test_counting_back_day_by_day_comes_to_the_same(sales: list[int], owed: int) -> None:
    months = months_to(OCTOBER, sales, receivables=owed)

    counted = count_back(months)

    # Each day of a month sold an equal part of it; go back while something is left.
    left, days = Fraction(owed), Fraction(0)
    for one, following in reversed([*pairwise([each.month for each in months]), (OCTOBER, None)]):
        sold = next(each.sales for each in months if each.month == one)
        length = ((following or one.following).first_day - one.first_day).days
        if sold <= 0:
            break
        for _ in range(length):
            part = min(Fraction(1), left * length / sold)
            left, days = left - part * sold / length, days + part
    if counted is None:
        assert owed > 0
        assert sales[-1] <= 0
    else:
        assert (counted.days, counted.is_more) == (days, left > 0)


@pytest.mark.parametrize(
    ("begun_with", "sales", "receivables", "current", "percent"),
    [
        (100_000, 50_000, 60_000, 30_000, 75),
        (100_000, 50_000, 30_000, 30_000, 100),
        (100_000, 50_000, 150_000, 30_000, 0),
        (0, 50_000, 50_000, 50_000, None),
        (0, 0, 0, 0, None),
    ],
)
def test_effectiveness_is_the_part_of_what_could_be_collected(
    begun_with: int, sales: int, receivables: int, current: int, percent: int | None
) -> None:
    found = effectiveness_of(Sums(OCTOBER, sales, receivables, current), begun_with)

    assert found == percent


def test_the_trend_begins_with_the_first_invoice_and_has_six_months() -> None:
    short = month_ends(months_to(OCTOBER, [0, 0, 5, 5]), "usd")
    long = month_ends(months_to(OCTOBER, [5] * 9), "usd")

    assert [one.ends_on for one in short] == [date(2026, 9, 30), date(2026, 10, 31)]
    assert (len(long), long[0].ends_on) == (6, date(2026, 5, 31))
    assert month_ends(months_to(OCTOBER, [0] * 9), "usd") == ()


@pytest.fixture
def runtime(database_url: str) -> Iterator[Runtime]:
    settings = Settings(
        _env_file=None, database_url=database_url, stripe_secret_key=SecretStr(SECRET_KEY)
    )
    with opened(settings, clock=BusinessClock()) as runtime:
        yield runtime


def say_filled(database: Database) -> None:
    with database.writing() as session:
        session.add_all(BackfillStep(kind=kind, objects_count=0, finished_at=NOW) for kind in KINDS)
        session.add(SyncMark(name=BACKFILLED, business_at=NOW, real_at=NOW))


def sum_up(runtime: Runtime, now: datetime = NOW) -> int:
    runtime.clock.follow(now)
    return look(runtime, MONTHS)


def collections_of(runtime: Runtime, **sight: Any) -> tuple[Collection, ...]:
    with runtime.database.looking() as session:
        return get_book(session, sight=make_sight(**sight)).collections


def billed(runtime: Runtime, amount: int, *, zone: str = "UTC", **fields: Any) -> int:
    """An invoice of 20 October of a new customer; the customer's account."""
    customer = make_customer(runtime.database, zone=zone)
    issued = datetime(2026, 10, 20, tzinfo=UTC)
    make_invoice(
        runtime.database, due=usd(amount), customer=customer, finalized_at=issued, **fields
    )
    return customer.account_id


def test_a_book_tells_how_its_past_months_were_collected(runtime: Runtime) -> None:
    say_filled(runtime.database)
    billed(runtime, 60_000, due_on=date(2026, 10, 25))
    billed(runtime, 40_000, status="paid", paid_at=datetime(2026, 10, 28, tzinfo=UTC))
    assert collections_of(runtime) == ()

    assert sum_up(runtime) == 1

    ((_, (october,)),) = [(one.currency, one.months) for one in collections_of(runtime)]
    assert (october.ends_on, october.sales) == (date(2026, 10, 31), usd(100_000))
    assert october.receivables == usd(60_000)
    assert october.dso is not None
    assert october.dso.days == Fraction("18.6")
    assert october.effectiveness == Fraction(40)
    assert sum_up(runtime) == 0


def test_somebody_with_some_accounts_is_told_of_theirs_alone(runtime: Runtime) -> None:
    say_filled(runtime.database)
    own = billed(runtime, 700, due_on=date(2026, 12, 1))
    billed(runtime, 90_000, due_on=date(2026, 12, 1))
    sum_up(runtime)

    (mine,) = collections_of(runtime, scope=frozenset({own}))

    assert mine.months[-1].receivables == usd(700)
    assert collections_of(runtime, scope=frozenset()) == ()


def test_a_month_is_told_of_once_it_is_over_and_summed_up_in_every_zone(runtime: Runtime) -> None:
    say_filled(runtime.database)
    billed(runtime, 500, zone="Pacific/Kiritimati", due_on=date(2026, 12, 1))
    billed(runtime, 500, zone="Pacific/Pago_Pago", due_on=date(2026, 12, 1))
    # On Kiritimati it is December by then.
    soon = datetime(2026, 11, 30, 13, tzinfo=UTC)
    sum_up(runtime, soon)

    (before,) = collections_of(runtime, now=soon)
    later = datetime(2026, 12, 1, 14, tzinfo=UTC)
    assert sum_up(runtime, later) == 2
    (after,) = collections_of(runtime, now=later)

    assert before.months[-1].ends_on == date(2026, 10, 31)
    assert after.months[-1].ends_on == date(2026, 11, 30)
    assert after.months[-1].receivables == usd(1_000)
    # A zone that is new has to be summed up first.
    billed(runtime, 500, zone="Europe/Berlin")
    assert collections_of(runtime, now=later) == ()


def test_what_is_heard_of_late_is_in_the_next_night(runtime: Runtime) -> None:
    say_filled(runtime.database)
    account = billed(runtime, 500, due_on=date(2026, 12, 1))
    sum_up(runtime)
    assert account

    billed(runtime, 250, due_on=date(2026, 12, 1))
    sum_up(runtime, datetime(2026, 11, 23, 9, tzinfo=UTC))

    (found,) = collections_of(runtime)
    assert found.months[-1].receivables == usd(750)


def test_nothing_is_summed_up_while_the_mirror_is_being_filled(runtime: Runtime) -> None:
    billed(runtime, 500)

    assert sum_up(runtime) == 0
    with runtime.database.looking() as session:
        assert list_collections(session, ["UTC"], sight=make_sight()) == []
