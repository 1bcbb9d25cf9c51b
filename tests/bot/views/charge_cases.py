"""Views of charging a balance: what is agreed to, how far it is, and what came of it."""

from dataclasses import replace
from datetime import date

from bot.queries.balance_charges import BalanceChargeReport, Result, Turn
from bot.queries.cards import PromiseMark
from bot.queries.chargeable import BalanceToCharge, ToCharge
from bot.queries.pauses import Pause
from bot.queries.payment_methods import DefaultMethod
from bot.views.blocks import Message
from bot.views.charge_balance import charge_form, nothing_to_charge
from bot.views.charge_report import charge_progress, charge_report, late_report
from bot.views.notices import Contact
from tests.bot.views.cards import ACME, FRESH, make_row, usd

TODAY = date(2026, 11, 16)
CONTACT = Contact(email="billing@tallyman.example", phone=None)
VISA = DefaultMethod("card", "visa", "4242", 4, 2031)
OLD = DefaultMethod("card", "mastercard", "4444", 9, 2026)
PAUSES = (
    Pause(PromiseMark(7, "usd", usd(50_000), date(2026, 11, 20), date(2026, 11, 23)), None),
    Pause(None, date(2026, 11, 30)),
)
RESULTS = (
    (Result.CHARGED, ""),
    (Result.STARTED, ""),
    (Result.PAID_MEANWHILE, ""),
    (Result.UNDER_WAY, ""),
    (Result.CHANGED, "It is void by now."),
    (Result.HELD, "a bank has taken a payment of it back, or still may"),
    (Result.DECLINED, "insufficient_funds"),
    (Result.NOT_TRIED, ""),
)


def make_balance(*, count: int = 3) -> BalanceToCharge:
    """A balance of some invoices on two methods, with one of each kind that is left out."""
    rows = [
        make_row(id=f"in_{n}", number=f"ACME-{n:04}", remaining=usd(1_000 * n))
        for n in range(1, 41)
    ]
    return BalanceToCharge(
        currency="usd",
        invoices=tuple(
            ToCharge(row, "pm_1", OLD if place == 1 else VISA)
            for place, row in enumerate(rows[:count])
        ),
        unsaved=(rows[38],),
        held=((rows[39], "it is disputed"),),
    )


def make_turn(position: int, result: Result | None, detail: str = "") -> Turn:
    """One invoice's turn."""
    return Turn(
        position=position,
        invoice_id=f"in_{position}",
        account_id=ACME.id,
        name=f"ACME-{position + 1:04}",
        amount=usd(1_000 * (position + 1)),
        method_id="pm_1",
        method_name="Visa •••• 4242",
        result=result,
        detail=detail,
    )


def make_report(*turns: Turn, is_over: bool = True) -> BalanceChargeReport:
    """A charge of these."""
    return BalanceChargeReport(
        id=1,
        press="V1",
        account=ACME,
        currency="usd",
        asked_by="U1",
        basis="admin",
        request_id="r1",
        turns=turns,
        is_over=is_over,
    )


def form_of(balance: BalanceToCharge, *, was: int | None = None) -> Message:
    """The dialog without what sends it, as a message is looked at."""
    form = charge_form(
        ACME,
        balance,
        today=TODAY,
        freshness=FRESH,
        contact=CONTACT,
        was=None if was is None else usd(was),
    )
    return replace(form, form=None)


def stopped_by(result: Result) -> Message:
    """What is said when it stopped at the second of three."""
    turns = (
        make_turn(0, Result.CHARGED),
        make_turn(1, result, "Nobody knows why."),
        make_turn(2, Result.NOT_TRIED),
    )
    return charge_report(make_report(*turns))


MANY = [make_turn(place, Result.CHARGED) for place in range(60)]
CHARGE_CASES = {
    "charge_form": form_of(make_balance()),
    "charge_form_many": form_of(make_balance(count=38)),
    "charge_form_changed": form_of(make_balance(count=1), was=12_345),
    "charge_form_other_invoices": form_of(make_balance(count=1), was=1_000),
    "charge_form_promised": form_of(replace(make_balance(count=1), pauses=PAUSES)),
    "charge_nothing": nothing_to_charge(ACME, ()),
    "charge_nothing_saved": nothing_to_charge(ACME, (make_balance(count=0),)),
    "charge_progress": charge_progress(
        make_report(
            make_turn(0, Result.CHARGED), make_turn(1, None), make_turn(2, None), is_over=False
        )
    ),
    "charge_report": charge_report(make_report(*(make_turn(n, Result.CHARGED) for n in range(3)))),
    "charge_report_of_all_kinds": charge_report(
        make_report(*(make_turn(n, result, said) for n, (result, said) in enumerate(RESULTS)))
    ),
    "charge_report_many": charge_report(
        make_report(*MANY, make_turn(60, Result.DECLINED, "do_not_honor"))
    ),
    "charge_to_confirm": stopped_by(Result.TO_CONFIRM),
    "charge_refused": stopped_by(Result.REFUSED),
    "charge_unknown": stopped_by(Result.UNKNOWN),
    "charge_late": late_report(make_report(MANY[0]), MANY[0]),
}
