"""Saying who looks after an account (A5, P4)."""

from bot.access import Permission, require_for
from bot.errors import NotFound, Refused
from bot.operations import assign_owner
from bot.operations.assign_owner import NewOwner
from bot.queries.accounts import find_account
from bot.queries.cards import AccountRef
from bot.queries.people import list_names
from bot.queries.terms import find_terms
from bot.views.action_values import parse_account, parse_seen
from bot.views.blocks import Message
from bot.views.snooze_forms import OWNER, assigned, owner_form
from handlers.slack.context import Ask
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission


def ask_for_owner(ask: Ask, value: str) -> Message:
    """The dialog that asks who; somebody who has nobody yet is proposed themselves.

    Raises: NotFound, NotAllowed.
    """
    account = _find(ask, parse_account(value))
    with ask.desk.runtime.database.looking() as session:
        terms = find_terms(session, [account.id]).get(account.id)
    owner_id = terms.owner_id if terms else None
    return owner_form(account, owner_id=owner_id, proposed_id=ask.actor.user_id)


def submitted_owner(ask: Ask, submission: Submission) -> Message:
    """Assign it; the same dialog again changes nothing.

    Raises: InvalidFields, NotFound, NotAllowed.
    """
    value, seen = parse_seen(submission.subject)
    account = _find(ask, parse_account(value))
    owner_id = submission.text(OWNER) or None
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        try:
            assign_owner.request(
                session,
                ask.actor,
                runtime.settings,
                NewOwner(account.id, owner_id, seen),
                press=submission.view_id,
                sight=ask.sight,
            )
        except Refused as refused:
            raise InvalidFields({OWNER: refused.message}) from None
        name = list_names(session, [owner_id]).get(owner_id, owner_id) if owner_id else None
    note = f"{name} looks after it from now on." if name else "Nobody looks after it from now on."
    return assigned(account, note)


def _find(ask: Ask, account_id: int) -> AccountRef:
    with ask.desk.runtime.database.looking() as session:
        account = find_account(session, account_id, sight=ask.sight)
    if account is None:
        raise NotFound("There is no such account.")
    require_for(ask.actor, Permission.ASSIGN_OWNER, account_id=account_id)
    return account
