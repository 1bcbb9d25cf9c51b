"""From Stripe's products, meters, prices, customers and subscriptions to rows; pure."""

from typing import Any

from bot.mirror.fields import (
    ID_CHARACTERS_MAX,
    amount_at,
    clean_json,
    created_at,
    currency_at,
    decimal_at,
    dict_at,
    dicts_at,
    flag_at,
    id_at,
    metadata_at,
    moment_at,
    text_at,
    whole_at,
    word_at,
)

Row = dict[str, Any]


def translate_product(product: dict[str, Any]) -> Row:
    """A product as its row."""
    return {
        "id": product["id"],
        "name": text_at(product, "name") or product["id"],
        "description": text_at(product, "description"),
        "unit_label": text_at(product, "unit_label", characters_max=64),
        "is_active": flag_at(product, "active"),
        "meta": metadata_at(product),
        "created_at": created_at(product),
        "deleted_at": None,
    }


def translate_meter(meter: dict[str, Any]) -> Row:
    """A meter as its row."""
    mapping, values = dict_at(meter, "customer_mapping"), dict_at(meter, "value_settings")
    name = text_at(meter, "event_name", characters_max=255) or meter["id"]
    return {
        "id": meter["id"],
        "event_name": name,
        "display_name": text_at(meter, "display_name") or name,
        "aggregation": word_at(dict_at(meter, "default_aggregation"), "formula", "unknown"),
        "event_time_window": text_at(meter, "event_time_window", characters_max=16),
        "customer_key": _payload_key(mapping, "stripe_customer_id"),
        "value_key": _payload_key(values, "value"),
        "status": word_at(meter, "status", "unknown"),
        "created_at": created_at(meter),
        "deactivated_at": moment_at(dict_at(meter, "status_transitions"), "deactivated_at"),
        "deleted_at": None,
    }


def _payload_key(settings: dict[str, Any], default: str) -> str:
    return text_at(settings, "event_payload_key", characters_max=255) or default


def translate_price(price: dict[str, Any]) -> Row:
    """A price as its row; tiers are there only when they were asked for."""
    recurring = dict_at(price, "recurring")
    return {
        "id": price["id"],
        "product_id": id_at(price, "product"),
        "currency": currency_at(price),
        "nickname": text_at(price, "nickname"),
        "is_active": flag_at(price, "active"),
        "kind": text_at(price, "type", characters_max=16) or "one_time",
        "usage_type": text_at(recurring, "usage_type", characters_max=32),
        "meter_id": id_at(recurring, "meter"),
        "billing_scheme": word_at(price, "billing_scheme", "per_unit"),
        "unit_amount_decimal": decimal_at(price, ("unit_amount_decimal", "unit_amount")),
        "tiers_mode": text_at(price, "tiers_mode", characters_max=32),
        "tiers": clean_json(price["tiers"]) if isinstance(price.get("tiers"), list) else None,
        "transform_quantity": clean_json(dict_at(price, "transform_quantity")) or None,
        "interval": text_at(recurring, "interval", characters_max=16),
        "interval_count": whole_at(recurring, "interval_count"),
        "meta": metadata_at(price),
        "created_at": created_at(price),
        "deleted_at": None,
    }


def translate_customer(customer: dict[str, Any]) -> Row:
    """A customer as its row, still without an account."""
    settings = dict_at(customer, "invoice_settings")
    return {
        "id": customer["id"],
        "name": text_at(customer, "name"),
        "email": text_at(customer, "email"),
        "description": text_at(customer, "description"),
        "currency": text_at(customer, "currency", characters_max=3),
        "balance_minor": amount_at(customer, "balance"),
        "invoice_credit_balance": _balances(customer),
        "is_delinquent": flag_at(customer, "delinquent"),
        "invoice_prefix": text_at(customer, "invoice_prefix", characters_max=32),
        "default_payment_method": id_at(settings, "default_payment_method"),
        "default_source": id_at(customer, "default_source"),
        "address": clean_json(dict_at(customer, "address")) or None,
        "tax_ids": _tax_ids(customer) or None,
        "meta": metadata_at(customer),
        "created_at": created_at(customer),
        "deleted_at": None,
    }


def _tax_ids(customer: dict[str, Any]) -> list[dict[str, Any]]:
    """Those that came with the customer: ten at most, as in every list inside an object."""
    given = [
        {"type": word_at(one, "type", "unknown"), "value": text_at(one, "value")}
        for one in dicts_at(customer, "tax_ids")
    ]
    return sorted(given, key=lambda one: (one["type"], one["value"] or ""))


def _balances(customer: dict[str, Any]) -> dict[str, int] | None:
    """In which currencies there is a balance; None for none, or where it is left out."""
    given = dict_at(customer, "invoice_credit_balance")
    return {name: amount for name in given if (amount := amount_at(given, name))} or None


def translate_subscription(subscription: dict[str, Any]) -> Row:
    """A subscription with its items as its row."""
    began_at = created_at(subscription)
    return {
        "id": subscription["id"],
        "customer_id": id_at(subscription, "customer") or "",
        "status": word_at(subscription, "status", "unknown"),
        "currency": currency_at(subscription),
        "collection_method": word_at(subscription, "collection_method", "charge_automatically"),
        "days_until_due": whole_at(subscription, "days_until_due"),
        "default_payment_method": id_at(subscription, "default_payment_method"),
        "default_source": id_at(subscription, "default_source"),
        "description": text_at(subscription, "description"),
        "items": [_item(item, subscription) for item in dicts_at(subscription, "items")],
        "meta": metadata_at(subscription),
        "anchor_at": moment_at(subscription, "billing_cycle_anchor") or began_at,
        "started_at": moment_at(subscription, "start_date") or began_at,
        "cancel_at": moment_at(subscription, "cancel_at"),
        "canceled_at": moment_at(subscription, "canceled_at"),
        "ended_at": moment_at(subscription, "ended_at"),
        "created_at": began_at,
        "deleted_at": None,
    }


def _item(item: dict[str, Any], subscription: dict[str, Any]) -> Row:
    # The period stood on the subscription before the version of 2025-03-31 (basil).
    return {
        "id": text_at(item, "id", characters_max=ID_CHARACTERS_MAX),
        "price_id": id_at(item, "price") or id_at(item, "plan"),
        "quantity": whole_at(item, "quantity"),
        "period_start": whole_at(item, "current_period_start")
        or whole_at(subscription, "current_period_start"),
        "period_end": whole_at(item, "current_period_end")
        or whole_at(subscription, "current_period_end"),
    }
