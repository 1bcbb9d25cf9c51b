"""What was invoiced in past months and owed at their ends, against a slow and obvious way."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.clock import Month, month_of
from bot.database import Database
from bot.models import CreditNote, Invoice, InvoicePayment
from bot.money import Money
from bot.queries.past_months import MonthSums, past_months, sum_past_months
from tests.build import MadeCustomer, make_customer, make_invoice

ZONE = ZoneInfo("Pacific/Kiritimati")
# A summer and a winter, and a moment in every month of two years.
RUNNING = Month(2026, 11)
BEGAN = datetime(2025, 2, 1, tzinfo=UTC)
HOURS = st.integers(0, 24 * 650)


@dataclass(frozen=True)
class Bill:
    """One invoice of a made-up book; hours are counted from BEGAN, and parts are hundredths."""

    account: int
    currency: str
    total: int
    issued: int
    ends: str
    ended: int
    due_after: int | None
    failed: int | None
    paid: tuple[tuple[int, int], ...]
    noted: tuple[tuple[int, int, bool], ...]

    def at(self, hours: int) -> datetime:
        return BEGAN + timedelta(hours=hours)

    @property
    def issued_at(self) -> datetime:
        return self.at(self.issued)

    @property
    def ended_at(self) -> datetime | None:
        return None if self.ends == "open" else self.at(self.issued + self.ended)

    @property
    def payments(self) -> list[tuple[datetime, int]]:
        """Parts that were paid before it was all over."""
        return [
            (self.at(self.issued + hours), self.total * part // 100)
            for hours, part in self.paid
            if self.ended_at is None or self.at(self.issued + hours) < self.ended_at
        ]

    @property
    def notes(self) -> list[tuple[datetime, int, bool]]:
        """Credit notes, and whether each took something off what was still to pay."""
        return [
            (self.at(self.issued + hours), self.total * part // 100, is_before)
            for hours, part, is_before in self.noted
        ]

    def open_at(self, moment: datetime) -> int:
        """What was left to pay at a moment."""
        if self.issued_at >= moment or (self.ended_at is not None and self.ended_at < moment):
            return 0
        paid = sum(amount for at, amount in self.payments if at < moment)
        noted = sum(amount for at, amount, is_before in self.notes if is_before and at < moment)
        return self.total - paid - noted

    def is_late_at(self, moment: datetime) -> bool:
        if self.due_after is None:
            return self.failed is not None and self.at(self.issued + self.failed) < moment
        day = (self.issued_at + timedelta(days=self.due_after)).astimezone(ZONE).date()
        return moment.astimezone(ZONE).date() - timedelta(days=1) > day

    def sales_in(self, month: Month) -> int:
        """Its part of what was invoiced in a month."""

        def is_in(at: datetime) -> bool:
            return month_of(at.astimezone(ZONE).date()) == month

        sales = self.total if is_in(self.issued_at) else 0
        sales -= sum(amount for at, amount, _ in self.notes if is_in(at))
        if self.ends == "void" and self.ended_at is not None and is_in(self.ended_at):
            sales -= self.total - sum(amount for _, amount, _ in self.notes)
        return sales


BILLS = st.builds(
    Bill,
    account=st.integers(0, 1),
    currency=st.sampled_from(["usd", "jpy"]),
    total=st.integers(-200, 5_000),
    issued=HOURS,
    ends=st.sampled_from(["open", "paid", "paid", "void", "uncollectible"]),
    ended=st.integers(0, 24 * 120),
    due_after=st.none() | st.integers(0, 60),
    failed=st.none() | st.integers(0, 24 * 40),
    paid=st.lists(st.tuples(st.integers(0, 24 * 100), st.integers(0, 40)), max_size=2).map(tuple),
    noted=st.lists(
        st.tuples(st.integers(0, 24 * 100), st.integers(0, 20), st.booleans()), max_size=1
    ).map(tuple),
)


@given(bills=st.lists(BILLS, max_size=5))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_sum_is_that_of_its_invoices_at_the_time(
    database: Database, bills: list[Bill]
) -> None:
    customers = [make_customer(database, zone=ZONE.key) for _ in range(2)]
    write_bills(database, customers, bills)
    accounts = [customer.account_id for customer in customers]

    with database.looking() as session:
        found = sum_past_months(session, accounts, before=RUNNING, zone=ZONE)

    assert sorted(found, key=order) == sorted(expected(bills, accounts), key=order)


def order(sums: MonthSums) -> tuple[Any, ...]:
    return (sums.account_id, sums.currency, sums.month)


def expected(bills: list[Bill], accounts: list[int]) -> list[MonthSums]:
    sums = []
    for place, account in enumerate(accounts):
        for currency in ("usd", "jpy"):
            own = [b for b in bills if (b.account, b.currency) == (place, currency)]
            for month in past_months(RUNNING):
                end = datetime(*_first(month.following), tzinfo=ZONE).astimezone(UTC)
                one = MonthSums(
                    account,
                    currency,
                    month,
                    sales_minor=sum(bill.sales_in(month) for bill in own),
                    receivables_minor=sum(bill.open_at(end) for bill in own),
                    current_minor=sum(b.open_at(end) for b in own if not b.is_late_at(end)),
                )
                if one.sales_minor or one.receivables_minor or one.current_minor:
                    sums.append(one)
    return sums


def _first(month: Month) -> tuple[int, int, int]:
    return (month.year, month.number, 1)


def write_bills(database: Database, customers: list[MadeCustomer], bills: list[Bill]) -> None:
    with database.writing() as session:
        for table in (CreditNote, InvoicePayment, Invoice):
            session.execute(delete(table))
    for bill in bills:
        write_bill(database, customers[bill.account], bill)


def write_bill(database: Database, customer: MadeCustomer, bill: Bill) -> None:
    taken_off = sum(amount for _, amount, is_before in bill.notes if is_before)
    due_on = None
    if bill.due_after is not None:
        due_on = (bill.issued_at + timedelta(days=bill.due_after)).astimezone(ZONE).date()
    failed_at = None
    if due_on is None and bill.failed is not None:
        failed_at = bill.at(bill.issued + bill.failed)
    moments = {"paid": "paid_at", "void": "voided_at", "uncollectible": "uncollectible_at"}
    ended = {moments[bill.ends]: bill.ended_at} if bill.ends in moments else {}
    invoice = make_invoice(
        database,
        due=Money(bill.total, bill.currency),
        customer=customer,
        status=bill.ends,
        due_on=due_on,
        lines=(),
        due_minor=bill.total - taken_off,
        pre_payment_credit_minor=taken_off,
        finalized_at=bill.issued_at,
        first_failed_at=failed_at,
        **ended,
    )
    with database.writing() as session:
        for number, (at, amount) in enumerate(bill.payments):
            session.add(_payment(f"inpay_{number}_{invoice}", invoice, bill.currency, at, amount))
        for number, (at, amount, is_before) in enumerate(bill.notes):
            session.add(
                CreditNote(
                    id=f"cn_{number}_{invoice}",
                    invoice_id=invoice,
                    customer_id=customer.id,
                    number=f"CN-{number}",
                    status="issued",
                    kind="pre_payment" if is_before else "post_payment",
                    currency=bill.currency,
                    amount_minor=amount,
                    pre_payment_minor=amount if is_before else 0,
                    post_payment_minor=0 if is_before else amount,
                    created_at=at,
                    ticket=1,
                )
            )


def _payment(
    payment: str, invoice: str, currency: str, paid_at: datetime, amount: int
) -> InvoicePayment:
    return InvoicePayment(
        id=payment,
        invoice_id=invoice,
        currency=currency,
        requested_minor=amount,
        paid_minor=amount,
        status="paid",
        is_default=False,
        created_at=paid_at,
        paid_at=paid_at,
        ticket=1,
    )
