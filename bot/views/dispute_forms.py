"""The dialogs about disputes: which invoice and why, how it ended, why it is open again."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.money import decimal_text, money_text
from bot.queries.cards import InvoiceCard, InvoiceRow, Status
from bot.queries.correctable import Correctable
from bot.queries.dispute_terms import ENDS, Reason
from bot.queries.disputes import Dispute
from bot.views import actions, blocks
from bot.views.blocks import Block, Message
from bot.views.dispute_words import END_WORDS, REASON_WORDS
from bot.views.fields import menu_field, person_field, radio_field, search_field, text_field
from bot.views.forms import Form
from bot.views.invoice import status_words
from bot.views.part_fields import TICKED, WHOLE, amount_field, line_fields, what_field
from bot.views.text import account_name, days_late_text, fit, invoice_name, plain

# The names of the fields.
INVOICE, OTHER_INVOICE = "invoice", actions.FIND_INVOICE
REASON, NOTE, OWNER, END = "reason", "note", "owner", "end"

NOTE_MAX = 1000
# More than that nobody chooses from; the others are found by typing.
CANDIDATES_SHOWN = 20
ACCOUNT_MAX = 36
# Only whole invoices are asked for, so a dispute about a part holds the whole of it.
HELD = "Nobody is asked for any of this invoice until the dispute is closed."


@dataclass(frozen=True, slots=True)
class Filled:
    """What a dialog says already when it opens: what was said in the one before it."""

    owner_id: str
    reason: str | None = None
    note: str = ""
    is_about_lines: bool = False


def open_dispute_form(
    candidates: Sequence[InvoiceRow],
    *,
    proposed: str | None,
    owner_id: str,
    subject: str,
    hint: str = "",
) -> Message:
    """The dialog that opens a dispute of an invoice that was talked about.

    Shape: `candidates` the likeliest first, `proposed` the id of the one that was surely meant.
        `hint` says what could not be looked at.
    """
    head = "Open a dispute"
    shown: list[Block] = [blocks.header(head)]
    offered = [row for row in candidates if len(row.id) <= blocks.OPTION_VALUE_MAX]
    if not offered:
        shown.append(_said("No invoice of yours is named here. Find it by its number or account."))
        shown.append(search_field(OTHER_INVOICE, "Invoice", "Number or account"))
    else:
        choices = [(row.id, choice_words(row)) for row in offered[:CANDIDATES_SHOWN]]
        menu = menu_field(
            INVOICE,
            "Invoice",
            choices,
            initial=proposed,
            hint=hint or "Found in what was written.",
            is_optional=True,
        )
        shown.append(menu)
        other = search_field(OTHER_INVOICE, "Or another one", "Number or account", is_optional=True)
        shown.append(other)
    shown += [
        what_field(
            "What is contested",
            whole="The whole invoice",
            ticked="Whole lines, chosen in the next step",
        ),
        amount_field(
            "Amount, tax included",
            "Only for an amount: in the invoice’s currency, digits and a point.",
        ),
        *_why_and_who(Filled(owner_id)),
    ]
    form = Form(actions.OPEN_DISPUTE, "Open dispute", subject=subject)
    return Message(text=head, blocks=tuple(shown), form=form)


def open_dispute_of_form(found: Correctable, *, filled: Filled, subject: str) -> Message:
    """The same for one invoice, with its lines: from its own card, or once it was chosen."""
    head, invoice = "Open a dispute", found.card
    amount, status = money_text(invoice.remaining), _status(invoice)
    about = blocks.rich_text(
        blocks.text(invoice_name(invoice), is_bold=True),
        blocks.text(f" · {amount} to pay · {status}\n{account_name(invoice.account)}"),
    )
    total = decimal_text(invoice.total)
    what = [
        what_field(
            "What is contested",
            whole=f"The whole invoice: {money_text(invoice.total)}",
            ticked="Whole lines" if found.lines else "",
            initial=TICKED if filled.is_about_lines else WHOLE,
        ),
        amount_field(
            f"Amount in {invoice.total.currency.upper()}, tax included",
            f"Only for an amount: digits and a point, {total} at most.",
        ),
        *line_fields(found.lines, hint="Only for whole lines."),
    ]
    form = Form(actions.OPEN_DISPUTE, "Open dispute", subject=subject)
    parts = (blocks.header(head), about, *what, *_why_and_who(filled))
    return Message(text=head, blocks=parts, form=form)


def close_dispute_form(dispute: Dispute) -> Message:
    """The dialog that closes a dispute."""
    head = f"Close dispute {dispute.id}"
    ends = [(end.value, END_WORDS[end]) for end in ENDS]
    note = text_field(
        NOTE,
        "Note",
        hint="How it ended, for whoever asks about it later.",
        is_long=True,
        characters_max=NOTE_MAX,
    )
    about = _said(f"{invoice_name(dispute.invoice)} · {account_name(dispute.invoice.account)}")
    restored = _said("Reminders may go out again, and Stripe collects it as it did before.")
    form = Form(actions.CLOSE_DISPUTE, "Close dispute", subject=str(dispute.id))
    parts = (blocks.header(head), about, radio_field(END, "How it ended", ends), note, restored)
    return Message(text=head, blocks=parts, form=form)


def reopen_dispute_form(dispute: Dispute) -> Message:
    """The dialog that opens a closed dispute again."""
    head = f"Reopen dispute {dispute.id}"
    note = text_field(
        NOTE, "Note", hint="Why it is open again.", is_long=True, characters_max=NOTE_MAX
    )
    about = _said(f"{invoice_name(dispute.invoice)} · {account_name(dispute.invoice.account)}")
    held = _said("Reminders stop again, and Stripe is asked not to collect it.")
    form = Form(actions.REOPEN_DISPUTE, "Reopen", subject=str(dispute.id))
    return Message(text=head, blocks=(blocks.header(head), about, note, held), form=form)


def assign_dispute_form(dispute: Dispute) -> Message:
    """The dialog that hands a dispute to somebody else."""
    head = f"Hand over dispute {dispute.id}"
    about = _said(f"{invoice_name(dispute.invoice)} · {account_name(dispute.invoice.account)}")
    owner = person_field(
        OWNER, "Who looks after it", initial=dispute.owner_id, hint="They are told at once."
    )
    form = Form(actions.ASSIGN_DISPUTE, "Hand over", subject=str(dispute.id))
    return Message(text=head, blocks=(blocks.header(head), about, owner), form=form)


def choice_words(row: InvoiceRow) -> str:
    """An invoice in a menu: number, account, what is to pay, and how it stands."""
    is_owed = row.status in {Status.OPEN, Status.PAST_DUE}
    amount = money_text(row.remaining if is_owed else row.total)
    account = plain(row.account.path[-1], limit=ACCOUNT_MAX) if row.account.path else ""
    words = " · ".join(filter(None, (invoice_name(row), account, amount, _status(row))))
    return fit(words, blocks.OPTION_TEXT_MAX)


def _why_and_who(filled: Filled) -> list[Block]:
    reasons = [(reason.value, REASON_WORDS[reason]) for reason in Reason]
    return [
        menu_field(REASON, "Why", reasons, initial=filled.reason),
        text_field(
            NOTE,
            "Note",
            initial=filled.note,
            hint="What the customer says, in a sentence or two.",
            is_long=True,
            is_optional=True,
            characters_max=NOTE_MAX,
        ),
        person_field(OWNER, "Who looks after it", initial=filled.owner_id),
        _said(HELD),
    ]


def _status(row: InvoiceRow | InvoiceCard) -> str:
    late = f", {days_late_text(row.days_late)}" if row.days_late else ""
    return f"{status_words(row.status, row.status_text)}{late}"


def _said(words: str) -> Block:
    return blocks.section(blocks.plain_text(words))
