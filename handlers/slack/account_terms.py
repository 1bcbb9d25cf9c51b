"""How an account is dealt with, shown to all who may see it (A2, A5)."""

from bot.access import Permission, permissions_for, require_for
from bot.errors import BadRequest
from bot.queries.account_cards import AccountCard, get_account_card
from bot.queries.cards import AccountRef
from bot.views.account import terms_card
from bot.views.action_values import parse_account
from bot.views.actions import SHOW_TERMS, format_show_terms
from bot.views.blocks import Message
from handlers.slack.accounts import chosen_account, named_account
from handlers.slack.billing_queries import ShowTerms
from handlers.slack.context import Ask


def show_terms(ask: Ask, query: ShowTerms) -> Message:
    """The card of the account of a name, or of the chosen one; or a choice of accounts.

    Raises: BadRequest without a name where no account is chosen, NotFound.
    """
    with ask.desk.runtime.database.looking() as session:
        if query.account is None:
            account: AccountRef | Message | None = chosen_account(ask, session)
        else:
            account = named_account(
                ask, session, query.account, text_for=_text_for, action=SHOW_TERMS
            )
        if account is None:
            raise BadRequest("Which account? Write /billing account and its name.")
        if isinstance(account, Message):
            return account
        card = get_account_card(session, account.id, sight=ask.sight)
    return card_of(ask, card)


def card_of(ask: Ask, card: AccountCard, said: str = "") -> Message:
    """The card as this person sees it, below what has just been said."""
    rights = permissions_for(ask.actor, card.account.id)
    return terms_card(card, rights=rights, desk=ask.desk.contact, said=said)


def changeable_card(ask: Ask, value: str) -> AccountCard:
    """What a dialog starts from that changes an account.

    Raises: NotFound for an account that this person may not see, NotAllowed for others than its
        billing admins.
    """
    with ask.desk.runtime.database.looking() as session:
        card = get_account_card(session, parse_account(value), sight=ask.sight)
    require_for(ask.actor, Permission.MANAGE_ACCOUNTS, account_id=card.account.id)
    return card


def _text_for(account: AccountRef) -> str:
    return format_show_terms(account.id)
