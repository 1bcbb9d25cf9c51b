"""Books of debts for property tests, and what is owed in them, worked out slowly and obviously."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from sqlalchemy import delete

from bot.database import Database
from bot.models import Invoice
from bot.money import Money
from tests.build import MadeCustomer, make_customer, make_invoice

# As far apart as zones are, and some that are off the hour.
CUSTOMERS: tuple[dict[str, str], ...] = (
    {"organisation": "Acme", "company": "Acme East", "zone": "Pacific/Kiritimati"},
    {"organisation": "Acme", "company": "Acme West", "zone": "Pacific/Pago_Pago"},
    # Made with its first company, an organisation has that one's zone.
    {"organisation": "Acme", "zone": "Pacific/Kiritimati"},
    {"company": "Nepal Calls", "zone": "Asia/Kathmandu"},
    {"name": "Alone", "zone": "America/St_Johns"},
    {"name": "Owes nothing", "zone": "Australia/Lord_Howe"},
)
ORGANISATION = {0, 1, 2}
DAY = date(2026, 11, 1)


@dataclass(frozen=True)
class Debt:
    """One invoice of a made-up book; days and hours are counted from DAY."""

    customer: int
    currency: str
    remaining: int
    paid: int
    status: str
    due_in_days: int | None
    failed_in_hours: int | None
    retries: bool
    is_deleted: bool

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(CUSTOMERS[self.customer]["zone"])

    @property
    def failed_at(self) -> datetime | None:
        if self.due_in_days is not None or self.failed_in_hours is None:
            return None
        return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=self.failed_in_hours)

    @property
    def due_on(self) -> date | None:
        return None if self.due_in_days is None else DAY + timedelta(days=self.due_in_days)

    @property
    def money(self) -> Money:
        return Money(self.remaining, self.currency)

    @property
    def is_owed(self) -> bool:
        return self.status == "open" and not self.is_deleted and self.remaining > 0

    def days_late(self, now: datetime) -> int:
        """How many local midnights have passed since its due day, or since it failed."""
        since = self.due_on
        if self.failed_at is not None:
            since = self.failed_at.astimezone(self.zone).date()
        if not self.is_owed or since is None:
            return 0
        return max(0, (now.astimezone(self.zone).date() - since).days)

    def is_past_due(self, now: datetime) -> bool:
        has_failed = self.failed_at is not None and self.failed_at <= now
        return self.is_owed and (has_failed or self.days_late(now) > 0)

    def bucket(self, now: datetime) -> int:
        """Its place among: current, 1 to 30, 31 to 60, 61 to 90, and more."""
        late = self.days_late(now)
        return sum(late >= first for first in (1, 31, 61, 91))


MOMENTS = st.datetimes(
    min_value=datetime(2026, 11, 1), max_value=datetime(2026, 11, 4), timezones=st.just(UTC)
)
# Around the edges of the buckets, where zones matter, and anywhere.
_DAYS = st.sampled_from([0, -1, -30, -31, -60, -61, -90, -91]).flatmap(
    lambda edge: st.integers(edge - 1, edge + 4)
) | st.integers(-200, 40)

DEBTS = st.builds(
    Debt,
    customer=st.integers(0, 4),
    currency=st.sampled_from(["usd", "jpy", "kwd"]),
    remaining=st.integers(0, 10**9),
    paid=st.integers(0, 10**6),
    status=st.sampled_from(["open"] * 6 + ["paid", "void", "uncollectible", "draft"]),
    due_in_days=st.none() | _DAYS,
    # Before every moment: nothing fails in the future.
    failed_in_hours=st.none() | st.integers(-24 * 100, 0),
    retries=st.booleans(),
    is_deleted=st.sampled_from([False] * 9 + [True]),
)


def make_customers(database: Database) -> list[MadeCustomer]:
    """The customers of every book."""
    return [_make_customer(database, **who) for who in CUSTOMERS]


def _make_customer(database: Database, name: str | None = None, **who: str) -> MadeCustomer:
    return make_customer(
        database,
        name,
        organisation=who.get("organisation"),
        company=who.get("company"),
        zone=who["zone"],
    )


def write_book(database: Database, customers: list[MadeCustomer], debts: list[Debt]) -> None:
    """Put a book in the place of the one before it."""
    with database.writing() as session:
        session.execute(delete(Invoice))
    for debt in debts:
        fields: dict[str, Any] = {}
        if debt.failed_at is not None:
            fields["first_failed_at"] = debt.failed_at
            fields["next_attempt_at"] = debt.failed_at + timedelta(days=3) if debt.retries else None
        make_invoice(
            database,
            due=Money(debt.remaining + debt.paid, debt.currency),
            customer=customers[debt.customer],
            status=debt.status,
            due_on=debt.due_on,
            remaining_minor=debt.remaining,
            paid_minor=debt.paid,
            deleted_at=datetime(2026, 11, 1, tzinfo=UTC) if debt.is_deleted else None,
            **fields,
        )
