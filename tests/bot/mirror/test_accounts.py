"""Customers belong to accounts by their metadata, and their invoices move along with them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.database import Database
from bot.mirror.rules import MirrorRules
from bot.models import Account, AccountName, Alert, Customer, Invoice
from tests.bot.mirror.objects import at, customer_object, invoice_object, store_now


def account_of(database: Database, customer: str = "cus_1") -> Account:
    with database.reading() as session:
        return session.scalars(
            select(Account)
            .join(Customer, Customer.account_id == Account.id)
            .where(Customer.id == customer)
        ).one()


def names_of(database: Database, key: str) -> set[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(
            select(AccountName.kind, AccountName.value)
            .join(Account, Account.id == AccountName.account_id)
            .where(Account.key == key)
        )
        return {(row.kind, row.value) for row in rows}


def zone_of_key(database: Database, key: str) -> str:
    with database.reading() as session:
        return session.scalars(select(Account.time_zone).where(Account.key == key)).one()


def alerts(database: Database) -> set[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(select(Alert.kind, Alert.subject).where(Alert.cleared_at.is_(None)))
        return {(row.kind, row.subject) for row in rows}


@pytest.mark.parametrize(
    ("metadata", "key", "parent"),
    [
        ({}, "customer:cus_1", None),
        ({"organisation": "Acme"}, "organisation:Acme", None),
        ({"organisation": "Acme", "company": "East"}, "company:Acme›East", "organisation:Acme"),
        ({"company": "East"}, "company:›East", None),
        ({"organisation": " ", "company": ""}, "customer:cus_1", None),
        ({"organisation": "A›B", "company": "C"}, r"company:A\›B›C", r"organisation:A\›B"),
        ({"organisation": "ACME"}, "organisation:ACME", None),
    ],
)
def test_metadata_make_the_account(
    database: Database, metadata: dict[str, str], key: str, parent: str | None
) -> None:
    store_now(database, "customer", customer_object(metadata=metadata))

    account = account_of(database)
    assert account.key == key
    with database.reading() as session:
        above = session.get(Account, account.parent_id) if account.parent_id else None
        assert (above.key if above else None) == parent


def test_an_account_is_found_by_what_people_call_it(database: Database) -> None:
    store_now(
        database,
        "customer",
        customer_object(
            name="Acme Ltd",
            email="ap@acme.example",
            metadata={"organisation": "Acme", "company": "East"},
        ),
    )

    assert names_of(database, "company:Acme›East") == {
        ("name", "East"),
        ("name", "Acme Ltd"),
        ("name", "Acme East"),
        ("email", "ap@acme.example"),
        ("domain", "acme.example"),
        ("id", "cus_1"),
    }
    assert names_of(database, "organisation:Acme") == {("name", "Acme")}


def test_a_customer_that_moves_takes_its_names_and_invoices_along(database: Database) -> None:
    store_now(database, "customer", customer_object(metadata={"organisation": "Acme"}))
    store_now(database, "invoice", invoice_object(due_date=at("2026-10-31 23:30")))

    store_now(
        database,
        "customer",
        customer_object(metadata={"organisation": "Other", "time_zone": "Asia/Kathmandu"}),
    )

    assert names_of(database, "organisation:Acme") == set()
    assert ("name", "Other") in names_of(database, "organisation:Other")
    with database.reading() as session:
        invoice = session.get_one(Invoice, "in_1")
        assert invoice.account_id == account_of(database).id
        assert invoice.due_on == date(2026, 11, 1)
        assert invoice.overdue_at == datetime(2026, 11, 1, 18, 15, tzinfo=UTC)


def test_an_older_read_does_not_move_a_customer_back(database: Database) -> None:
    store_now(database, "customer", customer_object(metadata={"organisation": "New"}), ticket=5)

    store_now(database, "customer", customer_object(metadata={"organisation": "Old"}), ticket=4)

    assert account_of(database).key == "organisation:New"
    assert names_of(database, "organisation:Old") == set()


def test_a_customer_of_its_own_may_change_its_name(database: Database) -> None:
    store_now(database, "customer", customer_object(name="Acme"))

    store_now(database, "customer", customer_object(name="Acme International"))

    assert account_of(database).name == "Acme International"
    assert ("name", "Acme") not in names_of(database, "customer:cus_1")


def test_the_oldest_customer_that_names_a_zone_sets_it(database: Database) -> None:
    acme = {"organisation": "Acme"}
    store_now(
        database,
        "customer",
        customer_object("cus_1", created=at("2025-01-01"), metadata=acme),
        customer_object(
            "cus_2",
            created=at("2025-03-01"),
            metadata=acme | {"time_zone": "Europe/Berlin"},
        ),
    )
    assert zone_of_key(database, "organisation:Acme") == "Europe/Berlin"
    store_now(database, "invoice", invoice_object(due_date=at("2026-10-31 12:00")))

    store_now(
        database,
        "customer",
        customer_object(
            "cus_3", created=at("2025-02-01"), metadata=acme | {"time_zone": "Asia/Tokyo"}
        ),
    )

    assert zone_of_key(database, "organisation:Acme") == "Asia/Tokyo"
    assert ("account_zone_conflict", "organisation:Acme") in alerts(database)
    with database.reading() as session:
        overdue_at = session.get_one(Invoice, "in_1").overdue_at
        assert overdue_at == datetime(2026, 10, 31, 15, tzinfo=UTC)


def test_an_unknown_zone_is_told_and_the_default_counts(database: Database) -> None:
    rules = MirrorRules(default_zone="Europe/Paris")
    store_now(
        database, "customer", customer_object(metadata={"time_zone": "Mars/Base"}), rules=rules
    )
    assert zone_of_key(database, "customer:cus_1") == "Europe/Paris"
    assert alerts(database) == {("account_zone_unknown", "customer:cus_1")}

    store_now(
        database, "customer", customer_object(metadata={"time_zone": "Asia/Tokyo"}), rules=rules
    )

    assert zone_of_key(database, "customer:cus_1") == "Asia/Tokyo"
    assert alerts(database) == set()


def company_of_acme(name: str, created: str, zone: str | None) -> dict[str, Any]:
    metadata = {"organisation": "Acme", "company": name} | ({"time_zone": zone} if zone else {})
    return customer_object(f"cus_{name}", created=at(created), metadata=metadata)


def test_an_organisations_zone_is_that_of_most_of_its_companies(database: Database) -> None:
    store_now(
        database,
        "customer",
        company_of_acme("East", "2025-01-01", "Asia/Tokyo"),
        company_of_acme("North", "2025-02-01", "Europe/Berlin"),
        company_of_acme("West", "2025-03-01", " Europe/Berlin "),
        company_of_acme("South", "2025-04-01", None),
    )

    assert zone_of_key(database, "organisation:Acme") == "Europe/Berlin"
    assert zone_of_key(database, "company:Acme›East") == "Asia/Tokyo"
    assert zone_of_key(database, "company:Acme›South") == "UTC"
    assert alerts(database) == set()


def test_where_companies_are_equally_many_the_oldest_decides(database: Database) -> None:
    store_now(
        database,
        "customer",
        company_of_acme("East", "2025-02-01", "Asia/Tokyo"),
        company_of_acme("West", "2025-01-01", "Europe/Berlin"),
        company_of_acme("Moon", "2024-01-01", "Moon/Base"),
    )

    assert zone_of_key(database, "organisation:Acme") == "Europe/Berlin"
    assert alerts(database) == {("account_zone_unknown", "company:Acme›Moon")}


def test_an_organisations_own_customer_names_its_zone_before_its_companies(
    database: Database,
) -> None:
    own = customer_object(metadata={"organisation": "Acme", "time_zone": "Europe/Paris"})
    store_now(
        database,
        "customer",
        company_of_acme("East", "2024-02-01", "Asia/Tokyo"),
        company_of_acme("West", "2024-01-01", "Asia/Tokyo"),
        own,
    )

    assert zone_of_key(database, "organisation:Acme") == "Europe/Paris"
    assert alerts(database) == set()


def test_the_keys_of_the_metadata_are_settable(database: Database) -> None:
    rules = MirrorRules(organisation_key="org", company_key="unit", time_zone_key="tz")

    store_now(
        database,
        "customer",
        customer_object(metadata={"org": "Acme", "unit": "East", "tz": "Asia/Tokyo"}),
        rules=rules,
    )

    assert account_of(database).key == "company:Acme›East"
    assert account_of(database).time_zone == "Asia/Tokyo"


def test_names_of_any_length_and_letters_are_stored(database: Database) -> None:
    long = "ﷺ" * 500

    store_now(
        database,
        "customer",
        customer_object("cus_1", name=long, metadata={"organisation": long, "company": long}),
        customer_object("cus_2", name=long, metadata={"organisation": long, "company": long + "!"}),
    )

    assert account_of(database, "cus_1").key != account_of(database, "cus_2").key
