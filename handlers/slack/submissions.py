"""Dialogs that were filled in and sent: what each does, unless what it was opened on is over.

Opening reads what the form shows; sending reads everything again, asks whether the person may, and
promises the deed. What comes of a promised call is shown in the same modal, soon.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bot import effects
from bot.clock import monotonic_seconds, real_now
from bot.database_clock import database_now
from bot.database_waits import answering
from bot.errors import BadRequest, Refused, Unavailable
from bot.operations import tell_presser
from bot.queries.chosen_accounts import count_switches
from bot.slack_views import update_modal
from bot.telemetry import get_logger
from bot.views import actions, blocks
from bot.views.blocks import Message
from bot.views.chosen import ACCOUNT_LINE
from bot.views.notices import error_notice
from bot.views.surfaces import modal_of
from bot.views.text import account_name
from handlers.slack.accounts import chosen_account
from handlers.slack.approvals import (
    outcome_of_approval,
    submitted_answer,
    submitted_approve,
    submitted_question,
    submitted_reject,
    submitted_withdraw,
)
from handlers.slack.assign_dispute import submitted_assign_dispute
from handlers.slack.assign_owner import submitted_owner
from handlers.slack.billing_grammar import parse_billing
from handlers.slack.billing_queries import UseAccount
from handlers.slack.change_contacts import confirmed_contacts, submitted_contacts
from handlers.slack.change_terms import confirmed_terms, submitted_terms
from handlers.slack.charge_balance import (
    outcome_of_charge,
    submitted_charge_balance,
    submitted_choose_charge,
)
from handlers.slack.chosen import choose_account
from handlers.slack.close_dispute import (
    outcome_of_close_dispute,
    outcome_of_reopen_dispute,
    submitted_close_dispute,
    submitted_reopen_dispute,
)
from handlers.slack.context import Ask, Desk, answer
from handlers.slack.corrections import outcome_of_correction, submitted_correction
from handlers.slack.home import renew_home
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.issue_credit_note import (
    confirmed_credit_note,
    preview_credit_note,
    submitted_credit_note,
)
from handlers.slack.open_dispute import outcome_of_open_dispute, submitted_open_dispute
from handlers.slack.outcomes import Outcome, Underway
from handlers.slack.record_payment import submitted_payment
from handlers.slack.record_promise import outcome_of_promise, submitted_promise
from handlers.slack.requests import Submission
from handlers.slack.send_balance_links import chose_balance_way, confirmed_balance_links
from handlers.slack.send_payment_link import (
    chose_way,
    confirmed_payment_link,
)
from handlers.slack.sending import show_link_outcome
from handlers.slack.set_digest import submitted_set_digest
from handlers.slack.show_promise import submitted_cancel_promise
from handlers.slack.snooze_account import submitted_snooze
from handlers.slack.write_off_account import submitted_write_off

log = get_logger("slack.submissions")

# How long a modal waits for what comes of its deed, or for its next step, and how often it looks.
OUTCOME_SECONDS_MAX = 10.0
OUTCOME_LOOK_SECONDS = 0.1
# A deed of many steps is followed for as long as this; its outcome is sent as a message too.
STEPS_SECONDS_MAX = 60.0
TRIED_AGAIN = "It is tried again by itself, and you are told what has come of it."


def stamped(ask: Ask, message: Message) -> Message:
    """A dialog that is void once the person has switched to another account; others as they are."""
    if message.form is None:
        return message
    return replace(message, form=replace(message.form, stamp=_stamp(ask)))


def answer_submission(desk: Desk, submission: Submission) -> dict[str, Any]:
    """What Slack is to do with a dialog that was sent: name the wrong fields, or show the answer.

    Shape: always an answer; errors are shown too.
    Source: docs.slack.dev/surfaces/modals, "Updating views", read 2026-11.
    """
    wrong: dict[str, str] = {}
    done: list[Message] = []

    def work(ask: Ask) -> Message:
        try:
            done.append(stamped(ask, _answered(ask, submission)))
        except InvalidFields as invalid:
            wrong.update(invalid.sentences)
            return _NOTHING
        return done[0]

    message = answer(desk, submission.caller, _wanted(submission), work)
    if wrong:
        return {"response_action": "errors", "errors": wrong}
    if done and submission.callback_id in CHANGING_HOME:
        renew_home(desk, submission.caller, _wanted(submission))
    outcome = OUTCOMES.get(submission.callback_id)
    if done and outcome is not None and message.form is None:
        _follow(desk, submission, outcome)
    return {"response_action": "update", "view": modal_of(message)}


def _wanted(submission: Submission) -> str:
    """What somebody wanted, as a refusal is recorded with it."""
    words = (submission.callback_id, submission.subject, *submission.filled_in.values())
    return " ".join(filter(None, words))


def _answered(ask: Ask, submission: Submission) -> Message:
    work = SUBMISSIONS.get(submission.callback_id)
    if work is None:
        raise BadRequest("This dialog is of a kind that does not exist here. Open it anew.")
    _require_unswitched(ask, submission.stamp)
    return work(ask, submission)


def _require_unswitched(ask: Ask, stamp: str) -> None:
    """Go on only when the person still works with what they worked with when the dialog opened.

    Raises: Refused, saying what they work with now.
    """
    if stamp == _stamp(ask):
        return
    with ask.desk.runtime.database.looking() as session:
        account = chosen_account(ask, session)
    whom = account_name(account) if account else "all your accounts"
    raise Refused(
        f"Nothing was done: since this dialog was opened you have chosen to work with {whom}. "
        "Close it and open it anew."
    )


def _stamp(ask: Ask) -> str:
    with ask.desk.runtime.database.looking() as session:
        return str(count_switches(session, ask.actor.user_id))


def _follow(desk: Desk, submission: Submission, outcome: Outcome) -> None:
    """Show in the modal what has come of the deed, once it is known."""
    try:
        desk.background.follow(lambda: _show_outcome(desk, submission, outcome))
    except Unavailable as busy:
        log.info("outcome_not_shown", form=submission.callback_id, why=busy.message)


def _show_outcome(desk: Desk, submission: Submission, outcome: Outcome) -> None:
    """Show each step of it as it is done, as long as one follows another."""
    began_at = shown_at = monotonic_seconds()
    shown: Message | None = None
    while monotonic_seconds() < min(shown_at + OUTCOME_SECONDS_MAX, began_at + STEPS_SECONDS_MAX):
        if desk.background.rest(OUTCOME_LOOK_SECONDS):
            return
        found = _look(desk, submission, outcome) or _why_it_waits(desk, submission)
        message = found.message if isinstance(found, Underway) else found
        if message is None or message == shown:
            continue
        try:
            update_modal(desk.slack, submission.view_id, modal_of(message))
        except Unavailable as failed:
            # Closed meanwhile, or Slack does not answer: what was promised is done all the same.
            log.info("outcome_not_shown", form=submission.callback_id, why=failed.message)
            _message(desk, submission, tell_presser.hasten)
            return
        if found is message:
            _message(desk, submission, tell_presser.spare)
            return
        shown, shown_at = message, monotonic_seconds()


def _why_it_waits(desk: Desk, submission: Submission) -> Underway | None:
    """What has kept the promised call from being done until now; None where that is not known."""
    try:
        with answering(), desk.runtime.database.reading() as session:
            effect = effects.find_by_press(session, submission.view_id)
    except Unavailable:
        return None
    if effect is None or not effect.is_pending or effect.why is None:
        return None
    waiting = Unavailable(f"{effect.why.rstrip('.')}. {TRIED_AGAIN}")
    return Underway(error_notice(waiting, reference="", contact=desk.contact))


def _message(desk: Desk, submission: Submission, decide: Callable[..., None]) -> None:
    """Spare somebody the message that says what they have just read, or bring it at once."""
    try:
        with desk.runtime.database.writing() as session:
            decide(session, submission.view_id, now=database_now(session, real_now()))
    except Unavailable as failed:
        # Told late, or twice, is better than not at all.
        log.info("message_not_decided", form=submission.callback_id, why=failed.message)


def _look(desk: Desk, submission: Submission, outcome: Outcome) -> Message | Underway | None:
    """What has come of it by now; what goes wrong with looking is an answer too."""
    found: list[Message | Underway | None] = []

    def work(ask: Ask) -> Message:
        found.append(outcome(ask, submission))
        return _NOTHING

    answered = answer(desk, submission.caller, _wanted(submission), work)
    return found[0] if found else answered


def _use_account(ask: Ask, submission: Submission) -> Message:
    text = submission.text(ACCOUNT_LINE)
    if not text:
        raise InvalidFields({ACCOUNT_LINE: "Which account? Write its name or a part of it."})
    query = parse_billing(f"use {text}")
    if not isinstance(query, UseAccount):
        raise InvalidFields({ACCOUNT_LINE: "That is no account. Write its name or a part of it."})
    return choose_account(ask, query)


# By the callback_id of the form: what sending it does.
SUBMISSIONS: Mapping[str, Callable[[Ask, Submission], Message]] = {
    actions.USE_ACCOUNT: _use_account,
    actions.ISSUE_CREDIT_NOTE: submitted_credit_note,
    actions.CONFIRM_CREDIT_NOTE: confirmed_credit_note,
    actions.RECORD_PAYMENT: submitted_payment,
    actions.VOID_INVOICE: submitted_correction,
    actions.MARK_UNCOLLECTIBLE: submitted_correction,
    actions.APPROVE_CORRECTION: submitted_approve,
    actions.REJECT_CORRECTION: submitted_reject,
    actions.QUESTION_CORRECTION: submitted_question,
    actions.ANSWER_APPROVER: submitted_answer,
    actions.WITHDRAW_CORRECTION: submitted_withdraw,
    actions.SEND_PAYMENT_LINK: chose_way,
    actions.CONFIRM_PAYMENT_LINK: confirmed_payment_link,
    actions.OPEN_DISPUTE: submitted_open_dispute,
    actions.CLOSE_DISPUTE: submitted_close_dispute,
    actions.REOPEN_DISPUTE: submitted_reopen_dispute,
    actions.ASSIGN_DISPUTE: submitted_assign_dispute,
    actions.SEND_BALANCE_LINKS: chose_balance_way,
    actions.CONFIRM_BALANCE_LINKS: confirmed_balance_links,
    actions.CHOOSE_CHARGE: submitted_choose_charge,
    actions.CHARGE_BALANCE: submitted_charge_balance,
    actions.CHANGE_CONTACTS: submitted_contacts,
    actions.CONFIRM_CONTACTS: confirmed_contacts,
    actions.CHANGE_TERMS: submitted_terms,
    actions.CONFIRM_TERMS: confirmed_terms,
    actions.SET_DIGEST: submitted_set_digest,
    actions.RECORD_PROMISE: submitted_promise,
    actions.CANCEL_PROMISE: submitted_cancel_promise,
    actions.SNOOZE_ACCOUNT: submitted_snooze,
    actions.ASSIGN_OWNER: submitted_owner,
    actions.WRITE_OFF_ACCOUNT: submitted_write_off,
}
# What stands in the Home tab is another thing after these, which are mostly sent from there.
CHANGING_HOME = frozenset({actions.USE_ACCOUNT})
# What has come of the deed that was promised, for those that promise one; None while nobody knows.
OUTCOMES: Mapping[str, Outcome] = {
    actions.ISSUE_CREDIT_NOTE: preview_credit_note,
    actions.CONFIRM_CREDIT_NOTE: outcome_of_correction,
    actions.RECORD_PAYMENT: outcome_of_correction,
    actions.VOID_INVOICE: outcome_of_correction,
    actions.MARK_UNCOLLECTIBLE: outcome_of_correction,
    actions.APPROVE_CORRECTION: outcome_of_approval,
    actions.CONFIRM_PAYMENT_LINK: show_link_outcome,
    actions.OPEN_DISPUTE: outcome_of_open_dispute,
    actions.CLOSE_DISPUTE: outcome_of_close_dispute,
    actions.REOPEN_DISPUTE: outcome_of_reopen_dispute,
    actions.CONFIRM_BALANCE_LINKS: show_link_outcome,
    actions.CHARGE_BALANCE: outcome_of_charge,
    actions.RECORD_PROMISE: outcome_of_promise,
}
# Stands where there is nothing to show.
_NOTHING = Message(text="…", blocks=(blocks.divider(),))
