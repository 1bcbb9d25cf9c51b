"""Usage summed: per customer and time, by a meter's formula."""

import bisect

from bot.sandbox.stripe.calls import Call, listed_rows
from bot.sandbox.stripe.errors import bad_request, no_such
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import Usage, World

WINDOW_SECONDS = {"hour": 3_600, "day": 86_400}


def meter_formula(meter: Object) -> str:
    """How a meter aggregates: sum, count or last."""
    return str(meter["default_aggregation"]["formula"])


def usage_rows(world: World, meter: str, customer: str, start: int, end: int) -> list[Usage]:
    """The events of a customer in a half-open time, by time."""
    rows = world.usage.get((meter, customer), [])
    low = bisect.bisect_left(rows, (start, "", 0))
    high = bisect.bisect_left(rows, (end, "", 0))
    return rows[low:high]


def aggregated(world: World, meter: str, rows: list[Usage]) -> int:
    """What some events come to by the meter's formula."""
    formula = meter_formula(world.table("billing.meter").get(meter))
    if formula == "count":
        return len(rows)
    if formula == "last":
        return rows[-1][2] if rows else 0
    return sum(row[2] for row in rows)


def list_summaries(call: Call) -> Object:
    """Sums of a customer's usage, per hour, per day or over all, newest first.

    Raises: StripeError when the bounds do not lie on whole minutes, or on the window's own bounds.
    """
    world, params = call.world, call.params
    meter = world.get("billing.meter", call.ids["id"])["id"]
    customer = params["customer"]
    start, end = params["start_time"], params["end_time"]
    window = params.get("value_grouping_window")
    unit = WINDOW_SECONDS[window] if window else 60
    for name in ("start_time", "end_time"):
        if params[name] % unit:
            message = f"{name} must be aligned with {window or 'minute'} boundaries."
            raise bad_request(message, param=name)
    if end <= start:
        raise bad_request("end_time must be after start_time.", param="end_time")
    if customer not in world.table("customer"):
        raise no_such("customer", customer, param="customer")
    groups: dict[int, list[Usage]] = {}
    for row in usage_rows(world, meter, customer, start, end):
        groups.setdefault(row[0] - row[0] % unit if window else start, []).append(row)
    summaries = [
        {
            "id": f"mtrusg_{world.ids.token(f'{meter}{customer}{first}{window}', 24)}",
            "object": "billing.meter_event_summary",
            "aggregated_value": aggregated(world, meter, rows),
            "end_time": first + unit if window else end,
            "livemode": world.livemode,
            "meter": meter,
            "start_time": first,
        }
        for first, rows in sorted(groups.items(), reverse=True)
    ]
    return listed_rows(call, "billing.meter_event_summary", summaries)
