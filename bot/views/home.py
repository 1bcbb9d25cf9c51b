"""The Home tab: what is Past Due in a person's accounts, those accounts, and where to go next."""

import hashlib
import json
from typing import Any

from bot.money import money_text
from bot.queries.cards import AccountRef
from bot.queries.home import HomeAccount, HomeBook, PastDueSum
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.chosen import leave_button
from bot.views.freshness import footing, freshness_warnings
from bot.views.text import account_name, count_text, days_late_text, fit, literal

# The longest that an account's name may be in a row, where it has half of the width.
NAME_MAX = 80
# An account may owe in several currencies; a row names so many of them.
CURRENCIES_IN_ROW_MAX = 3
FIRST_PAGE = "1"


def home_card(book: HomeBook, *, chosen: AccountRef | None = None) -> Message:
    """A person's Home tab; `chosen` is the account that they work with, None for all."""
    count = sum(each.invoices_count for each in book.past_due)
    said = f"{count_text(count, 'invoice')} Past Due" if count else "Nothing is Past Due"
    emoji = "red_circle" if count else "white_check_mark"
    parts = [
        blocks.header("Billing desk"),
        blocks.rich_text(blocks.emoji(emoji), blocks.text(f" {said}", is_bold=True)),
        *_sums(book.past_due),
        *freshness_warnings(book.freshness, book.zone),
        blocks.actions(_ways_on()),
        *([_chosen_line(chosen)] if chosen else []),
        blocks.divider(),
        *_accounts(book),
        *_page_buttons(book),
        footing(book.freshness, book.zone, place=_place(book)),
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


def _sums(sums: tuple[PastDueSum, ...]) -> list[Block]:
    """What is Past Due by currency, two beside each other."""
    shown = sums[: blocks.SECTION_FIELDS_MAX]
    if not shown:
        return []
    parts = [
        blocks.fields(
            [
                blocks.mrkdwn(
                    f"*{money_text(each.remaining)}*\n{count_text(each.invoices_count, 'invoice')}"
                )
                for each in shown
            ]
        )
    ]
    if rest := len(sums) - len(shown):
        more = "currency" if rest == 1 else "currencies"
        parts.append(blocks.context(blocks.mrkdwn(f"and {rest} more {more}")))
    return parts


def _accounts(book: HomeBook) -> list[Block]:
    if not book.accounts:
        return [blocks.section(blocks.plain_text("There are no accounts for you to see yet."))]
    is_ranked = book.accounts_count > 1 and bool(book.past_due)
    order = ", Past Due for longest first" if is_ranked else ""
    head = f"*{count_text(book.accounts_count, 'account')}*{order}"
    rows = [_account_row(place, each) for place, each in enumerate(book.accounts)]
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
        ("Help", actions.SHOW_HELP, "help"),
    )
    return [blocks.button(text, action_id=name, value=value) for text, name, value in ways]


def _chosen_line(chosen: AccountRef) -> Block:
    words = f"You work with {account_name(chosen)}. Commands that name no account are about it."
    return blocks.section(blocks.plain_text(words), accessory=leave_button())


def _page_buttons(book: HomeBook) -> list[Block]:
    elements = [
        blocks.button(
            text, action_id=actions.action_id(actions.SHOW_HOME, place), value=str(number)
        )
        for text, place, number in (
            ("‹ Previous accounts", "previous", book.page - 1),
            ("More accounts ›", "next", book.page + 1),
        )
        if 1 <= number <= book.pages
    ]
    return [blocks.actions(elements)] if elements else []


def _place(book: HomeBook) -> str:
    return f"Page {book.page:,} of {book.pages:,}" if book.pages > 1 else ""
