"""The dialogs of credit notes and of payments that arrived past Stripe, in every state."""

from dataclasses import replace
from datetime import date

from bot.mirror.credit_notes import CreditOrder, CreditPreview, PreviewedLine, Reason, Way
from bot.mirror.standing import Standing
from bot.money import Money
from bot.queries.correctable import LINES_MAX, Correctable, CorrectableLine
from bot.views.blocks import Message
from bot.views.credit_note import asking_stripe, credit_note_form, credit_note_preview
from bot.views.record_payment import record_payment_form
from tests.bot.views.cards import NASTY, NASTY_ACCOUNT, make_card, usd

STAMP, SUBJECT = "0", "in_1|0123456789abcdef"


def make_correctable(*, status: str = "open", paid: int = 0, lines_count: int = 3) -> Correctable:
    """An invoice of 119.00 in lines with tax, of which so much was paid."""
    remaining = usd(11_900 - paid)
    standing = Standing(status, remaining, usd(paid), usd(0), usd(0))
    lines = tuple(
        CorrectableLine(f"il_{number}", f"Calls {number}", usd(3_000), usd(3_570))
        for number in range(lines_count)
    )
    return Correctable(make_card(), standing, lines, refundable=usd(paid))


def make_order(found: Correctable, *, total: int, given_back: int = 0) -> CreditOrder:
    """A credit note of so much."""
    return CreditOrder(
        invoice_id=found.card.id,
        total=usd(total),
        given_back=usd(given_back),
        way=Way.REFUND,
        lines=tuple((line.id, line.amount.minor) for line in found.lines[:2]),
        reason=Reason.UNSATISFACTORY,
        is_mailed=True,
    )


def preview_of(found: Correctable, order: CreditOrder) -> Message:
    """What Stripe says of it."""
    named = {line.id: line.description for line in found.lines}
    lines = tuple(PreviewedLine(named[one], usd(minor)) for one, minor in order.lines)
    net = sum(line.amount.minor for line in lines)
    preview = CreditPreview(
        total=order.total,
        tax=order.total - usd(net),
        discount=usd(0),
        taken_off=order.total - order.given_back,
        given_back=order.given_back,
        lines=lines or (PreviewedLine("Credit", order.total),),
    )
    return credit_note_preview(
        found,
        order,
        preview,
        is_note_needed=True,
        is_approval_needed=not order.given_back,
        subject=SUBJECT,
        stamp=STAMP,
    )


def payment_form(found: Correctable) -> Message:
    """What arrived for it."""
    return record_payment_form(
        found,
        today=date(2026, 11, 16),
        subject=SUBJECT,
        is_note_needed=False,
        is_approval_needed=True,
    )


OPEN = make_correctable()
PAID = make_correctable(status="paid", paid=11_900)
PART_PAID = make_correctable(paid=5_000)
NASTY_CARD = replace(make_card(), number=NASTY, account=NASTY_ACCOUNT)
NASTY_LINES = tuple(replace(line, description=NASTY) for line in OPEN.lines)
NASTY_FOUND = replace(OPEN, card=NASTY_CARD, lines=NASTY_LINES)
NOTHING = Money(0, "usd")

CREDIT_CASES = {
    "credit_open": credit_note_form(OPEN),
    "credit_paid": credit_note_form(PAID),
    "credit_part_paid": credit_note_form(PART_PAID),
    "credit_paid_past_stripe": credit_note_form(replace(PAID, refundable=NOTHING)),
    "credit_without_lines": credit_note_form(replace(OPEN, lines=())),
    "credit_many_lines": credit_note_form(make_correctable(lines_count=LINES_MAX)),
    "credit_nasty": credit_note_form(NASTY_FOUND),
    "credit_asking": asking_stripe(),
    "credit_preview_lines": preview_of(OPEN, make_order(OPEN, total=7_140)),
    "credit_preview_amount": preview_of(
        OPEN, replace(make_order(OPEN, total=11_900), lines=(), reason=None, is_mailed=False)
    ),
    "credit_preview_paid": preview_of(PAID, make_order(PAID, total=7_140, given_back=7_140)),
    "credit_preview_nasty": preview_of(NASTY_FOUND, make_order(NASTY_FOUND, total=7_140)),
    "payment_form": payment_form(PART_PAID),
    "payment_form_nasty": payment_form(NASTY_FOUND),
}
