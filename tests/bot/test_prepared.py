"""Prepared statements give what SQLAlchemy would, on both databases."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import bindparam, literal, select, text, union_all, update
from sqlalchemy.exc import DBAPIError

from bot.database import Database
from bot.errors import Unavailable
from bot.models import Account, Invoice, Moment
from bot.prepared import Prepared
from tests.build import make_customer, make_invoice, usd

INVOICES = Invoice.__table__
EVERYTHING = select(INVOICES).where(INVOICES.c.id == bindparam("id"))


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """An open database."""
    opened = Database(database_url)
    yield opened
    opened.close()


def test_every_type_of_column_comes_out_as_sqlalchemy_gives_it(database: Database) -> None:
    invoice = make_invoice(
        database,
        due=usd(11_900),
        due_on=date(2026, 11, 15),
        taxes=[{"amount": 1_900, "rate_id": "txr_1", "taxable_amount": 10_000, "reason": None}],
        first_failed_at=datetime(2026, 11, 16, 9, 30, tzinfo=UTC),
    )

    with database.looking() as snapshot:
        (row,) = Prepared(EVERYTHING).rows(snapshot, {"id": invoice})
        usual = snapshot.connection().execute(EVERYTHING, {"id": invoice}).one()

    assert row._asdict() == usual._asdict()


def test_a_moment_goes_in_as_one(database: Database) -> None:
    noon = datetime(2026, 11, 15, 12, tzinfo=UTC)
    statement = Prepared(
        select(INVOICES.c.id).where(INVOICES.c.overdue_at <= bindparam("now", type_=Moment))
    )
    early = make_invoice(database, overdue_at=noon)
    make_invoice(database, overdue_at=noon.replace(hour=13))

    with database.looking() as snapshot:
        assert [row.id for row in statement.rows(snapshot, {"now": noon})] == [early]


def test_an_in_of_any_number_works(database: Database) -> None:
    customers = [make_customer(database) for _ in range(3)]
    accounts = Account.__table__
    statement = Prepared(
        select(accounts.c.id).where(accounts.c.id.in_(bindparam("ids", expanding=True)))
    )

    with database.looking() as snapshot:
        every = [row.id for row in Prepared(select(accounts.c.id)).rows(snapshot, {})]
        for count in range(4):
            found = statement.rows(snapshot, {"ids": every[:count]})
            assert sorted(row.id for row in found) == sorted(every[:count])
    assert len(every) == len(customers)


def test_values_that_a_statement_has_in_itself_stay(database: Database) -> None:
    statement = Prepared(
        union_all(select(literal("a%d").label("word")), select(literal("it’s ?"))).limit(2)
    )

    with database.looking() as snapshot:
        assert {row.word for row in statement.rows(snapshot, {})} == {"a%d", "it’s ?"}


def test_a_parameter_that_nobody_gives_is_an_error(database: Database) -> None:
    with database.looking() as snapshot, pytest.raises(KeyError):
        Prepared(EVERYTHING).rows(snapshot, {"other": 1})


def test_it_looks_into_the_transaction_it_was_given(database: Database) -> None:
    invoice = make_invoice(database)

    with database.writing() as session:
        session.execute(update(Invoice).values(number="CHANGED"))
        (row,) = Prepared(EVERYTHING).rows(session, {"id": invoice})
        session.rollback()
    with database.looking() as snapshot:
        (after,) = Prepared(EVERYTHING).rows(snapshot, {"id": invoice})

    assert row.number == "CHANGED"
    assert after.number != "CHANGED"


# PostgreSQL reads what others commit between two statements.
@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
def test_one_snapshot_stays_as_it_was(database: Database) -> None:
    invoice = make_invoice(database, number="BEFORE")

    with database.looking() as snapshot:
        Prepared(EVERYTHING).rows(snapshot, {"id": invoice})
        with database.writing() as session:
            session.execute(update(Invoice).values(number="AFTER"))
        (row,) = Prepared(EVERYTHING).rows(snapshot, {"id": invoice})

    assert row.number == "BEFORE"


def test_a_statement_that_is_wrong_is_no_passing_trouble(database: Database) -> None:
    wrong = Prepared(select(INVOICES.c.id).where(text("no_such_function(1) = 1")))

    with pytest.raises((DBAPIError, Unavailable)), database.looking() as snapshot:
        wrong.rows(snapshot, {})
    with database.looking() as snapshot:
        assert Prepared(select(INVOICES.c.id)).rows(snapshot, {}) == []


@pytest.mark.parametrize("database_kind", ["postgresql"], indirect=True)
def test_a_connection_that_is_gone_is_replaced(database: Database) -> None:
    statement = Prepared(select(INVOICES.c.id))

    def look_while_the_server_hangs_up() -> None:
        with database.looking() as snapshot:
            pid = snapshot.connection().execute(text("SELECT pg_backend_pid()")).scalar_one()
            other = Database(database.url.render_as_string(hide_password=False))
            with other.writing() as session:
                session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
            other.close()
            statement.rows(snapshot, {})

    with pytest.raises(Unavailable):
        look_while_the_server_hangs_up()
    with database.looking() as snapshot:
        assert statement.rows(snapshot, {}) == []
