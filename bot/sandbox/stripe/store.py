"""Where the stand-in keeps its objects: plain dicts by kind, in order of creation, with indexes.

A list of a hundred thousand invoices by customer or status must not look at each of them, so every
indexed value has its own ordered list of keys.
"""

import bisect
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

Object = dict[str, Any]
# Created, then a running number: the order of every list at Stripe, newest first when listed.
Key = tuple[int, int, str]


class Packed(Protocol):
    """A stored object that is kept small and written out when somebody asks for it."""

    def unpacked(self) -> Object:
        """The object itself."""

    def json(self) -> bytes:
        """The object as JSON."""


@dataclasses.dataclass(frozen=True)
class Page:
    """Some ids of a list, in the order of the answer, and whether more follow."""

    ids: list[str]
    has_more: bool


@dataclasses.dataclass(frozen=True)
class Selection:
    """What a list call asks of a table. `equal` names indexed fields."""

    equal: dict[str, Any] = dataclasses.field(default_factory=dict)
    created: dict[str, int] = dataclasses.field(default_factory=dict)
    fits: Callable[[Object], bool] | None = None
    limit: int = 10
    after: Key | None = None
    before: Key | None = None


class Table:
    """All objects of one kind."""

    def __init__(self, kind: str, indexed: Sequence[str]) -> None:
        self.kind = kind
        self.rows: dict[str, Object | Packed] = {}
        self.keys: dict[str, Key] = {}
        self._indexed = tuple(indexed)
        self._order: list[Key] = []
        self._index: dict[tuple[str, Any], list[Key]] = {}
        self._indexed_values: dict[str, tuple[Any, ...]] = {}
        self._count = 0

    def __len__(self) -> int:
        return len(self.rows)

    def __contains__(self, identifier: str) -> bool:
        return identifier in self.rows

    def __iter__(self) -> Iterator[Object]:
        """Every object, oldest first."""
        return (self.get(key[2]) for key in list(self._order))

    def get(self, identifier: str) -> Object:
        """The stored object itself; a caller that changes it calls save()."""
        row = self.rows[identifier]
        if not isinstance(row, dict):
            row = self.rows[identifier] = row.unpacked()
        return row

    def find(self, identifier: str) -> Object | None:
        """The stored object, or None."""
        return self.get(identifier) if identifier in self.rows else None

    def add(self, row: Object) -> Object:
        """Keep a new object."""
        values = tuple(value_at(row, name) for name in self._indexed)
        self.add_packed(row["id"], row, row["created"], values)
        return row

    def add_packed(
        self, identifier: str, row: Object | Packed, created: int, values: tuple[Any, ...]
    ) -> None:
        """Keep a new object whose indexed values are known."""
        self._count += 1
        key = (created, self._count, identifier)
        self.rows[identifier] = row
        self.keys[identifier] = key
        self._indexed_values[identifier] = values
        insert(self._order, key)
        for name, value in zip(self._indexed, values, strict=True):
            insert(self._index.setdefault((name, value), []), key)

    def save(self, row: Object) -> None:
        """Bring the indexes up to date with a changed object."""
        key = self.keys[row["id"]]
        old = self._indexed_values[row["id"]]
        new = tuple(value_at(row, name) for name in self._indexed)
        if old == new:
            return
        self._indexed_values[row["id"]] = new
        for name, before, after in zip(self._indexed, old, new, strict=True):
            if before != after:
                take_out(self._index[name, before], key)
                insert(self._index.setdefault((name, after), []), key)

    def remove(self, identifier: str) -> None:
        """Forget an object."""
        key = self.keys.pop(identifier)
        del self.rows[identifier]
        take_out(self._order, key)
        values = self._indexed_values.pop(identifier)
        for name, value in zip(self._indexed, values, strict=True):
            take_out(self._index[name, value], key)

    def oldest(self) -> Key:
        """The key of the first object."""
        return self._order[0]

    def where(self, **equal: Any) -> list[Object]:
        """The objects with these values in indexed fields, oldest first."""
        keys = self._smallest(equal)
        return [self.get(key[2]) for key in keys if self._equals(key[2], equal)]

    def page(self, selection: Selection) -> Page:
        """One page of a list, newest first."""
        keys = self._smallest(selection.equal)
        low, high = bounds(keys, selection)
        backwards = selection.before is not None
        places = range(low, high) if backwards else range(high - 1, low - 1, -1)
        ids: list[str] = []
        for place in places:
            identifier = keys[place][2]
            if self._equals(identifier, selection.equal) and self._fits(identifier, selection):
                ids.append(identifier)
                if len(ids) > selection.limit:
                    break
        has_more = len(ids) > selection.limit
        ids = ids[: selection.limit]
        return Page(ids[::-1] if backwards else ids, has_more)

    def _smallest(self, equal: dict[str, Any]) -> list[Key]:
        lists = [self._index.get((name, value), []) for name, value in equal.items()]
        return min(lists, key=len) if lists else self._order

    def _equals(self, identifier: str, equal: dict[str, Any]) -> bool:
        if len(equal) < 2:
            return True
        values = dict(zip(self._indexed, self._indexed_values[identifier], strict=True))
        return all(values[name] == value for name, value in equal.items())

    def _fits(self, identifier: str, selection: Selection) -> bool:
        if selection.fits is None:
            return True
        row = self.rows[identifier]
        return selection.fits(row if isinstance(row, dict) else row.unpacked())


def value_at(row: Object, name: str) -> Any:
    """A field, or `a.b.c` for one inside others; None where a step is missing."""
    value: Any = row
    for step in name.split("."):
        if not isinstance(value, dict):
            return None
        value = value.get(step)
    return value


def insert(keys: list[Key], key: Key) -> None:
    """Put a key where it belongs; nearly always that is the end."""
    if not keys or keys[-1] < key:
        keys.append(key)
    else:
        bisect.insort(keys, key)


def take_out(keys: list[Key], key: Key) -> None:
    """Take a key out of a sorted list that holds it."""
    del keys[bisect.bisect_left(keys, key)]


def bounds(keys: list[Key], selection: Selection) -> tuple[int, int]:
    """The half-open part of a sorted list that the created bounds and the cursors leave."""
    low, high = 0, len(keys)
    created = selection.created
    if "gte" in created:
        low = max(low, bisect.bisect_left(keys, (created["gte"], 0, "")))
    if "gt" in created:
        low = max(low, bisect.bisect_left(keys, (created["gt"] + 1, 0, "")))
    if "lt" in created:
        high = min(high, bisect.bisect_left(keys, (created["lt"], 0, "")))
    if "lte" in created:
        high = min(high, bisect.bisect_left(keys, (created["lte"] + 1, 0, "")))
    if selection.after is not None:
        high = min(high, bisect.bisect_left(keys, selection.after))
    if selection.before is not None:
        low = max(low, bisect.bisect_right(keys, selection.before))
    return low, max(low, high)


INDEXED: dict[str, tuple[str, ...]] = {
    "billing.meter": ("event_name", "status"),
    "charge": ("customer", "payment_intent"),
    "credit_note": ("customer", "invoice"),
    "customer": ("email",),
    "customer_balance_transaction": ("customer", "invoice"),
    "dispute": ("charge", "payment_intent"),
    "event": ("type",),
    "invoice": ("customer", "status", "parent.subscription_details.subscription"),
    "invoice_payment": ("invoice", "status", "payment.payment_intent", "payment.payment_record"),
    "invoiceitem": ("customer", "invoice"),
    "payment_intent": ("customer",),
    "payment_method": ("customer",),
    "price": ("product", "active"),
    "refund": ("charge", "payment_intent"),
    "subscription": ("customer", "status"),
    "subscription_item": ("subscription",),
    "tax_id": ("customer",),
}


class Store:
    """A table per kind, made when first asked for."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}

    def table(self, kind: str) -> Table:
        """The table of a kind."""
        if kind not in self._tables:
            self._tables[kind] = Table(kind, INDEXED.get(kind, ()))
        return self._tables[kind]
