"""What /usage shows: an account's usage, or a choice; for commands and for presses alike."""

from dataclasses import replace

from bot.clock import Month
from bot.database import Reading
from bot.errors import BadRequest
from bot.metering.billed import hasten, is_noted
from bot.queries.cards import AccountRef
from bot.queries.usage import get_usage, list_accounts_within
from bot.queries.usage_cards import UsageCard
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
        month = _month_to_note(ask, session, account, query, card)
        is_counted = all(span.counted_at and not span.is_stale for span in card.spans)
        if is_counted and month is None:
            return usage_card(card)
        within = list_accounts_within(session, account, sight=ask.sight)
    with database.writing() as session:
        hasten(session, within, month, now=ask.sight.now)
    if month is not None:
        with database.looking() as session:
            card = get_usage(session, account, query.month, sight=ask.sight)
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


def _month_to_note(
    ask: Ask, session: Reading, account: AccountRef, query: ShowUsage, card: UsageCard
) -> Month | None:
    """The month asked for, where some of what it was billed was never asked for before."""
    if query.month is None or any(not span.is_over for span in card.spans):
        return None
    within = list_accounts_within(session, account, sight=ask.sight)
    return None if is_noted(session, within, query.month) else query.month


def _text_for(query: ShowUsage, account: AccountRef) -> str:
    return canonical(replace(query, ref=account_text(account.id), is_shared=False))
