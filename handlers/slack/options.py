"""Menus that are filled while somebody types: what fits so far, of what that person may see.

Slack waits three seconds, takes a hundred options, and shows none where it hears nothing.
Source: docs.slack.dev/reference/block-kit/block-elements/select-menu-element, read 2026-11.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.clock import list_zone_names
from bot.queries.accounts import find_accounts
from bot.queries.invoice_search import search_invoices
from bot.views import actions, blocks
from bot.views.blocks import Element, Message
from bot.views.dispute_forms import choice_words
from bot.views.text import account_name, fit
from handlers.slack.context import Ask, Desk, answer
from handlers.slack.message_requests import Suggestion


def suggest(desk: Desk, suggestion: Suggestion) -> dict[str, Any]:
    """The options for what was typed; none for somebody who may see nothing."""
    found: list[Element] = []

    def work(ask: Ask) -> Message:
        search = SEARCHES.get(suggestion.action_id)
        if search is not None:
            found.extend(search(ask, suggestion.typed))
        return _NOTHING

    answer(desk, suggestion.caller, suggestion.action_id, work)
    return {"options": found[: blocks.SELECT_OPTIONS_MAX]}


def _find_invoices(ask: Ask, typed: str) -> list[Element]:
    with ask.desk.runtime.database.looking() as session:
        rows = search_invoices(session, typed, sight=ask.sight)
    return [
        blocks.option(choice_words(row), value=row.id)
        for row in rows
        if len(row.id) <= blocks.OPTION_VALUE_MAX
    ]


def _find_accounts(ask: Ask, typed: str) -> list[Element]:
    with ask.desk.runtime.database.looking() as session:
        found = find_accounts(session, typed, sight=ask.sight)
    return [
        blocks.option(
            fit(account_name(account), blocks.OPTION_TEXT_MAX),
            value=actions.account_text(account.id),
        )
        for account in (*found.exact, *found.partial)
    ]


def _find_zones(_ask: Ask, typed: str) -> list[Element]:
    wanted = typed.strip().lower().replace(" ", "_")
    names = [name for name in list_zone_names() if wanted in name.lower()]
    return [blocks.option(name, value=name) for name in names]


# By the action_id of the menu: what it offers.
SEARCHES: Mapping[str, Callable[[Ask, str], list[Element]]] = {
    actions.FIND_INVOICE: _find_invoices,
    actions.FIND_ACCOUNT: _find_accounts,
    actions.FIND_ZONE: _find_zones,
}
# What went wrong is recorded and logged; a menu can't say it.
_NOTHING = Message(text="…", blocks=(blocks.divider(),))
