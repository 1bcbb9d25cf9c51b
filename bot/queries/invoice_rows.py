"""One row of a list or picker: the columns that it takes, and how it is read."""

from typing import Any

from sqlalchemy import ColumnElement, Row, true

from bot.among import is_among
from bot.clock import local_day, zone_of
from bot.models import Account, Invoice
from bot.money import Money
from bot.queries.cards import AccountRef, InvoiceRow
from bot.queries.invoice_chargebacks import IS_CHARGED_BACK
from bot.queries.invoice_disputes import IS_DISPUTED
from bot.queries.sight import Sight
from bot.queries.status import STATUS_COLUMNS, StatusFacts, judge

INVOICES = Invoice.__table__
ACCOUNTS = Account.__table__.alias("account")
PARENTS = Account.__table__.alias("parent")

WITH_ACCOUNT = INVOICES.join(ACCOUNTS, ACCOUNTS.c.id == INVOICES.c.account_id).outerjoin(
    PARENTS, PARENTS.c.id == ACCOUNTS.c.parent_id
)
ACCOUNT_COLUMNS: tuple[ColumnElement[Any], ...] = (
    INVOICES.c.account_id,
    INVOICES.c.customer_id,
    ACCOUNTS.c.kind.label("account_kind"),
    ACCOUNTS.c.name.label("account_name"),
    ACCOUNTS.c.time_zone,
    PARENTS.c.name.label("parent_name"),
)
ROW_COLUMNS: tuple[ColumnElement[Any], ...] = (
    INVOICES.c.id,
    INVOICES.c.number,
    INVOICES.c.short_number,
    INVOICES.c.currency,
    INVOICES.c.total_minor,
    INVOICES.c.issued_on,
    INVOICES.c.created_at,
    *STATUS_COLUMNS,
    *ACCOUNT_COLUMNS,
    IS_CHARGED_BACK.label("is_charged_back"),
    IS_DISPUTED.label("is_disputed"),
)
# The order of every list: newest first, and the same at each page.
NEWEST_FIRST = (INVOICES.c.dated_at.desc(), INVOICES.c.id.desc())


def within(sight: Sight, account_id: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that keeps what is outside the person's scope from existing for them."""
    return true() if sight.scope is None else account_id.in_(sorted(sight.scope))


def visible(*, is_scoped: bool, drafts: bool) -> tuple[ColumnElement[bool], ...]:
    """The conditions on an invoice that somebody with such a sight may see at all.

    They take their values from sight_values(), so that statements can be built once.
    """
    scope = is_among(INVOICES.c.account_id, "scope")
    no_draft = INVOICES.c.status != "draft"
    return (*((scope,) if is_scoped else ()), *(() if drafts else (no_draft,)))


def sight_values(sight: Sight) -> dict[str, Any]:
    """The values that conditions on what may be seen, and on what is Past Due, are run with."""
    scope = {} if sight.scope is None else {"scope": sorted(sight.scope)}
    return {"now": sight.now, **scope}


def row_of(row: Row[Any], *, sight: Sight) -> InvoiceRow:
    """Read a row of ROW_COLUMNS."""
    zone = zone_of(row.time_zone)
    judgement = judge(facts_of(row), now=sight.now, zone=zone)
    return InvoiceRow(
        id=row.id,
        number=row.number,
        short_number=row.short_number,
        account=account_of(row),
        status=judgement.status,
        status_text=judgement.text,
        days_late=judgement.days_late,
        issued_on=row.issued_on,
        created_on=local_day(row.created_at, zone),
        total=Money(row.total_minor, row.currency),
        remaining=Money(row.remaining_minor, row.currency),
        is_charged_back=row.is_charged_back,
        is_disputed=row.is_disputed,
    )


def facts_of(row: Row[Any]) -> StatusFacts:
    """What decides the status of a row with STATUS_COLUMNS."""
    return StatusFacts(
        status=row.status,
        collection_method=row.collection_method,
        remaining_minor=row.remaining_minor,
        overdue_at=row.overdue_at,
        late_since_on=row.late_since_on,
        first_failed_at=row.first_failed_at,
        next_attempt_at=row.next_attempt_at,
    )


def account_of(row: Row[Any]) -> AccountRef:
    """The account of a row with ACCOUNT_COLUMNS, with the customer that the invoice went to."""
    names = (row.parent_name, row.account_name)
    return AccountRef(
        id=row.account_id,
        kind=row.account_kind,
        path=tuple(name for name in names if name is not None),
        time_zone=row.time_zone,
        customer_ids=(row.customer_id,),
    )
