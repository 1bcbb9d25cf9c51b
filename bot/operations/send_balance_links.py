"""Send a customer the links to all that an account has to pay in a currency, in one message."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bot import effects
from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.errors import NotAllowed, Refused
from bot.operations import tell_sender
from bot.pay_links import (
    LinkLine,
    lane_of,
    lines_as_json,
    recipient_of,
    require_still_allowed,
    send_by_mail,
    send_to_channel,
    told_of,
)
from bot.queries.addressees import Addressee, Way
from bot.queries.terms import Language
from bot.settings import Settings

KIND = "send_balance_links"


@dataclass(frozen=True, slots=True)
class Sending:
    """What was previewed: invoices of one currency in the order of the message, and to whom.

    Shape: `after` is the number of the last time before, so that two dialogs of one state are one
        deed. `asked_at` is by the business clock.
    """

    account_id: int
    currency: str
    what: str
    lines: tuple[LinkLine, ...]
    addressee: Addressee
    language: Language
    after: int
    asked_at: datetime


def subject_of(account_id: int, currency: str) -> str:
    """The subject of what is sent about a balance, one after another."""
    return f"balance:{account_id}:{currency}"


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    sending: Sending,
    *,
    press: str,
    now: datetime,
) -> effects.Effect:
    """Promise to send them; the same press, and another one of the same state, find the promise.

    Raises: NotAllowed.
    """
    if (repeated := effects.find_by_press(session, press)) is not None:
        return repeated
    require_for(actor, Permission.SEND_LINKS, account_id=sending.account_id)
    effect = effects.promise(
        session,
        kind=KIND,
        subject=subject_of(sending.account_id, sending.currency),
        key=f"{KIND}:{sending.account_id}:{sending.currency}:after:{sending.after}",
        now=database_now(session, now),
        lane=lane_of(sending.addressee),
        payload={
            "what": sending.what,
            "account": sending.account_id,
            **told_of(sending.addressee, sending.language),
            "lines": lines_as_json(sending.lines),
            "asked_at": sending.asked_at.isoformat(),
        },
        press=press,
        asked_by=actor.user_id,
    )
    if effect.is_new:
        record(session, settings, _deed(actor, sending), now=now)
    return effect


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Send them all, if each invoice still stands as it was asked for; else none."""
    try:
        require_still_allowed(effect, means, account_id=effect.payload["account"])
        if effect.payload["way"] == Way.SLACK:
            return send_to_channel(effect, means)
        return send_by_mail(effect, means)
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
    subject = Subject("account", str(effect.payload["account"]))
    tell_sender.settle(session, effect, outcome, subject=subject, means=means, now=now)


def _deed(actor: Actor, sending: Sending) -> Deed:
    return Deed(
        KIND,
        Stage.REQUESTED,
        acting(actor, Permission.SEND_LINKS, account_id=sending.account_id),
        Subject("account", str(sending.account_id)),
        account_id=sending.account_id,
        details={
            "way": sending.addressee.way.value,
            "currency": sending.currency,
            "minor": sum(line.amount.minor for line in sending.lines),
            "invoices": [line.invoice_id for line in sending.lines],
            "recipient": recipient_of(sending.addressee),
        },
    )
