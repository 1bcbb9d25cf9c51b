"""Record a customer's promise to pay: from then on its invoices are not chased until it is over.

An account has one pending promise in a currency, and an invoice is promised once: a new promise
takes the place of the earlier ones. One of more than PROMISE_LIMITS allows is recorded only once
somebody else has approved it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import approvals, effects
from bot.access import Actor, Permission, acting, permissions_for, require_for
from bot.approvals import Correction, Requested
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.clock import real_now
from bot.errors import BotError, Refused
from bot.invoice_facts import get_invoice_facts
from bot.models import Invoice, PromiseToPay
from bot.money import Money, money_text
from bot.operations import carry_out_correction, request_correction, write_promise
from bot.queries.people import list_names
from bot.queries.promise_terms import NewPromise, new_promise_of
from bot.queries.sight import Sight, sight_of_desk
from bot.settings import Settings
from bot.views.promise_words import facts_of, promised_changes
from bot.views.text import day_text

KIND = "record_promise"
BY_ORGANISATION = (
    "The organisation has promised to pay this together with others. Whoever is responsible for "
    "the organisation can change that."
)

_PROMISES: Any = PromiseToPay.__table__
_INVOICES: Any = Invoice.__table__


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of it: the promise's number, or the request that somebody else has to approve."""

    promise_id: int | None
    asked: Requested | None = None


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    wanted: NewPromise,
    *,
    seen: int | None,
    press: str,
    sight: Sight,
) -> Recorded:
    """Record it, or ask for its approval; the same press again finds what came of it.

    Shape: `seen` is the number of the last promise of all when the person looked; None where that
        is not known.
    Raises: NotFound, NotAllowed; BadRequest for an amount or a day that can't be; Refused where an
        invoice is not to be paid any more, somebody else was quicker, it is promised by an
        organisation that is not theirs, or nobody else may approve it.
    """
    write_promise.take_turn(session)
    if (earlier := find_by_press(session, press)) is not None:
        return earlier
    _require_right(session, actor, wanted)
    _require_place(session, actor, wanted, seen=seen)
    if needs_approval(settings, wanted.amount):
        asked = _ask(session, actor, settings, wanted, press=press, sight=sight)
        return Recorded(None, asked)
    promise_id, deeds = write_promise.write(
        session, settings, wanted, recorded_by=actor.user_id, press=press, sight=sight
    )
    invoices = wanted.invoice_ids
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.RECORD_PROMISE, account_id=wanted.account_id),
        Subject("promise", str(promise_id)),
        account_id=wanted.account_id,
        invoice_id=invoices[0] if len(invoices) == 1 else None,
        details=_details_of(wanted, about=actor.user_id),
    )
    for each in (*deeds, deed):
        record(session, settings, each, now=sight.real_now)
    return Recorded(promise_id)


def needs_approval(settings: Settings, amount: Money) -> bool:
    """Whether somebody else has to approve a promise of this much."""
    limits = {limit.currency: limit for limit in settings.promise_limits}
    limit = limits.get(amount.currency)
    return limit is not None and amount.minor > limit.minor


def find_by_press(session: Session, press: str) -> Recorded | None:
    """What this very dialog has recorded or asked for, or None."""
    found = session.scalar(select(_PROMISES.c.id).where(_PROMISES.c.press == press))
    if found is not None:
        return Recorded(found)
    asked = approvals.find_by_press(session, press)
    return None if asked is None else Recorded(None, asked)


def promise(session: Session, asked: Requested, *, press: str, now: datetime) -> effects.Effect:
    """Promise to record it, in the transaction that allows it."""
    correction = asked.correction
    return effects.promise(
        session,
        kind=KIND,
        subject=f"invoice:{correction.invoice_id}",
        key=f"{KIND}:{asked.id}",
        now=now,
        payload={"approval": asked.id},
        press=press,
        asked_by=asked.asked_by,
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """See at Stripe that the invoice is as it was; nothing is written there."""
    looked = carry_out_correction.look(effect, means)
    if looked.obstacle is not None:
        return effects.Refused(looked.obstacle, needs_look=False)
    return effects.Done({"is_read": True})


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Record what was approved, unless that is not possible any more."""
    settings = means.runtime.settings
    deeds: list[Deed] = []
    if isinstance(outcome, effects.Done):
        asked = approvals.lock(session, effect.payload["approval"])
        sight = sight_of_desk(settings, now=means.runtime.clock.now(), real_now=real_now())
        write_promise.take_turn(session)
        try:
            _, deeds = write_promise.write(
                session,
                settings,
                new_promise_of(asked.correction.params),
                recorded_by=asked.asked_by,
                press=f"approval:{asked.id}",
                sight=sight,
            )
        except BotError as impossible:
            outcome = effects.Refused(impossible.message, needs_look=False)
    carry_out_correction.settle(session, effect, outcome, means=means, now=now)
    for deed in deeds:
        record(session, settings, deed, now=now)


def _require_right(session: Session, actor: Actor, wanted: NewPromise) -> None:
    """Go on only for somebody who may record promises of the account and of every invoice's."""
    owners = select(_INVOICES.c.account_id).where(_INVOICES.c.id.in_(wanted.invoice_ids)).distinct()
    for account_id in {wanted.account_id, *session.execute(owners).scalars()}:
        require_for(actor, Permission.RECORD_PROMISE, account_id=account_id)


def _require_place(session: Session, actor: Actor, wanted: NewPromise, *, seen: int | None) -> None:
    """Go on only where the person knows of all promises that give way, and may take them back."""
    for earlier in session.execute(write_promise.superseded_by(wanted)):
        rights = permissions_for(actor, earlier.account_id)
        if Permission.RECORD_PROMISE not in rights:
            raise Refused(BY_ORGANISATION)
        if seen is not None and earlier.id > seen:
            name = list_names(session, [earlier.recorded_by]).get(earlier.recorded_by, "Somebody")
            amount = money_text(Money(earlier.amount_minor, earlier.currency))
            raise Refused(
                f"Nothing was recorded: {name} was quicker, with a promise of {amount} by "
                f"{day_text(earlier.promised_on)}. Open this anew to put yours in its place."
            )


def _ask(
    session: Session,
    actor: Actor,
    settings: Settings,
    wanted: NewPromise,
    *,
    press: str,
    sight: Sight,
) -> Requested:
    """Let somebody else approve it; the request hangs on the invoice that is late the longest."""
    oldest = write_promise.check(session, wanted, sight=sight)[0]
    correction = Correction(
        kind=KIND,
        invoice_id=oldest.id,
        account_id=wanted.account_id,
        amount=wanted.amount,
        note=wanted.note,
        seen=get_invoice_facts(session, oldest.id),
        changes=promised_changes(wanted),
        facts=facts_of(wanted),
        params=wanted.as_json(),
    )
    return request_correction.request(
        session,
        actor,
        settings,
        correction,
        promise=promise,
        press=press,
        sight=sight,
        is_needed=True,
    )


def _details_of(wanted: NewPromise, *, about: str) -> dict[str, Any]:
    """What is recorded of a promise; what people write may name somebody."""
    said = {"note": wanted.note, "said_by": wanted.said_by, "said_where": wanted.said_where}
    return {
        "amount_minor": wanted.amount.minor,
        "currency": wanted.amount.currency,
        "promised_on": wanted.promised_on.isoformat(),
        "invoices": list(wanted.invoice_ids),
        **{name: Private(words, about=about) for name, words in said.items() if words},
    }
