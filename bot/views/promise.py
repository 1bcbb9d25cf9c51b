"""The card of one promise to pay: of how much, by when, how it stands, and of which invoices."""

from collections.abc import Collection

from bot.access import Permission
from bot.money import money_text
from bot.queries.promise_terms import PromiseState
from bot.queries.promises import PromiseCard
from bot.views import action_values, actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.freshness import footing, freshness_warnings
from bot.views.lists import invoice_rows
from bot.views.promise_words import STATE_EMOJI, STATE_WORDS
from bot.views.text import (
    account_name,
    clock_text,
    count_text,
    day_text,
    escape,
    literal,
    plain,
)

HEAD = "Promise to pay"
NAME_MAX, NOTE_MAX = 150, 600
# The rest stand in the list of all its invoices.
INVOICES_SHOWN = 8


def promise_card(card: PromiseCard, *, rights: Collection[Permission], note: str = "") -> Message:
    """One promise, with what somebody with these rights may do; `note` says what just happened."""
    zone = card.account.time_zone
    buttons = _buttons(card, rights)
    shown = [
        blocks.header(HEAD),
        *([blocks.section(blocks.plain_text(note))] if note else []),
        _glance(card),
        *freshness_warnings(card.freshness, zone),
        _facts(card),
        *_note(card),
        *_invoices(card),
        *([blocks.actions(buttons)] if buttons else []),
        footing(card.freshness, zone),
    ]
    said = f"{account_name(card.account)}: {_promised(card)}: {STATE_WORDS[card.state]}"
    return Message(text=literal(f"{HEAD}, {said}."), blocks=tuple(shown))


def _promised(card: PromiseCard) -> str:
    return f"{money_text(card.amount)} by {day_text(card.promised_on)}"


def _glance(card: PromiseCard) -> Block:
    return blocks.rich_text(
        blocks.emoji(STATE_EMOJI[card.state]),
        blocks.text(f" {STATE_WORDS[card.state]}", is_bold=True),
        blocks.text(f" · {_standing(card)}\n"),
        blocks.text(money_text(card.amount), is_bold=True),
        blocks.text(f" by {day_text(card.promised_on)}\n{account_name(card.account)}"),
    )


def _standing(card: PromiseCard) -> str:
    """How far it is, in a few words."""
    came = money_text(card.paid)
    match card.state:
        case PromiseState.PENDING:
            until = f"a payment counts until the end of {day_text(card.grace_on)}"
            return f"{came} has arrived; {until}" if card.paid else until
        case PromiseState.KEPT:
            return "it has arrived"
        case PromiseState.PARTLY_KEPT:
            return f"only {came} has arrived in time"
        case PromiseState.BROKEN:
            return "nothing has arrived in time"
        case PromiseState.CANCELLED:
            return plain(card.cancelled_why, limit=NAME_MAX) if card.cancelled_why else "taken back"


def _facts(card: PromiseCard) -> Block:
    zone = card.account.time_zone
    # What is left to pay may be less than what was promised.
    lowered = money_text(card.due) if 0 < card.due.minor < card.amount.minor else ""
    facts = {
        "Said by": card.said_by and escape(plain(card.said_by, limit=NAME_MAX)),
        "Where": card.said_where and escape(plain(card.said_where, limit=NAME_MAX)),
        "Recorded by": escape(plain(card.recorded_by, limit=NAME_MAX)),
        "Recorded": clock_text(card.recorded_at, zone),
        "Of it left to ask for": lowered,
        "Decided": card.ended_at and clock_text(card.ended_at, zone),
    }
    return blocks.fields(
        [blocks.mrkdwn(f"*{label}*\n{fact}") for label, fact in facts.items() if fact]
    )


def _note(card: PromiseCard) -> list[Block]:
    if not card.note.strip():
        return []
    words = plain(card.note, limit=NOTE_MAX)
    return [blocks.rich_text(blocks.emoji("memo"), blocks.text(f" ‘{words}’"))]


def _invoices(card: PromiseCard) -> list[Block]:
    shown, count = card.invoices[:INVOICES_SHOWN], len(card.invoices)
    head = f"Of {count_text(count, 'invoice')}"
    if len(shown) < count:
        head = f"{head}, the first {len(shown)}"
    title = blocks.rich_text(blocks.text(head, is_bold=True))
    return [blocks.divider(), title, *invoice_rows(shown)]


def _buttons(card: PromiseCard, rights: Collection[Permission]) -> list[Element]:
    if Permission.RECORD_PROMISE not in rights:
        return []
    buttons: list[Element] = []
    if card.state is PromiseState.PENDING and not card.is_day_over:
        cancel = blocks.button(
            "Cancel promise …", action_id=actions.CANCEL_PROMISE, value=str(card.id)
        )
        buttons.append(cancel)
    if card.state is not PromiseState.KEPT:
        value = action_values.format_balance_links(card.account.id, card.amount.currency)
        label = "Record another …"
        buttons.append(blocks.button(label, action_id=actions.RECORD_PROMISE, value=value))
    return buttons
