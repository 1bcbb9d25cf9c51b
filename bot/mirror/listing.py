"""Everything of a kind that Stripe has, page by page, whichever way Stripe lists it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from bot.mirror.kinds import Kind
from bot.mirror.reading import list_of_customer
from bot.mirror.rows import table_of
from bot.models import Customer
from bot.runtime import Runtime

# How many customers' lists make a page, and how many of them are read at once. More readers would
# only wait for Stripe's limit of each endpoint.
CUSTOMERS_AT_ONCE = 40
READERS = 4

_CUSTOMERS = table_of(Customer)


@dataclass(frozen=True, slots=True)
class Listed:
    """Objects that were listed together, and the place after which the list goes on."""

    objects: list[dict[str, Any]]
    cursor: str


def list_pages(runtime: Runtime, kind: Kind, *, after: str | None) -> Iterator[Listed]:
    """All that Stripe lists of a kind, from a place on.

    Shape: a page is read when it is asked for, and not before. Of a kind that is listed customer by
    customer a page may be empty.
    Raises: what StripeAPI.pages raises.
    """
    if kind.asked is not None:
        yield from _pages_by_customer(runtime, kind, kind.asked(), after=after)
        return
    for page in runtime.stripe.pages(kind.path, kind.list_params, starting_after=after):
        yield Listed(page, page[-1]["id"])


def _pages_by_customer(
    runtime: Runtime, kind: Kind, asked: Select[Any], *, after: str | None
) -> Iterator[Listed]:
    def read(customer: str) -> list[dict[str, Any]]:
        # Somebody who was deleted meanwhile has nothing any more.
        return list_of_customer(runtime.stripe, kind, customer) or []

    some = asked.order_by(_CUSTOMERS.c.id).limit(CUSTOMERS_AT_ONCE)
    with ThreadPoolExecutor(READERS, "listing") as readers:
        while True:
            with runtime.database.reading() as session:
                customers = list(session.scalars(some.where(_CUSTOMERS.c.id > (after or ""))))
            if not customers:
                return
            after = customers[-1]
            yield Listed([one for own in readers.map(read, customers) for one in own], after)
