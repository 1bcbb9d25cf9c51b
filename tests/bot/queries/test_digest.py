"""The content of a digest, against a slow and obvious way to work it out."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import Database
from bot.models import AccountTerms, Invoice, PromiseToPay, Snooze
from bot.money import Money, digits_of
from bot.queries.digest import get_digest
from bot.queries.digest_cards import PAGE_LINES, Change, DigestReport, Shown, ShownLine
from bot.queries.digest_owing import DigestFilter, get_owing_book
from tests.bot.queries.owing import DEBTS, MOMENTS, ORGANISATION, Debt, make_customers, write_book
from tests.build import (
    NOW,
    MadeCustomer,
    make_customer,
    make_invoice,
    make_sight,
    mark_swept,
    usd,
)

LATE_ON = date(2026, 11, 1)
YESTERDAY = NOW - timedelta(days=1)
Amounts = dict[tuple[int, str], list[Debt]]


def digest_of(
    database: Database,
    wanted: DigestFilter | None = None,
    *,
    now: datetime = NOW,
    **changed: Any,
) -> DigestReport:
    with database.looking() as session:
        return get_digest(
            session, wanted or DigestFilter(), sight=make_sight(now=now), zone="UTC", **changed
        )


def shown_at(database: Database, now: datetime, wanted: DigestFilter | None = None) -> Shown:
    """What a digest of that moment shows, as it is kept."""
    with database.looking() as session:
        book = get_owing_book(session, wanted or DigestFilter(), sight=make_sight(now=now))
    return Shown(
        now,
        {
            (row.account_id, row.currency): ShownLine(row.days_late, row.amount, row.invoices_count)
            for row in book.rows
        },
    )


def late_by_account(debts: list[Debt], customers: list[MadeCustomer], now: datetime) -> Amounts:
    found: Amounts = defaultdict(list)
    for debt in debts:
        if debt.is_past_due(now):
            found[customers[debt.customer].account_id, debt.currency].append(debt)
    return found


def days_of(debts: list[Debt], now: datetime) -> int:
    return max(debt.days_late(now) for debt in debts)


def age(days: int) -> int:
    return sum(days >= first for first in (1, 31, 61, 91))


@given(
    before=st.lists(DEBTS, max_size=12),
    debts=st.lists(DEBTS, max_size=12),
    then=MOMENTS,
    hours=st.integers(0, 72),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_each_line_is_compared_with_what_was_shown_last(
    database: Database, *, before: list[Debt], debts: list[Debt], then: datetime, hours: int
) -> None:
    customers = make_customers(database)
    write_book(database, customers, before)
    since = shown_at(database, then)
    now = then + timedelta(hours=hours)
    write_book(database, customers, debts)

    report = digest_of(database, now=now, since=since)

    was, is_now = late_by_account(before, customers, then), late_by_account(debts, customers, now)
    assert {key: line.amount.minor for key, line in since.lines.items()} == {
        key: sum(debt.remaining for debt in own) for key, own in was.items()
    }
    accounts = {account_id for account_id, _ in is_now}
    assert {line.account.id for line in report.lines} == accounts
    for line in report.lines:
        own = {key: found for key, found in is_now.items() if key[0] == line.account.id}
        old = {key: found for key, found in was.items() if key[0] == line.account.id}
        assert {(line.account.id, each.currency): each.minor for each in line.amounts} == {
            key: sum(debt.remaining for debt in found) for key, found in own.items()
        }
        assert line.days_late == max(days_of(found, now) for found in own.values())
        assert line.change == expected_change(own, old, then, now)
    order = [(-line.days_late, line.account.id) for line in report.lines]
    assert order == sorted(order)
    assert report.counts == {
        change: sum(line.change is change for line in report.lines)
        for change in (Change.NEW, Change.WORSE, Change.BETTER)
    }
    assert [
        (each.currency, each.past_due.minor) for each in report.owed if each.past_due
    ] == sorted(
        (
            currency,
            sum(sum(d.remaining for d in f) for (_, c), f in is_now.items() if c == currency),
        )
        for currency in {currency for _, currency in is_now}
    )


def expected_change(own: Amounts, old: Amounts, then: datetime, now: datetime) -> Change | None:
    """By the words of the manual: worse is more or an older age, better is less or a younger."""

    def was_late_then(debts: list[Debt]) -> bool:
        return any(debt.is_past_due(then) for debt in debts)

    if not old:
        return None if any(was_late_then(debts) for debts in own.values()) else Change.NEW
    signs = set()
    for key, debts in own.items():
        if key not in old:
            if not was_late_then(debts):
                signs.add(1)
            continue
        more = sum(d.remaining for d in debts) - sum(d.remaining for d in old[key])
        older = age(days_of(debts, now)) - age(days_of(old[key], then))
        signs |= {1} if more > 0 or older > 0 else {-1} if more < 0 or older < 0 else set()
    signs |= {-1} if set(old) - set(own) else set()
    return Change.WORSE if 1 in signs else Change.BETTER if signs else None


@given(debts=st.lists(DEBTS, max_size=15), minimum=st.none() | st.integers(0, 10**7))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_digest_is_narrowed_by_account_currency_and_minimum(
    database: Database, *, debts: list[Debt], minimum: int | None
) -> None:
    customers = make_customers(database)
    write_book(database, customers, debts)
    acme = customers[2].account_id

    report = digest_of(database, DigestFilter(account_id=acme, currency="kwd", minimum=minimum))

    late = {
        account_id: sum(debt.remaining for debt in own)
        for (account_id, currency), own in late_by_account(debts, customers, NOW).items()
        if currency == "kwd" and account_id in {customers[one].account_id for one in ORGANISATION}
    }
    enough = (minimum or 0) * 10 ** digits_of("kwd")
    assert {line.account.id: line.amounts[0].minor for line in report.lines} == {
        account_id: amount for account_id, amount in late.items() if amount >= enough
    }
    assert report.too_little_count == sum(amount < enough for amount in late.values())


def test_an_owner_has_the_accounts_of_their_organisations_unless_another_has_them(
    database: Database,
) -> None:
    east = make_customer(database, organisation="Acme", company="Acme East")
    west = make_customer(database, organisation="Acme", company="Acme West")
    for customer in (east, west):
        make_invoice(database, customer=customer, due_on=LATE_ON)
    with database.writing() as session:
        parent = east.account_id - 1
        for account_id, owner in ((parent, "U0AVERY"), (west.account_id, "U0JAMIE")):
            session.add(
                AccountTerms(
                    account_id=account_id, owner_id=owner, changed_by="U0AVERY", changed_at=NOW
                )
            )

    (line,) = digest_of(database, DigestFilter(owner_id="U0AVERY")).lines

    assert (line.account.id, line.owner) == (east.account_id, "U0AVERY")


def test_what_was_paid_late_since_the_last_one_is_summed_up(database: Database) -> None:
    mark_swept(database)
    customer = make_customer(database, "Acme")
    paid: dict[str, Any] = {"customer": customer, "status": "paid", "remaining_minor": 0}
    make_invoice(database, due=usd(700), due_on=LATE_ON, paid_at=NOW, paid_minor=700, **paid)
    # Not these: in time, before the last digest, and after this moment.
    for when, due_on in (
        (NOW, date(2026, 12, 1)),
        (YESTERDAY - timedelta(hours=1), LATE_ON),
        (NOW + timedelta(hours=1), LATE_ON),
    ):
        make_invoice(database, due=usd(50), due_on=due_on, paid_at=when, paid_minor=50, **paid)

    report = digest_of(database, since=Shown(YESTERDAY, {}))

    assert report.paid.amounts == (usd(700),)
    assert [account.path for account in report.paid.accounts] == [("Acme",)]
    assert (report.lines, report.since) == ((), YESTERDAY)


def test_what_the_morning_showed_and_is_over_stands_there_still(database: Database) -> None:
    paying, staying = (make_customer(database, name) for name in ("Paying", "Staying"))
    invoice = make_invoice(database, due=usd(900), customer=paying, due_on=LATE_ON)
    make_invoice(database, customer=staying, due_on=LATE_ON + timedelta(days=9))
    morning = shown_at(database, NOW)
    pay(database, invoice)

    over, open_ = digest_of(database, morning=morning).lines

    assert (over.account.path, over.change, over.amounts) == (
        ("Paying",),
        Change.OVER,
        (usd(900),),
    )
    assert over.days_late == 21
    assert open_.change is None


def pay(database: Database, invoice_id: str) -> None:
    with database.writing() as session:
        invoice = session.get_one(Invoice, invoice_id)
        invoice.status, invoice.paid_minor, invoice.remaining_minor = "paid", 900, 0


def test_broken_promises_come_first_and_those_that_are_due_next(database: Database) -> None:
    oldest, due, broken, later = (
        make_customer(database, name) for name in ("Oldest", "Due", "Broken", "Later")
    )
    for age_days, customer in enumerate((oldest, later, due, broken)):
        make_invoice(database, customer=customer, due_on=LATE_ON + timedelta(days=age_days))
    today = NOW.date()
    promise(database, due, today, "pending")
    promise(database, later, today + timedelta(days=3), "pending")
    promise(database, broken, today - timedelta(days=4), "broken", ended_at=NOW)

    lines = digest_of(database, since=Shown(YESTERDAY, {})).lines

    assert [line.account.path[0] for line in lines] == ["Broken", "Due", "Oldest", "Later"]
    assert lines[0].broken is not None
    assert [line.is_due_today for line in lines] == [False, True, False, False]


def promise(
    database: Database,
    customer: MadeCustomer,
    day: date,
    state: str,
    *,
    ended_at: datetime | None = None,
) -> None:
    with database.writing() as session:
        session.add(
            PromiseToPay(
                account_id=customer.account_id,
                currency="usd",
                amount_minor=10_000,
                promised_on=day,
                grace_on=day + timedelta(days=1),
                note="",
                said_by="",
                said_where="",
                recorded_by="U0AVERY",
                recorded_at=NOW,
                press=f"V{customer.account_id}",
                state=state,
                ended_at=ended_at,
            )
        )


def test_a_snoozed_account_is_marked_and_stays_in_its_place(database: Database) -> None:
    customer = make_customer(database, "Patient")
    make_invoice(database, customer=customer, due_on=LATE_ON)
    with database.writing() as session:
        session.add(
            Snooze(
                account_id=customer.account_id,
                until_on=date(2026, 11, 25),
                reason="",
                snoozed_by="U0AVERY",
                snoozed_at=NOW,
                press="V1",
            )
        )

    (line,) = digest_of(database).lines

    assert line.snoozed_until == date(2026, 11, 25)


def test_nothing_past_due_is_an_empty_digest(database: Database) -> None:
    make_invoice(database, due_on=date(2026, 12, 1))

    report = digest_of(database)

    assert (report.lines, report.lines_count, report.pages, report.counts) == ((), 0, 1, {})


def test_more_accounts_than_fit_are_paged_and_counted(database: Database) -> None:
    for number in range(PAGE_LINES + 3):
        make_invoice(database, due=usd(100 + number), due_on=LATE_ON)

    first, last, beyond = (digest_of(database, page=page) for page in (1, 2, 9))

    assert (len(first.lines), len(last.lines)) == (PAGE_LINES, 3)
    assert {first.lines_count, last.lines_count} == {PAGE_LINES + 3}
    assert beyond.lines == last.lines
    ids = [line.account.id for line in (*first.lines, *last.lines)]
    assert len(set(ids)) == PAGE_LINES + 3


def test_a_crossing_after_the_last_digest_is_new_and_one_before_it_is_not(
    database: Database,
) -> None:
    make_invoice(database, customer=make_customer(database, "New"), due_on=date(2026, 11, 21))
    make_invoice(database, customer=make_customer(database, "Old"), due_on=LATE_ON)
    at = datetime(2026, 11, 21, 12, tzinfo=UTC)

    lines = digest_of(database, since=Shown(at, {})).lines

    assert {line.account.path[0]: line.change for line in lines} == {
        "Old": None,
        "New": Change.NEW,
    }


def test_an_amount_in_another_currency_is_a_sum_of_its_own(database: Database) -> None:
    customer = make_customer(database, "Both")
    for due in (usd(500), Money(900, "jpy")):
        make_invoice(database, due=due, customer=customer, due_on=LATE_ON)

    (line,) = digest_of(database).lines

    assert line.amounts == (Money(900, "jpy"), usd(500))
    assert line.invoices_count == 2
