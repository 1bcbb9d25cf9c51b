"""Have a promised call made again whose end was unknown, because it has not happened."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor
from bot.effects import dead_ends
from bot.operations.dead_end_deeds import decide
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, *, effect_id: int, now: datetime
) -> bool:
    """Let the queue do it without looking first, since somebody has looked; whether it was dead.

    Raises: NotAllowed.
    """

    def how(moment: datetime) -> bool:
        return dead_ends.repeat(session, effect_id, now=moment)

    return decide(session, actor, settings, "repeat_effect", effect_id, now=now, how=how)
