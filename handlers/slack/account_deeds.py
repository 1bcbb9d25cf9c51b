"""The dialog of one account's deeds (P4), and the one deed that has to choose an invoice first."""

from bot.access import Permission, permissions_for, require_for
from bot.queries.account_desk import AccountDesk, get_account_desk
from bot.views.account_deeds import account_desk
from bot.views.action_values import parse_account
from bot.views.blocks import Message
from bot.views.complaints import format_complaint
from bot.views.dispute_forms import open_dispute_form
from handlers.slack.context import Ask
from handlers.slack.open_dispute import ask_to_dispute


def show_account_deeds(ask: Ask, value: str) -> Message:
    """What the person can do about the account of a button or a menu.

    Raises: NotFound for an account that this person may not see.
    """
    desk = _desk(ask, value)
    return account_desk(desk, rights=permissions_for(ask.actor, desk.account.id))


def ask_to_dispute_account(ask: Ask, value: str) -> Message:
    """The dialog that opens a dispute of one of its invoices; which one, the person chooses.

    Raises: as showing the deeds does; NotAllowed where their role does not cover disputes of it.
    """
    desk = _desk(ask, value)
    require_for(ask.actor, Permission.DISPUTE_INVOICES, account_id=desk.account.id)
    free = [row for row in desk.invoices if not row.is_disputed]
    if len(free) == 1 and desk.invoices_count == 1:
        return ask_to_dispute(ask, free[0].id)
    return open_dispute_form(
        free,
        proposed=None,
        owner_id=ask.actor.user_id,
        subject=format_complaint(None),
        hint="What the account has to pay, the longest late first.",
    )


def _desk(ask: Ask, value: str) -> AccountDesk:
    with ask.desk.runtime.database.looking() as session:
        return get_account_desk(session, parse_account(value), sight=ask.sight)
