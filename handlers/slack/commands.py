"""Slash commands: what was typed becomes a query, and the query one message."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.errors import BadRequest
from bot.views.blocks import Message
from bot.views.help import HelpLine, help_card
from handlers.slack.balance_grammar import BALANCE_NOTES, balance_help_lines, parse_balance
from handlers.slack.balances import show_typed_balance
from handlers.slack.billing import show_billing
from handlers.slack.billing_grammar import BILLING_NOTES, billing_help_lines, parse_billing
from handlers.slack.chosen import show_typed_invoices
from handlers.slack.context import Ask, Desk, answer
from handlers.slack.forms import ShowHelp
from handlers.slack.grammar import (
    HELP_NOTES,
    ListInvoices,
    ShowHistory,
    ShowInvoice,
    help_lines,
    parse_invoice,
)
from handlers.slack.history import show_history
from handlers.slack.requests import CommandCall
from handlers.slack.sharing import share
from handlers.slack.usage import show_usage
from handlers.slack.usage_grammar import USAGE_NOTES, parse_usage, usage_help_lines


@dataclass(frozen=True, slots=True)
class Command:
    """One command: how it is read, explained and answered."""

    parse: Callable[[str], Any]
    help_lines: Callable[[], tuple[HelpLine, ...]]
    notes: tuple[str, ...]
    show: Callable[[Ask, Any], Message]


def _show_typed(ask: Ask, query: ShowInvoice | ListInvoices | ShowHistory) -> Message:
    if isinstance(query, ShowHistory):
        return show_history(ask, query)
    return show_typed_invoices(ask, query)


# The manifest lists the same commands, and a test compares them.
COMMANDS: Mapping[str, Command] = {
    "/invoice": Command(parse_invoice, help_lines, HELP_NOTES, _show_typed),
    "/usage": Command(parse_usage, usage_help_lines, USAGE_NOTES, show_usage),
    "/balance": Command(parse_balance, balance_help_lines, BALANCE_NOTES, show_typed_balance),
    "/billing": Command(parse_billing, billing_help_lines, BILLING_NOTES, show_billing),
}


def answer_command(desk: Desk, call: CommandCall) -> Message:
    """The answer to a slash command.

    Shape: always a message; errors are messages too.
    """
    wanted = f"{call.command} {call.text}"
    return answer(desk, call.caller, wanted, lambda ask: _answered(ask, call))


def show_help(name: str) -> Message:
    """What a command understands."""
    command = COMMANDS[name]
    return help_card(name, command.help_lines(), command.notes)


def _answered(ask: Ask, call: CommandCall) -> Message:
    command = COMMANDS.get(call.command)
    if command is None:
        raise BadRequest(f"{call.command} is none of my commands. Try {' or '.join(COMMANDS)}.")
    query = command.parse(call.text)
    if query.is_shared:
        # Others may not see drafts, so what is shared is looked up without them.
        unseen = replace(ask, sight=replace(ask.sight, drafts=False))
        return share(unseen, _work(call, query), press=call.trigger_id)
    return _work(call, query)(ask)


def _work(call: CommandCall, query: Any) -> Callable[[Ask], Message]:
    if isinstance(query, ShowHelp):
        return lambda _ask: show_help(call.command)
    return lambda ask: COMMANDS[call.command].show(ask, query)
