"""Crediting an invoice: the dialog that asks what, and Stripe's own arithmetic before it counts."""

from bot.mirror.credit_notes import CreditOrder, CreditPreview, Reason, Way
from bot.mirror.standing import Standing
from bot.money import decimal_text, money_text
from bot.queries.correctable import Correctable
from bot.views import actions, blocks
from bot.views.blocks import Block, Message
from bot.views.correction_forms import APPROVAL_NEEDED, NO_APPROVAL, note_field
from bot.views.corrections import changes_lines, facts_lines
from bot.views.fields import menu_field, radio_field, ticks_field
from bot.views.forms import Form
from bot.views.part_fields import amount_field, line_fields, line_text, what_field
from bot.views.text import account_name, count_text, invoice_title

TITLE = "Credit note"
# The names of its own fields; those for the part are of part_fields.
REASON, WAY, MAIL = "reason", "way", "mail"
MAILED = "mailed"
NO_REASON = "none"
# Of the lines of a credit note so many are shown before it counts; one alone says nothing new.
PREVIEWED_MAX, SEVERAL = 10, 2
# Lines that are named where there is little room.
NAMED_MAX = 3

REASON_WORDS = {
    Reason.DUPLICATE: "It was billed twice",
    Reason.ORDER_CHANGE: "The order was changed",
    Reason.UNSATISFACTORY: "The service was not as agreed",
    Reason.FRAUDULENT: "Nobody ordered it: fraud",
}
WAY_WORDS = {
    Way.REFUND: "Refund it the way it was paid",
    Way.BALANCE: "Keep it as credit for the next invoices",
    Way.OUTSIDE: "Pay it back outside of Stripe",
}
# What has become of the money then, in a sentence about what was done.
WAY_FACTS = {
    Way.REFUND: "refunded the way it was paid",
    Way.BALANCE: "kept as credit for the next invoices",
    Way.OUTSIDE: "to be paid back outside of Stripe",
}


def credit_note_form(found: Correctable) -> Message:
    """What is to be credited of an invoice, why, and where money goes that was paid."""
    left, standing = money_text(found.standing.left_to_credit), found.standing
    example = decimal_text(standing.left_to_credit)
    parts = [
        blocks.header(TITLE),
        _about(found),
        what_field(
            "What is credited",
            whole=f"All that is left: {left}",
            ticked="Whole lines" if found.lines else "",
        ),
        amount_field(
            f"Amount in {standing.remaining.currency.upper()}, tax included",
            f"Only for an amount: digits and a point, {example} at most.",
        ),
        *line_fields(found.lines, hint="Only for whole lines."),
        menu_field(
            REASON,
            "Reason",
            [*((one.value, words) for one, words in REASON_WORDS.items()), (NO_REASON, "Another")],
            hint="It stands on the credit note; Stripe knows no others.",
        ),
    ]
    if standing.paid.minor > standing.credited_after.minor:
        parts.append(
            radio_field(
                WAY,
                "Money that was paid already",
                [(one.value, words) for one, words in WAY_WORDS.items() if _is_open(one, found)],
                initial=Way.BALANCE.value,
                hint=_way_hint(standing),
            )
        )
    told = [(MAILED, "Stripe sends the customer the credit note by e-mail")]
    parts.append(ticks_field(MAIL, "The customer", told, is_optional=True))
    form = Form(actions.ISSUE_CREDIT_NOTE, "Preview", subject=found.card.id)
    return Message(text=TITLE, blocks=tuple(parts), form=form)


def _about(found: Correctable) -> Block:
    card = found.card
    left = money_text(found.standing.left_to_credit)
    return blocks.rich_text(
        blocks.text(invoice_title(card), is_bold=True),
        blocks.text(f"\n{account_name(card.account)}\nLeft to credit: "),
        blocks.text(left, is_bold=True),
    )


def _is_open(way: Way, found: Correctable) -> bool:
    """Whether money can go that way; what was paid past Stripe can't be refunded by it."""
    return way is not Way.REFUND or found.refundable.minor > 0


def _way_hint(standing: Standing) -> str:
    if not standing.to_pay:
        return "The invoice is paid, so the money has to go somewhere."
    return f"Only what goes beyond the {money_text(standing.to_pay)} still to be paid."


def changes_of(standing: Standing, order: CreditOrder) -> list[tuple[str, str, str]]:
    """What a credit note changes of an invoice: the thing, before and after."""
    remaining = standing.remaining - (order.total - order.given_back)
    credited = standing.credited + standing.credited_after
    changes = [("Credited", money_text(credited), money_text(credited + order.total))]
    if remaining != standing.remaining:
        still = ("Still to be paid", money_text(standing.remaining), money_text(remaining))
        changes.insert(0, still)
    if order.given_back:
        kept = standing.paid - standing.credited_after
        left = money_text(kept - order.given_back)
        changes.append(("Paid and not credited", money_text(kept), left))
    if standing.status == "open" and not remaining:
        changes.append(("Status", "Open", "Paid"))
    return changes


def facts_of(order: CreditOrder, found: Correctable) -> list[tuple[str, str]]:
    """What a credit note is, beside what it changes."""
    facts = [("Credit note", money_text(order.total)), ("For", _what(order, found))]
    if order.given_back:
        given_back = f"{money_text(order.given_back)}, {WAY_FACTS[order.way]}"
        facts.append(("Of what was paid", given_back))
    facts.append(("Reason", REASON_WORDS[order.reason] if order.reason else "Another"))
    facts.append(("E-mail to the customer", "Yes, from Stripe" if order.is_mailed else "No"))
    return facts


def _what(order: CreditOrder, found: Correctable) -> str:
    if not order.lines:
        is_all = order.total == found.standing.left_to_credit
        return "All that is left" if is_all else "A part, without lines"
    if len(order.lines) == len(found.lines):
        return f"All {count_text(len(order.lines), 'line')}"
    ids = {line_id for line_id, _ in order.lines}
    named = [line_text(line.description) for line in found.lines if line.id in ids]
    shown = ", ".join(named[:NAMED_MAX])
    rest = len(named) - NAMED_MAX
    return f"{shown} and {count_text(rest, 'more line')}" if rest > 0 else shown


def asking_stripe() -> Message:
    """What stands in the dialog until Stripe has worked the credit note out."""
    words = blocks.rich_text(
        blocks.emoji("hourglass_flowing_sand"),
        blocks.text(" Asking Stripe what the credit note comes to …"),
    )
    return Message(text=TITLE, blocks=(blocks.header(TITLE), words))


def credit_note_preview(
    found: Correctable,
    order: CreditOrder,
    preview: CreditPreview,
    *,
    is_note_needed: bool,
    is_approval_needed: bool,
    subject: str,
    stamp: str,
) -> Message:
    """What Stripe says it comes to, and what it changes; the note is for whoever approves it.

    Shape: `subject` and `stamp` come back with it.
    """
    parts = [
        blocks.header(TITLE),
        blocks.rich_text(
            blocks.text(invoice_title(found.card), is_bold=True),
            blocks.text(f"\n{account_name(found.card.account)}"),
        ),
        facts_lines(facts_of(order, found)),
        *_sum_of(preview),
        blocks.divider(),
        changes_lines(changes_of(found.standing, order)),
        blocks.divider(),
        note_field(is_needed=is_note_needed),
        blocks.context(blocks.plain_text(APPROVAL_NEEDED if is_approval_needed else NO_APPROVAL)),
    ]
    submit = "Ask for approval" if is_approval_needed else "Issue it"
    form = Form(actions.CONFIRM_CREDIT_NOTE, submit, subject=subject, stamp=stamp)
    return Message(text=TITLE, blocks=tuple(parts), form=form)


def _sum_of(preview: CreditPreview) -> list[Block]:
    """What the total is made of, by Stripe; nothing where it is one bare amount."""
    shown = preview.lines[:PREVIEWED_MAX]
    said = [f"{line_text(line.description)} · {money_text(line.amount)}" for line in shown]
    if rest := len(preview.lines) - len(shown):
        said.append(f"{count_text(rest, 'more line')}")
    if preview.discount:
        said.append(f"Discount · {money_text(-preview.discount)}")
    if preview.tax:
        said.append(f"Tax · {money_text(preview.tax)}")
    if len(said) < SEVERAL:
        return []
    return [blocks.rich_text(blocks.text("\n".join(said)))]
