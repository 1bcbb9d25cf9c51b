"""Say who looks after an account: who is told when something is past due there, and chases it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, find_actor, permissions_for, require_for
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.errors import NotFound, Refused
from bot.models import Account, AccountTerms
from bot.operations import announce, tell_promise
from bot.queries.accounts import find_account
from bot.queries.people import list_names
from bot.queries.sight import Sight
from bot.settings import Settings
from bot.slack_posting import Place
from bot.term_rows import write_terms
from bot.views.promise_notices import given_account

KIND = "assign_owner"
NO_ROLE = "They have no role that covers this account. Choose somebody else."


@dataclass(frozen=True, slots=True)
class NewOwner:
    """Who is to look after an account, None for nobody.

    Shape: `seen` is who did when the person looked, "" for nobody; None where that is not known.
    """

    account_id: int
    owner_id: str | None
    seen: str | None


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    wanted: NewOwner,
    *,
    press: str,
    sight: Sight,
) -> bool:
    """Assign it; whether that changes anything.

    Raises: NotFound, NotAllowed; Refused for somebody without a role for the account, or where
        somebody else was quicker.
    """
    account_id, owner_id = wanted.account_id, wanted.owner_id
    account = find_account(session, account_id, sight=sight)
    if account is None:
        raise NotFound("There is no such account.")
    require_for(actor, Permission.ASSIGN_OWNER, account_id=account_id)
    if owner_id is not None:
        require_role(session, settings, owner_id, account_id=account_id, team_id=actor.team_id)
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    before = session.scalar(
        select(AccountTerms.owner_id).where(AccountTerms.account_id == account_id)
    )
    # A press that is delivered twice finds it done.
    if before == owner_id:
        return False
    _require_seen(session, wanted, before)
    now = database_now(session, sight.real_now)
    write_terms(session, account_id, {"owner_id": owner_id}, by=actor.user_id, now=now)
    tell_promise.show_account_anew(session, account_id, now=now)
    if owner_id is not None and owner_id != actor.user_id:
        announce.request(
            session,
            Place(owner_id),
            given_account(account, by_id=actor.user_id),
            key=f"{KIND}:{account_id}:{press}",
            now=now,
            asked_by=actor.user_id,
        )
    record(session, settings, _deed(actor, wanted, before), now=sight.real_now)
    return True


def _require_seen(session: Session, wanted: NewOwner, before: str | None) -> None:
    if wanted.seen is None or wanted.seen == (before or ""):
        return
    name = list_names(session, [before]).get(before, before) if before else "nobody"
    raise Refused(
        f"Somebody was quicker: {name} looks after it by now. Open this anew to change that."
    )


def _deed(actor: Actor, wanted: NewOwner, before: str | None) -> Deed:
    people = {"before": before, "after": wanted.owner_id}
    return Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.ASSIGN_OWNER, account_id=wanted.account_id),
        Subject("account", str(wanted.account_id)),
        account_id=wanted.account_id,
        details={key: Private(one, about=one) if one else None for key, one in people.items()},
    )


def require_role(
    session: Session, settings: Settings, owner_id: str, *, account_id: int, team_id: str
) -> None:
    """Go on only with somebody who may chase an account.

    Raises: Refused.
    """
    owner = find_actor(session, settings, user_id=owner_id, team_id=team_id)
    if owner is None or Permission.VIEW_INVOICES not in permissions_for(owner, account_id):
        raise Refused(NO_ROLE)
