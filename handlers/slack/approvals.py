"""Deciding about corrections that others asked for: approve, reject, ask, answer, withdraw (D6)."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from bot import approvals
from bot.approvals import Requested
from bot.operations import (
    approve_correction,
    question_correction,
    reject_correction,
    withdraw_correction,
)
from bot.operations.approve_correction import lock_for
from bot.operations.close_correction import close_if_over
from bot.operations.corrections import PROMISES
from bot.operations.withdraw_correction import lock_own
from bot.queries.approvals import ApprovalCard, card_of
from bot.views import action_values, approval_forms
from bot.views.approval_forms import WORDS, decided
from bot.views.blocks import Message
from handlers.slack.context import Ask
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission

Lock = Callable[..., Requested]


def _opening(lock: Lock, form: Callable[[ApprovalCard], Message]) -> Callable[[Ask, str], Message]:
    """A press that opens a dialog for those who may send it, while it waits to be decided."""

    def pressed(ask: Ask, value: str) -> Message:
        approval_id = action_values.parse_approval(value)
        settings = ask.desk.runtime.settings
        with ask.desk.runtime.database.writing() as session:
            asked = lock(session, ask.actor, approval_id)
            asked = close_if_over(session, settings, asked, sight=ask.sight)
            card = card_of(session, asked, sight=ask.sight)
        return form(card) if asked.state == approvals.WAITS else decided(card)

    return pressed


pressed_approve = _opening(lock_for, approval_forms.approve_form)
pressed_reject = _opening(lock_for, approval_forms.reject_form)
pressed_question = _opening(lock_for, approval_forms.question_form)
pressed_answer = _opening(lock_own, approval_forms.answer_form)
pressed_withdraw = _opening(lock_own, approval_forms.withdraw_form)


def submitted_approve(ask: Ask, submission: Submission) -> Message:
    """Approve it; raises as the operation does."""

    def approve(session: Session, approval_id: int) -> Requested:
        return approve_correction.request(
            session,
            ask.actor,
            ask.desk.runtime.settings,
            approval_id,
            promises=PROMISES,
            press=submission.view_id,
            sight=ask.sight,
        )

    return _done(ask, submission, approve)


def outcome_of_approval(ask: Ask, submission: Submission) -> Message | None:
    """What came of what somebody has approved, once that is known."""
    approval_id = action_values.parse_approval(submission.subject)
    with ask.desk.runtime.database.looking() as reading:
        asked = approvals.get(reading, approval_id)
        if asked.state == approvals.PROMISED:
            return None
        return decided(card_of(reading, asked, sight=ask.sight))


def submitted_reject(ask: Ask, submission: Submission) -> Message:
    """Reject it, with the reason; raises as the operation does, and InvalidFields without one."""
    why = _words(submission, "Say why, in a few words.")

    def reject(session: Session, approval_id: int) -> Requested:
        settings = ask.desk.runtime.settings
        return reject_correction.request(
            session, ask.actor, settings, approval_id, why=why, sight=ask.sight
        )

    return _done(ask, submission, reject)


def submitted_question(ask: Ask, submission: Submission) -> Message:
    """Ask the person who wants it; raises as the operation does, and InvalidFields for nothing."""
    return _done(ask, submission, _saying(ask, submission, question_correction.request), "Asked.")


def submitted_answer(ask: Ask, submission: Submission) -> Message:
    """Answer; raises as the operation does, and InvalidFields for nothing."""
    return _done(ask, submission, _saying(ask, submission, question_correction.answer), "Answered.")


def submitted_withdraw(ask: Ask, submission: Submission) -> Message:
    """Take it back; raises as the operation does."""

    def withdraw(session: Session, approval_id: int) -> Requested:
        settings = ask.desk.runtime.settings
        return withdraw_correction.request(
            session, ask.actor, settings, approval_id, sight=ask.sight
        )

    return _done(ask, submission, withdraw)


def _saying(
    ask: Ask, submission: Submission, say: Callable[..., Requested]
) -> Callable[[Session, int], Requested]:
    text = _words(submission, "Write something, please.")

    def said(session: Session, approval_id: int) -> Requested:
        return say(
            session,
            ask.actor,
            ask.desk.runtime.settings,
            approval_id,
            text=text,
            press=submission.view_id,
            sight=ask.sight,
        )

    return said


def _done(
    ask: Ask, submission: Submission, work: Callable[[Session, int], Requested], said: str = ""
) -> Message:
    """How it stands after this; `said` where it goes on waiting."""
    approval_id = action_values.parse_approval(submission.subject)
    with ask.desk.runtime.database.writing() as session:
        asked = work(session, approval_id)
        card = card_of(session, asked, sight=ask.sight)
    return decided(card, said if asked.state == approvals.WAITS else "")


def _words(submission: Submission, missing: str) -> str:
    text = submission.text(WORDS)
    if not text:
        raise InvalidFields({WORDS: missing})
    return text
