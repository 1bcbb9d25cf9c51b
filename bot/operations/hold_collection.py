"""Hold Stripe's automatic collection of one invoice, and remember what it was before.

What it was before goes to Stripe in the very call that changes it, as metadata: whoever repeats the
call after a lost answer finds there what can't be read from the invoice any more. People who look
at the dashboard see by it that the invoice is disputed.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import effects
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.mirror.fields import dict_at, flag_at, text_at
from bot.mirror.hints import Wanted
from bot.mirror.stale import want_objects
from bot.models import DisputeCase
from bot.operations import tell_dispute
from bot.queries.dispute_terms import Collection, Press
from bot.settings import Settings

KIND = "hold_collection"
# The keys of the invoice's metadata: which dispute holds it, and what it was before.
MARK, BEFORE = "tallyman_dispute", "tallyman_auto_advance"
# Stripe collects what is open, and nothing else.
COLLECTED = "open"

_CASES: Any = DisputeCase.__table__


def request(session: Session, case: DisputeCase, press: Press) -> effects.Effect:
    """Promise to hold the collection of a disputed invoice."""
    return promise_for(session, KIND, case, press)


def find(session: Session, case: DisputeCase) -> effects.Effect | None:
    """What has come of it, for the last time that the dispute was opened."""
    return find_for(session, KIND, case)


def promise_for(session: Session, kind: str, case: DisputeCase, press: Press) -> effects.Effect:
    """Promise a call about the collection of a disputed invoice, once each time it is opened."""
    return effects.promise(
        session,
        kind=kind,
        subject=subject_of(case.invoice_id),
        key=key_of(kind, case.id, case.round),
        now=press.real_now,
        lane=effects.stripe_lane("/v1/invoices/:id"),
        payload={"case": case.id, "round": case.round, "invoice": case.invoice_id},
        press=press.id,
        asked_by=press.by_id,
    )


def find_for(session: Session, kind: str, case: DisputeCase) -> effects.Effect | None:
    """What has come of such a call, for the last time that the dispute was opened."""
    return effects.find(session, key_of(kind, case.id, case.round))


def key_of(kind: str, case_id: int, number: int) -> str:
    """The name of the promise, for the time that a dispute is open for the n-th time."""
    return f"{kind}:{case_id}:{number}"


def subject_of(invoice_id: str) -> str:
    """What everything that changes an invoice is about, so that it happens in order."""
    return f"invoice:{invoice_id}"


def mark_of(effect: effects.Effect) -> str:
    """What stands in the metadata of an invoice that is held for this dispute, opened so often."""
    return f"{effect.payload['case']}.{effect.payload['round']}"


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Switch it off where it is on; an invoice that is not open is not collected anyway."""
    path = f"/v1/invoices/{effect.payload['invoice']}"
    invoice = means.runtime.stripe.get(path)
    metadata = dict_at(invoice, "metadata")
    if text_at(metadata, MARK) == mark_of(effect):
        return _done(was_automatic=text_at(metadata, BEFORE) == "true")
    is_automatic = flag_at(invoice, "auto_advance")
    if text_at(invoice, "status") != COLLECTED or not is_automatic:
        return _done(was_automatic=False)
    means.runtime.stripe.post(
        path,
        {"auto_advance": False, "metadata": {MARK: mark_of(effect), BEFORE: "true"}},
        key=effect.call_key,
    )
    return _done(was_automatic=True)


def _done(*, was_automatic: bool) -> effects.Done:
    return effects.Done({"was_automatic": was_automatic})


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Remember what it was, and let everybody who looks at the dispute see how it went."""
    values: dict[str, Any] = {"collection": Collection.FAILED.value}
    if isinstance(outcome, effects.Done):
        was_automatic = outcome.answer["was_automatic"]
        collection = Collection.HELD if was_automatic else Collection.IDLE
        values = {"collection": collection.value, "was_automatic": was_automatic}
    conclude(session, effect, outcome, values, settings=means.runtime.settings, now=now)


def conclude(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    values: Mapping[str, Any],
    *,
    settings: Settings,
    now: datetime,
) -> None:
    """Write what became of the collection, for the time that the dispute was opened for.

    The invoice is read again, as the call may have changed it, and its cards with it.
    """
    case_id, invoice_id = effect.payload["case"], effect.payload["invoice"]
    is_this = (_CASES.c.id == case_id, _CASES.c.round == effect.payload["round"])
    session.execute(update(_CASES).where(*is_this).values(**values))
    want_objects(session, {Wanted("invoice", invoice_id): now}, now=now)
    tell_dispute.show_anew(session, case_id, invoice_id, now=now)
    details: Mapping[str, Any]
    if isinstance(outcome, effects.Done):
        stage, details = Stage.SETTLED, outcome.answer
    else:
        stage, details = Stage.FAILED, {"why": outcome.why}
        tell_dispute.tell_of_failure(session, effect, now=now)
    subject = Subject("dispute", str(case_id))
    deed = Deed(effect.kind, stage, None, subject, invoice_id=invoice_id, details=details)
    record(session, settings, deed, now=now)
