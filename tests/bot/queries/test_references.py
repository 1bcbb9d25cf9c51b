"""What people write for an invoice."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import Database
from bot.errors import BadRequest
from bot.mirror.links import hosted_key_of
from bot.queries.references import References, list_references
from bot.queries.sight import Sight
from tests.build import make_customer, make_invoice, make_sight

HOSTED = "https://invoice.stripe.com/i/acct_1Abc/test_YWNjdF8xQWJjLF9TcmVVZTJRZUFhYkNkRWZHSEw?s=ap"
PDF = (
    "https://pay.stripe.com/invoice/acct_1Abc/test_YWNjdF8xQWJjLF9TcmVVZTJRZUFhYkNkRWZHSEw/pdf?s=ap"
)


def found(database: Database, text: str, sight: Sight | None = None) -> References:
    with database.reading() as session:
        return list_references(session, text, sight=sight or make_sight())


def ids_of(references: References) -> list[str]:
    assert references.count == len(references.rows)
    return [row.id for row in references.rows]


@pytest.mark.parametrize(
    "text",
    [
        *("1234", "#1234", " 1234 ", "\uff11\uff12\uff13\uff14"),
        *("ACME-0042", "acme-0042", " Acme-0042", "ACME\u20130042", "ACME\u20110042"),
        "in_1AbcDEF",
        "https://dashboard.stripe.com/invoices/in_1AbcDEF",
        "https://dashboard.stripe.com/test/invoices/in_1AbcDEF",
        "https://dashboard.stripe.com/acct_1Abc/test/invoices/in_1AbcDEF?page=1&amp;x=2",
        "<https://dashboard.stripe.com/acct_1Abc/invoices/in_1AbcDEF|Invoice>",
        "http://127.0.0.1:4010/dashboard/test/invoices/in_1AbcDEF#lines",
        "dashboard.stripe.com/invoices/in_1AbcDEF",
        *(HOSTED, PDF, f"<{HOSTED}>", f"<{PDF}|the invoice>"),
    ],
)
def test_every_way_to_write_it_finds_the_invoice(database: Database, text: str) -> None:
    make_invoice(database)
    invoice = make_invoice(
        database,
        id="in_1AbcDEF",
        short_number=1234,
        number="ACME-0042",
        hosted_key=hosted_key_of(HOSTED),
    )

    assert ids_of(found(database, text)) == [invoice]


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "#", "0", "-1", "1234.0", "1e3", "99999999999", "9" * 400, "2147483648"),
        *("in_", "in_nothing", "in_1' OR '1'='1", "%", "_", "\\", "ACME-%", "ACME-00__"),
        *("https://", "https://[", "https://dashboard.stripe.com/invoices/", "<", "<>", "<|>"),
        *("{0.__class__}", "%s%n", "' OR 1=1 --", "٣", "1234\n1234", "🦊"),
    ],
)
def test_what_fits_nothing_finds_nothing(database: Database, text: str) -> None:
    make_invoice(database, id="in_1AbcDEF", short_number=1234, number="ACME-0042")

    assert found(database, text) == References((), 0)


@pytest.mark.parametrize("text", ["\x00", "12\x0034", "\ud800", "ACME\udfff", "x" * 3000])
def test_what_no_database_keeps_is_refused(database: Database, text: str) -> None:
    with pytest.raises(BadRequest):
        found(database, text)


@given(text=st.text(max_size=60))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_it_fail(database: Database, text: str) -> None:
    try:
        assert found(database, text) == References((), 0)
    except BadRequest:
        assert "\x00" in text


def test_a_number_of_two_invoices_gives_both(database: Database) -> None:
    short = make_invoice(database, short_number=1234)
    long = make_invoice(database, number="1234")

    assert sorted(ids_of(found(database, "1234"))) == sorted([short, long])
    assert ids_of(found(database, "#1234")) == [short]


def test_of_many_the_newest_ten_are_given_and_all_are_counted(database: Database) -> None:
    for _ in range(12):
        make_invoice(database, number="SAME-1")

    references = found(database, "same-1")

    assert (len(references.rows), references.count) == (10, 12)
    ids = [row.id for row in references.rows]
    assert ids == sorted(ids, reverse=True)


def test_outside_the_scope_there_is_nothing(database: Database) -> None:
    inside = make_customer(database)
    own = make_invoice(database, customer=inside, number="SAME-1")
    other = make_invoice(database, number="SAME-1")
    sight = make_sight(scope=frozenset({inside.account_id}))

    assert ids_of(found(database, "SAME-1", sight)) == [own]
    assert ids_of(found(database, other, sight)) == []


def test_a_draft_is_found_by_those_alone_who_may_see_drafts(database: Database) -> None:
    draft = make_invoice(database, status="draft")

    assert ids_of(found(database, draft)) == [draft]
    assert ids_of(found(database, draft, make_sight(drafts=False))) == []
