"""The dialogs about a correction that was asked for: to decide, to ask back, to answer."""

from collections.abc import Sequence

from bot.queries.approvals import ApprovalCard
from bot.views import actions, blocks
from bot.views.approvals import correction_blocks, result_text, state_text
from bot.views.blocks import Block, Message
from bot.views.corrections import changes_lines, correction_title
from bot.views.fields import text_field
from bot.views.forms import Form
from bot.views.text import literal, moment_text

# The name of the one field of each.
WORDS = "words"
WORDS_MAX = 1_000


def approve_form(card: ApprovalCard) -> Message:
    """What somebody is about to approve, as the invoice is now."""
    note = "It is done at once, unless Stripe says that the invoice has changed."
    return _form(card, "Approve this?", actions.APPROVE_CORRECTION, "Approve", note=note)


def reject_form(card: ApprovalCard) -> Message:
    """Why somebody says no."""
    field = _words("Why not?", hint="Whoever asked for it is told.")
    return _form(card, "Reject this?", actions.REJECT_CORRECTION, "Reject", field)


def question_form(card: ApprovalCard) -> Message:
    """What somebody wants to know before they decide."""
    field = _words("Your question", hint="Whoever asked for it gets it as a message.")
    return _form(card, "Ask about this", actions.QUESTION_CORRECTION, "Ask", field)


def answer_form(card: ApprovalCard) -> Message:
    """The answer to the question that came last."""
    field = _words("Your answer", hint="It stands on the card, for everybody who may decide.")
    return _form(card, "Answer", actions.ANSWER_APPROVER, "Answer", field)


def withdraw_form(card: ApprovalCard) -> Message:
    """Whether somebody takes back what they asked for."""
    note = "Nobody can approve it then. You can ask for it anew."
    return _form(card, "Withdraw this?", actions.WITHDRAW_CORRECTION, "Withdraw", note=note)


def decided(card: ApprovalCard, note: str = "") -> Message:
    """How it stands after what somebody has just done, or why that was not possible."""
    said = note or (_waiting(card) if card.state == "waiting" else result_text(card))
    shown = [
        blocks.header(state_header(card)),
        blocks.rich_text(blocks.text(said)),
    ]
    return Message(text=literal(said), blocks=tuple(shown))


def _waiting(card: ApprovalCard) -> str:
    title = correction_title(card.kind, card.invoice_number)
    until = moment_text(card.expires_at, card.account.time_zone)
    return (
        f"{title}: those who may approve it have been told, and have until {until}. "
        "You get a message about it, where you can withdraw it, and another when they have decided."
    )


def state_header(card: ApprovalCard) -> str:
    """How it stands, short enough for the head of a dialog."""
    return state_text(card).partition(":")[0]


def _form(
    card: ApprovalCard, head: str, action: str, submit: str, *fields: Block, note: str = ""
) -> Message:
    title = correction_title(card.kind, card.invoice_number)
    shown: Sequence[Block] = [
        blocks.header(head),
        blocks.rich_text(blocks.text(title, is_bold=True)),
        *correction_blocks(card, changes=changes_lines(card.changes)),
        *fields,
        *([blocks.context(blocks.plain_text(note))] if note else []),
    ]
    form = Form(callback_id=action, submit=submit, subject=str(card.id))
    return Message(text=literal(f"{head} {title}"), blocks=tuple(shown), form=form)


def _words(label: str, *, hint: str) -> Block:
    return text_field(
        WORDS, label, hint=hint, is_long=True, is_first=True, characters_max=WORDS_MAX
    )
