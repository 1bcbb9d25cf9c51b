"""The cards of /balance in every state worth looking at."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from bot.clock import Month
from bot.money import Money
from bot.queries.ageing import Owed
from bot.queries.balances import Balance, CompanyBalance, NextDue
from bot.queries.book import Book, CurrencyBook, Debtor
from bot.queries.chargebacks import Chargebacks
from bot.queries.collection import Collection, Sums, month_ends
from bot.queries.payment_methods import DefaultMethod
from bot.queries.standing import judge_standing
from bot.views.ageing import Behind
from bot.views.balance import balance_card
from bot.views.blocks import Message
from bot.views.book import book_card
from tests.bot.views.cards import ACME, FRESH, NASTY, NASTY_ACCOUNT, NOW, usd

ORGANISATION = replace(ACME, id=6, kind="organisation", path=("Acme",))
VISA = DefaultMethod("card", "visa", "4242", 4, 2027)
OLD_CARD = DefaultMethod("card", "mastercard", "0005", 10, 2026)
SEPA = DefaultMethod("sepa_debit", None, "3000", None, None)
CURRENCIES = (
    *("aed", "aud", "bhd", "brl", "cad", "chf", "clp", "czk", "dkk", "eur"),
    *("gbp", "hkd", "inr", "jpy", "kwd", "mxn", "nok", "pln", "sek", "usd"),
)
STALE = replace(FRESH, is_stale=True)


def list_for(behind: Behind) -> str:
    """About as long as the text of a list comes that a handler makes."""
    age = "" if behind.bucket is None else f" late:{behind.bucket.days_min}+"
    status = "" if behind.status is None else f" status:{behind.status.lower()}"
    return f'list entity:"@99999999"{status} currency:{behind.currency}{age}'


def make_owed(*ages: int, currency: str = "usd", count: int = 12, failed_today: int = 0) -> Owed:
    """Amounts by age, the youngest first; a third of the invoices are late."""
    ages = (*ages, *(0 for _ in range(5 - len(ages))))
    late = sum(ages[1:]) + failed_today
    return Owed(
        outstanding=Money(sum(ages), currency),
        past_due=Money(late, currency),
        ageing=tuple(Money(minor, currency) for minor in ages),
        count=count,
        past_due_count=count // 3 if late else 0,
    )


def make_balance(*owed: Owed, days_late: int = 0, **changes: Any) -> Balance:
    """A balance of one account that was due for so many days."""
    balance = Balance(
        account=ACME,
        owed=owed,
        next_due=tuple(
            NextDue(date(2026, 11, 20 + n), each.ageing[0], 1) for n, each in enumerate(owed[:3])
        ),
        credit=(),
        chargebacks=(),
        disputed=(),
        promised=(),
        kept=(),
        methods=(VISA,),
        companies=(),
        companies_count=0,
        standing=judge_standing(days_late=days_late, is_exhausted=False),
        freshness=FRESH,
        now=NOW,
    )
    return replace(balance, **changes)


def make_company(name: str, *owed: Owed, days_late: int = 0) -> CompanyBalance:
    """A company of Acme."""
    return CompanyBalance(
        account=replace(ACME, path=("Acme", name)),
        owed=owed,
        standing=judge_standing(days_late=days_late, is_exhausted=False),
    )


def make_debtors(count: int, currency: str = "usd", *, name: str = "Customer") -> list[Debtor]:
    """Debtors, every second one late."""
    return [
        Debtor(
            account=replace(ACME, id=place + 1, path=(f"{name} {place}",)),
            owed=make_owed(90_000 - place, 1_000 * (place % 2), currency=currency, count=3),
        )
        for place in range(count)
    ]


def make_book(*currencies: CurrencyBook, **changes: Any) -> Book:
    """A book, as the zone of the settings has it."""
    book = Book(
        currencies=currencies,
        collections=(),
        is_partial=False,
        freshness=FRESH,
        now=NOW,
        zone="Europe/Berlin",
    )
    return replace(book, **changes)


def in_currency(owed: Owed, debtors: Sequence[Debtor], count: int | None = None) -> CurrencyBook:
    """One currency's part of a book."""
    return CurrencyBook(owed, tuple(debtors), count or len(debtors))


def in_months(currency: str, *sums: tuple[int, int, int]) -> Collection:
    """How a currency was collected in the months up to October: sales, receivables, current."""
    first = 10 - len(sums)
    months = [Sums(Month(2026, first + place + 1), *each) for place, each in enumerate(sums)]
    return Collection(currency, month_ends(months, currency))


def chargeback(respond_by_at: datetime | None) -> Chargebacks:
    return Chargebacks(usd(12_000), 1, respond_by_at)


USUAL = make_owed(141_843, 84_250, 20_000, 0, 5_000)
YEN = make_owed(120_000, 4_000, currency="jpy", count=2)
DINAR = make_owed(1_234_567, currency="kwd", count=1)
EVERY = tuple(
    make_owed(10**12, 10**11, 10**10, 10**9, 10**8, currency=each, failed_today=10**11, count=10**5)
    for each in CURRENCIES
)
COMPANIES = tuple(
    make_company(f"Acme {place}", make_owed(5_000 + place, 100 * (place % 3)), days_late=place % 7)
    for place in range(14)
)

_BALANCES: dict[str, Balance] = {
    "balance_good": make_balance(make_owed(141_843, count=1)),
    "balance_at_risk": make_balance(USUAL, days_late=12),
    "balance_suspension_risk": make_balance(
        USUAL,
        days_late=123,
        credit=(usd(25_000),),
        chargebacks=(chargeback(NOW + timedelta(days=18)),),
        methods=(OLD_CARD,),
    ),
    "balance_exhausted": make_balance(
        make_owed(2_000, failed_today=2_000, count=1),
        standing=judge_standing(days_late=0, is_exhausted=True),
        next_due=(),
    ),
    "balance_failed_today": make_balance(make_owed(2_000, failed_today=1_000, count=2)),
    "balance_nothing": make_balance(methods=()),
    "balance_credit_alone": make_balance(
        credit=(Money(-500, "eur"), usd(25_000)), methods=(SEPA, VISA), freshness=STALE
    ),
    "balance_three_currencies": make_balance(
        YEN, DINAR, USUAL, days_late=3, chargebacks=(chargeback(None),)
    ),
    "balance_organisation": make_balance(
        make_owed(141_843, 84_250),
        account=ORGANISATION,
        days_late=6,
        companies=(
            make_company("Acme East", make_owed(100_000, 84_250), days_late=6),
            make_company("Acme West", make_owed(41_843), YEN),
        ),
        companies_count=3,
    ),
    "balance_nasty": make_balance(
        *EVERY,
        account=NASTY_ACCOUNT,
        days_late=99_999,
        credit=tuple(Money(10**15, each) for each in CURRENCIES),
        chargebacks=tuple(Chargebacks(Money(10**15, each), 10**6, NOW) for each in CURRENCIES),
        methods=(DefaultMethod(NASTY[:32], NASTY[:64], "<!he", 1, 2020),) * 5,
        companies=tuple(
            replace(make_company(NASTY, *EVERY, days_late=9_999), account=NASTY_ACCOUNT)
            for _ in range(500)
        ),
        companies_count=501,
    ),
}
_BOOKS: dict[str, Book] = {
    "book": make_book(
        in_currency(YEN, make_debtors(1, "jpy")),
        in_currency(make_owed(9_141_843, 84_250, 20_000, 0, 5_000, count=40), make_debtors(10), 33),
        collections=(
            in_months("jpy", (90_000, 120_000, 100_000), (0, 124_000, 4_000)),
            in_months(
                "usd",
                (6_120_000, 5_204_100, 4_900_000),
                (6_480_000, 6_310_050, 5_800_000),
                (6_395_500, 7_944_300, 6_020_000),
                (6_702_200, 8_713_900, 6_390_000),
                (7_011_000, 9_020_455, 6_800_000),
                (7_350_700, 8_410_210, 7_104_000),
                (7_512_300, 9_004_843, 7_300_000),
            ),
        ),
    ),
    "book_one_currency": make_book(
        in_currency(USUAL, make_debtors(3)),
        collections=(in_months("usd", (250_000, 210_000, 160_000)),),
    ),
    "book_partial": make_book(
        in_currency(DINAR, make_debtors(1, "kwd")),
        is_partial=True,
        collections=(in_months("kwd", (2_000, 9_000_000, 0), (3_000, 9_001_000, 1_000)),),
    ),
    "book_nothing": make_book(freshness=STALE),
    "book_crowded": make_book(
        *(in_currency(each, make_debtors(10, each.currency, name=NASTY), 99) for each in EVERY[:6]),
        is_partial=True,
        freshness=STALE,
        collections=tuple(in_months(each, *[(10**9, 10**12, 10**8)] * 9) for each in CURRENCIES),
    ),
    "book_nasty": make_book(
        *(in_currency(each, make_debtors(10, each.currency, name=NASTY), 10**6) for each in EVERY),
        is_partial=True,
        freshness=STALE,
        collections=tuple(in_months(each, *[(10**9, 10**12, 10**8)] * 9) for each in CURRENCIES),
    ),
}

BALANCE_CASES: dict[str, Message] = {
    **{name: balance_card(each, list_for=list_for) for name, each in _BALANCES.items()},
    "balance_companies_second_page": balance_card(
        make_balance(
            YEN,
            USUAL,
            account=ORGANISATION,
            days_late=6,
            companies=COMPANIES,
            companies_count=20,
        ),
        list_for=list_for,
        page=2,
    ),
    **{name: book_card(each, list_for=list_for) for name, each in _BOOKS.items()},
    "book_of_a_chosen_currency": book_card(_BOOKS["book"], list_for=list_for, currency="jpy"),
}
