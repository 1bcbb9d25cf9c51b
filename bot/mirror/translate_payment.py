"""From Stripe's invoice payments and credit notes to rows; pure."""

from typing import Any

from bot.mirror.fields import (
    amount_at,
    created_at,
    currency_at,
    dict_at,
    flag_at,
    id_at,
    moment_at,
    text_at,
    whole_at,
    word_at,
)

Row = dict[str, Any]


def translate_invoice_payment(paying: dict[str, Any]) -> Row:
    """A payment towards an invoice as its row."""
    payment = dict_at(paying, "payment")
    kind = text_at(payment, "type", characters_max=32)
    transitions = dict_at(paying, "status_transitions")
    return {
        "id": paying["id"],
        "invoice_id": id_at(paying, "invoice") or "",
        "currency": currency_at(paying),
        "requested_minor": amount_at(paying, "amount_requested"),
        "paid_minor": whole_at(paying, "amount_paid"),
        "status": word_at(paying, "status", "unknown"),
        "is_default": flag_at(paying, "is_default"),
        "payment_kind": kind,
        # The field that holds the payment's id is named like its type.
        "payment_id": id_at(payment, kind) if kind else None,
        "created_at": created_at(paying),
        "paid_at": moment_at(transitions, "paid_at"),
        "canceled_at": moment_at(transitions, "canceled_at"),
        "deleted_at": None,
    }


def translate_credit_note(note: dict[str, Any]) -> Row:
    """A credit note as its row."""
    return {
        "id": note["id"],
        "invoice_id": id_at(note, "invoice") or "",
        "customer_id": id_at(note, "customer") or "",
        "number": text_at(note, "number", characters_max=64) or note["id"][:64],
        "status": word_at(note, "status", "unknown"),
        "kind": word_at(note, "type", "unknown"),
        "currency": currency_at(note),
        "amount_minor": amount_at(note, "amount"),
        "pre_payment_minor": amount_at(note, "pre_payment_amount"),
        "post_payment_minor": amount_at(note, "post_payment_amount"),
        "reason": text_at(note, "reason", characters_max=64),
        "memo": text_at(note, "memo"),
        "created_at": created_at(note),
        "effective_at": moment_at(note, "effective_at"),
        "voided_at": moment_at(note, "voided_at"),
        "deleted_at": None,
    }
