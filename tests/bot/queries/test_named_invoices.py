"""Which invoices the words of a complaint name, and which of them was surely meant (D2)."""

from collections.abc import Iterator

import pytest

from bot.database import Database
from bot.queries.named_invoices import list_named_invoices
from bot.queries.sight import Sight
from tests.build import make_customer, make_invoice, make_sight

LINK = "https://dashboard.stripe.com/test/invoices/in_first"


def named(
    database: Database, *texts: str, sight: Sight | None = None
) -> tuple[list[str], str | None]:
    """What these texts name, in order, and what is proposed."""
    with database.reading() as session:
        found = list_named_invoices(session, texts, sight=sight or make_sight())
    return [row.id for row in found.rows], found.proposed


@pytest.fixture(scope="module")
def book(shared_database_url: str) -> Iterator[Database]:
    """Three open invoices of two accounts, and one that is paid and one that is void."""
    database = Database(shared_database_url)
    east = make_customer(database, "Acme East")
    zenith = make_customer(database, "Zenith 100% Telecom")
    make_invoice(database, id="in_first", number="ACME-0042", short_number=1234, customer=east)
    make_invoice(database, id="in_second", number="INV/2026/7", short_number=1235, customer=east)
    make_invoice(database, id="in_paid", number="ACME-0040", status="paid", customer=east)
    make_invoice(database, id="in_void", number="ACME-0041", status="void", customer=east)
    make_invoice(database, id="in_other", number="ZEN-1", customer=zenith)
    yield database
    database.close()


@pytest.mark.parametrize(
    "text",
    [
        *("ACME-0042 is wrong", "acme-0042: wrong!", "They contest (*ACME-0042*).", "“ACME-0042”?"),
        *("#1234", "invoice 1234", "Invoice no. 1234.", "invoice number #1234, they say"),
        *(f"See <{LINK}|this>", f"<{LINK}>", LINK, "it is in_first, sir"),
        "ACME-0042 &amp; nothing else",
        "1234 is what they say",
    ],
)
def test_one_that_is_named_is_proposed(book: Database, text: str) -> None:
    assert named(book, text) == (["in_first"], "in_first")


@pytest.mark.parametrize(
    "text",
    [
        *("", "They are angry.", "it bills 1,234 minutes", "USD 12.34", "1234.50", "<@U1234> said"),
        *("ACME-0041 is void", "the 12345 of them", "IN_FIRST", "\x00", "acme-00421"),
    ],
)
def test_what_names_none_proposes_none(book: Database, text: str) -> None:
    assert named(book, text) == ([], None)


def test_several_are_a_choice_and_none_of_them_is_proposed(book: Database) -> None:
    ids, proposed = named(book, "ACME-0042 and INV/2026/7")

    assert sorted(ids) == ["in_first", "in_second"]
    assert proposed is None


def test_what_is_sure_goes_before_a_bare_number_and_a_name(book: Database) -> None:
    ids, proposed = named(book, "Acme East has 1235 questions about ACME-0042")

    assert ids[:2] == ["in_first", "in_second"]
    assert proposed == "in_first"


def test_a_name_stands_for_what_is_owed(book: Database) -> None:
    ids, proposed = named(book, "acme  EAST called again")

    assert sorted(ids) == ["in_first", "in_second"]
    assert proposed is None
    assert named(book, "Acme Eastern called") == ([], None)
    assert named(book, "What of zenith 100% telecom?") == (["in_other"], "in_other")


def test_the_first_text_that_names_one_decides(book: Database) -> None:
    ids, proposed = named(book, "They are angry.", "ACME-0042", "ZEN-1")

    assert ids == ["in_first", "in_other"]
    assert proposed == "in_first"


def test_what_is_outside_the_scope_is_not_found(book: Database) -> None:
    nobody = make_sight(scope=frozenset())

    assert named(book, f"ACME-0042 {LINK} #1234 1234 Acme East", sight=nobody) == ([], None)


def test_a_long_text_is_read_to_a_bound(book: Database) -> None:
    many = " ".join(f"NO-{number}" for number in range(5_000))

    assert named(book, f"{many} ACME-0042") == ([], None)
    assert named(book, f"ACME-0042 {many}") == (["in_first"], "in_first")
