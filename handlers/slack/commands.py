"""Slash commands: what was typed becomes a query, and the query one message."""

from collections.abc import Callable, Mapping

from bot.errors import BadRequest
from bot.views.blocks import Message
from bot.views.help import help_card
from bot.views.sharing import not_shared
from handlers.slack.context import Ask, CommandCall, Desk, answer
from handlers.slack.grammar import (
    HELP_NOTES,
    Query,
    ShowHelp,
    ShowSync,
    help_lines,
    parse_billing,
    parse_invoice,
)
from handlers.slack.invoices import show_invoices
from handlers.slack.sync import show_sync

# What each command understands; the manifest lists the same commands, and a test compares them.
PARSERS: Mapping[str, Callable[[str], Query]] = {
    "/invoice": parse_invoice,
    "/billing": parse_billing,
}


def answer_command(desk: Desk, call: CommandCall) -> Message:
    """The answer to a slash command.

    Shape: always a message; errors are messages too.
    """
    wanted = f"{call.command} {call.text}"
    return answer(desk, call.caller, wanted, lambda ask: _answered(ask, call))


def _answered(ask: Ask, call: CommandCall) -> Message:
    parse = PARSERS.get(call.command)
    if parse is None:
        raise BadRequest(f"{call.command} is none of my commands. Try {' or '.join(PARSERS)}.")
    query = parse(call.text)
    if isinstance(query, ShowHelp):
        message = help_card(call.command, help_lines(call.command), HELP_NOTES)
    elif isinstance(query, ShowSync):
        message = show_sync(ask)
    else:
        message = show_invoices(ask, query)
    return not_shared(message) if query.is_shared else message
