"""Charging an account's balance (B4, B5): what would be charged, and charging it once agreed to.

An amount is nowhere taken from outside: the one that a dialog carries only says what its person has
agreed to, and when the balance is another one by now, they are asked again.
"""

from bot.access import Permission, require_for
from bot.clock import local_day, real_now, zone_of
from bot.database import Reading
from bot.database_clock import database_now
from bot.errors import NotFound
from bot.money import Money
from bot.operations import charge_balance
from bot.queries.accounts import find_account
from bot.queries.balance_charges import find_charge
from bot.queries.cards import AccountRef
from bot.queries.chargeable import BalanceToCharge, list_to_charge
from bot.queries.freshness import get_freshness
from bot.views.blocks import Message
from bot.views.charge_balance import (
    CURRENCY_FIELD,
    agreed_of,
    charge_form,
    choose_charge_form,
    nothing_to_charge,
    parse_agreed,
    parse_charge_balance,
)
from bot.views.charge_report import charge_progress, charge_report
from handlers.slack.context import Ask
from handlers.slack.outcomes import Underway
from handlers.slack.requests import Submission


def ask_for_charge(ask: Ask, value: str) -> Message:
    """The dialog that charges an account's balance, or first the choice of its currency.

    Raises: NotFound for an account that this person may not see, NotAllowed where their role does
        not cover it.
    """
    account_id = parse_charge_balance(value)
    with ask.desk.runtime.database.looking() as session:
        account, balances = _chargeable(ask, session, account_id)
        ready = [each for each in balances if each.invoices]
        if len(ready) > 1:
            return choose_charge_form(account, ready)
        if not ready:
            return nothing_to_charge(account, balances)
        return _form(ask, session, account, ready[0])


def submitted_choose_charge(ask: Ask, submission: Submission) -> Message:
    """The dialog of the currency that was chosen; raises as opening it does."""
    account_id = parse_charge_balance(submission.subject)
    with ask.desk.runtime.database.looking() as session:
        account, balances = _chargeable(ask, session, account_id)
        balance = _find(balances, submission.text(CURRENCY_FIELD))
        if balance is None:
            return nothing_to_charge(account, balances)
        return _form(ask, session, account, balance)


def submitted_charge_balance(ask: Ask, submission: Submission) -> Message:
    """Charge what was agreed to, if that is still the balance; else ask again.

    Raises: as opening it does; Refused while another charge of it is at work.
    """
    runtime = ask.desk.runtime
    agreed = parse_agreed(submission.subject)
    with runtime.database.writing() as session:
        account, balances = _chargeable(ask, session, agreed.account_id)
        if (asked := find_charge(session, submission.view_id)) is not None:
            return charge_report(asked) if asked.is_over else charge_progress(asked)
        balance = _find(balances, agreed.total.currency)
        if balance is None:
            return nothing_to_charge(account, balances)
        if agreed_of(account, balance) != agreed:
            return _form(ask, session, account, balance, was=agreed.total)
        asked = charge_balance.request(
            session,
            ask.actor,
            runtime.settings,
            account_id=account.id,
            balance=balance,
            press=submission.view_id,
            now=database_now(session, real_now()),
        )
    return charge_progress(asked)


def outcome_of_charge(ask: Ask, submission: Submission) -> Message | Underway | None:
    """How far the charge of this dialog is, or what came of it."""
    with ask.desk.runtime.database.looking() as session:
        charge = find_charge(session, submission.view_id)
    if charge is None or charge.asked_by != ask.actor.user_id:
        return None
    return charge_report(charge) if charge.is_over else Underway(charge_progress(charge))


def _chargeable(
    ask: Ask, session: Reading, account_id: int
) -> tuple[AccountRef, tuple[BalanceToCharge, ...]]:
    account = find_account(session, account_id, sight=ask.sight)
    if account is None:
        raise NotFound("There is no such account any more. Ask for it anew by its name.")
    require_for(ask.actor, Permission.CHARGE_BALANCE, account_id=account.id)
    return account, list_to_charge(session, account.id, sight=ask.sight)


def _find(balances: tuple[BalanceToCharge, ...], currency: str) -> BalanceToCharge | None:
    """What is to be charged in a currency; None for nothing."""
    return next((each for each in balances if each.currency == currency and each.invoices), None)


def _form(
    ask: Ask,
    session: Reading,
    account: AccountRef,
    balance: BalanceToCharge,
    *,
    was: Money | None = None,
) -> Message:
    return charge_form(
        account,
        balance,
        today=local_day(ask.sight.now, zone_of(account.time_zone)),
        freshness=get_freshness(session, sight=ask.sight),
        contact=ask.desk.contact,
        was=was,
    )
