"""Charge an account's open invoices to its saved methods: oldest first, until one is declined.

Each invoice is a promise of its own, and settling it promises the next: none has its turn before it
is known what came of the one before, and a process that dies anywhere loses and repeats nothing.
"""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import effects
from bot.access import Actor, Permission, acting, find_actor, permissions_for, require_for
from bot.audit.deeds import By, Deed, Stage, Subject
from bot.audit.record import record
from bot.database import insert_into
from bot.errors import Refused
from bot.mirror.hints import Wanted
from bot.mirror.stale import want_objects
from bot.models import UNCHARGED, BalanceCharge, ChargedInvoice
from bot.operations import announce
from bot.operations.charge_invoice import charge_invoice
from bot.queries.balance_charges import (
    STOPPING,
    BalanceChargeReport,
    Result,
    Turn,
    find_charge,
    find_charge_of,
    get_charge,
)
from bot.queries.chargeable import BalanceToCharge
from bot.queries.people import list_names
from bot.settings import Settings
from bot.slack_posting import Place
from bot.views.blocks import Message
from bot.views.charge_report import charge_report, late_report, turn_words
from bot.views.payment_methods import method_name
from bot.views.text import invoice_name

KIND = "charge_balance"
ENDPOINT = "/v1/invoices/:id/pay"
# What is recorded of a turn; of any other result, that nothing was done.
STAGES = {
    Result.CHARGED: Stage.SETTLED,
    Result.STARTED: Stage.SETTLED,
    Result.UNKNOWN: Stage.FAILED,
}


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    account_id: int,
    balance: BalanceToCharge,
    press: str,
    now: datetime,
) -> BalanceChargeReport:
    """Promise to charge all of a balance that can be charged; the same press again finds it.

    Raises: NotAllowed; Refused where there is nothing to charge, or a charge is at work already.
    """
    if (asked := find_charge(session, press)) is not None:
        return asked
    require_for(actor, Permission.CHARGE_BALANCE, account_id=account_id)
    if not balance.invoices:
        raise Refused("Nothing to charge.")
    by = acting(actor, Permission.CHARGE_BALANCE, account_id=account_id)
    new = insert_into(session, BalanceCharge.__table__).values(
        press=press,
        account_id=account_id,
        currency=balance.currency,
        asked_by=actor.user_id,
        basis=by.basis,
        request_id=by.request_id,
        asked_at=now,
    )
    charge_id = session.scalar(new.on_conflict_do_nothing().returning(BalanceCharge.id))
    if charge_id is not None:
        _list_invoices(session, charge_id, balance)
    report = find_charge(session, press)
    if report is None:
        raise LookupError(f"The charge of {press} was there and is gone.")
    if charge_id is not None:
        _promise(session, report, report.turns[0], now=now)
        _record_request(session, settings, report, by, now=now)
    return report


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Charge one invoice, if it stands as it did when somebody agreed to that."""
    with means.runtime.database.looking() as reading:
        report = get_charge(reading, effect.payload["charge"])
        actor = find_actor(
            reading,
            means.runtime.settings,
            user_id=report.asked_by,
            team_id=means.deployment.slack_team_id,
        )
    turn = report.turns[effect.payload["position"]]
    rights = permissions_for(actor, turn.account_id) if actor else frozenset()
    is_allowed = Permission.CHARGE_BALANCE in rights
    return charge_invoice(effect, means, turn, is_allowed=is_allowed)


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Write what came of an invoice's turn, and promise the next; or tell who asked how it went."""
    charge_id, position = effect.payload["charge"], effect.payload["position"]
    before = get_charge(session, charge_id)
    _write_turn(session, charge_id, position, outcome, now=now)
    report = get_charge(session, charge_id)
    turn = report.turns[position]
    if not isinstance(outcome, effects.Done):
        # A decline changes an invoice too.
        want_objects(session, {Wanted("invoice", turn.invoice_id): now}, now=now)
    if before.is_over:
        # An operator has had a dead end tried again; who asked was told that nobody knows.
        _tell(session, report, late_report(report, turn), key=f"late:{effect.attempts}", now=now)
    elif turn.result in STOPPING or position + 1 == len(report.turns):
        _end(session, report, now=now)
    else:
        _promise(session, report, report.turns[position + 1], now=now)
    _record_turn(session, means.runtime.settings, report, turn, now=now)


def _list_invoices(session: Session, charge_id: int, balance: BalanceToCharge) -> None:
    """Write down all that is to be charged.

    Raises: Refused when one of them is in another charge that is at work.
    """
    rows = [
        {
            "charge_id": charge_id,
            "position": position,
            "invoice_id": one.invoice.id,
            "account_id": one.invoice.account.id,
            "name": invoice_name(one.invoice),
            "amount_minor": one.invoice.remaining.minor,
            "method_id": one.method_id,
            "method_name": method_name(one.method),
            "detail": "",
        }
        for position, one in enumerate(balance.invoices)
    ]
    # In one order, so that two who list the same invoices never wait for each other in a circle.
    for row in sorted(rows, key=lambda row: str(row["invoice_id"])):
        new = insert_into(session, ChargedInvoice.__table__).values(row)
        listed = new.on_conflict_do_nothing().returning(ChargedInvoice.position)
        if session.scalar(listed) is None:
            raise Refused(_already(session, str(row["invoice_id"])))


def _already(session: Session, invoice_id: str) -> str:
    other = find_charge_of(session, invoice_id)
    names = list_names(session, {other.asked_by}) if other else {}
    who = next(iter(names.values()), "Somebody")
    return (
        f"{who} is charging this balance at the moment, so nothing was begun. Look at it again in "
        "a minute."
    )


def _promise(session: Session, report: BalanceChargeReport, turn: Turn, *, now: datetime) -> None:
    effects.promise(
        session,
        kind=KIND,
        subject=f"invoice:{turn.invoice_id}",
        key=f"{KIND}:{report.press}:{turn.position}",
        now=now,
        lane=effects.stripe_lane(ENDPOINT),
        payload={"charge": report.id, "position": turn.position},
        press=report.press,
        asked_by=report.asked_by,
    )


def _write_turn(
    session: Session, charge_id: int, position: int, outcome: effects.Outcome, *, now: datetime
) -> None:
    if isinstance(outcome, effects.Unknown):
        result, detail = Result.UNKNOWN, outcome.why
    else:
        otherwise = Result.REFUSED if isinstance(outcome, effects.Refused) else Result.CHARGED
        result = Result(outcome.answer.get("result", otherwise))
        why = outcome.why if isinstance(outcome, effects.Refused) else ""
        detail = str(outcome.answer.get("detail", why))
    session.execute(
        update(ChargedInvoice)
        .where(ChargedInvoice.charge_id == charge_id, ChargedInvoice.position == position)
        .values(result=result.value, detail=detail, settled_at=now)
    )


def _end(session: Session, report: BalanceChargeReport, *, now: datetime) -> None:
    session.execute(
        update(ChargedInvoice)
        .where(ChargedInvoice.charge_id == report.id, UNCHARGED)
        .values(result=Result.NOT_TRIED.value, settled_at=now)
    )
    session.execute(update(BalanceCharge).where(BalanceCharge.id == report.id).values(ended_at=now))
    _tell(session, report, charge_report(get_charge(session, report.id)), key="over", now=now)


def _tell(
    session: Session, report: BalanceChargeReport, message: Message, *, key: str, now: datetime
) -> None:
    place = Place(report.asked_by)
    name = f"{KIND}:{report.press}:{key}"
    announce.request(session, place, message, key=name, now=now, asked_by=report.asked_by)


def _record_request(
    session: Session, settings: Settings, report: BalanceChargeReport, by: By, *, now: datetime
) -> None:
    details = {
        "charge": report.id,
        "currency": report.currency,
        "amount_minor": report.total.minor,
        "invoices": [turn.invoice_id for turn in report.turns],
    }
    account = report.account.id
    subject = Subject("account", str(account))
    deed = Deed("charge_balance", Stage.REQUESTED, by, subject, account, details=details)
    record(session, settings, deed, now=now)


def _record_turn(
    session: Session, settings: Settings, report: BalanceChargeReport, turn: Turn, *, now: datetime
) -> None:
    result = turn.result or Result.UNKNOWN
    details = {
        "charge": report.id,
        "currency": report.currency,
        "amount_minor": turn.amount.minor,
        "method": turn.method_id,
        "result": result.value,
        "detail": turn.detail,
        "note": turn_words(turn),
    }
    deed = Deed(
        "charge_balance",
        STAGES.get(result, Stage.REFUSED),
        By(report.asked_by, report.basis, report.request_id),
        Subject("invoice", turn.invoice_id),
        turn.account_id,
        details=details,
    )
    record(session, settings, deed, now=now)
