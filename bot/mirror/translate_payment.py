"""From Stripe's payments, what became of them, and credit to rows; pure."""

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

# More than any month or year; the columns hold 32 bits.
SMALL_MAX = 9999


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


def translate_payment_method(method: dict[str, Any]) -> Row:
    """A card or an account to pay by as its row; a detached one has no customer."""
    kind = word_at(method, "type", "unknown")
    return {
        "id": method["id"],
        "customer_id": id_at(method, "customer"),
        "kind": kind,
        "brand": _brand(dict_at(method, kind)),
        "last4": _last4(dict_at(method, kind)),
        "exp_month": _small_at(dict_at(method, kind), "exp_month"),
        "exp_year": _small_at(dict_at(method, kind), "exp_year"),
        "created_at": created_at(method),
        "deleted_at": None,
    }


def translate_charge(charge: dict[str, Any]) -> Row:
    """A try to take money as its row."""
    method = dict_at(charge, "payment_method_details")
    kind = text_at(method, "type", characters_max=32)
    said = dict_at(method, kind) if kind else {}
    return {
        "id": charge["id"],
        "customer_id": id_at(charge, "customer"),
        "payment_intent_id": id_at(charge, "payment_intent"),
        "payment_method_id": id_at(charge, "payment_method"),
        "status": word_at(charge, "status", "unknown"),
        "currency": currency_at(charge),
        "amount_minor": amount_at(charge, "amount"),
        "captured_minor": amount_at(charge, "amount_captured"),
        "refunded_minor": amount_at(charge, "amount_refunded"),
        "is_disputed": flag_at(charge, "disputed"),
        "method_kind": kind,
        "method_brand": _brand(said),
        "method_last4": _last4(said),
        "failure_code": text_at(charge, "failure_code", characters_max=64),
        "failure_message": text_at(charge, "failure_message"),
        "description": text_at(charge, "description"),
        "created_at": created_at(charge),
        "deleted_at": None,
    }


def translate_refund(refund: dict[str, Any]) -> Row:
    """Money given back as its row."""
    return {
        "id": refund["id"],
        "charge_id": id_at(refund, "charge"),
        "payment_intent_id": id_at(refund, "payment_intent"),
        "status": word_at(refund, "status", "unknown"),
        "currency": currency_at(refund),
        "amount_minor": amount_at(refund, "amount"),
        "reason": text_at(refund, "reason", characters_max=64),
        "failure_reason": text_at(refund, "failure_reason", characters_max=64),
        "created_at": created_at(refund),
        "deleted_at": None,
    }


def translate_dispute(dispute: dict[str, Any]) -> Row:
    """A chargeback as its row."""
    evidence = dict_at(dispute, "evidence_details")
    return {
        "id": dispute["id"],
        "charge_id": id_at(dispute, "charge") or "",
        "payment_intent_id": id_at(dispute, "payment_intent"),
        "status": word_at(dispute, "status", "unknown"),
        "reason": text_at(dispute, "reason", characters_max=64) or "unknown",
        "currency": currency_at(dispute),
        "amount_minor": amount_at(dispute, "amount"),
        # Stripe writes 0 as well as null where no response is possible.
        "respond_by_at": moment_at(evidence, "due_by") if evidence.get("due_by") else None,
        "has_evidence": flag_at(evidence, "has_evidence"),
        "submissions_count": amount_at(evidence, "submission_count"),
        "is_charge_refundable": flag_at(dispute, "is_charge_refundable"),
        "created_at": created_at(dispute),
        "deleted_at": None,
    }


def translate_balance_transaction(transaction: dict[str, Any]) -> Row:
    """A change of a customer's balance as its row."""
    return {
        "id": transaction["id"],
        "customer_id": id_at(transaction, "customer") or "",
        "kind": text_at(transaction, "type", characters_max=64) or "unknown",
        "currency": currency_at(transaction),
        "amount_minor": amount_at(transaction, "amount"),
        "ending_balance_minor": amount_at(transaction, "ending_balance"),
        "description": text_at(transaction, "description"),
        "invoice_id": id_at(transaction, "invoice"),
        "credit_note_id": id_at(transaction, "credit_note"),
        "created_at": created_at(transaction),
        "deleted_at": None,
    }


def _brand(said: dict[str, Any]) -> str | None:
    """A card's brand, or the bank of an account; several kinds call it otherwise."""
    named = (text_at(said, name, characters_max=64) for name in ("brand", "bank_name", "bank"))
    return next(filter(None, named), None)


def _last4(said: dict[str, Any]) -> str | None:
    return text_at(said, "last4", characters_max=8)


def _small_at(said: dict[str, Any], name: str) -> int | None:
    value = whole_at(said, name)
    return value if value is not None and 0 < value <= SMALL_MAX else None
