"""Reading events: 30 days of them, and only those that the list already shows."""

import fnmatch
import time
from collections.abc import Callable

from bot.sandbox.stripe.calls import Call, Route, listing, retrieve
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.params import FLAG, ID, list_of
from bot.sandbox.stripe.store import Object

TYPES_MAX = 20


def fits_event(call: Call) -> Callable[[Object], bool]:
    """Whether an event is among those asked for.

    Raises: StripeError for more than 20 types, or for both ways of naming them.
    """
    types, pattern = call.get("types"), call.get("type")
    delivered = call.get("delivery_success")
    if types is not None and pattern is not None:
        raise bad_request("You may only specify one of these parameters: type, types.")
    if types is not None and len(types) > TYPES_MAX:
        raise bad_request(f"You can pass at most {TYPES_MAX} types.", param="types")
    seen_from = call.world.event_seen_from
    now = time.monotonic()

    def fits(event: Object) -> bool:
        """Judge one event."""
        if seen_from[event["id"]] > now:
            return False
        if types is not None and event["type"] not in types:
            return False
        if pattern is not None and not fnmatch.fnmatchcase(event["type"], pattern):
            return False
        return delivered is None or (event["pending_webhooks"] == 0) == delivered

    return fits


ROUTES: list[Route] = [
    listing(
        "/v1/events",
        "event",
        also={"delivery_success": FLAG, "type": ID, "types": list_of(ID)},
        fits=fits_event,
    ),
    retrieve("/v1/events/{id}", "event"),
]
