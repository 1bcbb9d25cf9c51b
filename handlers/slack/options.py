"""Menus that are filled while somebody types: what fits so far, of what that person may see.

Slack waits three seconds, takes a hundred options, and shows none where it hears nothing.
Source: docs.slack.dev/reference/block-kit/block-elements/select-menu-element, read 2026-11.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.queries.invoice_search import search_invoices
from bot.views import actions, blocks
from bot.views.blocks import Element, Message
from bot.views.dispute_forms import choice_words
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


# By the action_id of the menu: what it offers.
SEARCHES: Mapping[str, Callable[[Ask, str], list[Element]]] = {
    actions.FIND_INVOICE: _find_invoices,
}
# What went wrong is recorded and logged; a menu can't say it.
_NOTHING = Message(text="…", blocks=(blocks.divider(),))
