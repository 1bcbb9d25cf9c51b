"""Send a customer the link to pay one invoice, fresh from Stripe, once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import effects, stripe_mail
from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.clock import monotonic_seconds
from bot.database_clock import database_now
from bot.errors import NotAllowed, Refused
from bot.operations import tell_sender
from bot.pay_links import (
    READ_SECONDS_MAX,
    LinkLine,
    lane_of,
    lines_as_json,
    lines_of,
    read_link,
    recipient_of,
    require_still_allowed,
    send_by_mail,
    send_to_channel,
    told_of,
)
from bot.queries.addressees import Addressee, Way
from bot.queries.terms import Language
from bot.settings import Settings

KIND = "send_payment_link"


def subject_of(invoice_id: str) -> str:
    """The subject of everything that is done with an invoice, one after another."""
    return f"invoice:{invoice_id}"


@dataclass(frozen=True, slots=True)
class Sending:
    """What was previewed: one invoice, to one address, one way.

    Shape: `after` is the number of the last time before, so that two dialogs of one state are one
        deed. `asked_at` is by the business clock, as Stripe's is.
    """

    account_id: int
    line: LinkLine
    addressee: Addressee
    language: Language
    after: int
    asked_at: datetime


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    sending: Sending,
    *,
    press: str,
    now: datetime,
) -> effects.Effect:
    """Promise to send it; the same press, and another one of the same state, find the promise.

    Raises: NotAllowed.
    """
    if (repeated := effects.find_by_press(session, press)) is not None:
        return repeated
    require_for(actor, Permission.SEND_LINKS, account_id=sending.account_id)
    effect = effects.promise(
        session,
        kind=KIND,
        subject=subject_of(sending.line.invoice_id),
        key=f"{KIND}:{sending.line.invoice_id}:after:{sending.after}",
        now=database_now(session, now),
        lane=lane_of(sending.addressee),
        payload=_payload(sending),
        press=press,
        asked_by=actor.user_id,
    )
    if effect.is_new:
        record(session, settings, _deed(actor, sending), now=now)
    return effect


def _payload(sending: Sending) -> dict[str, Any]:
    return {
        "what": f"invoice {sending.line.name}",
        "account": sending.account_id,
        **told_of(sending.addressee, sending.language),
        "lines": lines_as_json([sending.line]),
        "asked_at": sending.asked_at.isoformat(),
    }


def _deed(actor: Actor, sending: Sending) -> Deed:
    amount = sending.line.amount
    return Deed(
        KIND,
        Stage.REQUESTED,
        acting(actor, Permission.SEND_LINKS, account_id=sending.account_id),
        Subject("invoice", sending.line.invoice_id),
        account_id=sending.account_id,
        details={
            "way": sending.addressee.way.value,
            "minor": amount.minor,
            "currency": amount.currency,
            "recipient": recipient_of(sending.addressee),
        },
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Send it, if the invoice still stands as it was asked for."""
    try:
        require_still_allowed(effect, means, account_id=effect.payload["account"])
        match effect.payload["way"]:
            case Way.MAIL:
                return send_by_mail(effect, means)
            case Way.SLACK:
                return send_to_channel(effect, means)
        return _send_by_stripe(effect, means)
    except (NotAllowed, Refused) as obstacle:
        return effects.Refused(obstacle.message, needs_look=False)


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Record what came of it, and tell whoever asked where their dialog no longer does."""
    subject = Subject("invoice", lines_of(effect.payload)[0].invoice_id)
    tell_sender.settle(session, effect, outcome, subject=subject, means=means, now=now)


def _send_by_stripe(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    line = lines_of(effect.payload)[0]
    asked_at = datetime.fromisoformat(effect.payload["asked_at"])
    if effect.may_have_happened and stripe_mail.was_sent(means, line.invoice_id, asked_at=asked_at):
        return effects.Done()
    patient_until = monotonic_seconds() + READ_SECONDS_MAX
    read_link(means.runtime, line, patient_until=patient_until)
    stripe_mail.send(effect, means, line.invoice_id)
    return effects.Done()
