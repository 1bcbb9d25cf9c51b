"""The control API under /_sandbox: move the clock, pay, decline, dispute, break things, look."""

import calendar
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from bot.sandbox.stripe.credit_note_amounts import charge_with
from bot.sandbox.stripe.dashboard import (
    finalize_there,
    list_card_payments,
    list_disputes,
    list_drafts,
    next_renewal,
    void_there,
    write_off_there,
)
from bot.sandbox.stripe.disputes import OUTCOMES, close_dispute, open_dispute
from bot.sandbox.stripe.errors import StripeError, bad_request
from bot.sandbox.stripe.hosted import pay_on_page
from bot.sandbox.stripe.served import Served
from bot.sandbox.stripe.store import Selection
from bot.sandbox.stripe.world import LINKS_BASE

RENEWAL = "renewal"
STEPS_MAX_DAYS = 3_660
OPEN_INVOICES_MAX = 12
OPEN_INVOICE_FIELDS = (
    "id",
    "number",
    "customer",
    "customer_name",
    "amount_remaining",
    "currency",
    "due_date",
    "collection_method",
    "hosted_invoice_url",
)


def get_clock(standin: Served, _given: dict[str, Any]) -> dict[str, Any]:
    """The virtual time."""
    now = standin.clock
    return {"now": int(now.timestamp()), "iso": now.isoformat()}


def move_clock(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """Move the virtual time ahead; `to` may be the next renewal."""
    if given.get("to") == RENEWAL:
        given = {"to": next_renewal(standin.world) or standin.world.now}
    standin.advance(target(standin.clock, given))
    return get_clock(standin, {})


def target(now: datetime, given: dict[str, Any]) -> datetime:
    """The moment that a request asks for.

    Raises: StripeError unless it names one, ahead of now and within ten years.
    """
    if "to" in given:
        to = given["to"]
        moment = datetime.fromtimestamp(to, UTC) if isinstance(to, int) else parsed_iso(to)
    else:
        months = whole(given, "advance_months")
        moment = later_months(now, months)
        moment += timedelta(days=whole(given, "advance_days"))
        moment += timedelta(seconds=whole(given, "advance_seconds"))
    if not now <= moment <= now + timedelta(days=STEPS_MAX_DAYS):
        raise bad_request("The clock only goes ahead, by at most ten years.", param="to")
    return moment


def parsed_iso(text: Any) -> datetime:
    """An ISO time with a zone; UTC without one."""
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        raise bad_request(f"Not a time: {text}", param="to") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def whole(given: dict[str, Any], name: str) -> int:
    """A whole number that is not negative; 0 when missing."""
    value = given.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise bad_request(f"Not a whole number: {value}", param=name)
    return value


def later_months(moment: datetime, months: int) -> datetime:
    """The same day some months later, or that month's last day."""
    place = moment.month - 1 + months
    year, month = moment.year + place // 12, place % 12 + 1
    last = calendar.monthrange(year, month)[1]
    return moment.replace(year=year, month=month, day=min(moment.day, last))


def pay(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """Pay an invoice as its customer would on the hosted page."""
    world = standin.world
    with world.lock:
        invoice = world.get("invoice", str(given.get("invoice")), param="invoice")
        pay_on_page(world, invoice)
        return {"invoice": invoice["id"], "status": invoice["status"]}


def list_open_invoices(standin: Served, _given: dict[str, Any]) -> dict[str, Any]:
    """The newest invoices that a customer could pay now."""
    world = standin.world
    base = standin.public_url or standin.seen_url
    with world.lock:
        table = world.table("invoice")
        page = table.page(Selection(equal={"status": "open"}, limit=OPEN_INVOICES_MAX))
        rows = [table.get(identifier) for identifier in page.ids]
        invoices = [{name: row[name] for name in OPEN_INVOICE_FIELDS} for row in rows]
    for invoice in invoices:
        url = invoice["hosted_invoice_url"]
        invoice["hosted_invoice_url"] = url and url.replace(LINKS_BASE, base)
    return {"invoices": invoices}


def decline(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """From now on the bank declines the cards of a customer, or accepts them again."""
    world = standin.world
    reason = given.get("reason", "generic_decline")
    with world.lock:
        customer = given.get("customer")
        if given.get("invoice") is not None:
            customer = world.get("invoice", str(given["invoice"]), param="invoice")["customer"]
        world.get("customer", str(customer), param="customer")
        methods = world.table("payment_method").where(customer=customer)
        for method in methods:
            if reason is None:
                world.card_outcomes.pop(method["id"], None)
            else:
                world.card_outcomes[method["id"]] = str(reason)
        return {"customer": customer, "payment_methods": [method["id"] for method in methods]}


def dispute(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """The bank disputes a charge, named by itself or by its invoice."""
    world = standin.world
    with world.lock:
        if given.get("invoice") is not None:
            invoice = world.get("invoice", str(given["invoice"]), param="invoice")
            charge = charge_with(world, invoice, 1)
        else:
            charge = world.get("charge", str(given.get("charge")), param="charge")
        made = open_dispute(world, charge, str(given.get("reason", "fraudulent")))
        return {"dispute": made["id"], "status": made["status"]}


def decide(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """The bank decides a dispute: won or lost."""
    world = standin.world
    status = given.get("status", "lost")
    if status not in OUTCOMES:
        raise bad_request("A dispute is won or lost.", param="status")
    with world.lock:
        found = world.get("dispute", str(given.get("dispute")), param="dispute")
        close_dispute(world, found, status)
        return {"dispute": found["id"], "status": found["status"]}


def get_faults(standin: Served, _given: dict[str, Any]) -> dict[str, Any]:
    """The switches as they stand."""
    return standin.world.faults.as_dict()


def set_faults(standin: Served, given: dict[str, Any]) -> dict[str, Any]:
    """Turn switches; all of them or, when one is wrong, none."""
    wrong = standin.world.faults.set(given)
    if wrong:
        raise bad_request(f"Not a switch, or not its kind of value: {', '.join(sorted(wrong))}")
    return standin.world.faults.as_dict()


def reset_faults(standin: Served, _given: dict[str, Any]) -> dict[str, Any]:
    """All switches at rest."""
    standin.world.faults.reset()
    return standin.world.faults.as_dict()


def get_requests(standin: Served, _given: dict[str, Any]) -> dict[str, Any]:
    """The last thousand calls to /v1, oldest first."""
    return {"requests": list(standin.requests)}


CONTROLS = {
    ("GET", "clock"): get_clock,
    ("POST", "clock"): move_clock,
    ("GET", "open_invoices"): list_open_invoices,
    ("POST", "pay"): pay,
    ("POST", "decline"): decline,
    ("POST", "dispute"): dispute,
    ("POST", "decide_dispute"): decide,
    ("GET", "faults"): get_faults,
    ("POST", "faults"): set_faults,
    ("POST", "reset_faults"): reset_faults,
    ("GET", "requests"): get_requests,
    ("GET", "drafts"): list_drafts,
    ("GET", "card_payments"): list_card_payments,
    ("GET", "disputes"): list_disputes,
    ("POST", "void"): void_there,
    ("POST", "write_off"): write_off_there,
    ("POST", "finalize"): finalize_there,
}


def control(standin: Served, method: str, name: str, body: bytes) -> tuple[int, bytes]:
    """Answer one control call in JSON."""
    found = CONTROLS.get((method, name))
    if found is None:
        return 404, orjson.dumps({"error": {"message": f"No control {method} {name}."}})
    try:
        given = orjson.loads(body) if body else {}
        if not isinstance(given, dict):
            raise bad_request("A JSON object is needed.")
        return 200, orjson.dumps(found(standin, given))
    except orjson.JSONDecodeError as error:
        return 400, orjson.dumps({"error": {"message": f"Not JSON: {error}"}})
    except StripeError as error:
        return error.status, orjson.dumps(error.body)
