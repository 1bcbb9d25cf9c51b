"""One call to the API, and the handlers that nearly every resource has: retrieve and list."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from bot.sandbox.stripe.errors import no_such
from bot.sandbox.stripe.params import EXPAND, MOMENTS, PAGE, Kind
from bot.sandbox.stripe.store import Key, Object, Selection, Table
from bot.sandbox.stripe.world import World

LIMIT_DEFAULT = 10


@dataclasses.dataclass(frozen=True)
class Call:
    """A checked call: where it went, the ids in its path, its parameters."""

    world: World
    path: str
    ids: Mapping[str, str]
    params: dict[str, Any]

    def get(self, name: str, default: Any = None) -> Any:
        """A parameter; None when it is missing or unset."""
        return self.params.get(name, default)

    def changes(self, *names: str) -> dict[str, Any]:
        """Those of some plain parameters that were given."""
        return {name: self.params[name] for name in names if name in self.params}


Handler = Callable[[Call], Object]


@dataclasses.dataclass(frozen=True)
class Route:
    """One method of one path: what it accepts and what it does."""

    method: str
    path: str
    handler: Handler
    kinds: Mapping[str, Kind]
    required: tuple[str, ...] = ()

    @property
    def resource(self) -> str:
        """The word that permissions use: `invoices` of /v1/invoices/{invoice}/pay."""
        steps = self.path.split("/")[2:]
        return "_".join(steps[:2]) if steps[0] in {"billing", "billing_portal"} else steps[0]

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"


def retrieve(path: str, kind: str) -> Route:
    """GET of one object by the id at the end of the path."""
    name = path.rsplit("{", 1)[1].rstrip("}")

    def handler(call: Call) -> Object:
        """The stored object."""
        return call.world.get(kind, call.ids[name])

    return Route("GET", path, handler, EXPAND)


def listing(
    path: str,
    kind: str,
    *,
    equal: Mapping[str, str] | None = None,
    also: Mapping[str, Kind] | None = None,
    fits: Callable[[Call], Callable[[Object], bool] | None] | None = None,
    by_created: bool = True,
) -> Route:
    """GET of a list.

    `equal` maps parameters to indexed fields, `also` gives the kinds of all own parameters, `fits`
    judges what no index answers.
    """
    fields = equal or {}

    def handler(call: Call) -> Object:
        """One page."""
        wanted = {field: call.params[name] for name, field in fields.items() if name in call.params}
        check_customer(call)
        return listed(call, call.world.table(kind), wanted, fits(call) if fits else None)

    created = {"created": MOMENTS} if by_created else {}
    return Route("GET", path, handler, {**PAGE, **created, **(also or {})})


def check_customer(call: Call) -> None:
    """A list of somebody who never was is refused; of a deleted customer it is answered.

    Raises: StripeError for an unknown customer.
    """
    customer = call.get("customer")
    if customer is not None and customer not in call.world.deleted_customers:
        call.world.get("customer", customer, param="customer")


def listed(
    call: Call,
    table: Table,
    equal: dict[str, Any],
    fits: Callable[[Object], bool] | None = None,
) -> Object:
    """The list object with one page of a table.

    Raises: StripeError when a cursor names nothing of this kind.
    """
    selection = Selection(
        equal=equal,
        created=call.get("created") or {},
        fits=fits,
        limit=call.get("limit", LIMIT_DEFAULT),
        after=cursor(call, table, "starting_after"),
        before=cursor(call, table, "ending_before"),
    )
    page = table.page(selection)
    rows = (table.rows[identifier] for identifier in page.ids)
    data = [row if isinstance(row, dict) else orjson.Fragment(row.json()) for row in rows]
    return {"object": "list", "data": data, "has_more": page.has_more, "url": call.path}


def cursor(call: Call, table: Table, name: str) -> Key | None:
    """The place that a cursor names."""
    identifier = call.get(name)
    if identifier is None:
        return None
    if identifier not in table:
        raise no_such(table.kind, identifier, param=name)
    return table.keys[identifier]


def listed_rows(call: Call, kind: str, rows: list[Object]) -> Object:
    """The list object with one page of rows that are kept outside a table, in their own order."""
    ids = [row["id"] for row in rows]
    limit = call.get("limit", LIMIT_DEFAULT)
    start, end = 0, len(rows)
    for name in ("starting_after", "ending_before"):
        if call.get(name) is not None and call.get(name) not in ids:
            raise no_such(kind, call.get(name), param=name)
    if call.get("starting_after") is not None:
        start = ids.index(call.get("starting_after")) + 1
    if call.get("ending_before") is not None:
        end = ids.index(call.get("ending_before"))
        first = max(start, end - limit)
        return list_object(call.path, rows[first:end], has_more=first > start)
    return list_object(call.path, rows[start : start + limit], has_more=start + limit < end)


def list_object(url: str, rows: list[Object], *, has_more: bool = False) -> Object:
    """Stripe's envelope around a list."""
    return {"object": "list", "data": rows, "has_more": has_more, "url": url}


def deleted(row: Object) -> Object:
    """What Stripe answers about an object that is gone."""
    return {"id": row["id"], "object": row["object"], "deleted": True}
