"""Say what became of a mail of which nobody knows: it has arrived, or it is to be sent again."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.effects import dead_ends
from bot.errors import NotFound
from bot.models import Effect
from bot.settings import Settings


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    effect_id: int,
    is_again: bool,
    now: datetime,
) -> bool:
    """Send a mail again or let it be; whether that was still to be decided.

    Raises: NotFound for a mail that this person knows nothing of, NotAllowed.
    """
    effect = session.get(Effect, effect_id)
    account_id = None if effect is None else effect.payload.get("account")
    is_seen = actor.scope is None or account_id in actor.scope
    if effect is None or account_id is None or not is_seen:
        raise NotFound("There is no such mail.")
    require_for(actor, Permission.SEND_LINKS, account_id=account_id)
    moment = database_now(session, now)
    if is_again:
        was_open = dead_ends.retry(session, effect_id, now=moment)
    else:
        was_open = dead_ends.dismiss(session, effect_id, by=actor.user_id, now=moment)
    if was_open:
        deed = Deed(
            "decide_mail",
            Stage.DONE,
            acting(actor, Permission.SEND_LINKS, account_id=account_id),
            Subject("effect", str(effect_id)),
            account_id=account_id,
            details={"kind": effect.kind, "is_again": is_again},
        )
        record(session, settings, deed, now=now)
    return was_open
