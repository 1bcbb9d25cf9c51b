"""Let a promised call be that came to a dead end, because somebody has looked at it."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor
from bot.effects import dead_ends
from bot.operations.dead_end_deeds import decide
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, *, effect_id: int, now: datetime
) -> bool:
    """Close a dead end, under the name of who has looked at it; whether it was one.

    Raises: NotAllowed.
    """

    def how(moment: datetime) -> bool:
        return dead_ends.dismiss(session, effect_id, by=actor.user_id, now=moment)

    return decide(session, actor, settings, "dismiss_effect", effect_id, now=now, how=how)
