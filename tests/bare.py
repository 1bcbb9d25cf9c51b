"""A Stripe of somebody else's: it keeps what it is given, in the barest form that is allowed.

It shares nothing with the stand-in: no defaults, no fields that Stripe's reference does not
require, and no endpoint that a test has not asked for.
"""

import contextlib
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.server import serving

Json = dict[str, Any]

LISTS = {
    "/v1/products": "product",
    "/v1/billing/meters": "billing.meter",
    "/v1/prices": "price",
    "/v1/customers": "customer",
    "/v1/subscriptions": "subscription",
    "/v1/invoices": "invoice",
    "/v1/invoice_payments": "invoice_payment",
    "/v1/credit_notes": "credit_note",
    "/v1/charges": "charge",
    "/v1/refunds": "refund",
    "/v1/disputes": "dispute",
    "/v1/events": "event",
}
_OF_CUSTOMER = re.compile(r"/v1/customers/[^/]+/(payment_methods|balance_transactions)")
# So deep an example of a schema goes with what it need not have.
OPTIONAL_DEPTH_MAX = 3
NEW_VALUE = "a_value_of_tomorrow"


@dataclass
class BareStripe:
    """Lists what was put into it, newest first; `refusals` are answered instead, by path."""

    objects: dict[str, dict[str, Json]] = field(default_factory=dict)
    refusals: dict[str, Response] = field(default_factory=dict)
    url: str = ""

    def put(self, **fields: Any) -> Json:
        """Keep an object by its own words for its kind and id."""
        self.objects.setdefault(fields["object"], {})[fields["id"]] = fields
        return fields

    def receive(self, request: Request) -> Response:
        """Answer as little as may be answered."""
        path = request.url.path
        if path in self.refusals:
            return self.refusals[path]
        if path in LISTS:
            return _page(self.objects.get(LISTS[path], {}), request)
        if _OF_CUSTOMER.fullmatch(path):
            return _page({}, request)
        base, _, object_id = path.rpartition("/")
        found = self.objects.get(LISTS.get(base, ""), {}).get(object_id)
        return JSONResponse(found) if found else Response("no such thing", 404)


@contextlib.contextmanager
def bare_stripe() -> Iterator[BareStripe]:
    """One that answers for the length of a block."""
    made = BareStripe()
    app = Starlette(routes=[Route("/{rest:path}", made.receive, methods=["GET", "POST"])])
    with serving(app) as server:
        made.url = server.url
        yield made


def _page(objects: dict[str, Json], request: Request) -> Response:
    rows = sorted(objects.values(), key=lambda one: (one["created"], one["id"]), reverse=True)
    after = request.query_params.get("starting_after")
    if after is not None:
        rows = rows[[one["id"] for one in rows].index(after) + 1 :]
    count = int(request.query_params.get("limit", "10"))
    return JSONResponse({"object": "list", "data": rows[:count], "has_more": len(rows) > count})


class Examples:
    """Objects as Stripe's document allows them: with what they must have, or with anything."""

    def __init__(self, document: Json, *, seed: int) -> None:
        self._schemas: dict[str, Json] = document["components"]["schemas"]
        self._random = random.Random(seed)

    def bare(self, name: str) -> Json:
        """An object with what is required alone, and null wherever that is allowed."""
        made: Json = self._made(self._schemas[name], is_bare=True, depth=0)
        return made

    def wild(self, name: str) -> Json:
        """An object with any of its fields: null, expanded, or of a value nobody knows yet."""
        schema = {**self._schemas[name], "nullable": False}
        made: Json = self._made(schema, is_bare=False, depth=0)
        return made

    def _made(self, schema: Json, *, is_bare: bool, depth: int) -> Any:
        if "$ref" in schema:
            schema = self._schemas.get(schema["$ref"].rpartition("/")[2], {})
        if schema.get("nullable") and (is_bare or self._is(0.4)):
            return None
        if choices := schema.get("anyOf"):
            plain = [one for one in choices if one.get("type") in ("string", "integer")]
            is_plain = is_bare or depth > OPTIONAL_DEPTH_MAX
            chosen = (plain or choices)[0] if is_plain else self._random.choice(choices)
            return self._made(chosen, is_bare=is_bare, depth=depth + 1)
        if "enum" in schema:
            is_new = not is_bare and len(schema["enum"]) > 1 and self._is(0.15)
            return NEW_VALUE if is_new else self._random.choice(schema["enum"])
        if schema.get("type") == "object" or "properties" in schema:
            return self._object(schema, is_bare=is_bare, depth=depth)
        if schema.get("type") == "array":
            count = 0 if is_bare or depth > OPTIONAL_DEPTH_MAX else self._random.randrange(2)
            inner = schema.get("items", {})
            return [self._made(inner, is_bare=is_bare, depth=depth + 1) for _ in range(count)]
        return self._scalar(schema)

    def _object(self, schema: Json, *, is_bare: bool, depth: int) -> Json:
        fields = schema.get("properties", {})
        if {"has_more", "data"} <= set(fields):
            return {"object": "list", "data": [], "has_more": False, "url": "/v1/x"}
        required = set(schema.get("required", []))
        may_have_more = not is_bare and depth < OPTIONAL_DEPTH_MAX
        return {
            name: self._made(inner, is_bare=is_bare, depth=depth + 1)
            for name, inner in fields.items()
            if name in required or (may_have_more and self._is(0.6))
        }

    def _scalar(self, schema: Json) -> Any:
        match schema.get("type"):
            case "boolean":
                return self._is(0.5)
            case "integer" if schema.get("format") == "unix-time":
                return 1_760_000_000 + self._random.randrange(10**7)
            case "integer":
                return self._random.choice([0, 1, 7, -100, 12_345])
            case "number":
                return 1.5
        if schema.get("format") == "decimal":
            return self._random.choice(["0", "1.5", "0.000000000001", "-3"])
        return self._random.choice(["", "x", "some words"])

    def _is(self, likelihood: float) -> bool:
        return self._random.random() < likelihood
