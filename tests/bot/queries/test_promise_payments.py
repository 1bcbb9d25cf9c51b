"""Whether a promise was kept, against a slow and obvious way to work it out."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from bot.clock import zone_of
from bot.database import Database
from bot.models import Invoice, InvoicePayment, PromisedInvoice, PromiseToPay
from bot.queries.promise_payments import judge_promises
from bot.queries.promise_terms import PromiseState, end_of_promise, last_day_of_grace
from tests.build import MadeCustomer, make_customer, make_invoice, usd

RECORDED_AT = datetime(2026, 11, 16, 12, tzinfo=UTC)
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
OWED = (500, 300, 200)


@dataclass(frozen=True)
class Change:
    """Something that happens to an invoice, so many hours after the promise was recorded."""

    hour: int
    kind: str
    place: int
    amount: int

    @property
    def at(self) -> datetime:
        return RECORDED_AT + timedelta(hours=self.hour)


@dataclass
class Slow:
    """One invoice, followed change by change."""

    remaining: int
    status: str = "open"
    paid_at: datetime | None = None
    payments: tuple[tuple[datetime, int], ...] = ()

    def happen(self, change: Change) -> None:
        """Do it, where Stripe would."""
        if self.status != "open":
            return
        if change.kind == "void":
            if not self.payments:
                self.status, self.remaining = "void", 0
            return
        amount = min(change.amount, self.remaining)
        self.remaining -= amount
        if change.kind == "pay":
            self.payments += ((change.at, amount),)
        if not self.remaining:
            self.status, self.paid_at = "paid", change.at

    def paid(self, *, after: datetime, before: datetime) -> int:
        """What arrived between two moments."""
        return sum(amount for at, amount in self.payments if after < at < before)


def judge_slowly(
    invoices: list[Slow], amount: int, *, until: datetime, now: datetime
) -> tuple[str, int, int]:
    """How a promise over all of them stands, with what it is for and what came in time."""
    came = sum(one.paid(after=RECORDED_AT, before=now) for one in invoices)
    due = min(amount, came + sum(one.remaining for one in invoices))
    in_time = min(due, sum(one.paid(after=RECORDED_AT, before=min(until, now)) for one in invoices))
    if not due:
        return "cancelled", 0, 0
    if in_time == due:
        return "kept", due, in_time
    if now < until:
        return "pending", due, in_time
    return ("partly_kept" if in_time else "broken"), due, in_time


# Around the end of the grace day, which is 180 hours on in UTC, and anywhere.
HOURS = st.integers(-48, 400).filter(bool) | st.integers(160, 200)
CHANGES = st.builds(
    Change,
    hour=HOURS,
    kind=st.sampled_from(["pay"] * 4 + ["credit", "void"]),
    place=st.integers(0, len(OWED) - 1),
    amount=st.integers(1, 500),
)


@given(
    changes=st.lists(CHANGES, max_size=6),
    share=st.integers(1, 100),
    judged_after=st.integers(1, 500),
    zone=st.sampled_from(["UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Berlin"]),
)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_payments_decide_by_their_own_moments_however_late_it_is_judged(
    database: Database, *, changes: list[Change], share: int, judged_after: int, zone: str
) -> None:
    now = RECORDED_AT + timedelta(hours=judged_after, minutes=30)
    slow = [Slow(owed) for owed in OWED]
    for change in sorted(changes, key=lambda one: one.hour):
        if change.hour < 0:
            slow[change.place].happen(change)
    before = [one.paid(after=RECORDED_AT - timedelta(days=9), before=RECORDED_AT) for one in slow]
    open_then = sum(one.remaining for one in slow)
    amount = max(1, open_then * share // 100)
    for change in sorted(changes, key=lambda one: one.hour):
        if change.hour > 0 and change.at < now:
            slow[change.place].happen(change)

    promise_id = write(database, slow, before, amount, zone=zone)

    with database.looking() as session:
        [judged] = judge_promises(session, [promise_id], now=now)
    until = end_of_promise(MONDAY, zone_of(zone))
    verdict = judged.verdict
    found = (verdict.state.value, verdict.due_minor, verdict.paid_minor)
    assert found == judge_slowly(slow, amount, until=until, now=now)


def write(
    database: Database, slow: list[Slow], before: list[int], amount: int, *, zone: str
) -> int:
    """The invoices as they have become, with their payments and the promise."""
    with database.writing() as session:
        for table in (PromisedInvoice, PromiseToPay, InvoicePayment, Invoice):
            session.execute(delete(table))
    customer = make_customer(database, zone=zone)
    ids = [_write_invoice(database, customer, one) for one in slow]
    with database.writing() as session:
        promise = PromiseToPay(
            account_id=customer.account_id,
            currency="usd",
            amount_minor=amount,
            promised_on=FRIDAY,
            grace_on=MONDAY,
            note="",
            said_by="",
            said_where="",
            recorded_by="U1",
            recorded_at=RECORDED_AT,
            press="press",
            state=PromiseState.PENDING.value,
        )
        session.add(promise)
        session.flush()
        for invoice_id, paid_before in zip(ids, before, strict=True):
            session.add(
                PromisedInvoice(
                    promise_id=promise.id,
                    invoice_id=invoice_id,
                    paid_before_minor=paid_before,
                    remaining_minor=0,
                    paid_in_time_minor=0,
                )
            )
        return promise.id


def _write_invoice(database: Database, customer: MadeCustomer, one: Slow) -> str:
    paid = sum(amount for _, amount in one.payments)
    invoice_id = make_invoice(
        database,
        due=usd(sum(OWED)),
        customer=customer,
        status=one.status,
        paid_minor=paid,
        remaining_minor=one.remaining,
        paid_at=one.paid_at,
    )
    with database.writing() as session:
        session.add_all(
            InvoicePayment(
                id=f"inpay_{invoice_id}_{place}",
                invoice_id=invoice_id,
                currency="usd",
                requested_minor=amount,
                paid_minor=amount,
                status="paid",
                is_default=True,
                created_at=at,
                paid_at=at,
                ticket=1,
            )
            for place, (at, amount) in enumerate(one.payments)
        )
    return invoice_id


@pytest.mark.parametrize(
    ("promised_on", "days", "last"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # A Friday, and the Monday after it.
        (date(2026, 11, 21), 1, date(2026, 11, 23)),
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 11, 23), 1, date(2026, 11, 24)),
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
        (date(2026, 11, 19), 3, date(2026, 11, 24)),
        (date(2027, 12, 31), 1, date(2028, 1, 3)),
    ],
)
def test_business_days_are_monday_to_friday(promised_on: date, days: int, last: date) -> None:
    assert last_day_of_grace(promised_on, days) == last


def test_the_end_of_a_promise_is_a_midnight_where_the_clocks_change() -> None:
    assert end_of_promise(date(2026, 10, 24), zone_of("Europe/Berlin")) == datetime(
        2026, 10, 24, 22, tzinfo=UTC
    )
    # There is no midnight at the beginning of this day.
    assert end_of_promise(date(2026, 4, 23), zone_of("Africa/Cairo")) == datetime(
        2026, 4, 23, 22, tzinfo=UTC
    )
