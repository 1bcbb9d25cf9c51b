"""When words fit several things, or nothing: never a silent first hit."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.mirror.names import skeleton
from bot.queries.cards import AccountRef, Freshness, InvoiceRow
from bot.views import actions, blocks
from bot.views.blocks import Block, Message
from bot.views.freshness import freshness_warnings, warning
from bot.views.lists import invoice_rows
from bot.views.notices import Contact, contact_block
from bot.views.text import account_name, count_text, fit, literal, plain

CHOICES_MAX = 10
NEAREST_MAX = 5
ASKED_MAX = 80
HINT_MAX = 200
# So many of an account's customers are named where accounts must be told apart.
CUSTOMERS_SHOWN_MAX = 3
# What only shows something of the account that is chosen.
SHOWING = frozenset({actions.SHOW_ACCOUNT, actions.SHOW_USAGE})


def invoice_picker(
    rows: Sequence[InvoiceRow],
    *,
    asked: str,
    count: int,
    action: str = actions.SHOW_INVOICE,
) -> Message:
    """Which of several invoices was meant.

    Shape: the first ten of `rows`, in their order; `count` is how many there are in all; `action`
        is what a choice does with the invoice.
    """
    head = f"{count_text(count, 'invoice')} fit ‘{plain(asked, limit=ASKED_MAX)}’. Which one?"
    shown = rows[:CHOICES_MAX]
    parts = [blocks.rich_text(blocks.text(head, is_bold=True)), *invoice_rows(shown, action=action)]
    parts.extend(_rest(count - len(shown), "number"))
    return Message(text=literal(head), blocks=tuple(parts))


def text_of(account: AccountRef) -> str:
    """The question that a button for an account asks, unless it is part of a longer one."""
    return actions.account_text(account.id)


def account_picker(
    accounts: Sequence[AccountRef],
    *,
    asked: str,
    count: int,
    text_for: Callable[[AccountRef], str] = text_of,
    action: str = actions.SHOW_ACCOUNT,
) -> Message:
    """Which of several accounts was meant; names that the eye can't tell apart bring a warning.

    Shape: the first ten of `accounts`, in their order; `count` is how many there are in all.
        `text_for` is the whole question about one of them, so that a choice goes on with it;
        `action` is what a choice does.
    """
    name = plain(asked, limit=ASKED_MAX)
    head = f"{count_text(count, 'account')} fit ‘{name}’. Which one?"
    if count == 1:
        # A single one is asked about only where its name is not quite what was written.
        head = f"One account’s name looks like ‘{name}’. Is it meant?"
    shown = accounts[:CHOICES_MAX]
    order = [blocks.text(" The newest customers stand first.")] if count > 1 else []
    parts = [blocks.rich_text(blocks.text(head, is_bold=True), *order)]
    if _look_alike(shown):
        parts.append(warning("Some of these names look alike. Their customer ids tell them apart."))
    for place, account in enumerate(shown):
        parts.append(_account_row(place, account, text_for, action))
    parts.extend(_rest(count - len(shown), "name"))
    return Message(text=literal(head), blocks=tuple(parts))


def mixed_picker(
    rows: Sequence[InvoiceRow],
    accounts: Sequence[AccountRef],
    *,
    asked: str,
    count: int,
    text_for: Callable[[AccountRef], str] = text_of,
) -> Message:
    """Which was meant where words are the number of an invoice and the name of an account.

    Shape: as in the pickers of one kind; invoices stand first.
    """
    some = "an invoice" if len(rows) == 1 else "invoices"
    whose = "an account" if len(accounts) == 1 else "accounts"
    head = f"‘{plain(asked, limit=ASKED_MAX)}’ fits {some} and {whose}. Which one?"
    invoices = list(invoice_rows(rows[:CHOICES_MAX]))
    shown = accounts[: CHOICES_MAX - min(len(rows), CHOICES_MAX)]
    parts = [blocks.rich_text(blocks.text(head, is_bold=True)), *invoices]
    parts.extend(
        _account_row(place, account, text_for, actions.SHOW_ACCOUNT)
        for place, account in enumerate(shown)
    )
    parts.extend(_rest(count - len(invoices) - len(shown), "name"))
    return Message(text=literal(head), blocks=tuple(parts))


@dataclass(frozen=True, slots=True)
class Miss:
    """Words that fit nothing that a person may see, and what may help them.

    Shape: `hint` says what may have been meant that is no name, "" for no idea; `zone` is the one
        of the moment in `freshness`.
    """

    asked: str
    nearest: Sequence[AccountRef]
    freshness: Freshness
    zone: str
    hint: str = ""


def nothing_matches(
    miss: Miss,
    *,
    contact: Contact,
    text_for: Callable[[AccountRef], str] = text_of,
    action: str = actions.SHOW_ACCOUNT,
) -> Message:
    """That words fit nothing, and the nearest names as buttons.

    What a copy lacks that is old, or still being filled, may be there all the same: it says so.
    """
    head = f"Nothing matches ‘{plain(miss.asked, limit=ASKED_MAX)}’."
    parts = [blocks.rich_text(blocks.emoji("mag"), blocks.text(f" {head}", is_bold=True))]
    if miss.hint:
        parts.append(blocks.section(blocks.plain_text(plain(miss.hint, limit=HINT_MAX))))
    parts.extend(freshness_warnings(miss.freshness, miss.zone))
    if miss.nearest:
        parts.append(blocks.section(blocks.plain_text("The nearest names:")))
        parts.append(
            blocks.actions(
                [
                    blocks.button(
                        fit(account_name(account), blocks.BUTTON_TEXT_MAX),
                        action_id=actions.action_id(action, place),
                        value=actions.format_show_account(text_for(account)),
                    )
                    for place, account in enumerate(miss.nearest[:NEAREST_MAX])
                ]
            )
        )
    parts.append(contact_block(contact))
    return Message(text=literal(head), blocks=tuple(parts))


def _account_row(
    place: int, account: AccountRef, text_for: Callable[[AccountRef], str], action: str
) -> Block:
    name = account_name(account)
    verb = "Show" if action in SHOWING else "Choose"
    customers = [plain(customer, limit=40) for customer in account.customer_ids]
    ids = ", ".join(customers[:CUSTOMERS_SHOWN_MAX])
    if len(customers) > CUSTOMERS_SHOWN_MAX:
        ids += " and more"
    about = " · ".join(part for part in (account.kind, ids) if part)
    return blocks.section(
        blocks.plain_text(f"{name}\n{about}" if about else name),
        accessory=blocks.button(
            verb,
            action_id=actions.action_id(action, place),
            value=actions.format_show_account(text_for(account)),
            label=fit(f"{verb} {name}", blocks.BUTTON_LABEL_MAX),
        ),
    )


def _look_alike(accounts: Sequence[AccountRef]) -> bool:
    eyes = Counter(tuple(skeleton(name) for name in account.path) for account in accounts)
    return any(times > 1 for times in eyes.values())


def _rest(count: int, what: str) -> list[Block]:
    if count <= 0:
        return []
    return [blocks.context(blocks.mrkdwn(f"and {count:,} more: write more of the {what}"))]
