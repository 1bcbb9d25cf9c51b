"""Say no to a correction that somebody else asked for."""

from sqlalchemy.orm import Session

from bot import approvals
from bot.access import Actor, Permission, acting
from bot.approvals import Requested
from bot.operations.approve_correction import lock_for
from bot.operations.close_correction import close
from bot.queries.sight import Sight
from bot.settings import Settings


def request(
    session: Session, actor: Actor, settings: Settings, approval_id: int, *, why: str, sight: Sight
) -> Requested:
    """End it, and tell the person who asked; how it stands then, if it was over already.

    Raises: NotFound; NotAllowed for those who may not decide.
    """
    asked = lock_for(session, actor, approval_id)
    by = acting(actor, Permission.APPROVE_CORRECTIONS, account_id=asked.correction.account_id)
    return close(session, settings, asked, state=approvals.REJECTED, sight=sight, by=by, why=why)
