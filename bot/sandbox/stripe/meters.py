"""Billing meters: usage comes in as events, and is summed per customer and time."""

import bisect
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.stripe.calls import Call, Route, listing, retrieve
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.meter_usage import list_summaries, meter_formula
from bot.sandbox.stripe.params import (
    EXPAND,
    ID,
    PAGE,
    PAYLOAD,
    TIMESTAMP,
    choice,
    hash_of,
)
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World

# Source: docs.stripe.com/billing/subscriptions/usage-based/recording-usage-api, read 2026-11.
PAST_SECONDS_MAX = 35 * 86_400
FUTURE_SECONDS_MAX = 5 * 60
# Within this time an identifier counts once, and may be taken back.
IDENTIFIER_SECONDS = 86_400
IDENTIFIER_CHARACTERS_MAX = 100


def create_meter(call: Call) -> Object:
    """A new meter; an event name belongs to one active meter."""
    world = call.world
    name = call.params["event_name"]
    if world.table("billing.meter").where(event_name=name, status="active"):
        message = f"An active meter already exists with event name {name}."
        raise bad_request(message, code="resource_already_exists", param="event_name")
    mapping = call.get("customer_mapping") or {}
    values = call.get("value_settings") or {}
    meter: Object = {
        "id": world.ids.new("mtr"),
        "object": "billing.meter",
        "created": world.now,
        "customer_mapping": {
            "event_payload_key": mapping.get("event_payload_key", "stripe_customer_id"),
            "type": "by_id",
        },
        "default_aggregation": call.params["default_aggregation"],
        "display_name": call.params["display_name"],
        "event_name": name,
        "event_time_window": call.get("event_time_window"),
        "livemode": world.livemode,
        "status": "active",
        "status_transitions": {"deactivated_at": None},
        "updated": world.now,
        "value_settings": {"event_payload_key": values.get("event_payload_key", "value")},
    }
    return world.add(meter, "billing.meter.created")


def update_meter(call: Call) -> Object:
    """Change the display name; nothing else of a meter changes."""
    meter = call.world.get("billing.meter", call.ids["id"])
    changes = call.changes("display_name") | {"updated": call.world.now}
    return call.world.change(meter, changes, "billing.meter.updated")


def deactivate(call: Call) -> Object:
    """Stop taking events."""
    meter = call.world.get("billing.meter", call.ids["id"])
    moved = {"deactivated_at": call.world.now}
    changes = {"status": "inactive", "status_transitions": moved, "updated": call.world.now}
    return call.world.change(meter, changes, "billing.meter.deactivated")


def reactivate(call: Call) -> Object:
    """Take events again."""
    meter = call.world.get("billing.meter", call.ids["id"])
    moved = {"deactivated_at": None}
    changes = {"status": "active", "status_transitions": moved, "updated": call.world.now}
    return call.world.change(meter, changes, "billing.meter.reactivated")


def active_meter(world: World, event_name: str) -> Object:
    """The meter that takes an event.

    Raises: StripeError when there is none.
    """
    found = world.table("billing.meter").where(event_name=event_name, status="active")
    if not found:
        message = f"No active meter found for event name {event_name}."
        raise bad_request(message, code="resource_missing", param="event_name")
    return found[0]


def create_meter_event(call: Call) -> Object:
    """Take one usage event.

    Raises: StripeError for a time out of bounds, an identifier seen before, a payload without its
    keys. A customer or a value that means nothing is taken and never counted, as at Stripe, where
    that is found out later.
    """
    world, params = call.world, call.params
    meter = active_meter(world, params["event_name"])
    timestamp = params.get("timestamp", world.now)
    check_time(world, timestamp)
    payload = params["payload"]
    for settings in ("customer_mapping", "value_settings"):
        key = meter[settings]["event_payload_key"]
        if not payload.get(key) and (settings, meter_formula(meter)) != ("value_settings", "count"):
            message = f"Missing payload key: {key}."
            raise bad_request(message, code="parameter_missing", param=f"payload[{key}]")
    identifier = take_identifier(world, meter, params.get("identifier"))
    customer = payload[meter["customer_mapping"]["event_payload_key"]]
    value = whole_value(payload.get(meter["value_settings"]["event_payload_key"], "1"))
    if value is not None and customer in world.table("customer"):
        row = (timestamp, identifier, value)
        bisect.insort(world.usage.setdefault((meter["id"], customer), []), row)
    return {
        "object": "billing.meter_event",
        "created": world.now,
        "event_name": meter["event_name"],
        "identifier": identifier,
        "livemode": world.livemode,
        "payload": payload,
        "timestamp": timestamp,
    }


def check_time(world: World, timestamp: int) -> None:
    """Refuse events of long ago and of the future."""
    if timestamp < world.now - PAST_SECONDS_MAX:
        message = "The timestamp is too far in the past: it must be within the past 35 days."
        raise bad_request(message, code="timestamp_too_far_in_past", param="timestamp")
    if timestamp > world.now + FUTURE_SECONDS_MAX:
        message = "The timestamp is in the future: at most 5 minutes ahead are allowed."
        raise bad_request(message, code="timestamp_in_future", param="timestamp")


def take_identifier(world: World, meter: Object, given: str | None) -> str:
    """Use an identifier up, or make one."""
    identifier = given or world.ids.new("mtre")
    if len(identifier) > IDENTIFIER_CHARACTERS_MAX:
        message = f"Invalid string: must be at most {IDENTIFIER_CHARACTERS_MAX} characters"
        raise bad_request(message, code="parameter_invalid_string_length", param="identifier")
    key = (meter["event_name"], identifier)
    received = world.meter_identifiers.get(key)
    if received is not None and received > world.now - IDENTIFIER_SECONDS:
        message = f"An event already exists with identifier {identifier}."
        raise bad_request(message, code="resource_already_exists", param="identifier")
    world.meter_identifiers[key] = world.now
    return identifier


def whole_value(text: str) -> int | None:
    """The number in a payload, or None when it is no whole number."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return int(value) if value == value.to_integral_value() else None


def create_adjustment(call: Call) -> Object:
    """Take an event back, within a day of its receipt."""
    world = call.world
    meter = active_meter(world, call.params["event_name"])
    identifier = (call.get("cancel") or {}).get("identifier") or ""
    received = world.meter_identifiers.get((meter["event_name"], identifier))
    if received is None or received <= world.now - IDENTIFIER_SECONDS:
        message = f"No event of the last 24 hours has the identifier {identifier}."
        raise bad_request(message, code="resource_missing", param="cancel[identifier]")
    for (meter_id, _), rows in world.usage.items():
        if meter_id == meter["id"]:
            rows[:] = [row for row in rows if row[1] != identifier]
    return {
        "object": "billing.meter_event_adjustment",
        "cancel": {"identifier": identifier},
        "event_name": meter["event_name"],
        "livemode": world.livemode,
        "status": "pending",
        "type": "cancel",
    }


METER = "/v1/billing/meters/{id}"
PAYLOAD_KEY: dict[str, Any] = {"event_payload_key": ID}
FORMULA = hash_of({"formula": choice("count", "last", "sum")}, "formula")
ROUTES = [
    Route(
        "POST",
        "/v1/billing/meters",
        create_meter,
        {
            **EXPAND,
            "customer_mapping": hash_of({**PAYLOAD_KEY, "type": choice("by_id")}, *PAYLOAD_KEY),
            "default_aggregation": FORMULA,
            "display_name": ID,
            "event_name": ID,
            "event_time_window": choice("day", "hour"),
            "value_settings": hash_of(PAYLOAD_KEY, *PAYLOAD_KEY),
        },
        ("default_aggregation", "display_name", "event_name"),
    ),
    listing(
        "/v1/billing/meters",
        "billing.meter",
        equal={"status": "status"},
        also={"status": choice("active", "inactive")},
        by_created=False,
    ),
    retrieve(METER, "billing.meter"),
    Route("POST", METER, update_meter, {**EXPAND, "display_name": ID}),
    Route("POST", f"{METER}/deactivate", deactivate, EXPAND),
    Route("POST", f"{METER}/reactivate", reactivate, EXPAND),
    Route(
        "GET",
        f"{METER}/event_summaries",
        list_summaries,
        {
            **PAGE,
            "customer": ID,
            "end_time": TIMESTAMP,
            "start_time": TIMESTAMP,
            "value_grouping_window": choice("day", "hour"),
        },
        ("customer", "end_time", "start_time"),
    ),
    Route(
        "POST",
        "/v1/billing/meter_events",
        create_meter_event,
        {
            **EXPAND,
            "event_name": ID,
            "identifier": ID,
            "payload": PAYLOAD,
            "timestamp": TIMESTAMP,
        },
        ("event_name", "payload"),
    ),
    Route(
        "POST",
        "/v1/billing/meter_event_adjustments",
        create_adjustment,
        {
            **EXPAND,
            "cancel": hash_of({"identifier": ID}),
            "event_name": ID,
            "type": choice("cancel"),
        },
        ("event_name", "type"),
    ),
]
