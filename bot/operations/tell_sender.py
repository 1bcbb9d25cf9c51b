"""What came of sending something to a customer: recorded, and told to whoever had it sent."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import effects
from bot.audit.deeds import By, Deed, Stage, Subject
from bot.audit.record import record
from bot.operations import announce
from bot.slack_posting import Place
from bot.views.payment_links import State, link_outcome

# So long the dialog that sent it looks for the answer by itself.
DIALOG_SECONDS = timedelta(seconds=10)


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    subject: Subject,
    means: effects.Means,
    now: datetime,
) -> None:
    """Record the end of it, and write to the person where nothing else tells them."""
    is_done = isinstance(outcome, effects.Done)
    why = "" if isinstance(outcome, effects.Done) else outcome.why
    deed = Deed(
        effect.kind,
        Stage.SETTLED if is_done else Stage.FAILED,
        By(effect.asked_by or "", basis=""),
        subject,
        account_id=effect.payload["account"],
        details={"way": effect.payload["way"]} | ({} if is_done else {"why": why}),
    )
    record(session, means.runtime.settings, deed, now=now)
    if effect.asked_by is None or (is_done and now - effect.promised_at < DIALOG_SECONDS):
        return
    message = link_outcome(
        effect.payload["what"],
        _state_of(outcome),
        recipient=effect.payload["recipient"],
        why=why,
        effect_id=effect.id,
    )
    key = f"{effect.key}:{effect.attempts}"
    announce.request(
        session, Place(effect.asked_by), message, key=key, now=now, asked_by=effect.asked_by
    )


def _state_of(outcome: effects.Outcome) -> State:
    match outcome:
        case effects.Done():
            return State.SENT
        case effects.Refused():
            return State.REFUSED
        case _:
            return State.IN_DOUBT if outcome.is_final else State.FAILED
