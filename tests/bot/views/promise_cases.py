"""Promises, snoozes and who looks after an account, in every state worth looking at."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.access import PERMISSIONS, Permission, Role
from bot.money import Money
from bot.queries.cards import InvoiceRow, PromiseMark, Status
from bot.queries.likely_days import days_to_pay, days_to_wait
from bot.queries.promisable import Promisable
from bot.queries.promise_payments import Judged, PromiseFacts
from bot.queries.promise_terms import PromiseState, Verdict
from bot.queries.promises import KeepRate, PromiseCard, PromisedSum
from bot.queries.snoozes import Snoozable, StandingSnooze
from bot.queries.standing import judge_standing
from bot.views.balance import balance_card
from bot.views.blocks import Message
from bot.views.invoice import Dashboard, invoice_card
from bot.views.promise import promise_card
from bot.views.promise_forms import cancel_promise_form, record_promise_form
from bot.views.promise_notices import given_account, promise_ended
from bot.views.snooze_forms import assigned, owner_form, snooze_form, snoozed
from bot.views.write_off_forms import AskedFor, write_off_form, written_off
from tests.bot.views.balance_cases import list_for, make_balance, make_owed
from tests.bot.views.cards import (
    ACME,
    FRESH,
    NASTY,
    NASTY_ACCOUNT,
    NOW,
    make_card,
    make_row,
    usd,
)

COLLECTOR, VIEWER = PERMISSIONS[Role.COLLECTOR], PERMISSIONS[Role.VIEWER]
TODAY = date(2026, 11, 16)
FRIDAY, MONDAY = date(2026, 11, 20), date(2026, 11, 23)
MARK = PromiseMark(7, "usd", usd(50_000), FRIDAY, MONDAY)
LATE = make_row(status=Status.PAST_DUE, days_late=23)
NASTY_ROW = replace(LATE, id="in_Nasty", number=NASTY, account=NASTY_ACCOUNT)


def make_promise(state: PromiseState = PromiseState.PENDING, **changes: Any) -> PromiseCard:
    """A promise of Acme over one invoice."""
    card = PromiseCard(
        id=7,
        account=ACME,
        state=state,
        amount=usd(50_000),
        due=usd(50_000),
        paid=usd(0),
        promised_on=FRIDAY,
        grace_on=MONDAY,
        note="After the payment run of this week.",
        said_by="Erin in accounts payable",
        said_where="A call",
        recorded_by="Jamie Okafor",
        recorded_at=NOW,
        ended_at=None if state is PromiseState.PENDING else NOW,
        cancelled_why=None,
        is_day_over=False,
        invoices=(LATE,),
        freshness=FRESH,
    )
    return replace(card, **changes)


def make_judged(state: PromiseState, paid: int, name: str = "Acme") -> Judged:
    facts = PromiseFacts(
        id=7,
        account_id=12,
        account_name=name,
        amount=usd(50_000),
        promised_on=FRIDAY,
        grace_on=MONDAY,
        time_zone="UTC",
        recorded_by="U0JAMIE",
        recorded_at=NOW,
        state=PromiseState.PENDING,
        ends_at=NOW + timedelta(days=8),
        invoice_ids=("in_1",),
    )
    return Judged(facts, Verdict(state, 50_000, paid), {})


def make_promisable(*rows: InvoiceRow, promises: tuple[PromiseMark, ...] = ()) -> Promisable:
    return Promisable(rows[0].account, "usd", rows, promises, newest_id=7)


_SNOOZE = StandingSnooze(3, MONDAY, "They change their bank.", "Jamie Okafor")
_NASTY_SNOOZE = replace(_SNOOZE, reason=NASTY, by=NASTY)
_SNOOZABLE = Snoozable(ACME, TODAY, NOW, 0, None)
_NASTY_SNOOZABLE = Snoozable(NASTY_ACCOUNT, TODAY, NOW, 2, _NASTY_SNOOZE)
_PAY, _WAIT = days_to_pay(TODAY), days_to_wait(TODAY, days_max=30)
_DASHBOARD = Dashboard(base="https://dashboard.stripe.com", is_test=True)
_TOUCHED = make_card(
    status=Status.PAST_DUE,
    days_late=23,
    promise=MARK,
    snoozed_until=MONDAY,
    owner="Jamie Okafor",
    is_automatic=True,
    failed_on=FRIDAY,
    retry_on=MONDAY,
    credited_after_payment=usd(500),
)
_KEPT = (
    KeepRate(0, 1, Money(0, "jpy"), Money(9_000, "jpy")),
    KeepRate(3, 4, usd(82_000), usd(100_000)),
)
_ASKED = (
    AskedFor(LATE, is_asked=True, said="It waits for approval."),
    AskedFor(NASTY_ROW, is_asked=False, said="Jamie has asked for this already."),
)

PROMISE_CASES: dict[str, Message] = {
    "promise_form": record_promise_form(
        make_promisable(LATE, replace(make_row(), id="in_Next", number="ACME-0043")),
        chosen=[LATE.id],
        days=_PAY,
        grace_days=1,
        limit=None,
    ),
    "promise_form_of_organisation": record_promise_form(
        make_promisable(LATE, promises=(replace(MARK, amount=None),)),
        chosen=[],
        days=days_to_pay(TODAY),
        grace_days=1,
        limit=None,
    ),
    "promise_form_again": record_promise_form(
        make_promisable(NASTY_ROW, promises=(MARK,)),
        chosen=[NASTY_ROW.id],
        days=_PAY,
        grace_days=0,
        limit=usd(100_000),
    ),
    "promise_pending": promise_card(make_promise(), rights=COLLECTOR, note="It is recorded."),
    "promise_part": promise_card(
        make_promise(paid=usd(20_000), due=usd(30_000), is_day_over=True), rights=COLLECTOR
    ),
    "promise_kept": promise_card(make_promise(PromiseState.KEPT), rights=COLLECTOR),
    "promise_partly_kept": promise_card(
        make_promise(PromiseState.PARTLY_KEPT, paid=usd(20_000)), rights=COLLECTOR
    ),
    "promise_broken": promise_card(make_promise(PromiseState.BROKEN), rights=VIEWER),
    "promise_cancelled": promise_card(
        make_promise(
            PromiseState.CANCELLED,
            cancelled_why=NASTY,
            note=NASTY,
            said_by=NASTY,
            said_where=NASTY,
            recorded_by=NASTY,
            account=NASTY_ACCOUNT,
            invoices=(NASTY_ROW,) * 12,
        ),
        rights=COLLECTOR,
    ),
    "promise_cancel": cancel_promise_form(make_promise()),
    "promise_notice_kept": promise_ended(make_judged(PromiseState.KEPT, 50_000)),
    "promise_notice_part": promise_ended(make_judged(PromiseState.PARTLY_KEPT, 20_000)),
    "promise_notice_broken": promise_ended(make_judged(PromiseState.BROKEN, 0, NASTY)),
    "promise_on_invoice": invoice_card(_TOUCHED, dashboard=_DASHBOARD, rights=[*Permission]),
    "promise_in_balance": balance_card(
        make_balance(
            make_owed(50_000, 134_250),
            promised=(PromisedSum(usd(50_000), FRIDAY),),
            kept=_KEPT,
            standing=judge_standing(days_late=3, is_exhausted=False, has_broken=True),
        ),
        list_for=list_for,
        rights=COLLECTOR,
    ),
    "snooze_form": snooze_form(_SNOOZABLE, days=_WAIT, days_max=30),
    "snooze_form_again": snooze_form(
        _NASTY_SNOOZABLE, days=days_to_wait(TODAY, days_max=1), days_max=1
    ),
    "snoozed": snoozed(replace(_SNOOZABLE, standing=_SNOOZE), "Nobody is chased until then."),
    "snooze_ended": snoozed(_SNOOZABLE, "The snooze has ended."),
    "assign_form": owner_form(ACME, owner_id="U0JAMIE", proposed_id="U0AVERY"),
    "assigned": assigned(NASTY_ACCOUNT, f"{NASTY} looks after it from now on."),
    "assigned_to_you": given_account(NASTY_ACCOUNT, by_id="U0JAMIE"),
    "write_off_form": write_off_form(
        ACME, [LATE, NASTY_ROW], reasons={"other": "Another reason"}, most=8
    ),
    "written_off": written_off(ACME, _ASKED),
}
