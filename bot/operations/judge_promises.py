"""Judge promises to pay by what has been paid: at every news of their invoices, and when over.

Nobody decides but payments. A promise that has ended is never judged again, so a payment that is
given back later breaks nothing that was kept.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.audit.deeds import Deed, Stage, Subject
from bot.models import PROMISE_PENDING, PromisedInvoice, PromiseToPay
from bot.operations import tell_promise
from bot.queries.promise_payments import Judged, judge_promises, list_over, list_pending
from bot.queries.promise_terms import PromiseState
from bot.settings import Settings

KIND = "judge_promise"
# More than these are judged by the next look.
JUDGED_AT_ONCE = 50
NOTHING_LEFT = "Nothing of its invoices is left to pay."

_PROMISES: Any = PromiseToPay.__table__
_PROMISED: Any = PromisedInvoice.__table__


def judge_of_invoices(
    session: Session,
    settings: Settings,
    invoice_ids: Collection[str],
    *,
    business_now: datetime,
    now: datetime,
) -> list[Deed]:
    """Judge the pending promises about these invoices.

    Shape: what is to be recorded of it, which is for the caller to do, last of all.
    """
    pending = list_pending(session, invoice_ids)
    return judge(session, settings, pending, business_now=business_now, now=now)


def judge_over(
    session: Session, settings: Settings, *, business_now: datetime, now: datetime
) -> list[Deed]:
    """Judge the pending promises that are over, JUDGED_AT_ONCE at a time; as above.

    Shape: [] when none is left.
    """
    over = list_over(session, now=business_now, limit=JUDGED_AT_ONCE)
    return judge(session, settings, over, business_now=business_now, now=now)


def judge(
    session: Session,
    settings: Settings,
    promise_ids: Collection[int],
    *,
    business_now: datetime,
    now: datetime,
) -> list[Deed]:
    """Judge those of these promises that are pending; what is to be recorded, as above."""
    if not promise_ids:
        return []
    pending = select(_PROMISES.c.id).where(PROMISE_PENDING, _PROMISES.c.id.in_(sorted(promise_ids)))
    locked = session.execute(pending.order_by(_PROMISES.c.id).with_for_update()).scalars().all()
    deeds = []
    for judged in judge_promises(session, locked, now=business_now):
        _remember(session, judged)
        if judged.verdict.state is not PromiseState.PENDING:
            deeds.append(end(session, settings, judged, business_now=business_now, now=now))
    return deeds


def end(
    session: Session, settings: Settings, judged: Judged, *, business_now: datetime, now: datetime
) -> Deed:
    """Write down how a promise ended, and tell those concerned; its entry, as above."""
    _end(session, judged, business_now=business_now)
    tell_promise.tell_end(session, settings, judged, now=now)
    return _deed_of(judged)


def _remember(session: Session, judged: Judged) -> None:
    """Write down what has come in time, so that no later look can miss it."""
    for invoice_id, part in sorted(judged.parts.items()):
        session.execute(
            update(_PROMISED)
            .where(
                _PROMISED.c.promise_id == judged.promise.id,
                _PROMISED.c.invoice_id == invoice_id,
                _PROMISED.c.paid_in_time_minor < part.in_time,
            )
            .values(paid_in_time_minor=part.in_time)
        )


def _end(session: Session, judged: Judged, *, business_now: datetime) -> None:
    verdict = judged.verdict
    values: dict[str, Any] = {
        "state": verdict.state.value,
        "due_minor": verdict.due_minor,
        "paid_minor": verdict.paid_minor,
        "ended_at": business_now,
    }
    if verdict.state is PromiseState.CANCELLED:
        values["cancelled_why"] = NOTHING_LEFT
    session.execute(update(_PROMISES).where(_PROMISES.c.id == judged.promise.id).values(**values))


def _deed_of(judged: Judged) -> Deed:
    promise, verdict = judged.promise, judged.verdict
    return Deed(
        KIND,
        Stage.DONE,
        None,
        Subject("promise", str(promise.id)),
        account_id=promise.account_id,
        details={
            "state": verdict.state.value,
            "due_minor": verdict.due_minor,
            "paid_minor": verdict.paid_minor,
            "currency": promise.amount.currency,
            "invoices": list(promise.invoice_ids),
        },
    )
