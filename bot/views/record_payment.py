"""Recording a payment that arrived past Stripe: how much, when, how, and by which reference."""

from datetime import date

from bot.mirror.outside_payments import METHOD_NAMES, Method, OutsidePayment
from bot.mirror.standing import Standing
from bot.money import Money, decimal_text, money_text
from bot.queries.correctable import Correctable
from bot.views import actions, blocks
from bot.views.blocks import Message
from bot.views.correction_forms import APPROVAL_NEEDED, NO_APPROVAL, note_field
from bot.views.fields import day_field, menu_field, text_field
from bot.views.forms import Form
from bot.views.text import account_name, day_text, invoice_title, plain

TITLE = "Record a payment"
# The names of the fields.
AMOUNT, RECEIVED_ON, METHOD, REFERENCE = "amount", "received_on", "method", "reference"
AMOUNT_CHARACTERS_MAX = 40
REFERENCE_CHARACTERS_MAX = 140


def record_payment_form(
    found: Correctable,
    *,
    today: date,
    subject: str,
    is_note_needed: bool,
    is_approval_needed: bool,
) -> Message:
    """What arrived for an invoice; the whole of what remains until somebody writes another."""
    remaining = found.standing.remaining
    parts = [
        blocks.header(TITLE),
        blocks.rich_text(
            blocks.text(invoice_title(found.card), is_bold=True),
            blocks.text(f"\n{account_name(found.card.account)}\nTo be paid: "),
            blocks.text(money_text(remaining), is_bold=True),
        ),
        text_field(
            AMOUNT,
            f"Amount in {remaining.currency.upper()}",
            initial=decimal_text(remaining),
            hint="What arrived, a part of it too: digits and a point.",
            characters_max=AMOUNT_CHARACTERS_MAX,
        ),
        day_field(RECEIVED_ON, "Day it arrived", initial=today),
        menu_field(
            METHOD,
            "How it was paid",
            [(one.value, name) for one, name in METHOD_NAMES.items()],
            initial=Method.TRANSFER.value,
        ),
        text_field(
            REFERENCE,
            "Reference",
            hint="As it stands on the bank statement or the cheque.",
            is_optional=True,
            characters_max=REFERENCE_CHARACTERS_MAX,
        ),
        note_field(is_needed=is_note_needed),
        blocks.context(blocks.plain_text(APPROVAL_NEEDED if is_approval_needed else NO_APPROVAL)),
    ]
    submit = "Ask for approval" if is_approval_needed else "Record it"
    form = Form(actions.RECORD_PAYMENT, submit, subject=subject)
    return Message(text=TITLE, blocks=tuple(parts), form=form)


def changes_of(standing: Standing, amount: Money) -> list[tuple[str, str, str]]:
    """What a payment changes of an invoice: the thing, before and after."""
    remaining = standing.remaining - amount
    changes = [
        ("Still to be paid", money_text(standing.remaining), money_text(remaining)),
        ("Paid", money_text(standing.paid), money_text(standing.paid + amount)),
    ]
    if not remaining:
        changes.append(("Status", standing.status.capitalize(), "Paid"))
    return changes


def facts_of(payment: OutsidePayment, *, received_on: date) -> list[tuple[str, str]]:
    """What a payment is, beside what it changes."""
    facts = [
        ("Payment", money_text(payment.amount)),
        ("Arrived", day_text(received_on)),
        ("How", METHOD_NAMES[payment.method]),
    ]
    return facts + ([("Reference", plain(payment.reference))] if payment.reference else [])
