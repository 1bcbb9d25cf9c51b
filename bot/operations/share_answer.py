"""Show an answer to a whole channel; where it can be kept up to date, as a message of its own.

It is in the audit trail who showed what where. Whoever did so is told in private when Slack refuses
the message afterwards, or does not say whether it stands there.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import effects
from bot.access import Actor, Permission, acting
from bot.audit.deeds import By, Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.errors import Refused
from bot.models import Invoice
from bot.operations import announce
from bot.operations.update_announcement import GONE
from bot.settings import Settings
from bot.slack_failures import SlackRefused
from bot.slack_posting import Place
from bot.views import sharing
from bot.views.blocks import Message
from bot.views.invoice import LIVE_VIEW

KIND = "share_answer"


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be shown to which channel, and the words that somebody asked for it with."""

    channel_id: str
    message: Message
    wanted: str

    @property
    def invoice_id(self) -> str | None:
        """The invoice that it shows, where it is one alone."""
        view, subject = self.message.live or (None, None)
        return subject if view == LIVE_VIEW else None


def request(
    session: Session, actor: Actor, settings: Settings, answer: Answer, *, press: str, now: datetime
) -> effects.Effect:
    """Promise to post an answer that is kept up to date; the same press again is the same promise.

    Whether the channel may see it is for the caller to find out, and is asked again at the end.
    """
    by = acting(actor, Permission.VIEW_INVOICES)
    effect = announce.promise(
        session,
        Place(answer.channel_id),
        answer.message,
        kind=KIND,
        key=f"{KIND}:{answer.channel_id}:{press}",
        now=now,
        press=press,
        asked_by=actor.user_id,
        more={
            "channel": answer.channel_id,
            "what": answer.message.text,
            "wanted": answer.wanted,
            "invoice": answer.invoice_id,
            "basis": by.basis,
            "request": by.request_id,
        },
    )
    if effect.is_new:
        _record(session, settings, effect, Stage.REQUESTED, now=now)
    return effect


def show(
    session: Session, actor: Actor, settings: Settings, answer: Answer, *, now: datetime
) -> None:
    """Record that an answer is shown to a channel by the very answer that Slack waits for."""
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.VIEW_INVOICES),
        Subject("channel", answer.channel_id),
        account_id=_find_account(session, answer.invoice_id),
        invoice_id=answer.invoice_id,
        details={"wanted": Private(answer.wanted, about=actor.user_id)},
    )
    record(session, settings, deed, now=now)


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Post it, unless an earlier attempt is found to have done so.

    What only the asker can put right is no work for the operators.
    """
    try:
        return announce.perform(effect, means)
    except SlackRefused as refused:
        return effects.Refused(refused.message, needs_look=refused.error not in GONE)
    except Refused as obstacle:
        return effects.Refused(obstacle.message, needs_look=False)


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Remember where it stands, or tell the asker why it does not; and record which."""
    announce.settle(session, effect, outcome, means=means, now=now)
    settings = means.runtime.settings
    if isinstance(outcome, effects.Done):
        _record(session, settings, effect, Stage.SETTLED, now=now)
        return
    channel_id, what = effect.payload["channel"], effect.payload["what"]
    if isinstance(outcome, effects.Refused):
        word = sharing.not_posted(channel_id, what, outcome.why)
    else:
        word = sharing.perhaps_posted(channel_id, what)
    asker = Place(str(effect.asked_by))
    announce.request(session, asker, word, key=f"{KIND}:{effect.id}:{effect.attempts}", now=now)
    _record(session, settings, effect, Stage.FAILED, why=outcome.why, now=now)


def _record(
    session: Session,
    settings: Settings,
    effect: effects.Effect,
    stage: Stage,
    *,
    now: datetime,
    why: str | None = None,
) -> None:
    kept = effect.payload
    wanted = Private(kept["wanted"], about=str(effect.asked_by))
    deed = Deed(
        KIND,
        stage,
        By(str(effect.asked_by), kept["basis"], kept["request"]),
        Subject("channel", kept["channel"]),
        account_id=_find_account(session, kept["invoice"]),
        invoice_id=kept["invoice"],
        details={"wanted": wanted} if why is None else {"why": why},
    )
    record(session, settings, deed, now=now)


def _find_account(session: Session, invoice_id: str | None) -> int | None:
    found = select(Invoice.account_id).where(Invoice.id == invoice_id)
    account_id: int | None = session.scalar(found) if invoice_id else None
    return account_id
