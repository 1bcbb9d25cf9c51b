"""The state of the stand-in and the three ways to change it: add, change, remove.

Each change says which events it makes; an event carries the object as it is at that moment, so
nothing else has to remember to tell the outside.
"""

import dataclasses
import threading
import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import orjson

from bot.sandbox.stripe.errors import no_such
from bot.sandbox.stripe.faults import Faults
from bot.sandbox.stripe.ids import Ids
from bot.sandbox.stripe.store import Object, Store, Table
from bot.sandbox.stripe.timers import Timers

API_VERSION = "2026-10-28.endive"
# Stands in stored links and is replaced by the address under which the stand-in was asked.
LINKS_BASE = "http://links.stand-in.invalid"
EVENT_RETENTION_SECONDS = 30 * 86_400


# Time, identifier, value of one usage event.
Usage = tuple[int, str, int]


@dataclasses.dataclass(frozen=True)
class Billed:
    """A subscription item on a draft: the period it is billed for, and what part of it."""

    item: Object
    start: int
    end: int
    share: Decimal = Decimal(1)


class World:
    """Everything that exists at this Stripe, and its clock in whole seconds."""

    def __init__(self, *, now: int, account: str, livemode: bool) -> None:
        self.now = self.started_at = now
        self.account = account
        self.livemode = livemode
        self.lock = threading.RLock()
        self.store = Store()
        self.ids = Ids(account)
        self.faults = Faults()
        self.timers = Timers()
        # What an API call did is marked in its events; what the clock did is not.
        self.cause: dict[str, str | None] = {"id": None, "idempotency_key": None}
        self.on_event: Callable[[Object], None] = lambda _event: None
        # What happens before this is not told: a story may begin long before anybody listens, and
        # events so old would have been forgotten by then.
        self.tells_from = 0
        self.event_seen_from: dict[str, float] = {}
        self.secrets: dict[str, str] = {}
        # Parts that Stripe only shows when they are asked for by expand[].
        self.lines: dict[str, list[Object]] = {}
        self.tiers: dict[str, list[Object]] = {}
        self.days_until_due: dict[str, int] = {}
        self.invoice_of_token: dict[str, str] = {}
        self.charge_of_token: dict[str, str] = {}
        self.first_attempts: dict[str, int] = {}
        # How the bank answers for a card, by payment method; yes when nothing is said.
        self.card_outcomes: dict[str, str] = {}
        self.credit_note_of_token: dict[str, str] = {}
        self.customer_of_token: dict[str, str] = {}
        self.credit_note_lines: dict[str, list[Object]] = {}
        self.deleted_customers: dict[str, Object] = {}
        # Usage by meter and customer, in order of time; identifiers with the time of receipt.
        self.usage: dict[tuple[str, str], list[Usage]] = {}
        self.meter_identifiers: dict[tuple[str, str], int] = {}
        # What a subscription's draft bills, so that late usage can still be counted.
        self.billed: dict[str, list[Billed]] = {}

    def outcome_of_card(self, method_id: str) -> str | None:
        """Why the bank declines a saved card at the moment; None when it does not."""
        declined = "generic_decline" if self.faults.decline_all else None
        return self.card_outcomes.get(method_id, declined)

    def table(self, kind: str) -> Table:
        """The table of a kind."""
        return self.store.table(kind)

    def get(self, kind: str, identifier: str, *, param: str = "id") -> Object:
        """A stored object.

        Raises: StripeError when there is none; `param` says where the id came from.
        """
        found = self.table(kind).find(identifier)
        if found is None or found.get("deleted"):
            raise no_such(kind, identifier, param=param)
        return found

    def add(self, row: Object, *events: str) -> Object:
        """Keep a new object and tell about it."""
        self.table(row["object"]).add(row)
        for name in events:
            self.emit(name, row)
        return row

    def change(self, row: Object, changes: dict[str, Any], *events: str) -> Object:
        """Set fields of a stored object; `*.updated` events say what they were before."""
        previous = {
            name: copied(row.get(name)) for name, value in changes.items() if row.get(name) != value
        }
        row.update(changes)
        self.table(row["object"]).save(row)
        for name in events:
            if not name.endswith(".updated"):
                self.emit(name, row)
            elif previous:
                self.emit(name, row, previous)
        return row

    def remove(self, row: Object, *events: str) -> None:
        """Forget an object and tell about it."""
        self.table(row["object"]).remove(row["id"])
        for name in events:
            self.emit(name, row)

    def lines_of(self, invoice: str) -> list[Object]:
        """The lines of an invoice; seeded ones are written out when first asked for."""
        if invoice not in self.lines:
            self.lines[invoice] = self.table("invoice").get(invoice)["lines"]["data"]
        return self.lines[invoice]

    def emit(self, name: str, row: Object, previous: dict[str, Any] | None = None) -> None:
        """Record an event and hand it to the webhooks."""
        if self.now < self.tells_from:
            return
        step = self.faults.events_share_seconds
        data: Object = {"object": copied(row)}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Object = {
            "id": self.ids.new("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now - self.now % step if step else self.now,
            "data": data,
            "livemode": self.livemode,
            "pending_webhooks": 0,
            "request": dict(self.cause),
            "type": name,
        }
        self.table("event").add(event)
        self.event_seen_from[event["id"]] = time.monotonic() + self.faults.events_lag_seconds
        self.on_event(event)

    def forget_old_events(self) -> None:
        """Drop events that Stripe would no longer list."""
        table = self.table("event")
        while table.keys:
            oldest = table.oldest()
            if oldest[0] >= self.now - EVENT_RETENTION_SECONDS:
                return
            table.remove(oldest[2])
            self.event_seen_from.pop(oldest[2], None)


def copied(value: Any) -> Any:
    """A deep copy of plain data."""
    if isinstance(value, dict | list):
        return orjson.loads(orjson.dumps(value))
    return value
