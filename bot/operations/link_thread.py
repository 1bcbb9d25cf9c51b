"""Learn the address of the message that a dispute was opened from, and keep it with the dispute."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import effects
from bot.errors import NotFound
from bot.models import DisputeCase
from bot.operations import tell_dispute
from bot.views.dispute import subject_of

KIND = "link_thread"

_CASES: Any = DisputeCase.__table__


def request(session: Session, case: DisputeCase, *, now: datetime) -> None:
    """Promise to ask Slack for it, where the dispute was opened from a message."""
    if case.channel_id is None:
        return
    effects.promise(
        session,
        kind=KIND,
        subject=subject_of(case.id),
        key=f"{KIND}:{case.id}",
        now=now,
        payload={
            "case": case.id,
            "invoice": case.invoice_id,
            "channel": case.channel_id,
            "ts": case.message_ts,
        },
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Ask; a message that is gone, or that the bot can't see, has no address for it.

    Source: docs.slack.dev/reference/methods/chat.getPermalink, read 2026-11.
    """
    asked = {"channel": effect.payload["channel"], "message_ts": effect.payload["ts"]}
    try:
        link = means.slack.ask("chat.getPermalink", asked).get("permalink")
    except NotFound:
        return effects.Refused("I can’t see that message.", needs_look=False)
    if not isinstance(link, str) or not link.startswith("https://"):
        return effects.Refused("Slack gave no address for the message.", needs_look=False)
    return effects.Done({"permalink": link})


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Keep the address, and show it."""
    del means
    if not isinstance(outcome, effects.Done):
        return
    case_id = effect.payload["case"]
    is_this = _CASES.c.id == case_id
    session.execute(update(_CASES).where(is_this).values(permalink=outcome.answer["permalink"]))
    tell_dispute.show_anew(session, case_id, effect.payload["invoice"], now=now)
