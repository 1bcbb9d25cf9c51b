"""Whom to thank for a payment: accounts that want it, for what they were reminded of before."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, exists, select

from bot.clock import zone_of
from bot.database import Reading
from bot.models import PRESENT, ReminderStep
from bot.queries.addressees import Way
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, ROW_COLUMNS, WITH_ACCOUNT, row_of
from bot.queries.reminder_terms import THANKS_STEP, Level, find_silence
from bot.queries.reminder_ways import EMAIL, list_targets
from bot.queries.reminders import DueInvoice, Planned, silence_words
from bot.queries.sight import Sight
from bot.queries.status import AUTOMATIC
from bot.queries.terms import find_terms

# Thanks that come later than these would only puzzle.
THANKED_WITHIN = timedelta(days=7)

_STEPS: Any = ReminderStep.__table__


def plan_thanks(session: Reading, *, sight: Sight, has_mail: bool, zone: str) -> list[Planned]:
    """One message to each account in a zone that is thanked now, about all that it has paid."""
    rows = session.connection().execute(_paid(sight, zone)).all()
    terms = find_terms(session, {row.account_id for row in rows})
    paid: dict[int, list[DueInvoice]] = defaultdict(list)
    for row in rows:
        own = terms[row.account_id]
        local = sight.now.astimezone(zone_of(row.time_zone))
        if own.is_thanked and not silence_words(own) and not find_silence(own, local):
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
        if isinstance(targets, list) and all(one.addressee.way != Way.STRIPE for one in targets):
            account = some[0].row.account
            found.append(Planned(account, terms[account_id], tuple(some), tuple(targets)))
    return found


def _paid(sight: Sight, zone: str) -> Any:
    asked = exists().where(_STEPS.c.invoice_id == INVOICES.c.id, _STEPS.c.state == "sent")
    thanked = exists().where(_STEPS.c.invoice_id == INVOICES.c.id, _STEPS.c.step == THANKS_STEP)
    return (
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
            PRESENT,
            INVOICES.c.status == "paid",
            INVOICES.c.paid_at > sight.now - THANKED_WITHIN,
            ACCOUNTS.c.time_zone == zone,
            asked,
            ~thanked,
        )
        .order_by(ACCOUNTS.c.id, INVOICES.c.id)
    )


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
