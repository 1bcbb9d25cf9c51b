"""Why an account has no invoice for a month (I5): every reason, on any anchor day, in any zone."""

from datetime import UTC, date, datetime

import pytest

from bot.clock import Month
from bot.database import Database
from bot.queries.accounts import find_account
from bot.queries.months import MonthStanding, MonthState, get_month_standing
from tests.build import (
    MadeCustomer,
    make_customer,
    make_invoice,
    make_sight,
    make_subscription,
    mark_swept,
)

# The business moment of these tests is 22 Nov 2026, 09:30 UTC.
NOVEMBER = Month(2026, 11)


@pytest.fixture(autouse=True)
def swept(database: Database) -> None:
    """A mirror that knows everything up to now."""
    mark_swept(database)


def ask(database: Database, customer: MadeCustomer, month: Month, **sight: object) -> MonthStanding:
    """What is said of a month without an invoice."""
    seen = make_sight(**{"drafts": False, **sight})
    with database.looking() as session:
        account = find_account(session, customer.account_id, sight=make_sight())
        assert account is not None
        return get_month_standing(session, account, month, sight=seen)


def bill(database: Database, customer: MadeCustomer, month: Month, **fields: object) -> str:
    """An invoice for the usage of a month."""
    until = month.following.first_day
    return make_invoice(
        database,
        customer=customer,
        covers_until_at=datetime(until.year, until.month, 1, tzinfo=UTC),
        covers_until_on=month.first_day.replace(day=28),
        **fields,  # type: ignore[arg-type] # whatever make_invoice takes
    )


def test_without_subscriptions_the_month_of_the_calendar_decides(database: Database) -> None:
    customer = make_customer(database)
    bill(database, customer, Month(2025, 5))

    assert [
        (standing.state, standing.last_day)
        for standing in (
            ask(database, customer, month)
            for month in (NOVEMBER, Month(2026, 10), Month(2026, 12), Month(2025, 4))
        )
    ] == [
        (MonthState.OPEN, date(2026, 11, 30)),
        (MonthState.CLOSED, date(2026, 10, 31)),
        (MonthState.TOO_LATE, date(2026, 12, 31)),
        (MonthState.TOO_EARLY, date(2025, 4, 30)),
    ]


@pytest.mark.parametrize(
    ("read_until", "state"),
    [
        (datetime(2026, 10, 31, 21, 59, tzinfo=UTC), MonthState.UNREAD),
        (datetime(2026, 10, 31, 23, 0, tzinfo=UTC), MonthState.CLOSED),
    ],
)
def test_what_was_issued_since_the_last_reading_is_not_denied(
    database: Database, read_until: datetime, state: MonthState
) -> None:
    customer = make_customer(database, zone="Europe/Berlin")
    bill(database, customer, Month(2025, 5))
    mark_swept(database, business_at=read_until)

    standing = ask(database, customer, Month(2026, 10))

    assert (standing.state, standing.freshness.as_of) == (state, read_until)


def test_the_bounds_are_the_first_invoice_and_this_month(database: Database) -> None:
    customer = make_customer(database)
    bill(database, customer, Month(2025, 5), status="void")
    bill(database, customer, Month(2025, 4), status="draft")

    standing = ask(database, customer, Month(2020, 1))

    assert (standing.first_month, standing.newest_month) == (Month(2025, 5), NOVEMBER)


def test_an_account_without_invoices_has_no_first_month(database: Database) -> None:
    standing = ask(database, make_customer(database), Month(2026, 10))

    assert (standing.state, standing.first_month) == (MonthState.TOO_EARLY, None)


@pytest.mark.parametrize(
    ("month", "state", "last_day"),
    [
        (Month(2026, 12), MonthState.OPEN, date(2026, 12, 14)),
        (NOVEMBER, MonthState.CLOSED, date(2026, 11, 14)),
        (Month(2026, 10), MonthState.CLOSED, date(2026, 10, 14)),
        (Month(2027, 1), MonthState.TOO_LATE, date(2027, 1, 31)),
    ],
)
def test_a_period_may_begin_on_any_day(
    database: Database, month: Month, state: MonthState, last_day: date
) -> None:
    customer = make_customer(database, zone="Europe/Berlin")
    period = (date(2026, 11, 15), date(2026, 12, 14))
    make_subscription(database, customer, period=period, started_on=date(2026, 8, 15))
    bill(database, customer, Month(2026, 9))

    standing = ask(database, customer, month)

    assert (standing.state, standing.last_day) == (state, last_day)
    assert standing.newest_month == Month(2026, 12)


def test_the_first_period_of_a_new_subscription_has_none_before_it(database: Database) -> None:
    customer = make_customer(database)
    make_subscription(database, customer, period=(date(2026, 11, 15), date(2026, 12, 14)))

    standing = ask(database, customer, NOVEMBER)

    assert (standing.state, standing.last_day) == (MonthState.OPEN, date(2026, 12, 14))


def test_an_anchor_on_the_31st_ends_a_day_before_the_last_of_a_shorter_month(
    database: Database,
) -> None:
    customer = make_customer(database)
    make_subscription(
        database,
        customer,
        period=(date(2026, 10, 31), date(2026, 11, 29)),
        started_on=date(2026, 5, 31),
        anchor_day=31,
    )
    bill(database, customer, Month(2026, 6))

    assert ask(database, customer, NOVEMBER).last_day == date(2026, 11, 29)
    assert ask(database, customer, Month(2026, 9)).last_day == date(2026, 9, 29)
    assert ask(database, customer, Month(2026, 10)).last_day == date(2026, 10, 30)


def test_a_year_runs_until_its_end(database: Database) -> None:
    customer = make_customer(database)
    make_subscription(
        database,
        customer,
        period=(date(2026, 4, 1), date(2027, 3, 31)),
        started_on=date(2025, 4, 1),
    )

    this_month = ask(database, customer, NOVEMBER)
    its_last = ask(database, customer, Month(2027, 3))

    assert (this_month.state, this_month.last_day) == (MonthState.OPEN, date(2027, 3, 31))
    assert (its_last.state, its_last.last_day) == (MonthState.OPEN, date(2027, 3, 31))


def test_a_period_that_is_over_and_not_renewed_here_yet_is_closed(database: Database) -> None:
    customer = make_customer(database)
    period = (date(2026, 10, 21), date(2026, 11, 20))
    make_subscription(database, customer, period=period, started_on=date(2026, 9, 21))

    standing = ask(database, customer, NOVEMBER)

    assert (standing.state, standing.last_day) == (MonthState.CLOSED, date(2026, 11, 20))


def test_after_the_end_of_its_subscription_nothing_is_promised(database: Database) -> None:
    customer = make_customer(database)
    make_subscription(
        database,
        customer,
        period=(date(2026, 11, 1), date(2026, 11, 30)),
        status="canceled",
        ended_on=date(2026, 11, 9),
    )

    standing = ask(database, customer, NOVEMBER)

    assert (standing.state, standing.last_day) == (MonthState.CLOSED, date(2026, 11, 9))


@pytest.mark.parametrize(
    ("zone", "state"),
    [("Pacific/Kiritimati", MonthState.OPEN), ("Pacific/Pago_Pago", MonthState.TOO_LATE)],
)
def test_the_month_begins_in_the_accounts_zone(
    database: Database, zone: str, state: MonthState
) -> None:
    customer = make_customer(database, zone=zone)

    new_year = datetime(2026, 12, 31, 12, tzinfo=UTC)

    assert ask(database, customer, Month(2027, 1), now=new_year).state is state


def test_a_draft_of_a_closed_period_is_named_to_those_who_may_not_see_it(
    database: Database,
) -> None:
    customer = make_customer(database)
    issues_at = datetime(2026, 11, 22, 12, tzinfo=UTC)
    bill(
        database,
        customer,
        Month(2026, 10),
        status="draft",
        auto_finalizes_at=issues_at,
    )

    standing = ask(database, customer, Month(2026, 10))

    assert (standing.state, standing.issues_at) == (MonthState.DRAFT, issues_at)


def test_a_draft_for_a_period_that_still_runs_changes_nothing(database: Database) -> None:
    customer = make_customer(database)
    bill(database, customer, NOVEMBER, status="draft")

    assert ask(database, customer, NOVEMBER).state is MonthState.OPEN


def test_what_lies_outside_somebodys_scope_tells_them_nothing(database: Database) -> None:
    acme = make_customer(database, organisation="Acme", company="East")
    other = make_customer(database, organisation="Acme", company="West")
    bill(database, other, Month(2025, 1))
    bill(database, acme, Month(2026, 2))

    standing = ask(database, acme, Month(2024, 1), scope=frozenset({acme.account_id}))

    assert standing.first_month == Month(2026, 2)
