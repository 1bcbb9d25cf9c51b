"""Since when an automatic collection fails, whether its event came before the invoice or after."""

import itertools
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from bot.database import Database
from bot.mirror.events import WEBHOOK, Arrival, StripeIdentity, hint_of, keep
from bot.mirror.noting import note_kept
from bot.models import Invoice
from tests.bot.mirror.objects import NOW, at, event_object, invoice_object, store_now

FINALIZED = datetime(2026, 10, 1, 12, tzinfo=UTC)
FAILED = datetime(2026, 10, 2, 8, tzinfo=UTC)
OURS = StripeIdentity("acct_1", is_live=False)


def failing(attempts: int = 1) -> dict[str, Any]:
    return invoice_object(
        collection_method="charge_automatically",
        due_date=None,
        attempted=True,
        attempt_count=attempts,
    )


def tell(database: Database, moment: str, *, attempts: int = 1, account: str | None = None) -> None:
    thing = failing(attempts)
    event = event_object(
        "invoice.payment_failed", thing, created=at(moment), event=f"evt_{attempts}"
    )
    event |= {"account": account, "livemode": False}
    with database.writing() as session:
        arrival = Arrival(hint_of(event), orjson.dumps(event))
        keep(session, [arrival], way=WEBHOOK, now=NOW, identity=OURS)
    note_kept(database)


def overdue_at(database: Database) -> datetime | None:
    with database.reading() as session:
        return session.get_one(Invoice, "in_1").overdue_at


def test_a_failure_told_before_the_invoice_was_read_counts(database: Database) -> None:
    tell(database, "2026-10-02 08:00")

    store_now(database, "invoice", failing())

    assert overdue_at(database) == FAILED


@pytest.mark.parametrize("order", list(itertools.permutations(("first", "second", "read"))))
def test_in_any_order_the_first_failure_counts(database: Database, order: tuple[str, ...]) -> None:
    for step in order:
        if step == "read":
            store_now(database, "invoice", failing(2))
        else:
            attempts = 1 if step == "first" else 2
            tell(database, f"2026-10-0{attempts + 1} 08:00", attempts=attempts)

    # Each event has its invoice read again.
    store_now(database, "invoice", failing(2))

    assert overdue_at(database) == FAILED


def test_without_its_event_it_fails_since_it_stands(database: Database) -> None:
    tell(database, "2026-10-05 08:00", attempts=2)

    store_now(database, "invoice", failing(2))

    assert overdue_at(database) == FINALIZED


def test_an_event_of_another_account_says_nothing(database: Database) -> None:
    tell(database, "2026-10-02 08:00", account="acct_2")

    store_now(database, "invoice", failing())

    assert overdue_at(database) == FINALIZED
