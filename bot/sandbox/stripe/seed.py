"""Many finished invoices at once, for benchmarks: kept as numbers, written out when asked for.

A hundred thousand invoices as dicts would take gigabytes and a minute. Here an invoice is its place
in the sequence; one template per state turns that into the JSON of a real invoice.
"""

import dataclasses
import hashlib
import operator
import re
from typing import Any

import orjson

from bot.sandbox.stripe.calls import Call
from bot.sandbox.stripe.customers import create_customer
from bot.sandbox.stripe.expand import first_rows
from bot.sandbox.stripe.invoice_blank import blank_invoice, subscription_parent
from bot.sandbox.stripe.invoice_lines import pricing_of
from bot.sandbox.stripe.invoices import DAY_SECONDS
from bot.sandbox.stripe.meters import create_meter
from bot.sandbox.stripe.prices import new_price
from bot.sandbox.stripe.products import new_product
from bot.sandbox.stripe.store import Object
from bot.sandbox.stripe.subscription_blank import blank_subscription
from bot.sandbox.stripe.subscription_items import embedded_items, new_subscription_item
from bot.sandbox.stripe.world import LINKS_BASE, World

LINES_MAX = 10
DAYS_BACK = 540
DAYS_UNTIL_DUE = 30
SLOT = re.compile(rb'"@#(\w+)#@"|@@(\w+)@@')
LICENSED_MINOR = 4_900
METERED_MINOR = 3


@dataclasses.dataclass(frozen=True, slots=True)
class SeededInvoice:
    """One invoice: its place, its customer's part of the template, and the template."""

    identifier: str
    place: int
    sequence: int
    created: int
    owner: dict[str, bytes]
    template: "Template"

    def json(self) -> bytes:
        """The invoice as JSON."""
        return self.template.written(self)

    def unpacked(self) -> Object:
        """The invoice as a dict."""
        row: Object = orjson.loads(self.json())
        return row


class Template:
    """The JSON of an invoice in one state, cut at the places that differ."""

    def __init__(self, invoice: Object, *, lines: int) -> None:
        self._lines = lines
        parts = SLOT.split(orjson.dumps(invoice))
        literals = [literal.replace(b"%", b"%%") for literal in parts[0::3]]
        self._format = b"%b".join(literals)
        slots = zip(parts[1::3], parts[2::3], strict=True)
        self._pick = operator.itemgetter(*((number or text).decode() for number, text in slots))

    def written(self, seeded: SeededInvoice) -> bytes:
        """The JSON of one invoice."""
        written: bytes = self._format % self._pick(self._values(seeded))
        return written

    def _values(self, seeded: SeededInvoice) -> dict[str, bytes]:
        """What stands in each slot."""
        token = token_of(seeded.identifier)
        values = {
            **seeded.owner,
            "id": seeded.identifier.encode(),
            "tail": seeded.identifier[3:24].encode(),
            "created": b"%d" % seeded.created,
            "due": b"%d" % (seeded.created + DAYS_UNTIL_DUE * DAY_SECONDS),
            "start": b"%d" % (seeded.created - 30 * DAY_SECONDS),
            "paid_at": b"%d" % (seeded.created + seeded.place % 40 * DAY_SECONDS // 2),
            "sequence": b"%04d" % seeded.sequence,
            "token": token.encode(),
        }
        total = 0
        for number in range(self._lines):
            quantity, amount = line_amount(seeded.place, number)
            total += amount
            values[f"quantity{number}"] = b"%d" % quantity
            values[f"amount{number}"] = b"%d" % amount
        values["total"] = b"%d" % total
        return values


def line_amount(place: int, number: int) -> tuple[int, int]:
    """Quantity and amount of one line: every other line is usage."""
    if number % 2 == 0:
        quantity = 1 + (place + number) % 20
        return quantity, quantity * LICENSED_MINOR
    quantity = 1_000 + (place * 37 + number * 911) % 50_000
    return quantity, quantity * METERED_MINOR


def token_of(identifier: str) -> str:
    """The token of a seeded invoice's page."""
    return f"test_{hashlib.sha256(identifier.encode()).hexdigest()}"


def number_slot(name: str) -> Any:
    """A number to be filled in."""
    return f"@#{name}#@"


def seed_invoices(
    world: World, count: int, *, lines: int, customers: int, open_share: float
) -> None:
    """Put finished invoices into the store, over the last 18 months, without events or payments.

    Raises: ValueError for more lines than an invoice embeds.
    """
    if not 0 < lines <= LINES_MAX:
        raise ValueError(f"A seeded invoice has 1 to {LINES_MAX} lines.")
    owners = [seeded_owner(world, number) for number in range(customers)]
    templates = {
        status: Template(blank_template(world, status, lines), lines=lines)
        for status in ("paid", "open")
    }
    table = world.table("invoice")
    first = world.now - DAYS_BACK * DAY_SECONDS
    every = round(1 / open_share) if open_share > 0 else 0
    for place in range(count):
        owner = owners[place % customers]
        # Shifted from round to round, so that every customer has open ones.
        status = "open" if every and (place + place // customers) % every == 0 else "paid"
        identifier = world.ids.new("in")
        created = first + place * DAYS_BACK * DAY_SECONDS // count
        sequence = 1 + place // customers
        seeded = SeededInvoice(identifier, place, sequence, created, owner, templates[status])
        indexed = (owner["customer"].decode(), status, owner["subscription"].decode())
        table.add_packed(identifier, seeded, created, indexed)
        world.invoice_of_token[token_of(identifier)] = identifier
    for number, owner in enumerate(owners):
        customer = world.table("customer").get(owner["customer"].decode())
        customer["next_invoice_sequence"] = 1 + (count - number + customers - 1) // customers


def seeded_owner(world: World, number: int) -> dict[str, bytes]:
    """A customer with a subscription, and the words that its invoices take from it."""
    given = {"name": f"Account {number:05d}", "email": f"billing{number}@account.example"}
    customer = create_customer(Call(world, "", {}, given))
    customer |= {"created": world.now - DAYS_BACK * DAY_SECONDS, "currency": "usd"}
    subscription = blank_subscription(world, customer["id"], "usd", world.now)
    subscription |= {"collection_method": "send_invoice", "days_until_due": DAYS_UNTIL_DUE}
    world.table("subscription").add(subscription)
    period = (world.now, world.now + 30 * DAY_SECONDS)
    items = [
        new_subscription_item(world, subscription["id"], {"price": price["id"]}, period)
        for price in seeded_prices(world)
    ]
    subscription["items"] = embedded_items(world, subscription["id"])
    words = {
        "customer": customer["id"],
        "email": customer["email"],
        "item0": items[0]["id"],
        "item1": items[1]["id"],
        "name": customer["name"],
        "prefix": customer["invoice_prefix"],
        "subscription": subscription["id"],
    }
    return {name: orjson.dumps(value)[1:-1] for name, value in words.items()}


def seeded_prices(world: World) -> list[Object]:
    """A licensed and a metered price, made once."""
    found = [row for row in world.table("price") if row["nickname"] == "seeded"]
    if found:
        return found
    meter = seeded_meter(world)
    monthly = {"interval": "month"}
    usage = {**monthly, "usage_type": "metered", "meter": meter["id"]}
    prices = []
    for name, amount, recurring in (
        ("Phone numbers", LICENSED_MINOR, monthly),
        ("Calls", METERED_MINOR, usage),
    ):
        product = new_product(world, {"name": name})
        given = {
            "currency": "usd",
            "nickname": "seeded",
            "recurring": recurring,
            "unit_amount": amount,
        }
        prices.append(world.add(new_price(world, given, product["id"]), "price.created"))
    return prices


def seeded_meter(world: World) -> Object:
    """The meter of the metered price."""
    given = {
        "default_aggregation": {"formula": "sum"},
        "display_name": "Calls",
        "event_name": "seeded_calls",
    }
    return create_meter(Call(world, "", {}, given))


def blank_template(world: World, status: str, lines: int) -> Object:
    """An invoice in a state, with slots where invoices differ."""
    customer = dict(next(iter(world.table("customer"))))
    customer |= {"email": "@@email@@", "id": "@@customer@@", "name": "@@name@@", "balance": 0}
    invoice = blank_invoice(world, customer, "usd")
    link = f"{LINKS_BASE}/i/{world.account}/@@token@@"
    is_paid = status == "paid"
    amount, nothing = number_slot("total"), 0
    invoice |= {
        "id": "@@id@@",
        "amount_due": amount,
        "amount_paid": amount if is_paid else nothing,
        "amount_remaining": nothing if is_paid else amount,
        "attempt_count": 1 if is_paid else 0,
        "attempted": is_paid,
        "billing_reason": "subscription_cycle",
        "collection_method": "send_invoice",
        "created": number_slot("created"),
        "due_date": number_slot("due"),
        "effective_at": number_slot("created"),
        "ending_balance": 0,
        "hosted_invoice_url": f"{link}?s=ap",
        "invoice_pdf": f"{link}/pdf?s=ap",
        "number": "@@prefix@@-@@sequence@@",
        "parent": subscription_parent("@@subscription@@", {}),
        "period_end": number_slot("created"),
        "period_start": number_slot("start"),
        "status": status,
        "subtotal": amount,
        "subtotal_excluding_tax": amount,
        "total": amount,
        "total_excluding_tax": amount,
        "webhooks_delivered_at": number_slot("created"),
    }
    invoice["status_transitions"] |= {
        "finalized_at": number_slot("created"),
        "paid_at": number_slot("paid_at") if is_paid else None,
    }
    rows = [line_template(world, number) for number in range(lines)]
    invoice["lines"] = first_rows("/v1/invoices/@@id@@/lines", rows)
    return invoice


def line_template(world: World, number: int) -> Object:
    """One line with its slots."""
    price = seeded_prices(world)[number % 2]
    product = world.table("product").get(price["product"])
    amount, quantity = number_slot(f"amount{number}"), number_slot(f"quantity{number}")
    details = {
        "invoice_item": None,
        "proration": False,
        "proration_details": {"credited_items": None},
        "subscription": "@@subscription@@",
        "subscription_item": f"@@item{number % 2}@@",
    }
    return {
        "id": f"il_@@tail@@{number:03d}",
        "object": "line_item",
        "amount": amount,
        "currency": "usd",
        "description": f"@@quantity{number}@@ × {product['name']}",
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": "@@id@@",
        "livemode": world.livemode,
        "metadata": {},
        "parent": {
            "invoice_item_details": None,
            "subscription_item_details": details,
            "type": "subscription_item_details",
        },
        "period": {"end": number_slot("created"), "start": number_slot("start")},
        "pretax_credit_amounts": [],
        "pricing": pricing_of(price["id"], product["id"], price["unit_amount_decimal"]),
        "quantity": quantity,
        "quantity_decimal": f"@@quantity{number}@@",
        "subscription": "@@subscription@@",
        "subtotal": amount,
        "taxes": [],
    }
