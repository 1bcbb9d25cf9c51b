"""One account's balance, against a slow and obvious way to work it out."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import Database
from bot.errors import NotFound
from bot.models import (
    Account,
    Charge,
    Customer,
    CustomerBalanceTransaction,
    Dispute,
    PaymentMethod,
)
from bot.money import Money
from bot.queries.ageing import Owed, sum_owed
from bot.queries.balances import Balance, get_balance
from bot.queries.book import get_book
from bot.queries.cards import AccountRef
from bot.queries.payment_methods import UNKNOWN, DefaultMethod
from bot.queries.standing import Level, Rule
from bot.views.payment_methods import method_name
from tests.bot.queries.owing import DEBTS, MOMENTS, ORGANISATION, Debt, make_customers, write_book
from tests.build import NOW, MadeCustomer, make_customer, make_invoice, make_sight, usd


def balance_of(database: Database, account_id: int, **sight: object) -> Balance:
    with database.looking() as session:
        with database.reading() as found:
            account = found.get_one(Account, account_id)
        ref = AccountRef(account_id, account.kind, (account.name,), account.time_zone, ())
        return get_balance(session, ref, sight=make_sight(**sight))


@given(debts=st.lists(DEBTS, max_size=25), now=MOMENTS, place=st.sampled_from([0, 2, 3, 4, 5]))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_figure_of_a_balance_is_that_of_its_invoices(
    database: Database, *, debts: list[Debt], now: datetime, place: int
) -> None:
    customers = make_customers(database)
    write_book(database, customers, debts)
    family = ORGANISATION if place == 2 else {place}

    balance = balance_of(database, customers[place].account_id, now=now)

    own = [debt for debt in debts if debt.is_owed and debt.customer in family]
    assert [owed.currency for owed in balance.owed] == sorted({debt.currency for debt in own})
    for owed in balance.owed:
        check(owed, [debt for debt in own if debt.currency == owed.currency], now)
    late = [debt.days_late(now) for debt in own]
    exhausted = [
        debt for debt in own if debt.failed_at and debt.is_past_due(now) and not debt.retries
    ]
    if max(late, default=0) > 60 or exhausted:
        assert balance.standing.level is Level.SUSPENSION_RISK
    elif max(late, default=0) > 5:
        assert balance.standing.level is Level.AT_RISK
    else:
        assert balance.standing.level is Level.GOOD
    assert balance.standing.days_late == max(late, default=0)
    coming = [debt for debt in own if debt.due_on and not debt.is_past_due(now)]
    for due in balance.next_due:
        same = [debt for debt in coming if debt.currency == due.amount.currency]
        first = min(debt.due_on for debt in same if debt.due_on)
        assert due.on == first
        assert due.amount.minor == sum(debt.remaining for debt in same if debt.due_on == first)
    assert {due.amount.currency for due in balance.next_due} == {debt.currency for debt in coming}


@given(debts=st.lists(DEBTS, max_size=25), now=MOMENTS)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_organisation_is_the_sum_of_its_companies_and_the_book_that_of_all(
    database: Database, *, debts: list[Debt], now: datetime
) -> None:
    customers = make_customers(database)
    write_book(database, customers, debts)

    whole = balance_of(database, customers[2].account_id, now=now)
    others = [balance_of(database, customers[place].account_id, now=now) for place in (3, 4)]

    assert whole.owed == sum_owed(owed for one in whole.companies for owed in one.owed)
    with database.looking() as session:
        book = get_book(session, sight=make_sight(now=now))
    everything = sum_owed(owed for each in (whole, *others) for owed in each.owed)
    assert tuple(each.owed for each in book.currencies) == everything


def check(owed: Owed, debts: list[Debt], now: datetime) -> None:
    late = [debt for debt in debts if debt.is_past_due(now)]
    assert owed.outstanding.minor == sum(debt.remaining for debt in debts)
    assert owed.past_due.minor == sum(debt.remaining for debt in late)
    assert (owed.count, owed.past_due_count) == (len(debts), len(late))
    for bucket, amount in enumerate(owed.ageing):
        assert amount.minor == sum(debt.remaining for debt in debts if debt.bucket(now) == bucket)


@pytest.mark.parametrize(
    ("days", "level", "rule"),
    [
        (0, Level.GOOD, Rule.NOTHING_LATE),
        (5, Level.GOOD, Rule.DAYS_LATE),
        (6, Level.AT_RISK, Rule.DAYS_LATE),
        (60, Level.AT_RISK, Rule.DAYS_LATE),
        (61, Level.SUSPENSION_RISK, Rule.DAYS_LATE),
    ],
)
def test_standing_is_decided_by_the_days_of_the_latest_invoice(
    database: Database, days: int, level: Level, rule: Rule
) -> None:
    customer = make_customer(database)
    due_on = NOW.date() - timedelta(days=days)
    make_invoice(database, customer=customer, due=usd(100), due_on=due_on)

    standing = balance_of(database, customer.account_id).standing

    assert (standing.level, standing.rule, standing.days_late) == (level, rule, days)


def test_no_attempt_left_is_a_risk_from_the_first_day(database: Database) -> None:
    customer = make_customer(database)
    failed_at = NOW - timedelta(hours=1)
    make_invoice(database, customer=customer, due=usd(100), first_failed_at=failed_at)

    standing = balance_of(database, customer.account_id).standing

    assert (standing.level, standing.rule) == (Level.SUSPENSION_RISK, Rule.RETRIES_EXHAUSTED)


def test_somebody_with_one_company_gets_no_balance_of_its_organisation(database: Database) -> None:
    east = make_customer(database, organisation="Acme", company="Acme East")
    with database.reading() as session:
        organisation = session.get_one(Account, east.account_id).parent_id
    assert organisation is not None

    with pytest.raises(NotFound):
        balance_of(database, organisation, scope=frozenset({east.account_id}))


def test_credit_is_told_per_currency_apart_from_what_is_owed(database: Database) -> None:
    customer = make_customer(database)
    make_invoice(database, customer=customer, due=usd(900), due_on=date(2026, 12, 1))
    with database.writing() as session:
        stored = session.get_one(Customer, customer.id)
        stored.currency, stored.balance_minor = "usd", -250
        session.add_all(
            change(customer, place, currency, minor)
            # The first is in the balance already; the last two come to nothing.
            for place, (currency, minor) in enumerate(
                [("usd", -250), ("jpy", -30), ("jpy", 10), ("eur", -5), ("eur", 5)]
            )
        )

    balance = balance_of(database, customer.account_id)

    assert balance.credit == (Money(20, "jpy"), usd(250))
    assert balance.owed[0].outstanding == usd(900)


def change(
    customer: MadeCustomer, place: int, currency: str, minor: int
) -> CustomerBalanceTransaction:
    return CustomerBalanceTransaction(
        id=f"cbtxn_{customer.id}_{place}",
        customer_id=customer.id,
        kind="adjustment",
        currency=currency,
        amount_minor=minor,
        ending_balance_minor=0,
        created_at=NOW,
        ticket=1,
    )


def test_open_chargebacks_are_told_and_decided_ones_are_not(database: Database) -> None:
    customer = make_customer(database)
    respond_by = datetime(2026, 12, 3, 12, tzinfo=UTC)
    for place, status in enumerate(("needs_response", "under_review", "won", "lost")):
        with database.writing() as session:
            session.add_all(chargeback(customer, place, status, respond_by))

    (each,) = balance_of(database, customer.account_id).chargebacks

    assert (each.amount, each.count, each.respond_by_at) == (usd(2_000), 2, respond_by)


def chargeback(
    customer: MadeCustomer, place: int, status: str, respond_by: datetime
) -> list[Charge | Dispute]:
    charge = Charge(
        id=f"ch_{customer.id}_{place}",
        customer_id=customer.id,
        status="succeeded",
        currency="usd",
        amount_minor=1_000,
        captured_minor=1_000,
        refunded_minor=0,
        is_disputed=True,
        created_at=NOW,
        ticket=1,
    )
    dispute = Dispute(
        id=f"du_{customer.id}_{place}",
        charge_id=charge.id,
        status=status,
        reason="fraudulent",
        currency="usd",
        amount_minor=1_000,
        respond_by_at=respond_by,
        has_evidence=False,
        submissions_count=0,
        is_charge_refundable=False,
        created_at=NOW,
        ticket=1,
    )
    return [charge, dispute]


def test_the_default_payment_method_is_told(database: Database) -> None:
    customer = make_customer(database)
    with database.writing() as session:
        session.get_one(Customer, customer.id).default_payment_method = "pm_1"
        for number, last4 in (("pm_1", "4242"), ("pm_2", "1881")):
            session.add(
                PaymentMethod(
                    id=number,
                    customer_id=customer.id,
                    kind="card",
                    brand="visa",
                    last4=last4,
                    exp_month=4,
                    exp_year=2027,
                    created_at=NOW,
                    ticket=1,
                )
            )

    (method,) = balance_of(database, customer.account_id).methods

    assert (method.kind, method.brand, method.last4) == ("card", "visa", "4242")


def test_a_saved_method_that_stripe_does_not_describe_is_not_called_nothing(
    database: Database,
) -> None:
    customer = make_customer(database)
    with database.writing() as session:
        session.get_one(Customer, customer.id).default_payment_method = "pm_unread"

    (method,) = balance_of(database, customer.account_id).methods

    assert method == DefaultMethod(UNKNOWN, None, None, None, None)
    assert method_name(method) == "Saved, but Stripe does not tell what it is"
