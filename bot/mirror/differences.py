"""Comparing objects as Stripe has them with the rows that should say the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.mirror.accounts import place_of
from bot.mirror.kinds import KINDS
from bot.mirror.placeholders import PLACEHOLDER_TICKET, homes_of
from bot.mirror.rows import table_of
from bot.mirror.rules import MirrorRules
from bot.mirror.store_invoices import TranslatedInvoices, derive, translate_invoices
from bot.models import Account, InvoiceLine, Price

Row = dict[str, Any]

_ACCOUNTS = table_of(Account)
_LINES = table_of(InvoiceLine)
_PRICES = table_of(Price)

# What an event told, and no read can.
_NOT_READ = frozenset({"first_failed_at"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One object that the mirror has not as Stripe has it.

    Shape: `how` is missing, extra or different; `fields` names what differs, in order, and is
    empty for the other two.
    """

    kind: str
    id: str
    how: str
    fields: tuple[str, ...] = ()


def find_differences(
    session: Session, kind_name: str, objects: Sequence[dict[str, Any]], *, rules: MirrorRules
) -> list[Difference]:
    """What the mirror lacks or has otherwise, of objects as Stripe has them, whole.

    Shape: in the order of the objects; [] when all is right.
    """
    table = table_of(KINDS[kind_name].table)
    found = session.execute(select(table).where(table.c.id.in_([one["id"] for one in objects])))
    # A stand-in is not what Stripe said: the object itself is missing.
    stored = {row["id"]: row for row in found.mappings() if row["ticket"] > PLACEHOLDER_TICKET}
    present = [one for one in objects if one["id"] in stored]
    expected = {row["id"]: row for row in _expected(session, kind_name, present, stored, rules)}
    differences = []
    for one in objects:
        row = stored.get(one["id"])
        if row is None:
            differences.append(Difference(kind_name, one["id"], "missing"))
            continue
        fields = sorted(
            name
            for name, value in expected[one["id"]].items()
            if name not in _NOT_READ and row.get(name) != value
        )
        if fields:
            differences.append(Difference(kind_name, one["id"], "different", tuple(fields)))
    return differences


def _expected(
    session: Session,
    kind_name: str,
    objects: Sequence[dict[str, Any]],
    stored: dict[str, Any],
    rules: MirrorRules,
) -> list[Row]:
    if kind_name == "invoice":
        given = translate_invoices(objects)
        _add_derived(session, given, stored)
        return given.rows
    rows = [KINDS[kind_name].translate(one) for one in objects]
    if kind_name == "customer":
        _add_accounts(session, rows, rules)
    return rows


def _add_accounts(session: Session, rows: list[Row], rules: MirrorRules) -> None:
    """The account that each customer should be linked to; None where there is none such."""
    keys = {row["id"]: place_of(row, rules).key for row in rows}
    found = select(_ACCOUNTS.c.key, _ACCOUNTS.c.id).where(_ACCOUNTS.c.key.in_(keys.values()))
    ids = {row.key: row.id for row in session.execute(found)}
    for row in rows:
        row["account_id"] = ids.get(keys[row["id"]])


def _add_derived(session: Session, given: TranslatedInvoices, stored: dict[str, Any]) -> None:
    """What the invoices should say of their accounts, days and lines."""
    rows, lines = given.rows, given.lines
    homes = homes_of(session, [row["customer_id"] for row in rows])
    known = [row for row in rows if row["customer_id"] in homes]
    prices = {line["price_id"] for own in lines.values() for line in own} - {None}
    usage_types = {
        row.id: row.usage_type
        for row in session.execute(
            select(_PRICES.c.id, _PRICES.c.usage_type).where(_PRICES.c.id.in_(prices))
        )
    }
    failures = {row["id"]: stored[row["id"]]["first_failed_at"] for row in known}
    derive(known, lines, homes, usage_types, failures)
    kept = _lines_kept(session, list(lines))
    for row in rows:
        own = lines[row["id"]]
        if [_said(line) for line in own] != [_said(line) for line in kept.get(row["id"], [])]:
            # No column is called so, hence it always differs and is named.
            row["lines"] = own


def _lines_kept(session: Session, invoices: list[str]) -> dict[str, list[Any]]:
    found = session.execute(
        select(_LINES)
        .where(_LINES.c.invoice_id.in_(invoices))
        .order_by(_LINES.c.invoice_id, _LINES.c.position)
    )
    kept: dict[str, list[Any]] = {}
    for row in found.mappings():
        kept.setdefault(row["invoice_id"], []).append(row)
    return kept


def _said(line: Any) -> tuple[Any, ...]:
    return tuple(line[column.name] for column in _LINES.columns)
