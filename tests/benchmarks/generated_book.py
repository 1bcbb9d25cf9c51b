"""A book of many invoices without lines, made by the database itself: ten million in minutes."""

import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, create_engine, text

from bot.database import Database
from bot.models import Invoice

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
ACCOUNTS = 2_000
# One in five accounts is an organisation; the four after it are its companies.
FAMILY = 5
OPEN_ONE_IN = 20
FAILED_ONE_IN = 7
# Days that invoices are due before now, and after it.
DUE_DAYS, COMING_DAYS = 150, 30
ZONES = (
    *("Europe/Berlin", "America/New_York", "UTC", "Asia/Tokyo"),
    *("Asia/Kolkata", "Australia/Sydney", "Pacific/Kiritimati", "Pacific/Pago_Pago"),
)
CURRENCIES = ("usd", "eur", "jpy")

_ACCOUNT = text(
    "INSERT INTO accounts (id, key, kind, name, parent_id, time_zone)"
    " VALUES (:id, :key, :kind, :name, :parent_id, :time_zone)"
)
# Rows of numbers from 0 on, as each database counts.
_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers (n) AS "
    "(SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n + 1 < {count})",
    "postgresql": "WITH numbers (n) AS (SELECT generate_series(0, {count} - 1))",
}
# A moment so many days after now, and its day.
_MOMENT = {
    "sqlite": "({now} + ({days}) * 86400) * 1000000",
    "postgresql": "to_timestamp({now} + ({days}) * 86400)",
}
_DAY = {
    "sqlite": "date({now} + ({days}) * 86400, 'unixepoch')",
    "postgresql": "(to_timestamp({now} + ({days}) * 86400) AT TIME ZONE 'UTC')::date",
}


# Somebody's snapshot may be older than the book for a moment.
TIDYING_MAX = 30
_ALL_VISIBLE = text("SELECT relallvisible > 0 FROM pg_class WHERE relname = 'invoices'")


def generate_book(database: Database, invoices: int) -> None:
    """Write this many invoices of ACCOUNTS accounts, one in OPEN_ONE_IN of them open."""
    kind = "sqlite" if database.is_sqlite else "postgresql"
    with database.writing() as session:
        connection = session.connection()
        _write_accounts(connection)
        values = _values(kind)
        names = ", ".join(values)
        chosen = ", ".join(values.values())
        numbers = _NUMBERS[kind].format(count=invoices)
        connection.execute(
            text(f"INSERT INTO invoices ({names}) {numbers} SELECT {chosen} FROM numbers")  # noqa: S608 - our own names
        )
    _tidy(database)


def _tidy(database: Database) -> None:
    """What PostgreSQL does by itself in time: else it reads the rows behind an index too.

    Raises: RuntimeError when something keeps it from marking the pages that everybody sees.
    """
    engine = create_engine(database.url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        if database.is_sqlite:
            connection.execute(text("ANALYZE"))
            return
        for _ in range(TIDYING_MAX):
            connection.execute(text("VACUUM ANALYZE invoices"))
            if connection.execute(_ALL_VISIBLE).scalar_one():
                break
            time.sleep(1)
        else:
            raise RuntimeError("PostgreSQL marks no page as visible to all: who has it open?")
        connection.execute(text("ANALYZE"))
    engine.dispose()


def _write_accounts(connection: Connection) -> None:
    connection.execute(
        _ACCOUNT,
        [
            {
                "id": number + 1,
                "key": f"generated:{number}",
                "kind": "company" if number % FAMILY else "organisation",
                "name": f"Customer {number}",
                "parent_id": number - number % FAMILY + 1 if number % FAMILY else None,
                "time_zone": ZONES[number % len(ZONES)],
            }
            for number in range(ACCOUNTS)
        ],
    )


def _values(kind: str) -> dict[str, str]:
    """What each column holds, in SQL over n."""
    open_ = f"n % {OPEN_ONE_IN} = 0"
    # Open ones are spread over all accounts, currencies and days.
    place = f"(n / {OPEN_ONE_IN})"
    days = f"{place} % {DUE_DAYS + COMING_DAYS} - {DUE_DAYS}"
    has_failed = f"{place} % {FAILED_ONE_IN} = 0"
    now = int(NOW.timestamp())
    moment = _MOMENT[kind].format(now=now, days=days)
    after = _MOMENT[kind].format(now=now, days=f"{days} + 1")
    day = _DAY[kind].format(now=now, days=days)
    method = f"CASE WHEN {has_failed} THEN 'charge_automatically' ELSE 'send_invoice' END"
    blanks = {column.name: _blank(column, kind) for column in Invoice.__table__.columns}
    written = {
        "id": "'in_' || n",
        "short_number": "n + 1001",
        "customer_id": f"'cus_' || ({place} % {ACCOUNTS})",
        "account_id": f"1 + {place} % {ACCOUNTS}",
        "status": f"CASE WHEN {open_} THEN 'open' ELSE 'paid' END",
        "currency": f"CASE {place} / 7 % 3 WHEN 0 THEN 'usd' WHEN 1 THEN 'eur' ELSE 'jpy' END",
        "collection_method": method,
        "search_text": "'customer ' || n",
        "total_minor": "10000 + n % 90000",
        "remaining_minor": f"CASE WHEN {open_} THEN 10000 + n % 90000 ELSE 0 END",
        "first_failed_at": f"CASE WHEN {has_failed} THEN {moment} END",
        "overdue_at": f"CASE WHEN {has_failed} THEN {moment} ELSE {after} END",
        "late_since_on": day,
        "due_on": f"CASE WHEN {has_failed} THEN NULL ELSE {day} END",
        "created_at": moment,
        "finalized_at": moment,
        "issued_on": day,
        "covers_from_at": moment,
        "covers_until_at": moment,
        "covers_until_on": day,
    }
    needed = {name: blank for name, blank in blanks.items() if blank is not None}
    return needed | written


def _blank(column: Any, kind: str) -> str | None:
    """What a column holds where nothing is said; None where nothing need be."""
    if column.nullable or column.computed is not None:
        return None
    name = str(column.type)
    if "JSON" in name:
        return "'[]'"
    if name == "BOOLEAN":
        return "false" if kind == "postgresql" else "0"
    return "''" if "CHAR" in name or name == "TEXT" else "0"
