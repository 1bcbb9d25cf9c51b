"""What Stripe has deleted stays deleted, though a page that was read before still brings it."""

from sqlalchemy import select

from bot.database import Database
from bot.mirror.store import mark_deleted
from bot.models import Customer, Invoice
from tests.bot.mirror.objects import NOW, customer_object, invoice_object, store_now


def delete(database: Database, kind: str, object_id: str, *, ticket: int) -> bool:
    with database.writing() as session:
        return mark_deleted(session, kind, object_id, ticket=ticket, now=NOW)


def present(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Invoice.id).where(Invoice.deleted_at.is_(None))))


def test_a_draft_deleted_while_its_page_was_on_the_way_stays_away(database: Database) -> None:
    draft, other = invoice_object("in_1", status="draft"), invoice_object("in_2")
    delete(database, "invoice", "in_1", ticket=2)

    result = store_now(database, "invoice", draft, other, ticket=1)

    assert result.written_ids == ("in_2",)
    assert present(database) == ["in_2"]


def test_what_is_read_after_it_was_missing_is_there_again(database: Database) -> None:
    delete(database, "invoice", "in_1", ticket=2)
    delete(database, "invoice", "in_1", ticket=1)

    assert store_now(database, "invoice", invoice_object(), ticket=3).written == 1

    assert present(database) == ["in_1"]


def test_a_draft_deleted_after_its_page_was_stored_is_marked(database: Database) -> None:
    store_now(database, "invoice", invoice_object(status="draft"), ticket=1)

    assert delete(database, "invoice", "in_1", ticket=2)

    store_now(database, "invoice", invoice_object(status="draft"), ticket=1)
    assert present(database) == []


def test_a_customer_deleted_before_it_was_seen_is_only_what_its_invoices_say(
    database: Database,
) -> None:
    delete(database, "customer", "cus_1", ticket=2)

    store_now(database, "customer", customer_object(name="From an old page"), ticket=1)
    wanted = store_now(database, "invoice", invoice_object(customer_name="Acme"), ticket=1)

    assert wanted.customers_wanted == ("cus_1",)
    with database.reading() as session:
        assert session.get_one(Customer, "cus_1").name == "Acme"
