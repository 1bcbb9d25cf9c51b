"""Asking for a correction that takes an invoice as a whole: void, and mark uncollectible (D6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot import approvals
from bot.access import Permission, require_for
from bot.approvals import Correction
from bot.database import Reading
from bot.errors import Refused
from bot.invoice_facts import InvoiceFacts, get_invoice_facts, status_word
from bot.money import Money, money_text
from bot.operations import mark_uncollectible, request_correction, void_invoice
from bot.operations.request_correction import NOTE_MISSING, Promise, needs_approval, needs_note
from bot.queries.approvals import card_of
from bot.queries.cards import InvoiceCard
from bot.queries.invoices import get_invoice_card
from bot.views import actions
from bot.views.approval_forms import decided
from bot.views.blocks import Message
from bot.views.correction_forms import NOTE, REASON, WholeCorrection, correction_form
from bot.views.invoice import status_words
from bot.views.text import invoice_name
from handlers.slack.context import Ask
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission

# Source: what Stripe answers when it is asked to void such an invoice.
PARTLY_PAID = "Stripe voids no such invoice. Credit what is left to pay instead."

Changes = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One correction: the states it may be asked in, what it changes, and how it is promised."""

    words: WholeCorrection
    states: frozenset[str]
    allowed: str
    changes: Callable[[InvoiceCard], Changes]
    promise: Promise


def _voiding(card: InvoiceCard) -> Changes:
    nothing = money_text(Money(0, card.remaining.currency))
    return (
        ("Status", status_words(card.status, card.status_text), "Void"),
        ("To pay", money_text(card.remaining), nothing),
    )


def giving_up(card: InvoiceCard) -> Changes:
    """What marking an invoice uncollectible changes of it."""
    nothing = money_text(Money(0, card.remaining.currency))
    return (
        ("Status", status_words(card.status, card.status_text), "Uncollectible"),
        ("Counted as owed", money_text(card.remaining), nothing),
    )


_KINDS: Mapping[str, _Kind] = {
    void_invoice.KIND: _Kind(
        words=WholeCorrection(
            kind=void_invoice.KIND,
            head="Void this invoice?",
            submit="Void it",
            consequence="Void is for good: it counts nothing any more, and keeps its number.",
            reasons=void_invoice.REASONS,
        ),
        states=void_invoice.FROM,
        allowed="only an open or uncollectible invoice can be voided.",
        changes=_voiding,
        promise=void_invoice.promise,
    ),
    mark_uncollectible.KIND: _Kind(
        words=WholeCorrection(
            kind=mark_uncollectible.KIND,
            head="Mark uncollectible?",
            submit="Mark uncollectible",
            consequence="It is still owed and may still be paid, but nobody is asked for it.",
            reasons=mark_uncollectible.REASONS,
        ),
        states=mark_uncollectible.FROM,
        allowed="only an open invoice can be marked uncollectible.",
        changes=giving_up,
        promise=mark_uncollectible.promise,
    ),
}


def _opening(kind: str) -> Callable[[Ask, str], Message]:
    def pressed(ask: Ask, value: str) -> Message:
        return _form(ask, _KINDS[kind], actions.parse_show_invoice(value))

    return pressed


pressed_void_invoice = _opening(void_invoice.KIND)
pressed_mark_uncollectible = _opening(mark_uncollectible.KIND)


def submitted_correction(ask: Ask, submission: Submission) -> Message:
    """Ask for what the dialog says, and show how it stands.

    Raises: InvalidFields; what opening the dialog raises; Refused when the same is under way.
    """
    kind = _KINDS[submission.callback_id]
    invoice_id, _, fingerprint = submission.subject.partition("|")
    runtime = ask.desk.runtime
    with runtime.database.looking() as reading:
        card, facts = _read(reading, ask, kind, actions.parse_show_invoice(invoice_id))
        earlier = approvals.find_by_press(reading, submission.view_id)
    if facts.fingerprint != fingerprint and earlier is None:
        return _form(ask, kind, invoice_id, has_changed=True)
    if earlier is None:
        _require_state(card, facts, kind)
    reason, note = submission.text(REASON), submission.text(NOTE)
    if reason not in kind.words.reasons:
        raise InvalidFields({REASON: "Choose one of these reasons."})
    if not note and needs_note(runtime.settings, card.remaining):
        raise InvalidFields({NOTE: NOTE_MISSING})
    correction = Correction(
        kind=kind.words.kind,
        invoice_id=invoice_id,
        account_id=card.account.id,
        amount=facts.remaining,
        note=note,
        seen=facts,
        changes=kind.changes(card),
        facts=(("Reason", kind.words.reasons[reason]),),
        params={"reason": reason},
    )
    with runtime.database.writing() as session:
        asked = request_correction.request(
            session,
            ask.actor,
            runtime.settings,
            correction,
            promise=kind.promise,
            press=submission.view_id,
            sight=ask.sight,
        )
        return decided(card_of(session, asked, sight=ask.sight))


def outcome_of_correction(ask: Ask, submission: Submission) -> Message | None:
    """How it stands, once that is more than that it is being done."""
    with ask.desk.runtime.database.looking() as reading:
        asked = approvals.find_by_press(reading, submission.view_id)
        if asked is None or asked.state == approvals.PROMISED:
            return None
        return decided(card_of(reading, asked, sight=ask.sight))


def _form(ask: Ask, kind: _Kind, invoice_id: str, *, has_changed: bool = False) -> Message:
    runtime = ask.desk.runtime
    with runtime.database.looking() as reading:
        card, facts = _read(reading, ask, kind, invoice_id)
        _require_state(card, facts, kind)
        is_approval_needed = needs_approval(
            reading,
            runtime.settings,
            facts.remaining,
            account_id=card.account.id,
            asked_by=ask.actor.user_id,
            sight=ask.sight,
        )
    return correction_form(
        card,
        kind.words,
        changes=kind.changes(card),
        subject=f"{invoice_id}|{facts.fingerprint}",
        is_note_needed=needs_note(runtime.settings, facts.remaining),
        is_approval_needed=is_approval_needed,
        has_changed=has_changed,
    )


def _read(
    reading: Reading, ask: Ask, kind: _Kind, invoice_id: str
) -> tuple[InvoiceCard, InvoiceFacts]:
    card = get_invoice_card(reading, invoice_id, sight=ask.sight)
    require_for(ask.actor, Permission(kind.words.kind), account_id=card.account.id)
    return card, get_invoice_facts(reading, invoice_id)


def _require_state(card: InvoiceCard, facts: InvoiceFacts, kind: _Kind) -> None:
    if facts.is_deleted:
        raise Refused(f"{invoice_name(card)} is deleted at Stripe.")
    if facts.status not in kind.states:
        raise Refused(f"{invoice_name(card)} is {status_word(facts.status)}: {kind.allowed}")
    if facts.paid_minor and kind.words.kind == void_invoice.KIND:
        raise Refused(f"{invoice_name(card)} is partly paid: {PARTLY_PAID}")
