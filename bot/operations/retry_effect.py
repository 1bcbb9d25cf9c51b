"""Have a promised call tried again that came to a dead end."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor
from bot.effects import dead_ends
from bot.operations.dead_end_deeds import decide
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, *, effect_id: int, now: datetime
) -> bool:
    """Let the queue look whether it has happened, and try again; whether it was a dead end.

    Raises: NotAllowed.
    """

    def how(moment: datetime) -> bool:
        return dead_ends.retry(session, effect_id, now=moment)

    return decide(session, actor, settings, "retry_effect", effect_id, now=now, how=how)
