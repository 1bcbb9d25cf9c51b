"""Reading one object from Stripe, whole: with every entry of the list inside it."""

from typing import Any
from urllib.parse import quote

from bot.errors import NotFound, Unavailable
from bot.mirror.fields import dict_at, flag_at
from bot.mirror.kinds import KINDS, Kind
from bot.stripe_api import StripeAPI

# A hundred thousand lines; a list that goes on after that has no end.
NESTED_PAGES_MAX = 1_000


def read_object(stripe: StripeAPI, kind_name: str, object_id: str) -> dict[str, Any] | None:
    """An object as Stripe has it now, with all its lines; None when it has it no more.

    Raises: KeyError for a kind that is not mirrored, Unavailable when Stripe does not answer,
        Misconfigured when the key may not read it.
    """
    kind = KINDS[kind_name]
    try:
        # Quoted, as an event may name any text as an id.
        found = stripe.get(f"{kind.path}/{quote(object_id, safe='')}", kind.read_params or None)
    except NotFound:
        return None
    return None if flag_at(found, "deleted") else complete(stripe, kind, found)


def complete(stripe: StripeAPI, kind: Kind, found: dict[str, Any]) -> dict[str, Any] | None:
    """An object with the whole of the list of which Stripe embeds the first entries only.

    Shape: None when Stripe has lost it meanwhile.
    """
    nested = kind.nested
    if nested is None or not flag_at(dict_at(found, nested.field), "has_more"):
        return found
    path = nested.path.format(id=found["id"])
    entries: list[dict[str, Any]] = []
    try:
        # From its beginning: the list may have changed since the object was read.
        for number, page in enumerate(
            stripe.pages(path, {nested.by: found["id"]} if nested.by else None)
        ):
            if number == NESTED_PAGES_MAX:
                raise Unavailable(f"Stripe's list {path} has no end.")
            entries.extend(page)
    except NotFound:
        return None
    return {**found, nested.field: {"object": "list", "data": entries, "has_more": False}}
