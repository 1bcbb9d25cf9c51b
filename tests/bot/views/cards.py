"""Read models for tests of views; a test states only what it is about."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.clock import Month
from bot.money import Money, sum_by_currency
from bot.queries.ageing import Owed
from bot.queries.book import Book, CurrencyBook
from bot.queries.cards import (
    AccountRef,
    Chargeback,
    Freshness,
    InvoiceCard,
    InvoicePage,
    InvoiceRow,
    Line,
    LinePart,
    Status,
)
from bot.queries.effects import EffectsReport
from bot.queries.home import Home, HomeAccount
from bot.queries.jobs import JobReport
from bot.queries.months import MonthStanding, MonthState
from bot.queries.open_work import OpenWork
from bot.queries.sync import Backlog, Filling, LastVerify, SyncReport

NOW = datetime(2026, 11, 15, 9, 30, tzinfo=UTC)
FRESH = Freshness(as_of=datetime(2026, 11, 14, 23, 0, tzinfo=UTC), is_stale=False)
ACME = AccountRef(
    id=7,
    kind="company",
    path=("Acme", "Acme East"),
    time_zone="Europe/Berlin",
    customer_ids=("cus_QkD8yX2m",),
)
# Everything that a name may do to a layout, in one name of about 300 characters.
NASTY = (
    "<!channel> <@U1> <https://evil.example|Pay here> https://evil.example &lt;!here&gt; "
    "*bold* _it_ ~no~ `code` :smile: \u202egnp.exe\u202c\u200b\n> quote\n``` "
    + "Z\u0301\u0302\u0303\u0304\u0305" * 8
    + " \x00\x07\ud83d 漢字 👩‍💻 "
    + "long " * 30
)
NASTY_ACCOUNT = replace(ACME, path=(NASTY, NASTY), customer_ids=("cus_Nasty",))
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


def usd(minor: int) -> Money:
    """An amount in US cents."""
    return Money(minor, "usd")


def make_line(
    part: str = "usage",
    description: str = "Outbound minutes",
    minor: int = 15500,
    *,
    quantity: str | None = None,
    unit_amount: str | None = None,
    unit_label: str | None = None,
    currency: str = "usd",
    days: tuple[date, date] = OCTOBER,
) -> Line:
    """A line of October."""
    return Line(
        part=part,
        description=description,
        amount=Money(minor, currency),
        quantity=None if quantity is None else Decimal(quantity),
        unit_amount=None if unit_amount is None else Decimal(unit_amount),
        unit_label=unit_label,
        first_day=days[0],
        last_day=days[1],
    )


def make_parts(*lines: Line) -> tuple[LinePart, ...]:
    """The lines by part, in the order of a card."""
    parts = []
    for part in ("usage", "fixed", "adjustment", "tax"):
        of_part = tuple(line for line in lines if line.part == part)
        if of_part:
            subtotal = sum((line.amount for line in of_part[1:]), of_part[0].amount)
            parts.append(LinePart(part=part, lines=of_part, subtotal=subtotal))
    return tuple(parts)


USUAL_LINES = (
    make_line(
        description="Outbound calls",
        minor=90540,
        quantity="72432",
        unit_amount="1.25",
        unit_label="minute",
    ),
    make_line(description="Text messages", minor=20000, quantity="25000", unit_amount="0.8"),
    make_line(
        "fixed",
        "Phone numbers",
        12000,
        quantity="60",
        unit_amount="200",
        days=(date(2026, 11, 1), date(2026, 11, 30)),
    ),
    make_line("fixed", "Platform fee", 9900, days=(date(2026, 11, 1), date(2026, 11, 30))),
    make_line("adjustment", "Volume discount, 10 %", -13244),
    make_line("tax", "VAT 19 %", 22647),
)


def make_card(**changes: Any) -> InvoiceCard:
    """An open invoice over October, sent in early November; amounts follow from its lines.

    Shape: `lines` replaces its lines; everything else is a field of the card.
    """
    lines = changes.pop("lines", USUAL_LINES)
    currency = lines[0].amount.currency if lines else "usd"
    zero = Money(0, currency)
    total = changes.pop("total", sum((line.amount for line in lines), zero))
    card = InvoiceCard(
        id="in_1QhT4KLkdIwHu7ix",
        number="ACME-0042",
        short_number=1234,
        account=ACME,
        status=Status.OPEN,
        status_text="open",
        days_late=0,
        is_automatic=False,
        failed_on=None,
        retry_on=None,
        is_exhausted=False,
        issued_on=date(2026, 11, 1),
        first_day=OCTOBER[0],
        last_day=OCTOBER[1],
        due_on=date(2026, 12, 1),
        total=total,
        credit_balance_applied=zero,
        is_carried_over=False,
        credit_notes=zero,
        credited_after_payment=zero,
        paid=zero,
        overpaid=zero,
        remaining=total,
        inclusive_tax=zero,
        parts=make_parts(*lines),
        lines_count=len(lines),
        difference=zero,
        chargebacks=(),
        dispute=None,
        waiting=(),
        promise=None,
        snoozed_until=None,
        owner=None,
        previous_id="in_1Qaaa",
        next_id=None,
        is_deleted=False,
        freshness=FRESH,
        now=NOW,
    )
    return replace(card, **changes)


def make_chargeback(**changes: Any) -> Chargeback:
    """One that has to be answered in the days to come."""
    chargeback = Chargeback(
        status="needs_response",
        is_harmless=False,
        reason="product_not_received",
        amount=usd(141843),
        opened_on=date(2026, 11, 12),
        respond_on=date(2026, 11, 21),
        is_too_late=False,
    )
    return replace(chargeback, **changes)


def make_row(**changes: Any) -> InvoiceRow:
    """A row of a list."""
    row = InvoiceRow(
        id="in_1QhT4KLkdIwHu7ix",
        number="ACME-0042",
        short_number=1234,
        account=ACME,
        status=Status.OPEN,
        status_text="open",
        days_late=0,
        issued_on=date(2026, 11, 1),
        created_on=date(2026, 11, 1),
        total=usd(141843),
        remaining=usd(141843),
        is_charged_back=False,
        is_disputed=False,
    )
    return replace(row, **changes)


def make_page(**changes: Any) -> InvoicePage:
    """The second of three pages of a list."""
    page = InvoicePage(
        rows=tuple(
            make_row(id=f"in_{place}", number=f"ACME-{42 - place:04}") for place in range(10)
        ),
        count=23,
        past_due_count=4,
        to_pay=(),
        page=2,
        pages=3,
        freshness=FRESH,
        now=NOW,
        zone="Europe/Berlin",
    )
    return replace(page, **changes)


def make_standing(**changes: Any) -> MonthStanding:
    """November, which still runs, of an account that had its first invoice in May of last year."""
    standing = MonthStanding(
        account=ACME,
        month=Month(2026, 11),
        state=MonthState.OPEN,
        last_day=date(2026, 11, 30),
        issues_at=None,
        first_month=Month(2025, 5),
        newest_month=Month(2026, 11),
        freshness=FRESH,
    )
    return replace(standing, **changes)


def make_sync_report(**changes: Any) -> SyncReport:
    """A mirror that is doing well."""
    report = SyncReport(
        freshness=FRESH,
        age=timedelta(seconds=12),
        alarm=timedelta(minutes=15),
        swept_age=timedelta(seconds=11),
        webhook_age=timedelta(minutes=3),
        unnoted=Backlog(0, None),
        unread=Backlog(0, None),
        failing=(),
        failing_count=0,
        filling=Filling(objects_count=48_120, finished_at=NOW, kinds_left=()),
        verify=LastVerify(
            age=timedelta(hours=8),
            checked_count=48_120,
            missing_count=0,
            extra_count=0,
            different_count=0,
            is_repaired=False,
            unrepaired_count=0,
        ),
        alerts=(),
        alerts_count=0,
        effects=EffectsReport(0, None, (), 0),
        jobs=(make_job("past_due"),),
        zone="Europe/Berlin",
    )
    return replace(report, **changes)


NO_WORK = OpenWork(disputes=0, waiting=0)


def make_home(
    *accounts: HomeAccount,
    count: int | None = None,
    page: int = 1,
    freshness: Freshness = FRESH,
    work: OpenWork = NO_WORK,
) -> Home:
    """A Home tab of these accounts, which owe as much beside as they have Past Due."""
    sums = [each for account in accounts for each in account.past_due]
    counts: Counter[str] = Counter()
    for each in sums:
        counts[each.remaining.currency] += each.invoices_count
    owed = [
        Owed(amount + amount, amount, (amount,) * 2, counts[code] * 2, counts[code])
        for code, amount in sum_by_currency(each.remaining for each in sums).items()
    ]
    book = Book(
        currencies=tuple(CurrencyBook(each, (), 1) for each in owed),
        collections=(),
        is_partial=False,
        freshness=freshness,
        now=NOW,
        zone="Europe/Berlin",
    )
    return Home(book, accounts, len(accounts) if count is None else count, work, page)


def make_job(name: str, **changes: Any) -> JobReport:
    """A job that was done this night and is due tomorrow."""
    report = JobReport(
        name=name,
        last_age=timedelta(hours=9),
        is_left_out=False,
        next_at=NOW,
        next_in=timedelta(hours=15),
        is_looked_after=True,
        running_count=0,
        waiting_count=0,
        failed_count=0,
        skipped_count=0,
    )
    return replace(report, **changes)
