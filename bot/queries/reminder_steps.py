"""Which step of their cadence has come of open invoices, of all of which as little as decides it.

The rest is read of those that are due alone: on any day they are few of thousands.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, literal, select

from bot.among import is_among
from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.models import AccountTerms, Reminder, ReminderStep
from bot.prepared import Prepared, Row
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, sight_values, visible
from bot.queries.reminder_terms import (
    GRAVITY,
    THANKS_STEP,
    Level,
    find_next_day,
    find_step,
    tone_of,
)
from bot.queries.sight import Sight
from bot.queries.status import AUTOMATIC, IS_OWED
from bot.queries.terms import DEFAULTS, parse_cadence

_OWN = AccountTerms.__table__.alias("own")
_WIDER = AccountTerms.__table__.alias("wider")
_STEPS: Any = ReminderStep.__table__
_REMINDERS: Any = Reminder.__table__


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step that has come and that nobody has taken.

    Shape: `counted_from` is the due day, or the day of the first failed attempt to collect.
    """

    counted_from: date
    step: int
    level: Level


@dataclass(frozen=True, slots=True)
class DueSteps:
    """What is due by the ids of the invoices, and how many others are to be paid.

    Shape: `next_on` is the first day on which a step of those comes; None for no day.
    """

    due: Mapping[str, DueStep]
    waiting: int
    next_on: date | None


class _Came(NamedTuple):
    """What has come of a cadence that is counted from a day, and what comes next."""

    counted_from: date
    step: int | None
    next_on: date | None


# What is collected automatically and has never failed.
_NEVER = _Came(date.min, None, None)


def list_due_steps(
    session: Reading, *, sight: Sight, zone: str | None, on_since: datetime | None
) -> DueSteps:
    """The steps that have come of what somebody may see, or of the accounts in one zone.

    Steps count from `on_since`, or from this very day.
    """
    rows = _owed(is_scoped=sight.scope is not None, has_zone=zone is not None).rows(
        session, sight_values(sight) | {"zone": zone}
    )
    days = {name: _days(name, sight.now, on_since) for name in {row.time_zone for row in rows}}
    came = {row.id: _came(row, days[row.time_zone]) for row in rows}
    found = {key: (one.counted_from, one.step) for key, one in came.items() if one.step is not None}
    taken = _last_taken(session, found)
    # After a change of the cadence, an earlier step than the last one is none to come.
    untaken = {
        key: (counted_from, step)
        for key, (counted_from, step) in found.items()
        if taken.get((key, counted_from), step - 1) < step
    }
    sent = _gravest_sent(session, untaken)
    due = {
        key: DueStep(counted_from, step, tone_of(step, sent.get(key)))
        for key, (counted_from, step) in untaken.items()
    }
    next_days = [one.next_on for key, one in came.items() if key not in due and one.next_on]
    return DueSteps(due, len(came) - len(due), min(next_days, default=None))


def _days(zone_name: str, now: datetime, on_since: datetime | None) -> tuple[date, date]:
    """Today in a zone, and the day there from which steps count."""
    zone = zone_of(zone_name)
    today = local_day(now, zone)
    return today, local_day(on_since, zone) if on_since else today


def _came(row: Row, days: tuple[date, date]) -> _Came:
    is_automatic = row.collection_method == AUTOMATIC
    counted_from = row.due_on
    if is_automatic:
        failed_at = row.first_failed_at
        counted_from = failed_at and local_day(failed_at, zone_of(row.time_zone))
    if counted_from is None:
        return _NEVER
    return _judged(row.cadence, counted_from, *days, is_automatic=is_automatic)


# Thousands of invoices are due on the same few days, by the same few cadences.
@lru_cache(maxsize=4096)
def _judged(
    cadence: str, counted_from: date, today: date, since: date, *, is_automatic: bool
) -> _Came:
    # Nobody is told ahead of what is taken without their doing.
    steps = tuple(step for step in parse_cadence(cadence) if step > 0 or not is_automatic)
    return _Came(
        counted_from,
        find_step(steps, counted_from, today, since=since),
        find_next_day(steps, counted_from, today),
    )


def _last_taken(session: Reading, invoice_ids: Collection[str]) -> dict[tuple[str, date], int]:
    """The last step that was taken of each of these invoices, by the day it was counted from."""
    if not invoice_ids:
        return {}
    rows = _taken().rows(session, {"ids": list(invoice_ids)})
    return {(row.invoice_id, row.counted_from): row.last for row in rows}


def _gravest_sent(session: Reading, invoice_ids: Collection[str]) -> dict[str, Level]:
    """The gravest tone in which each of these invoices was written about."""
    if not invoice_ids:
        return {}
    sent: dict[str, Level] = {}
    for row in _sent().rows(session, {"ids": list(invoice_ids)}):
        before = sent.get(row.invoice_id, Level.COURTESY)
        sent[row.invoice_id] = max(before, Level(row.level), key=GRAVITY.index)
    return sent


@cache
def _owed(*, is_scoped: bool, has_zone: bool) -> Prepared:
    cadence = func.coalesce(_OWN.c.cadence, _WIDER.c.cadence, literal(DEFAULTS["cadence"]))
    statement = (
        select(
            INVOICES.c.id,
            INVOICES.c.collection_method,
            INVOICES.c.due_on,
            INVOICES.c.first_failed_at,
            ACCOUNTS.c.time_zone,
            cadence.label("cadence"),
        )
        .select_from(
            INVOICES.join(ACCOUNTS, ACCOUNTS.c.id == INVOICES.c.account_id)
            .outerjoin(_OWN, _OWN.c.account_id == ACCOUNTS.c.id)
            .outerjoin(_WIDER, _WIDER.c.account_id == ACCOUNTS.c.parent_id)
        )
        .where(*IS_OWED, *visible(is_scoped=is_scoped, drafts=False))
    )
    if has_zone:
        statement = statement.where(ACCOUNTS.c.time_zone == bindparam("zone"))
    return Prepared(statement)


@cache
def _taken() -> Prepared:
    return Prepared(
        select(_STEPS.c.invoice_id, _STEPS.c.counted_from, func.max(_STEPS.c.step).label("last"))
        .where(is_among(_STEPS.c.invoice_id, "ids"), _STEPS.c.step != THANKS_STEP)
        .group_by(_STEPS.c.invoice_id, _STEPS.c.counted_from)
    )


@cache
def _sent() -> Prepared:
    return Prepared(
        select(_STEPS.c.invoice_id, _REMINDERS.c.level)
        .select_from(_STEPS.join(_REMINDERS, _REMINDERS.c.id == _STEPS.c.reminder_id))
        .where(
            is_among(_STEPS.c.invoice_id, "ids"),
            _STEPS.c.state == "sent",
            _REMINDERS.c.level != Level.THANKS.value,
        )
        .distinct()
    )
