"""Reading one object from Stripe, whole: with every entry of the list inside it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.errors import NotFound, Unavailable
from bot.mirror.fields import dict_at, dicts_at, flag_at
from bot.mirror.kinds import KINDS, Kind
from bot.stripe_api import StripeAPI

# A hundred thousand lines of an invoice, or things of a customer; a list that goes on after that
# has no end.
INNER_PAGES_MAX = 1_000


def read_objects(stripe: StripeAPI, kind_name: str, object_id: str) -> list[dict[str, Any]] | None:
    """An object as Stripe has it now, with all its lines; None when it has it no more.

    Of a kind that is only read customer by customer the id is a customer's, and all of the
    customer's come.
    Raises: KeyError for a kind that is not mirrored, Unavailable when Stripe does not answer,
        Misconfigured when the key may not read it.
    """
    kind = KINDS[kind_name]
    if kind.is_read_by_customer:
        return list_of_customer(stripe, kind, object_id)
    try:
        # Quoted, as an event may name any text as an id.
        path = f"{kind.read_path or kind.path}/{quote(object_id, safe='')}"
        found = stripe.get(path, kind.read_params or None)
    except NotFound:
        return None
    whole = None if flag_at(found, "deleted") else complete(stripe, kind, found)
    return None if whole is None else [whole]


def read_one(
    stripe: StripeAPI, kind_name: str, object_id: str, *, customer_id: str | None
) -> dict[str, Any] | None:
    """One object as Stripe has it now; its customer is needed where it is only read by it."""
    by_customer = KINDS[kind_name].is_read_by_customer
    found = read_objects(stripe, kind_name, customer_id or "" if by_customer else object_id)
    return next((one for one in found or () if one["id"] == object_id), None)


def list_of_customer(
    stripe: StripeAPI, kind: Kind, customer_id: str
) -> list[dict[str, Any]] | None:
    """All of a kind that Stripe lists for one customer; None when it has no such customer."""
    path = kind.path.format(customer=quote(customer_id, safe=""))
    try:
        return _read_to_the_end(stripe, path, kind.list_params)
    except NotFound:
        return None


def complete(stripe: StripeAPI, kind: Kind, found: dict[str, Any]) -> dict[str, Any] | None:
    """An object with the whole of the list of which Stripe embeds the first entries only.

    Shape: None when Stripe has lost it meanwhile.
    """
    nested = kind.nested
    if nested is None or not flag_at(dict_at(found, nested.field), "has_more"):
        return found
    path = nested.path.format(id=found["id"])
    try:
        # From its beginning: the list may have changed since the object was read.
        entries = _read_to_the_end(stripe, path, {nested.by: found["id"]} if nested.by else {})
    except NotFound:
        return None
    return {**found, nested.field: {"object": "list", "data": entries, "has_more": False}}


def entries_within(kind: Kind, found: dict[str, Any]) -> int:
    """How many entries of the list inside it an object has brought along."""
    return len(dicts_at(found, kind.nested.field)) if kind.nested else 0


def _read_to_the_end(
    stripe: StripeAPI, path: str, params: Mapping[str, Any]
) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = []
    for number, page in enumerate(stripe.pages(path, params)):
        if number == INNER_PAGES_MAX:
            raise Unavailable(f"Stripe's list {path} has no end.")
        entries.extend(page)
    return entries
