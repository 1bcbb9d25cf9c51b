"""What can be done about what an account owes, in one table, and the dialog that offers it.

It opens from the menu below a digest and from an account's balance. Each deed is one button under
the deed's own action: it opens a dialog of its own above this one, and everything is read and
allowed again there.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from bot.access import Permission
from bot.queries.account_desk import AccountDesk
from bot.views import action_values, actions, blocks
from bot.views.ageing import BEHIND, currencies_shown, others_words, owed_line
from bot.views.balance import STANDING_EMOJI, promised_words, standing_words
from bot.views.blocks import Block, Element, Message
from bot.views.freshness import footing, freshness_warnings
from bot.views.lists import invoice_rows
from bot.views.promise_words import PROMISE_EMOJI
from bot.views.text import account_name, count_text, fit, literal

HEAD = "What to do"
NOTHING_TO_DO = "Your role covers looking at this account, and no more."


@dataclass(frozen=True, slots=True)
class Offer:
    """One button of a deed: what it carries, and which of several it is, "" where it is alone."""

    value: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class AccountDeed:
    """One deed: who may do it, and the buttons that it has for an account as it stands.

    Shape: `offers` gives () where the deed makes no sense.
    """

    action: str
    label: str
    right: Permission
    offers: Callable[[AccountDesk], Sequence[Offer]]
    style: str | None = None


def once(when: Callable[[AccountDesk], bool]) -> Callable[[AccountDesk], Sequence[Offer]]:
    """The offers of a deed that is about the account as a whole: one button, where it makes sense.

    It carries the account as action_values.parse_account() reads it.
    """

    def offers(desk: AccountDesk) -> Sequence[Offer]:
        return (Offer(actions.account_text(desk.account.id)),) if when(desk) else ()

    return offers


def owes(desk: AccountDesk) -> bool:
    """Whether something is to be paid, late or not."""
    return bool(desk.balance.owed)


def is_past_due(desk: AccountDesk) -> bool:
    """Whether some of what is to be paid is late."""
    return any(each.past_due for each in desk.balance.owed)


def _per_currency(desk: AccountDesk) -> Sequence[Offer]:
    owed = desk.balance.owed
    return [
        Offer(
            action_values.format_balance_links(desk.account.id, each.currency),
            of=each.currency if len(owed) > 1 else "",
        )
        for each in owed
    ]


def _for_oldest_invoice(desk: AccountDesk) -> Sequence[Offer]:
    return [Offer(row.id) for row in desk.invoices[:1]]


# In the order that they are shown in.
DEEDS = (
    AccountDeed(
        action=actions.SEND_BALANCE_LINKS,
        label="Send payment links",
        right=Permission.SEND_LINKS,
        offers=_per_currency,
        style="primary",
    ),
    AccountDeed(
        action=actions.UPDATE_PAYMENT_METHOD,
        label="Link to change the card",
        right=Permission.SEND_LINKS,
        offers=_for_oldest_invoice,
    ),
    AccountDeed(
        action=actions.CHARGE_BALANCE,
        label="Charge balance",
        right=Permission.CHARGE_BALANCE,
        offers=once(lambda desk: owes(desk) and bool(desk.balance.methods)),
    ),
    AccountDeed(
        action=actions.DISPUTE_ACCOUNT,
        label="Dispute an invoice",
        right=Permission.DISPUTE_INVOICES,
        offers=once(owes),
    ),
    AccountDeed(
        action=actions.RECORD_PROMISE,
        label="Promise to pay",
        right=Permission.RECORD_PROMISE,
        offers=_per_currency,
    ),
    AccountDeed(
        action=actions.SNOOZE_ACCOUNT,
        label="Snooze",
        right=Permission.SNOOZE_ACCOUNT,
        offers=once(is_past_due),
    ),
    AccountDeed(
        action=actions.ASSIGN_OWNER,
        label="Assign",
        right=Permission.ASSIGN_OWNER,
        offers=once(lambda _desk: True),
    ),
    AccountDeed(
        action=actions.WRITE_OFF_ACCOUNT,
        label="Write off",
        right=Permission.MARK_UNCOLLECTIBLE,
        offers=once(owes),
    ),
)


def account_desk(desk: AccountDesk, *, rights: Collection[Permission]) -> Message:
    """An account and what somebody with these rights can do about it."""
    zone = desk.account.time_zone
    name = account_name(desk.account)
    parts = [
        blocks.header(HEAD),
        _glance(desk, name),
        *freshness_warnings(desk.balance.freshness, zone),
        *_deeds(desk, rights),
        *_invoices(desk),
        blocks.actions(list(_ways_on(desk))),
        footing(desk.balance.freshness, zone),
    ]
    return Message(text=literal(fit(f"{HEAD}: {name}", 300)), blocks=tuple(parts))


def _glance(desk: AccountDesk, name: str) -> Block:
    standing, owed = desk.balance.standing, desk.balance.owed
    rule = standing_words(standing, has_past_due=is_past_due(desk))
    elements = [
        blocks.text(name, is_bold=True),
        blocks.text("\n"),
        blocks.emoji(STANDING_EMOJI[standing.level]),
        blocks.text(f" {standing.level} · {rule}"),
    ]
    if not owed:
        elements.append(blocks.text("\nNothing to pay.", is_bold=True))
    shown = owed[: currencies_shown(len(owed))]
    for each in shown:
        elements += [blocks.text("\n"), *owed_line(each)]
    if others := owed[len(shown) :]:
        elements.append(blocks.text(f"\n{others_words(others)}"))
    for promised in desk.balance.promised[: len(shown)]:
        elements += [
            blocks.text("\n"),
            blocks.emoji(PROMISE_EMOJI),
            blocks.text(f" Promised: {promised_words(promised)}"),
        ]
    return blocks.rich_text(*elements)


def _deeds(desk: AccountDesk, rights: Collection[Permission]) -> list[Block]:
    buttons = [
        _button(deed, offer)
        for deed in DEEDS
        if deed.right in rights
        for offer in deed.offers(desk)
    ]
    if buttons:
        return [blocks.actions(buttons[: blocks.ACTIONS_ELEMENTS_MAX])]
    return [blocks.section(blocks.plain_text(NOTHING_TO_DO))] if owes(desk) else []


def _button(deed: AccountDeed, offer: Offer) -> Element:
    name = actions.action_id(deed.action, offer.of or None)
    label = f"{deed.label} ({offer.of.upper()})" if offer.of else deed.label
    return blocks.button(label, action_id=name, value=offer.value, style=deed.style)


def _invoices(desk: AccountDesk) -> list[Block]:
    if not desk.invoices:
        return []
    shown, count = len(desk.invoices), desk.invoices_count
    head = f"To pay, the longest late first: {count_text(count, 'invoice')}"
    if shown < count:
        head = f"To pay, the longest late first: {shown} of {count_text(count, 'invoice')}"
    title = blocks.rich_text(blocks.text(head, is_bold=True))
    return [blocks.divider(), title, *invoice_rows(desk.invoices)]


def _ways_on(desk: AccountDesk) -> Iterator[Element]:
    its_own = actions.format_show_account(actions.account_text(desk.account.id))
    for text, action in (
        ("Its balance", actions.SHOW_BALANCE),
        ("All its invoices", actions.SHOW_ACCOUNT),
    ):
        yield blocks.button(text, action_id=actions.action_id(action, BEHIND), value=its_own)
