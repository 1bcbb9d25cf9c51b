"""The dialog that asks for invoices of an account to be written off, and what came of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.queries.cards import AccountRef, InvoiceRow
from bot.views import actions, blocks
from bot.views.blocks import Message
from bot.views.correction_forms import NOTE, NOTE_MAX, REASON
from bot.views.dispute_forms import choice_words
from bot.views.fields import many_field, menu_field, text_field
from bot.views.forms import Form
from bot.views.text import account_name, invoice_name, literal, plain

HEAD = "Write off"
INVOICES = "invoices"
WHY_MAX = 300


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What came of asking for one invoice."""

    row: InvoiceRow
    is_asked: bool
    said: str


def write_off_form(
    account: AccountRef, rows: Sequence[InvoiceRow], *, reasons: Mapping[str, str], most: int
) -> Message:
    """Which invoices nobody is to be asked for any more, and why."""
    name = account_name(account)
    offered = [row for row in rows if len(row.id) <= blocks.OPTION_VALUE_MAX]
    shown = (
        blocks.header(HEAD),
        blocks.rich_text(blocks.text(name, is_bold=True)),
        many_field(
            INVOICES,
            "Invoices",
            [(row.id, choice_words(row)) for row in offered],
            hint=f"At most {most} at once.",
        ),
        menu_field(REASON, "Reason", list(reasons.items())),
        text_field(
            NOTE,
            "Note",
            hint="What whoever approves it, or reads it later, has to know.",
            is_long=True,
            characters_max=NOTE_MAX,
        ),
        blocks.context(
            blocks.plain_text(
                "Each is still owed and may still be paid, but nobody is asked for it. Somebody "
                "else has to approve what is more than a small amount."
            )
        ),
    )
    form = Form(actions.WRITE_OFF_ACCOUNT, "Ask for it", subject=actions.account_text(account.id))
    return Message(text=literal(f"{HEAD}: {name}"), blocks=shown, form=form)


def written_off(account: AccountRef, asked: Sequence[AskedFor]) -> Message:
    """What came of each of them."""
    name = account_name(account)
    lines = [
        blocks.rich_text(
            blocks.emoji("hourglass_flowing_sand" if one.is_asked else "no_entry_sign"),
            blocks.text(f" {invoice_name(one.row)}", is_bold=True),
            blocks.text(f"\n{plain(one.said, limit=WHY_MAX)}"),
        )
        for one in asked
    ]
    title = blocks.rich_text(blocks.text(name, is_bold=True))
    said = "; ".join(f"{invoice_name(one.row)}: {plain(one.said, limit=WHY_MAX)}" for one in asked)
    return Message(text=literal(f"{HEAD}: {said}"), blocks=(blocks.header(HEAD), title, *lines))
