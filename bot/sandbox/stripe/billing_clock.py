"""Move the virtual clock: everything that falls due on the way happens at its own moment."""

from collections.abc import Callable

from bot.sandbox.stripe.invoice_states import finalize, send
from bot.sandbox.stripe.payments import collect
from bot.sandbox.stripe.subscription_billing import renew
from bot.sandbox.stripe.subscription_ends import end_planned, expire
from bot.sandbox.stripe.world import World

DEEDS_MAX = 1_000_000


def advance(world: World, to: int) -> None:
    """Do what is due until a moment and stay there; a moment in the past changes nothing."""
    for _ in range(DEEDS_MAX):
        due = world.timers.next_until(to)
        if due is None:
            break
        moment, deed, identifier = due
        world.now = max(world.now, moment)
        DEEDS[deed](world, identifier)
    world.now = max(world.now, to)
    world.forget_old_events()


def finalize_draft(world: World, identifier: str) -> None:
    """Finalize a draft that is still one, then charge it or send it."""
    invoice = world.table("invoice").find(identifier)
    if invoice is None or invoice["status"] != "draft":
        return
    planned = invoice["automatically_finalizes_at"]
    if planned is None or planned > world.now:
        return
    if invoice["customer"] not in world.table("customer"):
        return
    finalize(world, invoice, by_clock=True)
    if invoice["status"] == "open" and invoice["collection_method"] == "send_invoice":
        send(world, invoice)


def collect_open(world: World, identifier: str) -> None:
    """Try to charge an open invoice whose attempt is planned for now."""
    invoice = world.table("invoice").find(identifier)
    if invoice is None or invoice["status"] != "open" or not invoice["auto_advance"]:
        return
    planned = invoice["next_payment_attempt"]
    if planned is not None and planned <= world.now:
        collect(world, invoice, automatic=True)


def tell_overdue(world: World, identifier: str) -> None:
    """Tell that an open invoice's due date has come."""
    invoice = world.table("invoice").find(identifier)
    if invoice is not None and invoice["status"] == "open" and invoice["due_date"] is not None:
        if invoice["due_date"] > world.now:
            world.timers.plan(invoice["due_date"], "overdue", identifier)
        else:
            world.emit("invoice.overdue", invoice)


DEEDS: dict[str, Callable[[World, str], None]] = {
    "collect": collect_open,
    "end": end_planned,
    "expire": expire,
    "finalize": finalize_draft,
    "overdue": tell_overdue,
    "renew": renew,
}
