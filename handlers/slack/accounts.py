"""The account that somebody means: by a name that they typed, or as the one they work with."""

import re
from collections.abc import Callable

from bot.database import Reading
from bot.errors import NotFound
from bot.queries.accounts import find_account, find_accounts, list_nearest_accounts
from bot.queries.cards import AccountRef
from bot.queries.chosen_accounts import find_chosen_account
from bot.queries.freshness import get_freshness
from bot.views.actions import SHOW_ACCOUNT
from bot.views.blocks import Message
from bot.views.pickers import Miss, account_picker, nothing_matches, text_of
from handlers.slack.context import Ask, record_miss

# An account as our own buttons name it; people may type it too, and see what they may see.
_BY_ID = re.compile(r"@([1-9][0-9]{0,17})", re.ASCII)


def named_account(
    ask: Ask,
    session: Reading,
    text: str,
    *,
    text_for: Callable[[AccountRef], str] = text_of,
    action: str = SHOW_ACCOUNT,
    hint: str = "",
) -> AccountRef | Message:
    """The one account that a text stands for; else what to show instead: a choice, or nothing.

    Shape: `text_for` is the whole question about one account, which a choice goes on with, and
        `action` what its button does; `hint` is what else may have been meant.
    Raises: NotFound for the id of an account that this person has none of; BadRequest for a text
        that can't be searched for.
    """
    if by_id := _BY_ID.fullmatch(text):
        return _account_by_id(ask, session, int(by_id[1]))
    found = find_accounts(session, text, sight=ask.sight)
    if found.only is not None:
        return found.only
    accounts, count = found.exact, found.exact_count
    if not count:
        accounts, count = found.partial, found.partial_count
    if count == 1 and not found.has_lookalikes:
        return accounts[0]
    if count:
        return account_picker(accounts, asked=text, count=count, text_for=text_for, action=action)
    return show_miss(ask, session, text, text_for=text_for, action=action, hint=hint)


def show_miss(
    ask: Ask,
    session: Reading,
    text: str,
    *,
    text_for: Callable[[AccountRef], str] = text_of,
    action: str = SHOW_ACCOUNT,
    hint: str = "",
) -> Message:
    """That a text fits nothing that this person may see, which is recorded, and what is near it."""
    miss = Miss(
        asked=text,
        nearest=list_nearest_accounts(session, text, sight=ask.sight),
        freshness=get_freshness(session, sight=ask.sight),
        zone=ask.sight.zone,
        hint=hint,
    )
    record_miss(ask)
    return nothing_matches(miss, contact=ask.desk.contact, text_for=text_for, action=action)


def chosen_account(ask: Ask, session: Reading) -> AccountRef | None:
    """The account that somebody works with, for what they type without naming one.

    Shape: None when they work with all of theirs. A button asks for what it carries, never for
        this: it would mean something else after each switch.
    """
    return find_chosen_account(session, ask.actor.user_id, sight=ask.sight)


def _account_by_id(ask: Ask, session: Reading, account_id: int) -> AccountRef:
    account = find_account(session, account_id, sight=ask.sight)
    if account is None:
        raise NotFound("There is no such account any more. Ask for it anew by its name.")
    return account
