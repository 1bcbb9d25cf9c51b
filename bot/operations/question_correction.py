"""Ask back before deciding about a correction, and answer: its cards show both."""

from sqlalchemy.orm import Session

from bot import approvals
from bot.access import Actor, Permission, acting
from bot.approval_remarks import Remark, keep_remark, list_remarks
from bot.approvals import Requested
from bot.audit.deeds import By, Private, Stage
from bot.audit.record import record
from bot.database_clock import database_now
from bot.operations import announce_correction
from bot.operations.approve_correction import lock_for
from bot.operations.request_correction import deed_of
from bot.operations.withdraw_correction import lock_own
from bot.queries.sight import Sight
from bot.settings import Settings


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    approval_id: int,
    *,
    text: str,
    press: str,
    sight: Sight,
) -> Requested:
    """Ask the person who wants the correction; how it stands, if it was over already.

    Raises: NotFound; NotAllowed for those who may not decide.
    """
    asked = lock_for(session, actor, approval_id)
    by = acting(actor, Permission.APPROVE_CORRECTIONS, account_id=asked.correction.account_id)
    question = Remark(is_question=True, said_by=actor.user_id, said_at=sight.now, text=text)
    if _keep(session, asked, question, press=press):
        announce_correction.tell_remark(
            session, settings, asked, question, person=asked.asked_by, sight=sight
        )
        _tell(session, settings, asked, question, by, sight=sight)
    return asked


def answer(
    session: Session,
    actor: Actor,
    settings: Settings,
    approval_id: int,
    *,
    text: str,
    press: str,
    sight: Sight,
) -> Requested:
    """Answer what was asked last; how it stands, if it was over already.

    Raises: NotFound; NotAllowed for anybody but the person who wants the correction.
    """
    asked = lock_own(session, actor, approval_id)
    asked_last = [one for one in list_remarks(session, asked.id) if one.is_question]
    said = Remark(is_question=False, said_by=actor.user_id, said_at=sight.now, text=text)
    by = acting(actor, Permission(asked.correction.kind), account_id=asked.correction.account_id)
    if _keep(session, asked, said, press=press):
        if asked_last:
            person = asked_last[-1].said_by
            announce_correction.tell_remark(
                session, settings, asked, said, person=person, sight=sight
            )
        _tell(session, settings, asked, said, by, sight=sight)
    return asked


def _keep(session: Session, asked: Requested, said: Remark, *, press: str) -> bool:
    """Write it down; whether it is new and still of use."""
    return asked.state == approvals.WAITS and keep_remark(session, asked.id, said, press=press)


def _tell(
    session: Session, settings: Settings, asked: Requested, said: Remark, by: By, *, sight: Sight
) -> None:
    now = database_now(session, sight.real_now)
    announce_correction.update_cards(session, asked, now=now)
    stage = Stage.QUESTIONED if said.is_question else Stage.ANSWERED
    details = {"text": Private(said.text, about=said.said_by)}
    record(session, settings, deed_of(asked, stage, by, details=details), now=sight.real_now)
