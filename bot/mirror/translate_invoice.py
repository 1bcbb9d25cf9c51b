"""From Stripe's invoice to its row, all but what depends on its account and prices; pure."""

from typing import Any

from bot.mirror.fields import (
    amount_at,
    clean_json,
    created_at,
    currency_at,
    dict_at,
    dicts_at,
    flag_at,
    id_at,
    metadata_at,
    moment_at,
    sum_amounts,
    text_at,
    whole_at,
    word_at,
)
from bot.mirror.links import hosted_key_of
from bot.mirror.names import fold
from bot.mirror.translate_lines import is_inclusive, tax_entry

Row = dict[str, Any]

NUMBER_CHARACTERS_MAX = 64
# What only an invoice can be that was issued.
ISSUED = frozenset({"open", "paid", "uncollectible", "void"})


def translate_invoice(invoice: dict[str, Any]) -> Row:
    """An invoice as its row, without its account, its local days and what its lines tell."""
    number = text_at(invoice, "number", characters_max=NUMBER_CHARACTERS_MAX)
    taxes = _taxes(invoice)
    taxes_on_top = [tax for tax in taxes if not is_inclusive(tax)]
    description = text_at(invoice, "description")
    found_by = (number, text_at(invoice, "customer_name"), description)
    return {
        "id": invoice["id"],
        "number": number,
        # Folding may make a text longer (ß becomes ss).
        "number_folded": fold(number)[:NUMBER_CHARACTERS_MAX] if number else None,
        "hosted_key": hosted_key_of(text_at(invoice, "hosted_invoice_url") or ""),
        "customer_id": id_at(invoice, "customer") or "",
        "status": status_of(invoice),
        "currency": currency_at(invoice),
        "collection_method": word_at(invoice, "collection_method", "charge_automatically"),
        "billing_reason": text_at(invoice, "billing_reason", characters_max=64),
        "description": description,
        "search_text": fold(" ".join(filter(None, found_by))),
        **_amounts(invoice),
        "tax_minor": sum_amounts(taxes_on_top),
        "inclusive_tax_minor": sum_amounts([tax for tax in taxes if is_inclusive(tax)]),
        "taxes": [clean_json(tax_entry(tax)) for tax in taxes_on_top],
        "subscription_id": _subscription_of(invoice),
        "from_invoice_id": id_at(dict_at(invoice, "from_invoice"), "invoice"),
        "attempt_count": whole_at(invoice, "attempt_count") or 0,
        "was_attempted": flag_at(invoice, "attempted"),
        **_moments(invoice),
        "meta": metadata_at(invoice),
        "deleted_at": None,
    }


def status_of(invoice: dict[str, Any]) -> str:
    """The status, known or not; Stripe's field may be null."""
    return word_at(invoice, "status", "unknown")


def _amounts(invoice: dict[str, Any]) -> Row:
    grants = dicts_at(invoice, "total_pretax_credit_amounts")
    due, paid = amount_at(invoice, "amount_due"), amount_at(invoice, "amount_paid")
    remaining = whole_at(invoice, "amount_remaining")
    return {
        "subtotal_minor": amount_at(invoice, "subtotal"),
        "total_minor": amount_at(invoice, "total"),
        "due_minor": due,
        "paid_minor": paid,
        "remaining_minor": max(due - paid, 0) if remaining is None else remaining,
        "overpaid_minor": amount_at(invoice, "amount_overpaid"),
        "discount_minor": sum_amounts(dicts_at(invoice, "total_discount_amounts")),
        "shipping_minor": amount_at(dict_at(invoice, "shipping_cost"), "amount_subtotal"),
        # Of its two kinds, discounts are in total_discount_amounts already.
        "credit_grants_minor": sum_amounts(
            [entry for entry in grants if entry.get("type") == "credit_balance_transaction"]
        ),
        "starting_balance_minor": amount_at(invoice, "starting_balance"),
        "ending_balance_minor": whole_at(invoice, "ending_balance"),
        "pre_payment_credit_minor": amount_at(invoice, "pre_payment_credit_notes_amount"),
        "post_payment_credit_minor": amount_at(invoice, "post_payment_credit_notes_amount"),
    }


def _moments(invoice: dict[str, Any]) -> Row:
    transitions = dict_at(invoice, "status_transitions")
    began_at = created_at(invoice)
    effective_at = moment_at(invoice, "effective_at")
    finalized_at = moment_at(transitions, "finalized_at")
    if finalized_at is None and status_of(invoice) in ISSUED:
        # Stripe need not say when; without a moment it would have no day of issue and no number.
        finalized_at = effective_at or began_at
    period_start = moment_at(invoice, "period_start") or began_at
    return {
        "next_attempt_at": moment_at(invoice, "next_payment_attempt"),
        "created_at": began_at,
        "effective_at": effective_at,
        "finalized_at": finalized_at,
        "paid_at": moment_at(transitions, "paid_at"),
        "voided_at": moment_at(transitions, "voided_at"),
        "uncollectible_at": moment_at(transitions, "marked_uncollectible_at"),
        "due_at": moment_at(invoice, "due_date"),
        "auto_finalizes_at": moment_at(invoice, "automatically_finalizes_at"),
        # What Stripe calls the period; the lines tell better, where there are any.
        "covers_from_at": period_start,
        "covers_until_at": moment_at(invoice, "period_end") or period_start,
    }


def _taxes(invoice: dict[str, Any]) -> list[dict[str, Any]]:
    return dicts_at(invoice, "total_taxes") or dicts_at(invoice, "total_tax_amounts")


def _subscription_of(invoice: dict[str, Any]) -> str | None:
    # Before the version of 2025-03-31 (basil) it stood on the invoice itself.
    details = dict_at(dict_at(invoice, "parent"), "subscription_details")
    return id_at(details, "subscription") or id_at(invoice, "subscription")
