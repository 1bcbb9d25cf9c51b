"""Storing invoices with their lines, in their accounts' zones, and the states they were in."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.clock import zone_of
from bot.mirror.days import first_failure, is_failing, local_days, stands_since
from bot.mirror.failures import find_first_failures
from bot.mirror.gone import gone_since
from bot.mirror.placeholders import (
    Home,
    NamedCustomer,
    customer_named_by,
    find_homes,
    find_usage_types,
)
from bot.mirror.rows import insert_rows, replace_older, table_of
from bot.mirror.rules import MirrorRules
from bot.mirror.states import record_reads, state_lines_of
from bot.mirror.tickets import assign_short_numbers, is_numbering
from bot.mirror.translate_invoice import translate_invoice
from bot.mirror.translate_lines import digest_of_lines, part_of, period_of, translate_lines
from bot.models import Invoice, InvoiceLine
from bot.prepared import Prepared

Row = dict[str, Any]

# A read that says otherwise is older than it looks: Stripe never takes these back.
# Source: the table of transitions in Stripe's manual (docs.stripe.com/invoicing/integration/
# workflow-transitions), by our summary of it.
FINAL = ("paid", "void")

_INVOICES = table_of(Invoice)
_LINES = table_of(InvoiceLine)
_KNOWN_FAILURES = Prepared(
    select(_INVOICES.c.id, _INVOICES.c.first_failed_at)
    .where(is_among(_INVOICES.c.id, "ids"))
    .order_by(_INVOICES.c.id)
    .with_for_update()
)
_FORGET_LINES = delete(_LINES).where(is_among(_LINES.c.invoice_id, "invoices"))


@dataclass(frozen=True, slots=True)
class Read:
    """What all objects of one read share.

    With `may_go_back` a status that is final gives way too: for what was wrong here, not there.
    """

    ticket: int
    now: datetime
    source: str
    rules: MirrorRules
    may_go_back: bool = False


@dataclass(frozen=True, slots=True)
class StoredInvoices:
    """What storing invoices came to."""

    written: set[str]
    customers_wanted: tuple[str, ...]
    prices_wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TranslatedInvoices:
    """Invoices as rows, by what they say themselves; nothing of the database is in them yet.

    Shape: `lines` and `state_lines` by invoice's id, `customers` by customer's id. The objects that
        they were made of are not kept, as they are ten times as large.
    """

    customers: dict[str, NamedCustomer]
    rows: list[Row]
    lines: dict[str, list[Row]]
    state_lines: dict[str, str]


def translate_invoices(objects: Sequence[dict[str, Any]]) -> TranslatedInvoices:
    """Invoices with all their lines as rows; pure, so that it can be done ahead."""
    rows, lines, state_lines = [], {}, {}
    customers = {}
    for invoice in objects:
        row, own = translate_invoice(invoice), translate_lines(invoice)
        row["lines_count"], row["lines_digest"] = len(own), digest_of_lines(own)
        rows.append(row)
        customers[row["customer_id"]] = customer_named_by(invoice)
        lines[row["id"]] = own
        state_lines[row["id"]] = state_lines_of(invoice, own, row["lines_digest"])
    return TranslatedInvoices(customers, rows, lines, state_lines)


def store_invoices(session: Session, given: TranslatedInvoices, read: Read) -> StoredInvoices:
    """Write invoices with all their lines, unless a newer read was here."""
    lines = given.lines
    gone = gone_since(session, "invoice", list(lines), ticket=read.ticket)
    rows = [row for row in given.rows if row["id"] not in gone]
    for row in rows:
        row["ticket"] = read.ticket
    homes, customers_wanted = find_homes(session, given.customers, rules=read.rules, now=read.now)
    usage_types, prices_wanted = find_usage_types(session, _oldest_with(rows, lines))
    failures = _known_failures(session, list(lines))
    told = find_first_failures(session, _unsure(rows, failures))
    derive(rows, lines, homes, usage_types, {**failures, **told})
    written = replace_older(session, _INVOICES, rows, final=() if read.may_go_back else FINAL)
    _replace_lines(session, written, lines, before=failures.keys())
    record_reads(
        session,
        [row for row in rows if row["id"] in written],
        given.state_lines,
        now=read.now,
        source=read.source,
    )
    if written and is_numbering(session):
        assign_short_numbers(session, sorted(written))
    return StoredInvoices(written, customers_wanted, prices_wanted)


def derive(
    rows: Sequence[Row],
    lines: dict[str, list[Row]],
    homes: dict[str, Home],
    usage_types: dict[str, str | None],
    failures: dict[str, datetime | None],
) -> None:
    """Fill in what depends on the account, the prices and what events told before."""
    for row in rows:
        own = lines[row["id"]]
        for line in own:
            line["part"] = part_of(line, usage_types.get(line["price_id"] or ""))
        home = homes[row["customer_id"]]
        row["account_id"] = home.account_id
        row["covers_from_at"], row["covers_until_at"] = period_of(
            own, (row["covers_from_at"], row["covers_until_at"])
        )
        row["first_failed_at"] = first_failure(row, failures.get(row["id"]))
        row.update(local_days(row, zone_of(home.time_zone)))


def _oldest_with(rows: Sequence[Row], lines: dict[str, list[Row]]) -> dict[str, datetime]:
    """Per price, when the oldest of these invoices that names it was made."""
    oldest: dict[str, datetime] = {}
    for row in rows:
        for line in lines[row["id"]]:
            price = line["price_id"]
            if price is not None:
                oldest[price] = min(oldest.get(price, row["created_at"]), row["created_at"])
    return oldest


def _known_failures(session: Session, invoices: list[str]) -> dict[str, datetime | None]:
    """When each invoice that is here failed first; on PostgreSQL nobody changes them meanwhile."""
    found = _KNOWN_FAILURES.rows(session, {"ids": invoices})
    return {row.id: row.first_failed_at for row in found}


def _unsure(rows: Sequence[Row], failures: dict[str, datetime | None]) -> list[str]:
    """Those of the failing invoices whose first failure an event may know better."""
    return [
        row["id"]
        for row in rows
        if is_failing(row) and failures.get(row["id"]) in {None, stands_since(row)}
    ]


def _replace_lines(
    session: Session, written: set[str], lines: dict[str, list[Row]], *, before: Collection[str]
) -> None:
    if replaced := sorted(written.intersection(before)):
        session.execute(_FORGET_LINES, {"invoices": replaced})
    insert_rows(session, _LINES, [line for invoice in sorted(written) for line in lines[invoice]])
