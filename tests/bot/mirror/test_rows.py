"""Writing many rows at once, and finding rows by many values."""

import pytest
from sqlalchemy import select

from bot.among import is_among
from bot.database import Database
from bot.mirror.rows import Row, insert_rows, replace_older, table_of
from bot.mirror.translate_catalog import translate_product
from bot.models import Account, Product

PRODUCTS = table_of(Product)


def products(count: int, *, ticket: int, name: str = "Calls") -> list[Row]:
    """So many products as one read brought them."""
    given = [{"id": f"prod_{number:04d}", "name": name} for number in range(count)]
    return [{**translate_product(one), "ticket": ticket} for one in given]


@pytest.mark.parametrize("count", [1, 9, 10, 99, 100, 237])
def test_any_number_of_rows_goes_in(database: Database, count: int) -> None:
    with database.writing() as session:
        insert_rows(session, PRODUCTS, products(count, ticket=1))

    with database.reading() as session:
        ids = session.scalars(select(Product.id).order_by(Product.id)).all()
    assert ids == [row["id"] for row in products(count, ticket=1)]


@pytest.mark.parametrize("count", [7, 100, 237])
def test_those_that_were_read_more_lately_stay(database: Database, count: int) -> None:
    newer = [row for row in products(count, ticket=9, name="Newer") if row["id"].endswith("3")]
    with database.writing() as session:
        replace_older(session, PRODUCTS, products(count, ticket=1))
        replace_older(session, PRODUCTS, newer)
        written = replace_older(session, PRODUCTS, products(count, ticket=5, name="Older"))

    with database.reading() as session:
        rows = session.execute(select(Product.id, Product.name))
        names = {row.id: row.name for row in rows}
    kept = {row["id"] for row in newer}
    assert written == names.keys() - kept
    assert {name for product, name in names.items() if product in kept} == {"Newer"}
    assert {name for product, name in names.items() if product not in kept} == {"Older"}


@pytest.mark.parametrize("ids", [[], ["prod_0001"], ["it’s", "?", '"', "prod_0002", "prod_0000"]])
def test_rows_are_found_by_any_number_of_texts(database: Database, ids: list[str]) -> None:
    with database.writing() as session:
        insert_rows(session, PRODUCTS, products(4, ticket=1))
        found = session.scalars(
            select(Product.id).where(is_among(PRODUCTS.c.id, "ids")), {"ids": ids}
        ).all()

    assert set(found) == {"prod_0000", "prod_0001", "prod_0002", "prod_0003"}.intersection(ids)


def test_rows_are_found_by_numbers_too(database: Database) -> None:
    accounts = table_of(Account)
    rows = [
        {"key": f"organisation:{name}", "kind": "organisation", "name": name, "time_zone": "UTC"}
        for name in ("a", "b", "c")
    ]
    with database.writing() as session:
        insert_rows(session, accounts, rows)
        first, _, third = session.scalars(select(Account.id).order_by(Account.id)).all()
        found = session.scalars(
            select(Account.id).where(is_among(accounts.c.id, "ids")), {"ids": {first, third, 0}}
        ).all()

    assert set(found) == {first, third}
