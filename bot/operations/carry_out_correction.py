"""What every correction does around its one call to Stripe: look first, and tell what came of it.

Before the call the invoice is read from Stripe, and the correction goes on only while all of it is
as it was when somebody asked, and while those who asked and approved may still do so.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import approvals, effects
from bot.approvals import Requested
from bot.audit.deeds import Stage
from bot.audit.record import record
from bot.clock import real_now
from bot.errors import Unavailable
from bot.invoice_facts import InvoiceFacts, changed_text, get_invoice_facts
from bot.mirror.fresh import KIND, keep_read, read_whole_invoice
from bot.mirror.hints import Wanted
from bot.mirror.stale import want_objects
from bot.operations import announce_correction
from bot.operations.approve_correction import may_still_approve, may_still_ask
from bot.operations.request_correction import deed_of
from bot.queries.sight import sight_of_desk
from bot.stripe_failures import StripeRefused
from bot.views.refusals import refusal_words

LOST = "Whoever asked for it or approved it may not do so any more."


@dataclass(frozen=True, slots=True)
class Looked:
    """A correction that is to be done, its invoice as Stripe has it, and what stands against it."""

    asked: Requested
    facts: InvoiceFacts
    obstacle: str | None


def promise_correction(
    session: Session, asked: Requested, *, endpoint: str, press: str, now: datetime
) -> effects.Effect:
    """Promise the call of a correction, once for each that was asked for.

    `endpoint` is as stripe_lane has it; whatever changes one invoice happens one after another.
    """
    correction = asked.correction
    return effects.promise(
        session,
        kind=correction.kind,
        subject=f"invoice:{correction.invoice_id}",
        key=f"{correction.kind}:{correction.invoice_id}:{asked.id}",
        now=now,
        lane=effects.stripe_lane(endpoint),
        payload={"approval": asked.id},
        press=press,
        asked_by=asked.asked_by,
    )


def look(effect: effects.Effect, means: effects.Means) -> Looked:
    """Read the invoice from Stripe, and see what stands against the correction now.

    Raises: Unavailable when Stripe does not answer, Misconfigured for the key.
    """
    runtime = means.runtime
    with runtime.database.looking() as reading:
        asked = approvals.get(reading, effect.payload["approval"])
    facts = _read(means, asked)
    team_id = means.deployment.slack_team_id
    with runtime.database.looking() as reading:
        may = may_still_ask(reading, runtime.settings, asked, team_id=team_id)
        may = may and may_still_approve(reading, runtime.settings, asked, team_id=team_id)
    seen = asked.correction.seen
    if facts != seen:
        return Looked(asked, facts, changed_text(seen, facts))
    return Looked(asked, facts, None if may else LOST)


def call(
    effect: effects.Effect,
    means: effects.Means,
    path: str,
    params: Mapping[str, Any] | None = None,
    *,
    is_done: Callable[[Looked], bool],
) -> effects.Outcome:
    """Make the one call, unless an earlier attempt is seen to have done it or it may not be.

    Raises: what StripeAPI.post raises, but for Stripe's no.
    """
    looked = look(effect, means)
    if effect.may_have_happened and is_done(looked):
        return effects.Done({"is_read": True})
    if looked.obstacle is not None:
        return effects.Refused(looked.obstacle, needs_look=False)
    try:
        means.runtime.stripe.post(path, params, key=effect.call_key)
    except StripeRefused as refused:
        # Mostly because something has changed between our look and our call.
        again = look(effect, means)
        return effects.Refused(again.obstacle or refusal_words(refused), needs_look=False)
    try:
        _read(means, looked.asked)
    except Unavailable:
        return effects.Done({"is_read": False})
    return effects.Done({"is_read": True})


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Write what came of it, bring the mirror up to date, and tell those concerned."""
    settings = means.runtime.settings
    asked = approvals.lock(session, effect.payload["approval"])
    if isinstance(outcome, effects.Done):
        state, stage, why = approvals.DONE, Stage.SETTLED, None
    elif isinstance(outcome, effects.Refused):
        has_changed = get_invoice_facts(session, asked.correction.invoice_id) != (
            asked.correction.seen
        )
        state = approvals.STALE if has_changed else approvals.FAILED
        stage, why = Stage.REFUSED, outcome.why
    else:
        state, stage, why = approvals.FAILED, Stage.FAILED, outcome.why
    business_now = means.runtime.clock.now()
    approvals.finish(session, asked.id, state=state, why=why, now=business_now)
    ended = approvals.get(session, asked.id)
    if not (isinstance(outcome, effects.Done) and outcome.answer["is_read"]):
        want_objects(session, {Wanted(KIND, ended.correction.invoice_id): now}, now=now)
    announce_correction.update_cards(session, ended, now=now)
    people = {ended.asked_by}
    if state != approvals.DONE and ended.decided_by is not None:
        people.add(ended.decided_by)
    sight = sight_of_desk(settings, now=business_now, real_now=real_now())
    announce_correction.tell_result(
        session, settings, ended, people=people, sight=sight, now=now, effect=effect
    )
    details = {} if why is None else {"why": why}
    record(session, settings, deed_of(ended, stage, None, details=details), now=sight.real_now)


def _read(means: effects.Means, asked: Requested) -> InvoiceFacts:
    """The invoice as Stripe has it now, kept in the mirror like every other read."""
    runtime, invoice_id = means.runtime, asked.correction.invoice_id
    keep_read(runtime, read_whole_invoice(runtime, invoice_id))
    with runtime.database.looking() as reading:
        return get_invoice_facts(reading, invoice_id)
