"""Disputes of invoices, whole: what each is about, who looks after it, and how it came so far."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import case, func, select

from bot.database import Reading
from bot.errors import NotFound
from bot.models import CASE_OPEN, DisputeCase, DisputeStep
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.cards import Freshness, InvoiceRow
from bot.queries.dispute_parts import DisputedPart, read_part
from bot.queries.families import family_ids
from bot.queries.freshness import get_freshness
from bot.queries.invoice_rows import (
    INVOICES,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
)
from bot.queries.people import list_names
from bot.queries.sight import Sight
from bot.queries.status import IS_OWED

COLUMNS = (
    *("id", "reason", "state", "round", "owner_id", "opened_at", "permalink"),
    *("collection", "disputed_minor"),
)
# The newest so many; a case has a handful.
STEPS_MAX = 50
# The largest that the column of their ids holds.
CASE_ID_MAX = 2**31 - 1

_CASES: Any = DisputeCase.__table__
_STEPS: Any = DisputeStep.__table__


@dataclass(frozen=True, slots=True)
class DisputeLine:
    """One step of a dispute; `kind` is one of StepKind, `by` a name, and so is `to`.

    Shape: `to` is whom a step hands it to, None for the others.
    """

    kind: str
    note: str
    by: str
    at: datetime
    to: str | None = None


@dataclass(frozen=True, slots=True)
class Dispute:
    """A dispute with its invoice as it is now.

    Shape: `reason`, `state` and `collection` are codes of dispute_terms; `lines` oldest first, the
        newest STEPS_MAX. `permalink` leads to the message that it was opened from, None without
        one; `owner` is a name. `part` is what of the invoice is contested, None for all of it.
    """

    id: int
    invoice: InvoiceRow
    part: DisputedPart | None
    reason: str
    state: str
    round: int
    owner_id: str
    owner: str
    opened_at: datetime
    permalink: str | None
    collection: str
    lines: tuple[DisputeLine, ...]
    freshness: Freshness

    @property
    def zone(self) -> str:
        """The zone that its moments are shown in."""
        return self.invoice.account.time_zone


@dataclass(frozen=True, slots=True)
class DisputedSum:
    """What is contested of invoices in one currency; it is part of the outstanding amount.

    Shape: of an invoice that is contested in part no more than that part, and never more than what
        remains of it; `count` is the number of the invoices.
    """

    amount: Money
    count: int


def get_dispute(session: Reading, case_id: int, *, sight: Sight) -> Dispute:
    """One dispute.

    Raises: NotFound when there is none, or none for this person, which is the same answer.
    """
    if case_id > CASE_ID_MAX:
        raise NotFound("There is no such dispute.")
    is_scoped = sight.scope is not None
    statement = (
        select(*ROW_COLUMNS, *(_CASES.c[name].label(f"case_{name}") for name in COLUMNS))
        .select_from(WITH_ACCOUNT.join(_CASES, _CASES.c.invoice_id == INVOICES.c.id))
        .where(_CASES.c.id == case_id, *visible(is_scoped=is_scoped, drafts=sight.drafts))
    )
    row = session.connection().execute(statement, sight_values(sight)).one_or_none()
    if row is None:
        raise NotFound("There is no such dispute.")
    steps = _newest_steps(session, case_id)
    people = {one for step in steps for one in (step.by_id, step.to_id) if one is not None}
    names = list_names(session, {row.case_owner_id, *people})
    return Dispute(
        id=row.case_id,
        invoice=row_of(row, sight=sight),
        part=read_part(session, case_id, row.case_disputed_minor, row.currency),
        reason=row.case_reason,
        state=row.case_state,
        round=row.case_round,
        owner_id=row.case_owner_id,
        owner=names.get(row.case_owner_id, row.case_owner_id),
        opened_at=row.case_opened_at,
        permalink=row.case_permalink,
        collection=row.case_collection,
        lines=tuple(
            DisputeLine(
                kind=step.kind,
                note=step.note,
                by=names.get(step.by_id, step.by_id),
                at=step.at,
                to=step.to_id and names.get(step.to_id, step.to_id),
            )
            for step in steps
        ),
        freshness=get_freshness(session, sight=sight),
    )


def _newest_steps(session: Reading, case_id: int) -> list[Any]:
    newest = select(_STEPS).where(_STEPS.c.case_id == case_id).order_by(_STEPS.c.id.desc())
    return list(reversed(session.connection().execute(newest.limit(STEPS_MAX)).all()))


def list_case_ids(session: Reading, invoice_ids: Collection[str]) -> list[int]:
    """Every dispute that these invoices ever had, in order."""
    found = select(_CASES.c.id).where(_CASES.c.invoice_id.in_(sorted(invoice_ids)))
    return list(session.connection().execute(found.order_by(_CASES.c.id)).scalars())


def sum_disputed(session: Reading, account_id: int, *, sight: Sight) -> tuple[DisputedSum, ...]:
    """What an account and its companies contest of what they owe, by currency, in their order."""
    values = sight_values(sight) | {"account_id": account_id}
    rows = _sums_statement(is_scoped=sight.scope is not None).rows(session, values)
    return tuple(DisputedSum(Money(int(row.disputed), row.currency), row.invoices) for row in rows)


@cache
def _sums_statement(*, is_scoped: bool) -> Prepared:
    # From the cases, which are few, to their invoices. Of a part some may be paid by now.
    is_less = _CASES.c.disputed_minor < INVOICES.c.remaining_minor
    disputed = case((is_less, _CASES.c.disputed_minor), else_=INVOICES.c.remaining_minor)
    return Prepared(
        select(
            INVOICES.c.currency,
            func.sum(disputed).label("disputed"),
            func.count().label("invoices"),
        )
        .select_from(_CASES.join(INVOICES, INVOICES.c.id == _CASES.c.invoice_id))
        .where(CASE_OPEN, *IS_OWED, INVOICES.c.account_id.in_(family_ids(is_scoped=is_scoped)))
        .group_by(INVOICES.c.currency)
        .order_by(INVOICES.c.currency)
    )
