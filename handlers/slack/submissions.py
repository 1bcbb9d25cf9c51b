"""Dialogs that were filled in and sent: what each does, unless what it was opened on is over."""

from collections.abc import Callable, Mapping

from bot.errors import BadRequest, Refused
from bot.queries.chosen_accounts import count_switches
from bot.views import actions
from bot.views.blocks import Message
from bot.views.chosen import ACCOUNT_LINE
from bot.views.text import account_name
from handlers.slack.accounts import chosen_account
from handlers.slack.billing_grammar import UseAccount, parse_billing
from handlers.slack.chosen import choose_account
from handlers.slack.context import Ask, Desk, answer
from handlers.slack.requests import Submission


def answer_submission(desk: Desk, submission: Submission) -> Message:
    """What stands in the dialog's place once it was sent.

    Shape: always a message; errors are messages too.
    """
    wanted = f"{submission.callback_id} {' '.join(submission.filled_in.values())}".strip()
    return answer(desk, submission.caller, wanted, lambda ask: _answered(ask, submission))


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
    with ask.desk.runtime.database.looking() as session:
        if stamp == str(count_switches(session, ask.actor.user_id)):
            return
        account = chosen_account(ask, session)
    whom = account_name(account) if account else "all your accounts"
    raise Refused(
        f"Nothing was done: since this dialog was opened you have chosen to work with {whom}. "
        "Close it and open it anew."
    )


def _use_account(ask: Ask, submission: Submission) -> Message:
    text = submission.filled_in.get(ACCOUNT_LINE, "").strip()
    if not text:
        raise BadRequest("Which account? Write its name or a part of it.")
    query = parse_billing(f"use {text}")
    if not isinstance(query, UseAccount):
        raise BadRequest("That is no account. Write its name or a part of it.")
    return choose_account(ask, query)


SUBMISSIONS: Mapping[str, Callable[[Ask, Submission], Message]] = {
    actions.USE_ACCOUNT: _use_account
}
