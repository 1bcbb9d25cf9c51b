"""Lists of invoices, page by page."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from bot.clock import Month
from bot.database import Database
from bot.errors import BadRequest
from bot.mirror.names import fold
from bot.models import Account, Invoice
from bot.money import Money, digits_of
from bot.queries.cards import InvoicePage, Status
from bot.queries.invoice_lists import (
    InvoiceFilter,
    StatusFilter,
    list_invoices,
    list_invoices_of_month,
)
from tests.build import (
    NOW,
    MadeCustomer,
    make_customer,
    make_invoice,
    make_sight,
    mark_swept,
)


def page_of(
    database: Database, wanted: InvoiceFilter | None = None, *, page: int = 1, **sight: Any
) -> InvoicePage:
    with database.reading() as session:
        return list_invoices(
            session, wanted or InvoiceFilter(), page=page, sight=make_sight(**sight)
        )


def ids_of(page: InvoicePage) -> list[str]:
    return [row.id for row in page.rows]


def test_pages_are_newest_first_and_complete(database: Database) -> None:
    mark_swept(database)
    start = datetime(2026, 1, 1, tzinfo=UTC)
    days = [start + timedelta(days=day // 2) for day in range(23)]
    invoices = [make_invoice(database, finalized_at=day) for day in days]

    pages = [page_of(database, page=number) for number in (1, 2, 3)]

    assert [page.count for page in pages] == [23] * 3
    assert [(page.page, page.pages, len(page.rows)) for page in pages] == [
        (1, 3, 10),
        (2, 3, 10),
        (3, 3, 3),
    ]
    assert [found for page in pages for found in ids_of(page)] == invoices[::-1]
    assert pages[0].freshness.as_of == NOW


@pytest.mark.parametrize(("asked", "given"), [(0, 1), (-5, 1), (3, 2), (10**12, 2)])
def test_a_page_that_is_not_there_gives_the_nearest(
    database: Database, asked: int, given: int
) -> None:
    for _ in range(11):
        make_invoice(database)

    assert page_of(database, page=asked).page == given


def test_nothing_is_one_empty_page(database: Database) -> None:
    page = page_of(database)

    assert (page.rows, page.count, page.past_due_count, page.page, page.pages) == ((), 0, 0, 1, 1)
    assert page.freshness.as_of is None


def test_open_has_the_past_due_ones_in_it_and_counts_them(database: Database) -> None:
    make_invoice(database, status="paid")
    late = make_invoice(database, due_on=date(2026, 11, 21))
    today = make_invoice(database, due_on=date(2026, 11, 22))

    opened = page_of(database, InvoiceFilter(status=StatusFilter.OPEN))
    past_due = page_of(database, InvoiceFilter(status=StatusFilter.PAST_DUE))

    assert ids_of(opened) == [today, late]
    assert [row.status for row in opened.rows] == [Status.OPEN, Status.PAST_DUE]
    assert (opened.count, opened.past_due_count) == (2, 1)
    assert ids_of(past_due) == [late]
    assert (past_due.count, past_due.past_due_count) == (1, 1)


def test_an_organisation_lists_its_companies_too(database: Database) -> None:
    east = make_customer(database, organisation="Acme", company="East", zone="Europe/Berlin")
    west = make_customer(database, organisation="Acme", company="West", zone="Europe/Berlin")
    one, two = (make_invoice(database, customer=customer) for customer in (east, west))
    make_invoice(database)
    with database.reading() as session:
        organisation = session.scalars(select(Account.id).where(Account.name == "Acme")).one()

    assert ids_of(page_of(database, InvoiceFilter(account_id=organisation))) == [two, one]
    own = page_of(database, InvoiceFilter(account_id=east.account_id))
    assert (ids_of(own), own.zone) == ([one], "Europe/Berlin")


def test_an_account_outside_the_scope_has_no_invoices(database: Database) -> None:
    inside, outside = make_customer(database), make_customer(database)
    own = make_invoice(database, customer=inside)
    make_invoice(database, customer=outside)
    scope = frozenset({inside.account_id})

    hidden = page_of(database, InvoiceFilter(account_id=outside.account_id), scope=scope)
    unknown = page_of(database, InvoiceFilter(account_id=10**6), scope=scope)

    assert hidden == unknown
    assert ids_of(page_of(database, scope=scope)) == [own]
    assert page_of(database, scope=frozenset()).count == 0


@pytest.mark.parametrize("text", ["50%", "a_b", "a\\b", "' or 1=1 --", "{0.__class__}", "%s%n"])
def test_a_text_is_looked_for_letter_by_letter(database: Database, text: str) -> None:
    found = make_invoice(database, description=f"of {text} from")
    make_invoice(database, description="500 axb ab or 11 class sn")

    assert ids_of(page_of(database, InvoiceFilter(text=text))) == [found]
    assert ids_of(page_of(database, InvoiceFilter(text=text.upper()))) == [found]


@pytest.mark.parametrize("text", ["\x00", "a\ud800"])
def test_a_text_that_is_none_is_refused(database: Database, text: str) -> None:
    with pytest.raises(BadRequest):
        page_of(database, InvoiceFilter(text=text))


@pytest.mark.parametrize(
    ("amount", "fitting"),
    [
        ("10", {"usd", "jpy", "kwd"}),
        ("10.01", {"jpy"}),
        ("10.001", {"jpy"}),
        ("11", {"jpy"}),
        ("1000.5", set()),
        ("-1e400", {"usd", "jpy", "kwd"}),
        ("1e400", set()),
        ("92233720368547758.08", set()),
    ],
)
def test_the_least_amount_counts_in_each_currencys_own_units(
    database: Database, amount: str, fitting: set[str]
) -> None:
    for total in (Money(1_000, "usd"), Money(1_000, "jpy"), Money(10_000, "kwd")):
        make_invoice(database, due=total)

    page = page_of(database, InvoiceFilter(min_amount=Decimal(amount)))

    assert {row.total.currency for row in page.rows} == fitting


def test_days_of_issue_are_local_and_both_included(database: Database) -> None:
    # Half an hour before midnight in UTC on the last of October, in the furthest zones there are.
    moment = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    east, west = (
        make_invoice(database, customer=make_customer(database, zone=zone), finalized_at=moment)
        for zone in ("Pacific/Kiritimati", "Etc/GMT+12")
    )

    def issued(first: date | None, last: date | None) -> set[str]:
        return set(ids_of(page_of(database, InvoiceFilter(from_day=first, to_day=last))))

    october, november = date(2026, 10, 31), date(2026, 11, 1)
    assert issued(november, None) == {east}
    assert issued(None, october) == {west}
    assert issued(october, november) == {east, west}
    assert issued(november, october) == set()
    assert issued(date.min, date.max) == {east, west}
    assert issued(date.max, date.min) == set()


def test_an_amount_that_is_none_is_refused(database: Database) -> None:
    with pytest.raises(BadRequest):
        page_of(database, InvoiceFilter(min_amount=Decimal("NaN")))


def test_a_month_is_the_one_in_which_the_usage_ends(database: Database) -> None:
    customer = make_customer(database)

    def covering(start: datetime, end: datetime, **fields: Any) -> str:
        return make_invoice(
            database, customer=customer, covers_from_at=start, covers_until_at=end, **fields
        )

    first = datetime(2026, 10, 1, tzinfo=UTC)
    october = covering(first, datetime(2026, 11, 1, tzinfo=UTC))
    middle = covering(datetime(2026, 9, 15, tzinfo=UTC), datetime(2026, 10, 15, tzinfo=UTC))
    covering(first, datetime(2026, 11, 1, 0, 0, 1, tzinfo=UTC))
    covering(first, datetime(2026, 11, 1, tzinfo=UTC), status="void")

    with database.reading() as session:
        month = list_invoices_of_month(
            session, customer.account_id, Month(2026, 10), sight=make_sight()
        )

    assert sorted(ids_of(month)) == sorted([october, middle])


def test_a_void_invoice_stands_for_a_month_that_has_no_other(database: Database) -> None:
    customer = make_customer(database)
    void = make_invoice(database, customer=customer, status="void")

    with database.reading() as session:
        found = list_invoices_of_month(
            session, customer.account_id, Month(2026, 10), sight=make_sight()
        )

    assert ids_of(found) == [void]


# From here: whatever is asked, the answer is that of a plain filter over all rows in Python.

ZONES = ("UTC", "Pacific/Auckland", "America/New_York")
WORDS = ("Alpha", "beta%", "gam_ma", "Ünï\\", "")
DAYS = [date(2026, 10, 25) + timedelta(days=day) for day in range(40)]


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, Any]:
    status = draw(
        st.sampled_from(["draft", "open", "open", "paid", "void", "uncollectible", "new"])
    )
    moment = datetime(2026, 10, 25, tzinfo=UTC) + timedelta(hours=draw(st.integers(0, 24 * 30)))
    return {
        "customer": draw(st.integers(0, 2)),
        "status": status,
        "due": Money(
            draw(st.integers(-500, 200_000)), draw(st.sampled_from(["usd", "jpy", "kwd"]))
        ),
        "due_on": draw(st.none() | st.sampled_from(DAYS)),
        "created_at": moment,
        "finalized_at": None
        if status == "draft"
        else moment + timedelta(hours=draw(st.integers(0, 72))),
        "description": draw(st.sampled_from(WORDS)),
        "deleted_at": draw(st.sampled_from([None, None, None, NOW])),
    }


FILTERS = st.builds(
    InvoiceFilter,
    status=st.none() | st.sampled_from(StatusFilter),
    from_day=st.none() | st.sampled_from(DAYS),
    to_day=st.none() | st.sampled_from(DAYS),
    min_amount=st.none() | st.decimals("0", "2000", places=3),
    currency=st.sampled_from([None, None, "jpy"]),
    text=st.none() | st.sampled_from([*WORDS, "ALPHA", "a%", "_", "\\"]),
    without_void=st.booleans(),
)


@pytest.fixture
def customers(database: Database) -> list[MadeCustomer]:
    """One in each zone."""
    return [make_customer(database, zone=zone) for zone in ZONES]


@given(
    rows=st.lists(invoices(), max_size=14),
    wanted=FILTERS,
    place=st.none() | st.integers(0, 2),
    seen=st.none() | st.sets(st.integers(0, 2)),
    drafts=st.booleans(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_is_the_filter_of_all_rows(
    database: Database,
    customers: list[MadeCustomer],
    *,
    rows: list[dict[str, Any]],
    wanted: InvoiceFilter,
    place: int | None,
    seen: set[int] | None,
    drafts: bool,
) -> None:
    accounts = [customer.account_id for customer in customers]
    with database.writing() as session:
        session.execute(delete(Invoice))
    for row in rows:
        customer = customers[row["customer"]]
        told = row | {"customer": customer, "meta": {"zone": customer.zone}}
        make_invoice(database, lines=[], **told)
    wanted = replace(wanted, account_id=None if place is None else accounts[place])
    scope = None if seen is None else frozenset(accounts[index] for index in seen)

    pages = [page_of(database, wanted, page=page, scope=scope, drafts=drafts) for page in (1, 2)]

    with database.reading() as session:
        kept = [row for row in session.scalars(select(Invoice)) if fits(row, wanted)]
    kept = [row for row in kept if scope is None or row.account_id in scope]
    kept = [row for row in kept if drafts or row.status != "draft"]
    kept.sort(key=lambda row: (row.finalized_at or row.created_at, row.id), reverse=True)
    shown = ids_of(pages[0]) + (ids_of(pages[1]) if pages[0].pages > 1 else [])
    assert shown == [row.id for row in kept]
    assert pages[0].count == len(kept)
    assert pages[0].past_due_count == sum(is_past_due(row) for row in kept)


def fits(row: Invoice, wanted: InvoiceFilter) -> bool:
    """What a filter means, said slowly."""
    unit = Decimal(10) ** digits_of(row.currency)
    return all(
        [
            row.deleted_at is None,
            wanted.account_id in {None, row.account_id},
            has_status(row, wanted.status),
            not wanted.without_void or row.status != "void",
            wanted.from_day is None
            or (row.issued_on is not None and row.issued_on >= wanted.from_day),
            wanted.to_day is None or (row.issued_on is not None and row.issued_on <= wanted.to_day),
            wanted.min_amount is None or row.total_minor / unit >= wanted.min_amount,
            wanted.currency in {None, row.currency},
            wanted.text is None or fold(wanted.text) in row.search_text,
        ]
    )


def has_status(row: Invoice, status: StatusFilter | None) -> bool:
    if status is StatusFilter.PAST_DUE:
        return is_past_due(row)
    return status is None or row.status == status


def is_past_due(row: Invoice) -> bool:
    today = NOW.astimezone(ZoneInfo(row.meta["zone"])).date()
    is_owed = row.status == "open" and row.remaining_minor > 0
    return is_owed and row.due_on is not None and row.due_on < today
