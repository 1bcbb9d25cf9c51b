"""What waits for approval: a list of it, and one request as somebody may see it."""

from bot.access import Permission, permissions_for
from bot.queries.approvals import get_approval_card
from bot.queries.waiting import list_waiting
from bot.views import action_values, actions
from bot.views.approvals import seen_card
from bot.views.blocks import Message
from bot.views.waiting import waiting_list
from handlers.slack.context import Ask


def show_requests(ask: Ask, *, page: int = 1) -> Message:
    """One page of what waits for approval in somebody's accounts."""
    with ask.desk.runtime.database.looking() as session:
        return waiting_list(list_waiting(session, page=page, sight=ask.sight))


def pressed_show_requests(ask: Ask, value: str) -> Message:
    """The page that a button names."""
    _, page = actions.parse_list_page(value)
    return show_requests(ask, page=page)


def pressed_show_request(ask: Ask, value: str) -> Message:
    """The request that a button names, with what this person may do about it.

    Raises: NotFound when there is none for this person.
    """
    approval_id = action_values.parse_approval(value)
    with ask.desk.runtime.database.looking() as session:
        card = get_approval_card(session, approval_id, sight=ask.sight)
    rights = permissions_for(ask.actor, card.account.id)
    return seen_card(
        card,
        is_own=card.asked_by == ask.actor.user_id,
        may_approve=Permission.APPROVE_CORRECTIONS in rights,
    )
