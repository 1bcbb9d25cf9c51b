"""What came of sending something to a customer: recorded, and told to whoever had it sent."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import effects
from bot.audit.deeds import By, Deed, Stage, Subject
from bot.audit.record import record
from bot.operations import announce, tell_presser
from bot.slack_posting import Place
from bot.views.payment_links import State, link_outcome


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    subject: Subject,
    means: effects.Means,
    now: datetime,
) -> None:
    """Record the end of it, and write to the person where their dialog does not tell them."""
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
    if effect.asked_by is None:
        return
    state = _state_of(outcome)
    message = link_outcome(
        effect.payload["what"],
        state,
        recipient=effect.payload["recipient"],
        why=why,
        effect_id=effect.id,
    )
    key = f"{effect.key}:{effect.attempts}"
    if state is State.IN_DOUBT:
        # Its buttons have to be there for as long as nobody has decided.
        place = Place(effect.asked_by)
        announce.request(session, place, message, key=key, now=now, asked_by=effect.asked_by)
    else:
        tell_presser.request(session, effect, effect.asked_by, message, key=key, now=now)


def _state_of(outcome: effects.Outcome) -> State:
    match outcome:
        case effects.Done():
            return State.SENT
        case effects.Refused():
            return State.REFUSED
        case _:
            return State.IN_DOUBT if outcome.is_final else State.FAILED
