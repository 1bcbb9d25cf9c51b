"""One invoice read from Stripe for somebody who waits, and kept like every other read."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from bot.clock import real_now
from bot.database_clock import database_now
from bot.errors import NotFound
from bot.mirror.fields import dict_at, flag_at
from bot.mirror.hints import Wanted
from bot.mirror.reading import read_objects
from bot.mirror.rules import rules_from
from bot.mirror.stale import want_objects
from bot.mirror.store import mark_deleted, store
from bot.mirror.tickets import draw_ticket
from bot.runtime import Runtime

KIND, SOURCE = "invoice", "read"


@dataclass(frozen=True, slots=True)
class FreshInvoice:
    """An invoice as Stripe had it a moment ago; `body` is None where Stripe has it no more."""

    id: str
    body: dict[str, Any] | None
    ticket: int


def read_invoice(runtime: Runtime, invoice_id: str, *, patient_until: float) -> FreshInvoice:
    """Read an invoice, by a moment of the monotonic clock or not at all.

    Raises: Unavailable when Stripe does not answer by then, Misconfigured for the key.
    """
    with runtime.database.writing() as session:
        ticket = draw_ticket(session)
    path = f"/v1/invoices/{quote(invoice_id, safe='')}"
    try:
        found = runtime.stripe.get(path, patient_until=patient_until)
    except NotFound:
        return FreshInvoice(invoice_id, None, ticket)
    return FreshInvoice(invoice_id, None if flag_at(found, "deleted") else found, ticket)


def read_whole_invoice(runtime: Runtime, invoice_id: str) -> FreshInvoice:
    """Read an invoice with all its lines, for a deed that changes it.

    Raises: Unavailable when Stripe does not answer, Misconfigured for the key.
    """
    with runtime.database.writing() as session:
        ticket = draw_ticket(session)
    found = read_objects(runtime.stripe, KIND, invoice_id)
    return FreshInvoice(invoice_id, found[0] if found else None, ticket)


def keep_read(runtime: Runtime, fresh: FreshInvoice) -> None:
    """Write what was read into the mirror, so that the next card is right.

    Raises: Unavailable when the database does not answer.
    """
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        if fresh.body is None:
            mark_deleted(session, KIND, fresh.id, ticket=fresh.ticket, now=now)
            return
        if flag_at(dict_at(fresh.body, "lines"), "has_more"):
            # Nobody waits for a thousand lines here; the sync reads the invoice whole, soon.
            want_objects(session, {Wanted(KIND, fresh.id): now}, now=now)
            return
        stored = store(
            session,
            KIND,
            [fresh.body],
            ticket=fresh.ticket,
            now=now,
            source=SOURCE,
            rules=rules_from(runtime.settings),
        )
        wanted = [Wanted("customer", one) for one in stored.customers_wanted]
        wanted += [Wanted("price", one) for one in stored.prices_wanted]
        want_objects(session, dict.fromkeys(wanted, now), now=now)
