"""A book of many invoices, written straight into a SQLite file as the mirror fills it."""

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.database import migrate
from bot.mirror.names import fold, skeleton
from bot.models import AccountName, Customer, Invoice, InvoiceLine

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
CUSTOMERS = 2000
LINES = 4
OPEN_ONE_IN = 20
BATCH = 10_000
FIRST_SHORT_NUMBER = 1001


def fill_book(path: Path, invoices: int) -> None:
    """Write this many invoices of CUSTOMERS customers, one in OPEN_ONE_IN of them open."""
    migrate(f"sqlite:///{path}")
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    connection.executemany(
        "INSERT INTO accounts (id, key, kind, name, time_zone) VALUES (?, ?, 'company', ?, ?)",
        (
            (n, f"company:Customer {n}", f"Customer {n}", "Europe/Berlin")
            for n in range(1, CUSTOMERS + 1)
        ),
    )
    _write(connection, "customers", Customer, (customer_row(n) for n in range(CUSTOMERS)))
    _write(connection, "account_names", AccountName, (name_row(n) for n in range(CUSTOMERS)))
    _write(connection, "invoices", Invoice, (invoice_row(n) for n in range(invoices)))
    _write(
        connection,
        "invoice_lines",
        InvoiceLine,
        (line_row(n, place) for n in range(invoices) for place in range(LINES)),
    )
    moment = _micros(NOW)
    connection.execute(
        "INSERT INTO sync_marks (name, business_at, real_at) VALUES ('swept', ?, ?)",
        (moment, moment),
    )
    connection.execute("COMMIT")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.execute("ANALYZE")
    connection.close()


def customer_row(n: int) -> dict[str, Any]:
    """The customer of one account, as a row of its table."""
    name = f"Customer {1 + n}"
    return {
        "id": f"cus_{n}",
        "account_id": 1 + n,
        "name": name,
        "currency": "usd",
        "created_at": _micros(NOW),
        "meta": "{}",
        "ticket": 1,
    }


def name_row(n: int) -> dict[str, Any]:
    """What the account of one customer is found by, as a row of its table."""
    name = f"Customer {1 + n}"
    return {
        "account_id": 1 + n,
        "kind": "name",
        "value": name,
        "customer_id": f"cus_{n}",
        "folded": fold(name),
        "skeleton": skeleton(name),
    }


def invoice_row(n: int) -> dict[str, Any]:
    """One invoice, as a row of its table."""
    created = NOW - timedelta(minutes=n % 780_000)
    is_open = n % OPEN_ONE_IN == 0
    total = 10_000 + n % 90_000
    due = created + timedelta(days=30)
    return {
        "id": f"in_{n:024d}",
        "short_number": FIRST_SHORT_NUMBER + n,
        "number": f"BENCH-{n:07d}",
        "number_folded": f"bench-{n:07d}",
        "customer_id": f"cus_{n % CUSTOMERS}",
        "account_id": 1 + n % CUSTOMERS,
        "status": "open" if is_open else "paid",
        "currency": "usd",
        "collection_method": "send_invoice",
        "search_text": f"bench-{n:07d} customer {n % CUSTOMERS}",
        "subtotal_minor": total,
        "total_minor": total,
        "due_minor": total,
        "paid_minor": 0 if is_open else total,
        "remaining_minor": total if is_open else 0,
        "created_at": _micros(created),
        "finalized_at": _micros(created),
        "due_at": _micros(due),
        "overdue_at": _micros(due + timedelta(days=1)),
        "late_since_on": due.date().isoformat(),
        "covers_from_at": _micros(created - timedelta(days=30)),
        "covers_until_at": _micros(created),
        "issued_on": created.date().isoformat(),
        "due_on": due.date().isoformat(),
        "covers_until_on": created.date().isoformat(),
        "lines_count": LINES,
        "lines_digest": f"{n:064x}",
        "taxes": "[]",
        "meta": "{}",
        "ticket": 1,
    }


def line_row(n: int, place: int) -> dict[str, Any]:
    """One of the invoice's lines, as a row of its table."""
    total = 10_000 + n % 90_000
    quarter = total // LINES
    amount = quarter if place else total - quarter * (LINES - 1)
    created = NOW - timedelta(minutes=n % 780_000)
    return {
        "invoice_id": f"in_{n:024d}",
        "position": place,
        "id": f"il_{n}_{place}",
        "part": "usage" if place < 2 else "fixed",
        "description": f"Inbound calls, tier {place}",
        "amount_minor": amount,
        "discount_minor": 0,
        "quantity": str(amount),
        "unit_amount_decimal": "1",
        "is_proration": 0,
        "starts_at": _micros(created - timedelta(days=30)),
        "ends_at": _micros(created),
        "taxes": "[]",
    }


def _write(
    connection: sqlite3.Connection, table: str, model: Any, rows: Iterator[dict[str, Any]]
) -> None:
    columns = [column for column in model.__table__.columns if column.computed is None]
    names = ", ".join(column.name for column in columns)
    marks = ", ".join("?" for _ in columns)
    blank = {column.name: _blank(column) for column in columns}
    connection.executemany(
        f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 - names of our own
        (tuple((blank | row)[column.name] for column in columns) for row in rows),
    )


def _blank(column: Any) -> Any:
    """What a column holds where a row of ours says nothing."""
    if column.nullable:
        return None
    return json.dumps({}) if "JSON" in str(column.type) else 0


def _micros(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)
