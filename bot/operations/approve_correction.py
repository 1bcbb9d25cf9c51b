"""Approve a correction that somebody else asked for: it is promised in the same transaction."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from bot import approvals
from bot.access import Actor, Permission, acting, find_actor, permissions_for, require_for
from bot.approvals import Requested
from bot.audit.deeds import Stage
from bot.audit.record import record
from bot.database import Reading
from bot.database_clock import database_now
from bot.errors import NotAllowed, Refused
from bot.operations import announce_correction
from bot.operations.close_correction import close_if_over
from bot.operations.request_correction import Promise, deed_of
from bot.people import list_same_person
from bot.queries.sight import Sight
from bot.settings import Settings

OWN = "You asked for this yourself, so somebody else has to decide about it."


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    approval_id: int,
    *,
    promises: Mapping[str, Promise],
    press: str,
    sight: Sight,
) -> Requested:
    """Let it be done, unless it is over or its invoice has changed; how it stands then.

    Shape: promised when it will be done; any other state says why not.
    Raises: NotFound; NotAllowed for those who may not decide; Refused where who asked has lost the
        right to it, or this version does not know it.
    """
    asked = lock_for(session, actor, approval_id)
    asked = close_if_over(session, settings, asked, sight=sight)
    if asked.state != approvals.WAITS:
        return asked
    correction = asked.correction
    if not may_still_ask(session, settings, asked, team_id=actor.team_id):
        raise Refused("Who asked for this may not do so any more. Reject it.")
    promise = promises.get(correction.kind)
    if promise is None:
        raise Refused("This version of Tallyman does not know such a correction.")
    approvals.decide(session, asked.id, state=approvals.PROMISED, by=actor.user_id, now=sight.now)
    approved = approvals.get(session, asked.id)
    now = database_now(session, sight.real_now)
    promise(session, approved, press=press, now=now)
    announce_correction.update_cards(session, approved, now=now)
    by = acting(actor, Permission.APPROVE_CORRECTIONS, account_id=correction.account_id)
    record(session, settings, deed_of(approved, Stage.APPROVED, by), now=sight.real_now)
    return approved


def lock_for(session: Session, actor: Actor, approval_id: int) -> Requested:
    """A request, held until the commit, for somebody who may decide about it.

    Raises: NotFound; NotAllowed for those without the right on its account, and for who asked,
        under whatever Slack account.
    """
    asked = approvals.lock(session, approval_id)
    require_sight(actor, asked)
    account_id = asked.correction.account_id
    require_for(actor, Permission.APPROVE_CORRECTIONS, account_id=account_id)
    if actor.user_id in list_same_person(session, asked.asked_by):
        raise NotAllowed(OWN)
    return asked


def require_sight(actor: Actor, asked: Requested) -> None:
    """Go on only for somebody for whom the account exists.

    Raises: NotFound, as for a request that is not there.
    """
    if actor.scope is not None and asked.correction.account_id not in actor.scope:
        raise approvals.no_such()


def may_still_ask(reading: Reading, settings: Settings, asked: Requested, *, team_id: str) -> bool:
    """Whether the person who asked could ask for it today."""
    return _may(reading, settings, asked, asked.asked_by, asked.correction.kind, team_id)


def may_still_approve(
    reading: Reading, settings: Settings, asked: Requested, *, team_id: str
) -> bool:
    """Whether the person who approved it could do so today; True where nobody had to."""
    decider = asked.decided_by
    if decider is None:
        return not asked.is_needed
    if decider in list_same_person(reading, asked.asked_by):
        return False
    return _may(reading, settings, asked, decider, Permission.APPROVE_CORRECTIONS, team_id)


def _may(
    reading: Reading, settings: Settings, asked: Requested, user_id: str, right: str, team_id: str
) -> bool:
    actor = find_actor(reading, settings, user_id=user_id, team_id=team_id)
    return actor is not None and right in permissions_for(actor, asked.correction.account_id)
