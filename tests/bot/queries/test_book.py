"""The whole book, against a slow and obvious way to work it out."""

from collections import defaultdict
from datetime import UTC, date, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import Database
from bot.models import Account
from bot.money import Money
from bot.queries.book import Book, get_book
from tests.bot.queries.owing import DEBTS, MOMENTS, ORGANISATION, Debt, make_customers, write_book
from tests.build import NOW, make_customer, make_invoice, make_sight, mark_swept, usd


def book_of(database: Database, **sight: object) -> Book:
    with database.looking() as session:
        return get_book(session, sight=make_sight(**sight))


@given(
    debts=st.lists(DEBTS, max_size=25),
    now=MOMENTS,
    seen=st.none() | st.sets(st.integers(0, 5)),
    sees_organisation=st.booleans(),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_sum_of_the_book_is_that_of_its_invoices(
    database: Database,
    *,
    debts: list[Debt],
    now: datetime,
    seen: set[int] | None,
    sees_organisation: bool,
) -> None:
    customers = make_customers(database)
    write_book(database, customers, debts)
    organisation = customers[2].account_id
    scope = None
    if seen is not None:
        scope = frozenset(customers[place].account_id for place in seen - {2})
        scope |= {organisation} if sees_organisation else frozenset()

    book = book_of(database, now=now, scope=scope)

    shown = [
        debt
        for debt in debts
        if debt.is_owed and (scope is None or customers[debt.customer].account_id in scope)
    ]
    assert [each.owed.currency for each in book.currencies] == sorted(
        {debt.currency for debt in shown}
    )
    for each in book.currencies:
        own = [debt for debt in shown if debt.currency == each.owed.currency]
        late = [debt for debt in own if debt.is_past_due(now)]
        assert each.owed.outstanding.minor == sum(debt.remaining for debt in own)
        assert each.owed.past_due.minor == sum(debt.remaining for debt in late)
        assert (each.owed.count, each.owed.past_due_count) == (len(own), len(late))
        assert [amount.minor for amount in each.owed.ageing] == [
            sum(debt.remaining for debt in own if debt.bucket(now) == bucket) for bucket in range(5)
        ]
        owes: dict[int, int] = defaultdict(int)
        for debt in own:
            is_one = debt.customer in ORGANISATION and (scope is None or organisation in scope)
            owes[organisation if is_one else customers[debt.customer].account_id] += debt.remaining
        assert [(one.account.id, one.owed.outstanding.minor) for one in each.debtors] == sorted(
            owes.items(), key=lambda item: (-item[1], item[0])
        )
        assert each.debtors_count == len(owes)


def test_an_empty_book_has_no_currencies_and_says_how_old_it_is(database: Database) -> None:
    mark_swept(database)

    book = book_of(database)

    assert (book.currencies, book.is_partial, book.freshness.as_of) == ((), False, NOW)


def test_no_more_than_ten_debtors_are_named_and_all_are_counted(database: Database) -> None:
    for number in range(12):
        make_invoice(database, due=usd(1_000 + number), due_on=date(2026, 12, 1))

    (each,) = book_of(database).currencies

    assert [one.owed.outstanding for one in each.debtors] == [
        usd(1_011 - place) for place in range(10)
    ]
    assert each.debtors_count == 12
    assert each.owed.outstanding == usd(sum(range(1_000, 1_012)))


def test_a_payment_that_failed_today_is_past_due_and_still_current(database: Database) -> None:
    make_invoice(database, due=usd(700), first_failed_at=datetime(2026, 11, 22, 8, tzinfo=UTC))

    (each,) = book_of(database).currencies

    assert each.owed.past_due == each.owed.failed_today == usd(700)
    assert each.owed.ageing[0] == usd(700)


def test_somebody_with_one_company_sees_it_as_the_debtor(database: Database) -> None:
    east = make_customer(database, organisation="Acme", company="Acme East")
    west = make_customer(database, organisation="Acme", company="Acme West")
    for customer in (east, west):
        make_invoice(database, customer=customer, due=usd(500), due_on=date(2026, 12, 1))
    with database.reading() as session:
        organisation = session.get_one(Account, east.account_id).parent_id

    (whole,) = book_of(database).currencies
    part = book_of(database, scope=frozenset({east.account_id}))

    assert [(one.account.id, one.account.path) for one in whole.debtors] == [
        (organisation, ("Acme",))
    ]
    assert whole.debtors[0].owed.outstanding == Money(1_000, "usd")
    assert part.is_partial
    assert [one.account.path for one in part.currencies[0].debtors] == [("Acme", "Acme East")]
