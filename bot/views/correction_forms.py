"""The dialogs that ask for a correction that takes an invoice as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.money import money_text
from bot.queries.cards import InvoiceCard
from bot.views import blocks
from bot.views.blocks import Block, Message
from bot.views.corrections import changes_lines, correction_title
from bot.views.fields import menu_field, text_field
from bot.views.forms import Form
from bot.views.freshness import warning
from bot.views.text import account_name, invoice_name, literal

# The names of the fields.
REASON, NOTE = "reason", "note"
NOTE_MAX = 1_000

APPROVAL_NEEDED = "Somebody else has to approve it, within 72 hours; you are told what they decide."
NO_APPROVAL = "It is small enough to be done at once."


@dataclass(frozen=True, slots=True)
class WholeCorrection:
    """What such a dialog says: its head, its button, what follows, and the reasons to choose."""

    kind: str
    head: str
    submit: str
    consequence: str
    reasons: Mapping[str, str]


def correction_form(
    card: InvoiceCard,
    words: WholeCorrection,
    *,
    changes: tuple[tuple[str, str, str], ...],
    subject: str,
    is_note_needed: bool,
    is_approval_needed: bool,
    has_changed: bool = False,
) -> Message:
    """What changes, why, and who has a say in it.

    Shape: with `has_changed` it says that it was sent on another state of the invoice.
    """
    title = correction_title(words.kind, invoice_name(card))
    glance = blocks.rich_text(
        blocks.text(title, is_bold=True),
        blocks.text(f"\n{account_name(card.account)} · {money_text(card.remaining)} to pay"),
    )
    changed = "Nothing was sent: the invoice has changed since. Look at it again, please."
    shown = [
        blocks.header(words.head),
        *([warning(changed)] if has_changed else []),
        glance,
        changes_lines(changes),
        menu_field(REASON, "Reason", list(words.reasons.items())),
        note_field(is_needed=is_note_needed),
        blocks.context(blocks.plain_text(words.consequence)),
        blocks.context(blocks.plain_text(APPROVAL_NEEDED if is_approval_needed else NO_APPROVAL)),
    ]
    submit = "Ask for approval" if is_approval_needed else words.submit
    form = Form(callback_id=words.kind, submit=submit, subject=subject)
    return Message(text=literal(f"{words.head} {title}"), blocks=tuple(shown), form=form)


def note_field(*, is_needed: bool) -> Block:
    """Where who asks says why."""
    return text_field(
        NOTE,
        "Note",
        hint="What whoever approves it, or reads it later, has to know.",
        is_long=True,
        is_optional=not is_needed,
        characters_max=NOTE_MAX,
    )
