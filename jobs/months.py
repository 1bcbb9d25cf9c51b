"""Summing past months up, each night of an account's zone: invoiced, owed, and late at their ends.

All months that are kept are summed up anew. What was a month ago does not change, but it may be
heard of late, and an account's zone may.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.clock import find_zone, month_of, real_now, zone_of
from bot.database_clock import database_now
from bot.local_hours import Subject
from bot.mirror.backfill import is_filled
from bot.occurrences import Taken, end
from bot.operations.close_months import note_closed, replace_sums
from bot.queries.ageing import list_zones
from bot.queries.invoice_rows import ACCOUNTS
from bot.queries.past_months import sum_past_months
from bot.runtime import Runtime

# The last payments of a day have been heard of by then.
HOUR = 2
# What the sums are made of.
SUMMED = ("customer", "invoice", "invoice_payment", "credit_note")
# So many accounts are summed up at once, so that nobody waits for it.
ACCOUNTS_AT_ONCE = 50


def list_subjects(session: Session, runtime: Runtime) -> Sequence[Subject]:
    """Every zone that an account is in, once all that Stripe has is here."""
    del runtime
    if not is_filled(session, SUMMED):
        return []
    return [Subject(zone, zone, HOUR) for zone in sorted(list_zones(session)) if find_zone(zone)]


def run(runtime: Runtime, taken: Taken) -> None:
    """Sum up the months of one zone's accounts.

    Raises: Unavailable when the database does not answer, TakenOver.
    """
    zone, running = taken.subject, month_of(taken.day)
    with runtime.database.reading() as session:
        chosen = select(ACCOUNTS.c.id).where(ACCOUNTS.c.time_zone == zone).order_by(ACCOUNTS.c.id)
        accounts = list(session.scalars(chosen))
    for place in range(0, len(accounts), ACCOUNTS_AT_ONCE):
        some = accounts[place : place + ACCOUNTS_AT_ONCE]
        with runtime.database.reading() as session:
            sums = sum_past_months(session, some, before=running, zone=zone_of(zone))
        with runtime.database.writing() as session:
            replace_sums(session, some, sums, before=running)
    with runtime.database.writing() as session:
        note_closed(session, zone, running.preceding, now=taken.business_at)
        note = f"{len(accounts):,} accounts up to {running.preceding}"
        end(session, taken, now=database_now(session, real_now()), note=note)
