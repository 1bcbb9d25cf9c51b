"""Choose the account that somebody works with, or all of theirs again."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, require
from bot.database import insert_into
from bot.errors import NotFound
from bot.models import ChosenAccount


def request(session: Session, actor: Actor, *, account_id: int | None, now: datetime) -> None:
    """Record which account the actor works with from now on; None for all that they may see.

    Raises: NotAllowed for somebody without a role, NotFound for an account that they may not see.
    """
    require(actor, Permission.VIEW_INVOICES)
    if account_id is not None and actor.scope is not None and account_id not in actor.scope:
        raise NotFound("There is no such account.")
    first = insert_into(session, ChosenAccount).values(
        person_id=actor.user_id, account_id=account_id, switches=1, chosen_at=now
    )
    session.execute(
        first.on_conflict_do_update(
            index_elements=[ChosenAccount.person_id],
            set_={
                "account_id": account_id,
                "switches": ChosenAccount.switches + 1,
                "chosen_at": now,
            },
            # Who chooses the same again switches nothing: the dialogs before them stay good.
            where=ChosenAccount.account_id.is_distinct_from(account_id),
        )
    )
