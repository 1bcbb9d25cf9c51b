"""End a snooze before its day: the account is chased again from now on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.errors import NotFound, Refused
from bot.models import Snooze
from bot.operations import tell_promise
from bot.queries.sight import Sight
from bot.settings import Settings

KIND = "end_snooze"


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    snooze_id: int,
    *,
    sight: Sight,
) -> int:
    """End it, where the same person has not done so already; the id of its account.

    Raises: NotFound, NotAllowed, Refused for one that has ended.
    """
    found = select(Snooze).where(Snooze.id == snooze_id).with_for_update()
    snooze = session.scalars(found).one_or_none()
    if snooze is None or (actor.scope is not None and snooze.account_id not in actor.scope):
        raise NotFound("There is no such snooze.")
    account_id = snooze.account_id
    require_for(actor, Permission.SNOOZE_ACCOUNT, account_id=account_id)
    if snooze.ended_at is not None:
        if snooze.ended_by == actor.user_id:
            return account_id
        raise Refused("This snooze has ended already.")
    snooze.ended_at, snooze.ended_by = sight.now, actor.user_id
    session.flush()
    now = database_now(session, sight.real_now)
    tell_promise.show_account_anew(session, account_id, now=now)
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.SNOOZE_ACCOUNT, account_id=account_id),
        Subject("account", str(account_id)),
        account_id=account_id,
        details={"until": snooze.until_on.isoformat()},
    )
    record(session, settings, deed, now=sight.real_now)
    return account_id
