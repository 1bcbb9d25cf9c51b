"""Storing invoices with their lines, in their accounts' zones, and the states they were in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.clock import zone_of
from bot.mirror.days import first_failure, local_days
from bot.mirror.fields import dicts_at
from bot.mirror.placeholders import Home, find_homes, find_usage_types
from bot.mirror.rows import insert_rows, replace_older, table_of
from bot.mirror.rules import MirrorRules
from bot.mirror.states import record_reads, state_lines_of
from bot.mirror.tickets import assign_short_numbers, is_numbering
from bot.mirror.translate_invoice import translate_invoice
from bot.mirror.translate_lines import part_of, period_of, translate_line
from bot.models import Invoice, InvoiceLine

Row = dict[str, Any]

# A read that says otherwise is older than it looks: Stripe never takes these back.
# Source: docs.stripe.com/invoicing/integration/workflow-transitions, read 2026-11.
FINAL = ("paid", "void")

_INVOICES = table_of(Invoice)
_LINES = table_of(InvoiceLine)


@dataclass(frozen=True, slots=True)
class StoredInvoices:
    """What storing invoices came to."""

    written: set[str]
    customers_wanted: tuple[str, ...]
    prices_wanted: tuple[str, ...]


def store_invoices(
    session: Session,
    objects: Sequence[dict[str, Any]],
    *,
    ticket: int,
    rules: MirrorRules,
    now: datetime,
    source: str,
) -> StoredInvoices:
    """Write invoices with all their lines, unless a newer read was here."""
    rows = [{**translate_invoice(invoice), "ticket": ticket} for invoice in objects]
    lines = {
        row["id"]: _lines_of(invoice, row["id"]) for row, invoice in zip(rows, objects, strict=True)
    }
    homes, customers_wanted = find_homes(session, objects, rules=rules, now=now)
    prices_wanted = _part_lines(session, rows, lines)
    failures = _known_failures(session, list(lines))
    for row in rows:
        _finish(row, lines[row["id"]], homes[row["customer_id"]], failures.get(row["id"]))
    written = replace_older(session, _INVOICES, rows, final=FINAL)
    _replace_lines(session, written, lines)
    record_reads(
        session,
        [row for row in rows if row["id"] in written],
        {invoice["id"]: state_lines_of(invoice) for invoice in objects},
        now=now,
        source=source,
    )
    if written and is_numbering(session):
        assign_short_numbers(session, sorted(written))
    return StoredInvoices(written, customers_wanted, prices_wanted)


def _lines_of(invoice: dict[str, Any], invoice_id: str) -> list[Row]:
    return [
        translate_line(line, invoice_id, position)
        for position, line in enumerate(dicts_at(invoice, "lines"))
    ]


def _known_failures(session: Session, invoices: list[str]) -> dict[str, datetime | None]:
    """When each invoice that is here failed first; on PostgreSQL nobody changes them meanwhile."""
    found = (
        select(_INVOICES.c.id, _INVOICES.c.first_failed_at)
        .where(_INVOICES.c.id.in_(invoices))
        .order_by(_INVOICES.c.id)
        .with_for_update()
    )
    return {row.id: row.first_failed_at for row in session.execute(found)}


def _part_lines(session: Session, rows: list[Row], lines: dict[str, list[Row]]) -> tuple[str, ...]:
    """Say of each line where the card shows it; gives the prices that the mirror lacks."""
    oldest: dict[str, datetime] = {}
    for row in rows:
        for line in lines[row["id"]]:
            price = line["price_id"]
            if price is not None:
                oldest[price] = min(oldest.get(price, row["created_at"]), row["created_at"])
    usage_types, wanted = find_usage_types(session, oldest)
    for line in (line for invoice in lines.values() for line in invoice):
        line["part"] = part_of(line, usage_types.get(line["price_id"]))
    return wanted


def _finish(row: Row, lines: list[Row], home: Home, known_failure: datetime | None) -> None:
    """Fill in what depends on the account, the prices and what events told before."""
    row["account_id"] = home.account_id
    row["covers_from_at"], row["covers_until_at"] = period_of(
        lines, (row["covers_from_at"], row["covers_until_at"])
    )
    row["first_failed_at"] = first_failure(row, known_failure)
    row.update(local_days(row, zone_of(home.time_zone)))


def _replace_lines(session: Session, written: set[str], lines: dict[str, list[Row]]) -> None:
    if written:
        session.execute(delete(_LINES).where(_LINES.c.invoice_id.in_(sorted(written))))
        insert_rows(
            session, _LINES, [line for invoice in sorted(written) for line in lines[invoice]]
        )
