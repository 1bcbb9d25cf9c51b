"""Whom to thank for a payment: accounts that want it, for what they were reminded of before."""

from collections import defaultdict
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, select

from bot.clock import zone_of
from bot.database import Reading
from bot.models import PRESENT, AccountTerms, ReminderStep
from bot.queries.addressees import Way
from bot.queries.invoice_rows import (
    ACCOUNTS,
    INVOICES,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
)
from bot.queries.reminder_terms import THANKS_STEP, Level, find_silence
from bot.queries.reminder_ways import EMAIL, list_targets
from bot.queries.reminders import DueInvoice, Planned, planned_of, silence_words
from bot.queries.sight import Sight
from bot.queries.status import AUTOMATIC
from bot.queries.terms import find_terms

# Thanks that come later than these would only puzzle.
THANKED_WITHIN = timedelta(days=7)

_STEPS: Any = ReminderStep.__table__


def plan_thanks(
    session: Reading,
    *,
    sight: Sight,
    has_mail: bool,
    zone: str | None = None,
    is_now: bool = False,
) -> list[Planned]:
    """One message to each account that is thanked, or of a zone, about all that it has paid.

    With `is_now` only to those that may be written to at this hour.
    """
    if not _is_anybody_thanked(session):
        return []
    statement = _paid(is_scoped=sight.scope is not None, has_zone=zone is not None)
    values = sight_values(sight) | {"since": sight.now - THANKED_WITHIN, "zone": zone}
    rows = session.connection().execute(statement, values).all()
    terms = find_terms(session, {row.account_id for row in rows})
    paid: dict[int, list[DueInvoice]] = defaultdict(list)
    for row in rows:
        own = terms[row.account_id]
        local = sight.now.astimezone(zone_of(row.time_zone))
        is_silent = silence_words(own) or (is_now and find_silence(own, local))
        if own.is_thanked and not is_silent:
            paid[row.account_id].append(_due_of(row, sight))
    reached = list_targets(
        session,
        {
            account_id: [(one.row.id, one.customer_id, one.email, True) for one in some]
            for account_id, some in paid.items()
        },
        terms,
        has_mail=has_mail,
    )
    found = []
    for account_id, some in paid.items():
        targets = reached[account_id]
        # Stripe knows no such letter.
        if targets and all(one.addressee.way != Way.STRIPE for one in targets):
            found.append(planned_of(terms[account_id], some, targets, now=sight.now))
    return found


def _is_anybody_thanked(session: Reading) -> bool:
    """Whether thanks are wanted at all: few want them, and all that was paid is much to read."""
    wanted = select(AccountTerms.account_id).where(AccountTerms.is_thanked.is_(True)).limit(1)
    return session.connection().execute(wanted).first() is not None


@cache
def _paid(*, is_scoped: bool, has_zone: bool) -> Select[Any]:
    asked = exists().where(_STEPS.c.invoice_id == INVOICES.c.id, _STEPS.c.state == "sent")
    thanked = exists().where(_STEPS.c.invoice_id == INVOICES.c.id, _STEPS.c.step == THANKS_STEP)
    statement = (
        select(
            *ROW_COLUMNS,
            INVOICES.c.due_on,
            EMAIL.label("email"),
            select(_STEPS.c.counted_from)
            .where(_STEPS.c.invoice_id == INVOICES.c.id)
            .order_by(_STEPS.c.id)
            .limit(1)
            .scalar_subquery()
            .label("counted_from"),
        )
        .select_from(WITH_ACCOUNT)
        .where(
            *visible(is_scoped=is_scoped, drafts=False),
            PRESENT,
            INVOICES.c.status == "paid",
            INVOICES.c.paid_at > bindparam("since"),
            asked,
            ~thanked,
        )
        .order_by(ACCOUNTS.c.name, ACCOUNTS.c.id, INVOICES.c.id)
    )
    if has_zone:
        statement = statement.where(ACCOUNTS.c.time_zone == bindparam("zone"))
    return statement


def _due_of(row: Row[Any], sight: Sight) -> DueInvoice:
    return DueInvoice(
        row=row_of(row, sight=sight),
        customer_id=row.customer_id,
        email=row.email,
        due_on=row.due_on,
        is_automatic=row.collection_method == AUTOMATIC,
        counted_from=row.counted_from,
        step=THANKS_STEP,
        level=Level.THANKS,
    )
