"""The digest in every state worth looking at."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.money import Money
from bot.queries.broken_promises import BrokenPromise
from bot.queries.cards import AccountRef, PromiseMark
from bot.queries.digest_cards import (
    PAGE_LINES,
    Change,
    DigestLine,
    DigestReport,
    DigestScope,
    PaidSince,
    PostedDigest,
    Sighting,
)
from bot.queries.digest_owing import DigestFilter
from bot.queries.digests import DigestSetup
from bot.views.blocks import Message
from bot.views.digest import digest_message
from bot.views.digest_notices import (
    digest_in_doubt,
    digest_not_posted,
    seen_notice,
    test_message,
)
from bot.views.digest_setup import (
    WORKDAYS,
    Prefilled,
    digest_card,
    digest_form,
    digest_list,
    times_words,
)
from tests.bot.views.balance_cases import CURRENCIES, make_owed
from tests.bot.views.cards import ACME, FRESH, NASTY, NASTY_ACCOUNT, NOW, usd

TODAY = date(2026, 11, 16)
FRIDAY = NOW - timedelta(days=3)
EVERYTHING = DigestScope(None, None, None, None)
NARROW = DigestScope(ACME, "Avery Stone", "usd", 500)
NASTY_SCOPE = DigestScope(NASTY_ACCOUNT, NASTY, "kwd", 10**12)
PROMISE = PromiseMark(3, "usd", usd(50_000), date(2026, 11, 18), date(2026, 11, 19))
BROKEN = BrokenPromise(usd(120_000), date(2026, 11, 12), NOW)


def make_line(name: str = "Acme", *amounts: Money, days: int = 23, **changes: Any) -> DigestLine:
    """An account that is late, and nothing else about it."""
    line = DigestLine(
        account=AccountRef(12, "company", (name,), "UTC", ()),
        owner=None,
        amounts=amounts or (usd(134_250),),
        invoices_count=2,
        days_late=days,
        change=None,
        is_paid=False,
        broken=None,
        promise=None,
        is_due_today=False,
        snoozed_until=None,
        disputed=(),
        is_opted_out=False,
    )
    return replace(line, **changes)


LINES = (
    make_line("Harbor Freight Lines", usd(214_000), days=12, broken=BROKEN, owner="Avery Stone"),
    make_line("Sunrise Clinics", usd(50_000), days=9, promise=PROMISE, is_due_today=True),
    make_line("Northwind Traders", usd(981_245), days=94, change=Change.WORSE, owner="Jamie O."),
    make_line("Acme", usd(134_250), Money(90_000, "jpy"), days=41),
    make_line("Paid this morning", usd(75_500), days=30, change=Change.OVER, is_paid=True),
    make_line("Blue Ridge Dental", usd(64_000), days=23, disputed=(usd(64_000),)),
    make_line("Lakeside Motors", usd(64_000), days=22, disputed=(usd(4_000),)),
    make_line("Quiet Gardens", usd(22_000), days=18, snoozed_until=date(2026, 11, 25)),
    make_line("Opted Out Ltd", usd(11_000), days=16, is_opted_out=True),
    make_line("Promising GmbH", Money(44_000, "eur"), days=8, promise=PROMISE),
    make_line("Better Days", usd(9_900), days=5, change=Change.BETTER),
    make_line("Newly Late Inc.", usd(18_000), days=1, change=Change.NEW),
    make_line("Card Declined", usd(3_900), days=0, change=Change.NEW),
)


def make_report(*lines: DigestLine, **changes: Any) -> DigestReport:
    """A digest of one page, some days after the last one."""
    lines = tuple(
        replace(line, account=replace(line.account, id=line.account.id + place))
        for place, line in enumerate(lines)
    )
    report = DigestReport(
        day=TODAY,
        zone="Europe/Berlin",
        lines=lines,
        lines_count=len(lines),
        page=1,
        pages=1,
        owed=(
            make_owed(0, 44_000, currency="eur", count=3),
            make_owed(2_500_000, 461_000, 340_000, 0, 981_245, count=41),
        ),
        counts={Change.NEW: 2, Change.WORSE: 1, Change.BETTER: 1},
        paid=PaidSince((usd(75_500),), (replace(ACME, path=("Paid this morning",)),), 1),
        since=FRIDAY,
        too_little_count=0,
        freshness=FRESH,
        now=NOW,
    )
    return replace(report, **changes)


POSTED = PostedDigest(1, 7, EVERYTHING, anchor="4182:9f3c2b7a11d0e4c5")
SEEN = (
    Sighting("Avery Stone", NOW),
    Sighting("Jamie Okafor", NOW + timedelta(minutes=14)),
)
NO_PAYMENTS = PaidSince((), (), 0)
_NASTY_LINE = make_line(
    NASTY,
    Money(10**17, "usd"),
    Money(10**17, "kwd"),
    days=10**6,
    account=NASTY_ACCOUNT,
    owner=NASTY,
    broken=BROKEN,
    promise=PROMISE,
    change=Change.WORSE,
    disputed=(usd(10**17),),
    is_opted_out=True,
)
_ALL_OVER = tuple(
    replace(line, change=Change.OVER, is_paid=bool(place % 2))
    for place, line in enumerate((_NASTY_LINE,) * PAGE_LINES)
)

SETUP = DigestSetup(
    id=3,
    channel_id="C0BILLING",
    channel_name="billing",
    wanted=DigestFilter(),
    scope=EVERYTHING,
    hour=8,
    time_zone="Europe/Berlin",
    weekdays=WORKDAYS,
    is_quiet=False,
    set_by="U0AVERY",
    since_at=NOW,
    last_on=None,
)
_NASTY_SETUP = replace(
    SETUP,
    channel_name=NASTY,
    scope=NASTY_SCOPE,
    time_zone="America/Argentina/ComodRivadavia",
    weekdays=frozenset({2, 4, 6, 7}),
    is_quiet=True,
    last_on=TODAY,
)
_FILLED = Prefilled(
    digest_id=3,
    channel_id=None,
    account=NASTY_ACCOUNT,
    owner_id="U0AVERY",
    currency="kwd",
    minimum=10**12,
    time_zone="Asia/Tokyo",
    is_quiet=True,
)

SETUP_CASES: dict[str, Message] = {
    "digests": digest_list((SETUP, _NASTY_SETUP)),
    "digests_none": digest_list((), said="No more digests in #billing."),
    "digests_many": digest_list((_NASTY_SETUP,) * 500, page=2),
    "digest_setup": digest_card(SETUP, next_on=date(2026, 11, 17), said="Saved."),
    "digest_setup_nasty": digest_card(_NASTY_SETUP, next_on=None, is_member=False),
    "digest_form": digest_form(Prefilled(None, "C0BILLING"), currencies=("eur", "usd")),
    "digest_form_of_one": digest_form(_FILLED, channel_name=NASTY, currencies=CURRENCIES),
    "digest_not_posted": digest_not_posted("C0BILLING", "The channel is archived."),
    "digest_in_doubt": digest_in_doubt("C0BILLING", TODAY, 12),
    "digest_test": test_message(times_words(SETUP)),
    "digest_seen": seen_notice(is_new=True),
}

DIGEST_CASES: dict[str, Message] = {
    "digest": digest_message(make_report(*LINES), replace(POSTED, seen=SEEN)),
    "digest_first": digest_message(
        make_report(*LINES[2:4], since=None, counts={}, paid=NO_PAYMENTS), POSTED
    ),
    "digest_nothing_due": digest_message(
        make_report(owed=(make_owed(5_000),), counts={}, paid=NO_PAYMENTS), POSTED
    ),
    "digest_late_and_narrow": digest_message(
        make_report(LINES[2], too_little_count=4),
        replace(POSTED, is_late=True, scope=NARROW),
    ),
    "digest_page": digest_message(
        make_report(*(LINES[2],) * PAGE_LINES, page=2, pages=134, lines_count=2_000),
        replace(POSTED, post_id=None),
    ),
    "digest_nasty": digest_message(
        make_report(
            *(_NASTY_LINE,) * PAGE_LINES,
            pages=134,
            lines_count=2_000,
            owed=tuple(make_owed(10**15, 10**15, 10**15, currency=each) for each in CURRENCIES),
            paid=PaidSince(
                tuple(Money(10**15, each) for each in CURRENCIES), (NASTY_ACCOUNT,) * 3, 900
            ),
            too_little_count=10**6,
        ),
        replace(POSTED, scope=NASTY_SCOPE, seen=(Sighting(NASTY, NOW),) * 40, is_late=True),
    ),
    "digest_all_over": digest_message(make_report(*_ALL_OVER), POSTED),
}
