"""The list of open disputes: of all accounts, of one, or those that somebody looks after."""

from dataclasses import replace

from bot.database import Reading
from bot.errors import BadRequest
from bot.queries.cards import AccountRef
from bot.queries.dispute_lists import DisputeFilter, list_open_disputes
from bot.views import actions, blocks
from bot.views.actions import account_text
from bot.views.blocks import Message
from bot.views.chosen import with_chosen
from bot.views.dispute_list import dispute_list
from bot.views.text import account_name
from handlers.slack.accounts import chosen_account, named_account
from handlers.slack.billing_grammar import canonical_disputes, parse_billing
from handlers.slack.billing_queries import ShowDisputes
from handlers.slack.context import Ask


def show_typed_disputes(ask: Ask, query: ShowDisputes) -> Message:
    """The answer to what somebody typed: without a name it is about the chosen account.

    Raises: BadRequest and NotFound, as the queries do.
    """
    if query.account is not None or query.is_mine:
        return show_disputes(ask, query)
    with ask.desk.runtime.database.looking() as session:
        account = chosen_account(ask, session)
    if account is None:
        return show_disputes(ask, query)
    answer = show_disputes(ask, replace(query, account=account_text(account.id)))
    everything = blocks.button(
        "All accounts",
        action_id=actions.action_id(actions.SHOW_DISPUTES, "everything"),
        value=actions.format_list_page(canonical_disputes(query), 1),
    )
    return with_chosen(answer, account, way_out=everything)


def show_disputes(ask: Ask, query: ShowDisputes, *, page: int = 1) -> Message:
    """One page of the open disputes that were asked for; or a choice of accounts.

    Raises: BadRequest and NotFound, as the queries do.
    """
    with ask.desk.runtime.database.looking() as session:
        account = _account(ask, session, query)
        if isinstance(account, Message):
            return account
        owner_id = ask.actor.user_id if query.is_mine else None
        wanted = DisputeFilter(account=account, owner_id=owner_id)
        listed = list_open_disputes(session, wanted, page=page, sight=ask.sight)
    if account is not None:
        query = replace(query, account=account_text(account.id))
    return dispute_list(listed, title=_title(query, account), list_text=canonical_disputes(query))


def pressed_show_disputes(ask: Ask, value: str) -> Message:
    """The page of disputes that a button names.

    Raises: BadRequest; and as show_disputes does.
    """
    list_text, page = actions.parse_list_page(value)
    query = parse_billing(list_text)
    if not isinstance(query, ShowDisputes):
        raise BadRequest("This button names no list. Ask for it anew: /billing disputes.")
    return show_disputes(ask, query, page=page)


def _account(ask: Ask, session: Reading, query: ShowDisputes) -> AccountRef | Message | None:
    if query.account is None:
        return None

    def text_for(account: AccountRef) -> str:
        named = replace(query, account=account_text(account.id))
        return actions.format_list_page(canonical_disputes(named), 1)

    return named_account(
        ask, session, query.account, text_for=text_for, action=actions.SHOW_DISPUTES
    )


def _title(query: ShowDisputes, account: AccountRef | None) -> str:
    if query.is_mine:
        return "Disputes that you look after"
    return f"Disputes of {account_name(account)}" if account else "Open disputes"
