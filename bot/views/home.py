"""The Home tab: what a person's accounts owe, those accounts, and where to go next."""

import hashlib
import json
from typing import Any

from bot.money import money_text
from bot.queries.ageing import Owed
from bot.queries.book import Book
from bot.queries.cards import AccountRef
from bot.queries.home import Home, HomeAccount
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.chosen import choose_button, leave_button
from bot.views.freshness import footing, freshness_warnings
from bot.views.open_work import open_work_lines
from bot.views.text import account_name, count_text, days_late_text, fit, literal

# The longest that an account's name may be in a row, where it has half of the width.
NAME_MAX = 80
# An account may owe in several currencies; a row names so many of them.
CURRENCIES_IN_ROW_MAX = 3
FIRST_PAGE = "1"


def home_card(home: Home, *, chosen: AccountRef | None = None) -> Message:
    """A person's Home tab; `chosen` is the account that they work with, None for all."""
    book = home.book
    count = sum(each.owed.past_due_count for each in book.currencies)
    said = f"{count_text(count, 'invoice')} Past Due" if count else "Nothing is Past Due"
    emoji = "red_circle" if count else "white_check_mark"
    parts = [
        blocks.header("Billing desk"),
        blocks.rich_text(blocks.emoji(emoji), blocks.text(f" {said}", is_bold=True)),
        *_sums(book),
        *freshness_warnings(book.freshness, book.zone),
        *open_work_lines(home.work),
        blocks.actions(_ways_on()),
        *([_chosen_line(chosen)] if chosen else []),
        blocks.divider(),
        *_accounts(home, is_ranked=count > 0),
        *_page_buttons(home),
        footing(book.freshness, book.zone, place=_place(home)),
        blocks.context(blocks.mrkdwn("Only you see this page. *Refresh* reads it anew.")),
    ]
    return Message(text=literal(f"Billing desk: {said}."), blocks=tuple(parts))


def home_view(message: Message) -> dict[str, Any]:
    """A message as somebody's Home tab.

    Shape: `private_metadata` is the same for the same blocks, so that what a person already has
    can be told from news.
    """
    shown = list(message.blocks)
    print_ = hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()
    return {"type": "home", "blocks": shown, "private_metadata": print_[:32]}


def _sums(book: Book) -> list[Block]:
    """What is owed by currency, two beside each other; those with most that is late come first."""
    owed = sorted(
        (each.owed for each in book.currencies),
        key=lambda each: (-each.past_due_count, each.outstanding.currency),
    )
    shown = owed[: blocks.SECTION_FIELDS_MAX]
    if not shown:
        return []
    parts = [blocks.fields([blocks.mrkdwn(_owed_text(each)) for each in shown])]
    if rest := len(owed) - len(shown):
        more = "currency" if rest == 1 else "currencies"
        parts.append(blocks.context(blocks.mrkdwn(f"and {rest} more {more}")))
    return parts


def _owed_text(owed: Owed) -> str:
    outstanding = money_text(owed.outstanding)
    if not owed.past_due_count:
        return f"*{outstanding}* outstanding\nnothing of it Past Due"
    late = f"*{money_text(owed.past_due)}* Past Due"
    count = count_text(owed.past_due_count, "invoice")
    return f"{late}\n{count}, of {outstanding} outstanding"


def _accounts(home: Home, *, is_ranked: bool) -> list[Block]:
    if not home.accounts:
        return [blocks.section(blocks.plain_text("There are no accounts for you to see yet."))]
    order = ", Past Due for longest first" if is_ranked and home.accounts_count > 1 else ""
    head = f"*{count_text(home.accounts_count, 'account')}*{order}"
    rows = [_account_row(place, each) for place, each in enumerate(home.accounts)]
    return [blocks.section(blocks.mrkdwn(head)), *rows]


def _account_row(place: int, row: HomeAccount) -> Block:
    name = account_name(row.account, limit=NAME_MAX)
    return blocks.fields(
        [blocks.plain_text(name), blocks.mrkdwn(_standing(row))],
        accessory=_row_button(place, row, name),
    )


def _standing(row: HomeAccount) -> str:
    if not row.past_due:
        return ":white_check_mark: Nothing Past Due"
    shown = row.past_due[:CURRENCIES_IN_ROW_MAX]
    amounts = ", ".join(money_text(each.remaining) for each in shown)
    if rest := len(row.past_due) - len(shown):
        amounts += f" and {rest} more"
    count = sum(each.invoices_count for each in row.past_due)
    invoices = f"{count_text(count, 'invoice')}, " if count > 1 else ""
    return f"*{amounts}*\n:red_circle: {invoices}{days_late_text(row.days_late)}"


def _row_button(place: int, row: HomeAccount, name: str) -> Element:
    """What leads from a row to what it is about: the one invoice, those Past Due, or all."""
    label = fit(f"Show {name}", blocks.BUTTON_LABEL_MAX)
    account = actions.account_text(row.account.id)
    if row.invoice_id:
        action, value = actions.SHOW_INVOICE, row.invoice_id
    elif row.past_due:
        action = actions.LIST_PAGE
        value = actions.format_list_page(f"list entity:{account} status:past_due", 1)
    else:
        action, value = actions.SHOW_ACCOUNT, actions.format_show_account(account)
    return blocks.button(
        "Show", action_id=actions.action_id(action, place), value=value, label=label
    )


def _ways_on() -> list[Element]:
    ways = (
        ("Refresh", actions.action_id(actions.SHOW_HOME, "refresh"), FIRST_PAGE),
        (
            "Past Due",
            actions.action_id(actions.LIST_PAGE, "past_due"),
            actions.format_list_page("list status:past_due", 1),
        ),
        (
            "All invoices",
            actions.action_id(actions.LIST_PAGE, "all"),
            actions.format_list_page("list", 1),
        ),
        ("Balance", actions.SHOW_BOOK, actions.WHOLE_BOOK),
        ("Help", actions.SHOW_HELP, "help"),
    )
    buttons = [blocks.button(text, action_id=name, value=value) for text, name, value in ways]
    return [*buttons[:-1], choose_button(), buttons[-1]]


def _chosen_line(chosen: AccountRef) -> Block:
    words = f"You work with {account_name(chosen)}. Commands that name no account are about it."
    return blocks.section(blocks.plain_text(words), accessory=leave_button())


def _page_buttons(home: Home) -> list[Block]:
    elements = [
        blocks.button(
            text, action_id=actions.action_id(actions.SHOW_HOME, place), value=str(number)
        )
        for text, place, number in (
            ("‹ Previous accounts", "previous", home.page - 1),
            ("More accounts ›", "next", home.page + 1),
        )
        if 1 <= number <= home.pages
    ]
    return [blocks.actions(elements)] if elements else []


def _place(home: Home) -> str:
    return f"Page {home.page:,} of {home.pages:,}" if home.pages > 1 else ""
