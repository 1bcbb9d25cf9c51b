"""The dialogs about promises to pay: recording one, and taking one back."""

from collections.abc import Sequence

from bot.money import Money, money_text
from bot.queries.cards import InvoiceRow, PromiseMark
from bot.queries.likely_days import LikelyDays
from bot.queries.promisable import Promisable
from bot.queries.promises import PromiseCard
from bot.views import actions, blocks
from bot.views.action_values import format_balance_links, format_seen
from bot.views.blocks import Block, Message
from bot.views.day_choice import day_choice
from bot.views.dispute_forms import choice_words
from bot.views.fields import many_field, text_field
from bot.views.forms import Form
from bot.views.freshness import warning
from bot.views.promise_words import promise_text
from bot.views.text import account_name, count_text, day_text, literal

HEAD = "Promise to pay"
# The names of the fields.
INVOICES, AMOUNT = "invoices", "amount"
SAID_BY, SAID_WHERE, NOTE, WHY = "said_by", "said_where", "note", "why"

SAID_MAX, NOTE_MAX, AMOUNT_CHARACTERS_MAX = 150, 1_000, 40


def record_promise_form(
    found: Promisable,
    *,
    chosen: Sequence[str],
    days: LikelyDays,
    grace_days: int,
    limit: Money | None,
) -> Message:
    """What was promised: all of the chosen invoices by a likely day, until somebody says more.

    Shape: `limit` is how much somebody may record alone, None for any amount.
    """
    name = account_name(found.account)
    choices = [(row.id, choice_words(row)) for row in offered(found)]
    shown = [
        blocks.header(HEAD),
        _glance(found, name),
        *[_replaced(one) for one in found.promises],
        many_field(INVOICES, "Invoices", choices, chosen=chosen),
        text_field(
            AMOUNT,
            f"Amount in {found.currency.upper()}",
            hint="Leave it empty for all that is to pay of these invoices. A part may be promised.",
            is_optional=True,
            characters_max=AMOUNT_CHARACTERS_MAX,
        ),
        *day_choice("By when", days),
        *_said(),
        text_field(NOTE, "Note", is_long=True, is_optional=True, characters_max=NOTE_MAX),
        blocks.context(blocks.plain_text(_consequence(grace_days))),
    ]
    if limit is not None:
        words = f"More than {money_text(limit)} has to be approved by somebody else first."
        shown.append(blocks.context(blocks.plain_text(words)))
    form = Form(
        actions.RECORD_PROMISE,
        "Record it",
        subject=format_seen(
            format_balance_links(found.account.id, found.currency), found.newest_id
        ),
    )
    return Message(text=literal(f"{HEAD}: {name}"), blocks=tuple(shown), form=form)


def cancel_promise_form(card: PromiseCard) -> Message:
    """Whether somebody takes a promise back, and why."""
    head = "Cancel this promise?"
    name = account_name(card.account)
    promised = f"{money_text(card.amount)} by {day_text(card.promised_on)}"
    shown = (
        blocks.header(head),
        blocks.rich_text(blocks.text(name, is_bold=True), blocks.text(f" promised {promised}.")),
        text_field(
            WHY,
            "Why",
            hint="It stands in the audit trail.",
            is_optional=True,
            characters_max=NOTE_MAX,
        ),
        blocks.context(blocks.plain_text("Its invoices are chased again from then on.")),
    )
    form = Form(actions.CANCEL_PROMISE, "Cancel promise", subject=str(card.id))
    return Message(text=literal(f"{head} {name}, {promised}"), blocks=shown, form=form)


def offered(found: Promisable) -> list[InvoiceRow]:
    """The invoices that a menu can offer."""
    return [row for row in found.invoices if len(row.id) <= blocks.OPTION_VALUE_MAX]


def _said() -> tuple[Block, Block]:
    """Who of the customer's people said it, and where."""
    return (
        text_field(
            SAID_BY,
            "Who said it",
            hint="Of the customer’s people.",
            is_optional=True,
            characters_max=SAID_MAX,
        ),
        text_field(
            SAID_WHERE,
            "Where",
            hint="A call, an e-mail, a link to the conversation.",
            is_optional=True,
            characters_max=SAID_MAX,
        ),
    )


def _glance(found: Promisable, name: str) -> Block:
    late = found.past_due
    words = [money_text(found.sum_of(tuple(row.id for row in found.invoices))), " to pay"]
    if late:
        past_due = money_text(found.sum_of(tuple(row.id for row in late)))
        part = "all" if len(late) == len(found.invoices) else past_due
        words.append(f", {part} of it past due in {count_text(len(late), 'invoice')}")
    return blocks.rich_text(
        blocks.text(name, is_bold=True), blocks.text("\n"), blocks.text("".join(words))
    )


def _replaced(promise: PromiseMark) -> Block:
    if promise.amount is None:
        by = day_text(promise.promised_on)
        return warning(
            f"Its organisation has promised some of these by {by}: they can’t be promised again "
            "here."
        )
    return warning(f"There is a promise already: {promise_text(promise)}. This one replaces it.")


def _consequence(grace_days: int) -> str:
    grace = f" and {count_text(grace_days, 'business day')} more" if grace_days else ""
    return (
        f"Nobody is chased for these invoices until the day is over{grace}. Then payments alone "
        "decide whether it was kept."
    )
