"""The hub: what somebody is at this desk, and what they may do next."""

from collections.abc import Sequence

from bot.queries.cards import AccountRef, InvoicePage
from bot.queries.open_work import OpenWork
from bot.queries.roles import GrantLine, GrantPage
from bot.views import actions, blocks
from bot.views.blocks import Block, Cell, Element, Message
from bot.views.chosen import leave_button
from bot.views.freshness import footing, freshness_warnings
from bot.views.open_work import open_work_lines
from bot.views.roles import role_noun, subject_name, where_text
from bot.views.text import account_name, count_text, fit, literal

# Roles that stand one by one; who has more sees how many more.
ROLES_SHOWN_MAX = 10


def hub(
    grants: GrantPage,
    past_due: InvoicePage,
    *,
    work: OpenWork,
    chosen: AccountRef | None = None,
    is_admin: bool,
) -> Message:
    """A person's roles and accounts, what is Past Due in them, and buttons that lead on.

    Shape: with a chosen account, `past_due` and the lists behind the buttons are of that one;
        `work` is that of all accounts, as it waits for a person whatever they work with.
    """
    whose = account_name(chosen) if chosen else "your accounts"
    count = _past_due_text(past_due.count, whose)
    shown = grants.lines[:ROLES_SHOWN_MAX]
    parts = [
        blocks.header("Billing desk"),
        _past_due(past_due, count),
        *freshness_warnings(past_due.freshness, past_due.zone),
        *open_work_lines(work),
        blocks.table(_rows(shown), align=("left",) * 3, wrapped=(1,)),
    ]
    if (rest := grants.count - len(shown)) > 0:
        parts.append(blocks.context(blocks.mrkdwn(f"and {rest:,} more roles")))
    if menu := _account_menu(shown):
        parts.append(blocks.actions([menu]))
    parts.append(blocks.actions(_ways_on(chosen, is_admin=is_admin)))
    if chosen:
        parts.append(_chosen_line(whose))
    parts.append(footing(past_due.freshness, past_due.zone))
    roles = list(dict.fromkeys(role_noun(line.role) for line in grants.lines))
    text = literal(f"Billing desk: you are {' and '.join(roles)}. {count}.")
    return Message(text=text, blocks=tuple(parts))


def _past_due_text(count: int, whose: str) -> str:
    if not count:
        return f"Nothing is Past Due in {whose}"
    return f"{count_text(count, 'invoice')} Past Due in {whose}"


def _chosen_line(whose: str) -> Block:
    return blocks.section(
        blocks.plain_text(f"You work with {whose}. Commands that name no account are about it."),
        accessory=leave_button(),
    )


def _past_due(page: InvoicePage, count: str) -> Block:
    emoji = "red_circle" if page.count else "white_check_mark"
    return blocks.rich_text(blocks.emoji(emoji), blocks.text(f" {count}", is_bold=True))


def _rows(lines: Sequence[GrantLine]) -> list[list[Cell]]:
    rows = [[blocks.cell(title) for title in ("Your role", "For", "Given to")]]
    for line in lines:
        given_to = subject_name(line.subject) if line.subject.is_group else "you"
        rows.append(
            [
                blocks.rich_text(blocks.text(line.role.value.capitalize(), is_bold=True)),
                blocks.cell(where_text(line.path)),
                blocks.cell(given_to if line.granted_at else f"{given_to}, by the settings"),
            ]
        )
    return rows


def _account_menu(lines: Sequence[GrantLine]) -> Element | None:
    """A menu of the accounts that the roles name; None where they name none."""
    accounts = {line.account_id: where_text(line.path) for line in lines if line.account_id}
    if not accounts:
        return None
    options = [
        blocks.option(
            fit(name, blocks.OPTION_TEXT_MAX),
            value=actions.format_show_account(actions.account_text(account_id)),
        )
        for account_id, name in accounts.items()
    ]
    action_id = actions.action_id(actions.SHOW_ACCOUNT, "menu")
    return blocks.static_select("Show an account …", action_id=action_id, options=options)


def _ways_on(chosen: AccountRef | None, *, is_admin: bool) -> Sequence[Element]:
    entity = f" entity:{actions.account_text(chosen.id)}" if chosen else ""
    ways = [
        (
            "Past Due",
            actions.action_id(actions.LIST_PAGE, "past_due"),
            actions.format_list_page(f"list{entity} status:past_due", 1),
        ),
        (
            "All invoices",
            actions.action_id(actions.LIST_PAGE, "all"),
            actions.format_list_page(f"list{entity}", 1),
        ),
        _balance(chosen),
        *([_terms(chosen)] if chosen else []),
    ]
    if is_admin:
        ways += [
            ("Roles", actions.SHOW_ROLES, actions.format_list_page("roles", 1)),
            ("Channels", actions.SHOW_CHANNELS, "channels"),
            ("Sync", actions.SHOW_SYNC, "sync"),
            ("Audit trail", actions.SHOW_AUDIT, "audit"),
        ]
    ways.append(("Help", actions.SHOW_HELP, "help"))
    return [blocks.button(text, action_id=name, value=value) for text, name, value in ways]


def _terms(chosen: AccountRef) -> tuple[str, str, str]:
    value = actions.format_show_terms(chosen.id)
    return "Contacts and terms", actions.SHOW_TERMS, value


def _balance(chosen: AccountRef | None) -> tuple[str, str, str]:
    if chosen is None:
        return "Balance", actions.SHOW_BOOK, actions.WHOLE_BOOK
    its_own = actions.format_show_account(actions.account_text(chosen.id))
    return "Balance", actions.SHOW_BALANCE, its_own
