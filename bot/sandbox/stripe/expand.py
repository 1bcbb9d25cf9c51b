"""Replace ids by the objects behind them, as `expand[]` asks."""

from collections.abc import Callable
from typing import Any

from bot.sandbox.stripe.calls import deleted, list_object
from bot.sandbox.stripe.errors import bad_request
from bot.sandbox.stripe.ids import kind_of
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.world import World, copied

DEPTH_MAX = 4
EMBEDDED_ROWS = 10
PAYMENT_KINDS = frozenset({"charge", "payment_intent", "payment_record"})


def expanded(world: World, body: Object, paths: list[str]) -> Object:
    """A copy of an answer with these properties expanded.

    Raises: StripeError for a property that can't be expanded, or one too deep.
    """
    body = copied(body)
    for path in paths:
        steps = path.split(".")
        # `data` names the rows of a list and is no level of its own.
        depth = len([step for step in steps if step != "data"])
        if depth > DEPTH_MAX:
            message = (
                f"You cannot expand more than {DEPTH_MAX} levels of a property. Property: {path}"
            )
            raise bad_request(message, param="expand")
        expand_in(world, body, steps, path)
    return body


def expand_in(world: World, node: Any, steps: list[str], path: str) -> None:
    """Expand what lies at some steps below a node."""
    if isinstance(node, list):
        for item in node:
            expand_in(world, item, steps, path)
        return
    if not isinstance(node, dict) or not steps:
        return
    step, rest = steps[0], steps[1:]
    if node.get("deleted"):
        return
    if step in PAYMENT_KINDS and step not in node and "object" not in node:
        # A payment is of one kind; asking for the others is right and finds nothing.
        return
    includable = INCLUDABLE.get((str(node.get("object")), step))
    if includable is not None and step not in node:
        node[step] = copied(includable(world, node))
    elif step not in node or not can_expand(node, step, last=not rest):
        message = f"This property cannot be expanded ({path})."
        raise bad_request(message, param="expand")
    node[step] = fetched(world, node[step])
    expand_in(world, node[step], rest, path)


def can_expand(node: Object, step: str, *, last: bool) -> bool:
    """Whether a property holds an id, ids, an object, or nothing yet."""
    value = node[step]
    if step == "id" or (last and isinstance(value, dict) and "object" not in value):
        return False
    if isinstance(value, str):
        return kind_of(value) is not None
    return value is None or isinstance(value, dict | list)


def fetched(world: World, value: Any) -> Any:
    """The object behind an id, or the objects behind a list of ids; anything else stays."""
    if isinstance(value, list):
        return [fetched(world, item) for item in value]
    if not isinstance(value, str):
        return value
    kind = kind_of(value)
    found = world.table(kind).find(value) if kind else None
    if found is not None:
        return copied(found)
    if kind == "customer":
        return deleted({"id": value, "object": kind})
    return value


def first_rows(url: str, rows: list[Object]) -> Object:
    """An embedded list: the first ten."""
    return list_object(url, rows[:EMBEDDED_ROWS], has_more=len(rows) > EMBEDDED_ROWS)


def payments_of(world: World, invoice: Object) -> Object:
    """The payments of an invoice, newest first."""
    rows = world.table("invoice_payment").where(invoice=invoice["id"])[::-1]
    return first_rows("/v1/invoice_payments", rows)


def confirmation_of(world: World, invoice: Object) -> Object | None:
    """What a browser needs to pay an open invoice."""
    for payment in world.table("invoice_payment").where(invoice=invoice["id"], status="open"):
        intent = world.table("payment_intent").find(payment["payment"].get("payment_intent", ""))
        if intent is not None:
            return {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None


def subscriptions_of(world: World, customer: Object) -> Object:
    """The subscriptions of a customer that have not ended."""
    rows = world.table("subscription").where(customer=customer["id"])[::-1]
    rows = [row for row in rows if row["status"] != "canceled"]
    return first_rows(f"/v1/customers/{customer['id']}/subscriptions", rows)


def tax_ids_of(world: World, customer: Object) -> Object:
    """The tax ids of a customer."""
    rows = world.table("tax_id").where(customer=customer["id"])[::-1]
    return first_rows(f"/v1/customers/{customer['id']}/tax_ids", rows)


def tiers_of(world: World, price: Object) -> list[Object] | None:
    """The tiers of a tiered price."""
    return world.tiers.get(price["id"])


def refunds_of(world: World, charge: Object) -> Object:
    """The refunds of a charge."""
    rows = world.table("refund").where(charge=charge["id"])[::-1]
    return first_rows(f"/v1/charges/{charge['id']}/refunds", rows)


INCLUDABLE: dict[tuple[str, str], Callable[[World, Object], Any]] = {
    ("charge", "refunds"): refunds_of,
    ("customer", "subscriptions"): subscriptions_of,
    ("customer", "tax_ids"): tax_ids_of,
    ("invoice", "confirmation_secret"): confirmation_of,
    ("invoice", "payments"): payments_of,
    ("price", "tiers"): tiers_of,
}
