"""The condition on any number of values: what it means, and that it is found by an index."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Select, or_, select, text

from bot.among import is_among
from bot.database import Database
from bot.models import Invoice
from tests.build import make_invoice

IDS = Invoice.__table__.c.id
AMONG = is_among(IDS, "ids")


@pytest.fixture(scope="module")
def database(shared_database_url: str) -> Iterator[Database]:
    opened = Database(shared_database_url)
    for name in ("in_a", "in_b", "in_c"):
        make_invoice(opened, id=name)
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (select(IDS).where(AMONG), ["in_a", "in_c"]),
        (select(IDS).where(~AMONG), ["in_b"]),
        (select(IDS).where(AMONG, IDS != "in_a"), ["in_c"]),
        (select(IDS).where(or_(AMONG, IDS == "in_b")), ["in_a", "in_b", "in_c"]),
        (select(IDS).where(or_(~AMONG, IDS == "in_a")), ["in_a", "in_b"]),
    ],
)
def test_it_holds_for_the_values_and_for_no_others(
    database: Database, found: Select[str], wanted: list[str]
) -> None:
    with database.looking() as reading:
        rows = reading.connection().execute(found.order_by(IDS), {"ids": ["in_c", "in_a", "in_x"]})

        assert list(rows.scalars()) == wanted


def test_no_table_is_read_through_for_it(sqlite_template: Path) -> None:
    """Compared with 1, as SQLAlchemy writes a truth for SQLite, it would read every invoice.

    PostgreSQL plans by what the tables hold.
    """
    database = Database(f"sqlite:///{sqlite_template}")
    with database.looking() as reading:
        asked = select(IDS).where(AMONG).compile(reading.connection())
        plan = reading.connection().execute(
            text(f"EXPLAIN QUERY PLAN {asked}".replace("?", "'[]'"))
        )

        steps = [row.detail for row in plan]
    database.close()
    assert any(step.startswith("SEARCH invoices") for step in steps)
    assert not any(step.startswith("SCAN invoices") for step in steps)
