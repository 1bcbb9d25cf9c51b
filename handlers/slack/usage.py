"""What /usage shows: an account's usage, or a choice; for commands and for presses alike."""

from dataclasses import replace

from bot.database import Reading
from bot.errors import BadRequest
from bot.metering.billed import hasten
from bot.queries.cards import AccountRef
from bot.queries.usage import get_usage, list_accounts_within
from bot.views.actions import SHOW_USAGE, account_text
from bot.views.blocks import Message
from bot.views.usage import usage_card
from handlers.slack.accounts import chosen_account, named_account
from handlers.slack.context import Ask
from handlers.slack.usage_grammar import ShowUsage, canonical, parse_usage


def show_usage(ask: Ask, query: ShowUsage) -> Message:
    """The answer to a query, from the last snapshot.

    Raises: BadRequest for a month that the account can't have, and what the queries raise.
    """
    database = ask.desk.runtime.database
    with database.looking() as session:
        account = _account(ask, session, query)
        if isinstance(account, Message):
            return account
        card = get_usage(session, account, query.month, sight=ask.sight)
        if card.spans and all(span.counted_at is not None for span in card.spans):
            return usage_card(card)
        within = list_accounts_within(session, account, sight=ask.sight)
    month = query.month or (card.months[0] if card.months else None)
    with database.writing() as session:
        hasten(session, within, None if card.spans else month)
    if not card.spans and month is not None:
        with database.looking() as session:
            card = get_usage(session, account, month, sight=ask.sight)
    return usage_card(card)


def press_usage(ask: Ask, value: str) -> Message:
    """The usage that a button or a menu asks for.

    Raises: BadRequest when the value names none, and what show_usage raises.
    """
    query = parse_usage(value)
    if not isinstance(query, ShowUsage) or query.ref is None:
        raise BadRequest("This button names no account. Ask for it anew: /usage and its name.")
    return show_usage(ask, replace(query, is_shared=False))


def _account(ask: Ask, session: Reading, query: ShowUsage) -> AccountRef | Message:
    if query.ref is not None:
        return named_account(
            ask,
            session,
            query.ref,
            text_for=lambda account: _text_for(query, account),
            action=SHOW_USAGE,
        )
    account = chosen_account(ask, session)
    if account is None:
        raise BadRequest("Whose usage? Write a name: /usage Acme, or /usage Acme 2026-10.")
    return account


def _text_for(query: ShowUsage, account: AccountRef) -> str:
    return canonical(replace(query, ref=account_text(account.id), is_shared=False))
