"""Take back a correction that one asked for, while nobody has decided."""

from sqlalchemy.orm import Session

from bot import approvals
from bot.access import Actor, Permission, acting
from bot.approvals import Requested
from bot.errors import NotAllowed
from bot.operations.approve_correction import require_sight
from bot.operations.close_correction import close
from bot.people import list_same_person
from bot.queries.sight import Sight
from bot.settings import Settings

NOT_YOURS = "Only the person who asked for this can do that."


def request(
    session: Session, actor: Actor, settings: Settings, approval_id: int, *, sight: Sight
) -> Requested:
    """End it; how it stands then, if it was over already.

    Raises: NotFound; NotAllowed for anybody else.
    """
    asked = lock_own(session, actor, approval_id)
    right = Permission(asked.correction.kind)
    by = acting(actor, right, account_id=asked.correction.account_id)
    return close(session, settings, asked, state=approvals.WITHDRAWN, sight=sight, by=by)


def lock_own(session: Session, actor: Actor, approval_id: int) -> Requested:
    """A request, held until the commit, for the person who made it.

    Raises: NotFound; NotAllowed for anybody else.
    """
    asked = approvals.lock(session, approval_id)
    require_sight(actor, asked)
    if actor.user_id not in list_same_person(session, asked.asked_by):
        raise NotAllowed(NOT_YOURS)
    return asked
