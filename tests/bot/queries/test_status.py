"""What an invoice's status is to a person."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.clock import local_day, start_of_day
from bot.queries.cards import Status
from bot.queries.status import AUTOMATIC, Judgement, StatusFacts, judge

AUCKLAND, NEW_YORK = ZoneInfo("Pacific/Auckland"), ZoneInfo("America/New_York")


def judged(
    now: datetime,
    *,
    zone: ZoneInfo = NEW_YORK,
    due_on: date | None = None,
    failed_at: datetime | None = None,
    **fields: Any,
) -> Judgement:
    """An open invoice with 10.00 left to pay, judged at a moment."""
    overdue_at, late_since_on = failed_at, failed_at and local_day(failed_at, zone)
    if due_on is not None:
        overdue_at, late_since_on = start_of_day(due_on + timedelta(days=1), zone), due_on
    facts: dict[str, Any] = {
        "status": "open",
        "collection_method": AUTOMATIC if due_on is None else "send_invoice",
        "remaining_minor": 1_000,
        "overdue_at": overdue_at,
        "late_since_on": late_since_on,
        "first_failed_at": failed_at,
        "next_attempt_at": None,
    }
    return judge(StatusFacts(**facts | fields), now=now, zone=zone)


@pytest.mark.parametrize(
    ("now", "zone", "status", "days_late"),
    [
        # Due on the 15th: not late on that whole day, wherever it is.
        (datetime(2026, 11, 16, 4, 59, 59, tzinfo=UTC), NEW_YORK, Status.OPEN, 0),
        (datetime(2026, 11, 16, 5, 0, 0, tzinfo=UTC), NEW_YORK, Status.PAST_DUE, 1),
        (datetime(2026, 11, 15, 10, 59, 59, tzinfo=UTC), AUCKLAND, Status.OPEN, 0),
        (datetime(2026, 11, 15, 11, 0, 0, tzinfo=UTC), AUCKLAND, Status.PAST_DUE, 1),
        # Days are dates apart, not hours: the night of the 17th is still the second day.
        (datetime(2026, 11, 18, 4, 0, tzinfo=UTC), NEW_YORK, Status.PAST_DUE, 2),
        (datetime(2026, 12, 15, 12, 0, tzinfo=UTC), NEW_YORK, Status.PAST_DUE, 30),
    ],
)
def test_past_due_begins_on_the_local_day_after_the_due_day(
    now: datetime, zone: ZoneInfo, status: Status, days_late: int
) -> None:
    judgement = judged(now, zone=zone, due_on=date(2026, 11, 15))

    assert (judgement.status, judgement.days_late) == (status, days_late)
    assert (judgement.failed_on, judgement.retry_on, judgement.is_exhausted) == (None, None, False)


def test_days_late_are_dates_apart_when_the_clocks_change() -> None:
    # New York's clocks went back on 1 November 2026, a day of 25 hours.
    judgement = judged(datetime(2026, 11, 2, 5, 0, tzinfo=UTC), due_on=date(2026, 10, 31))

    assert judgement.days_late == 2


def test_a_failed_automatic_attempt_counts_from_its_day() -> None:
    failed_at = datetime(2026, 11, 14, 3, 0, tzinfo=UTC)  # Still the 13th in New York.
    retry_at = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)

    judgement = judged(
        datetime(2026, 11, 15, 12, 0, tzinfo=UTC), failed_at=failed_at, next_attempt_at=retry_at
    )

    assert judgement == Judgement(
        status=Status.PAST_DUE,
        text="Past Due",
        days_late=2,
        failed_on=date(2026, 11, 13),
        retry_on=date(2026, 11, 18),
        is_exhausted=False,
    )


def test_on_the_very_day_of_the_failed_attempt_it_is_past_due_without_days() -> None:
    judgement = judged(
        datetime(2026, 11, 14, 15, 0, tzinfo=UTC),
        failed_at=datetime(2026, 11, 14, 14, 0, tzinfo=UTC),
    )

    assert (judgement.status, judgement.days_late) == (Status.PAST_DUE, 0)
    assert judgement.is_exhausted


def test_an_automatic_invoice_that_was_not_tried_yet_is_open() -> None:
    judgement = judged(datetime(2026, 11, 14, 15, 0, tzinfo=UTC))

    assert judgement == Judgement(Status.OPEN, "Open", 0, None, None, is_exhausted=False)


def test_a_failed_attempt_on_an_invoice_that_was_sent_changes_nothing() -> None:
    judgement = judged(
        datetime(2026, 11, 14, 15, 0, tzinfo=UTC),
        due_on=date(2026, 11, 15),
        first_failed_at=datetime(2026, 11, 10, 14, 0, tzinfo=UTC),
    )

    assert judgement == Judgement(Status.OPEN, "Open", 0, None, None, is_exhausted=False)


@pytest.mark.parametrize(
    ("stripes", "ours", "text"),
    [
        ("draft", Status.DRAFT, "Draft"),
        ("paid", Status.PAID, "Paid"),
        ("uncollectible", Status.UNCOLLECTIBLE, "Uncollectible"),
        ("void", Status.VOID, "Void"),
        ("on_hold", None, "on_hold"),
    ],
)
def test_what_is_not_open_is_never_late(stripes: str, ours: Status | None, text: str) -> None:
    judgement = judged(
        datetime(2026, 12, 24, tzinfo=UTC), due_on=date(2026, 11, 15), status=stripes
    )

    assert judgement == Judgement(ours, text, 0, None, None, is_exhausted=False)


def test_an_open_invoice_with_nothing_left_to_pay_is_not_late() -> None:
    judgement = judged(
        datetime(2026, 12, 24, tzinfo=UTC), due_on=date(2026, 11, 15), remaining_minor=0
    )

    assert (judgement.status, judgement.days_late) == (Status.OPEN, 0)
