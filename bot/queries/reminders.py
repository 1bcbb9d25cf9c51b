"""What would go out to customers by the clock, and why each other invoice is held."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, select

from bot.among import is_among
from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.models import Reminder, ReminderStep, ReminderSwitch
from bot.queries.asking import find_holds
from bot.queries.cards import AccountRef, InvoiceRow
from bot.queries.invoice_rows import (
    ACCOUNTS,
    INVOICES,
    ROW_COLUMNS,
    WITH_ACCOUNT,
    row_of,
    sight_values,
    visible,
)
from bot.queries.pauses import Pause, find_pauses
from bot.queries.reminder_terms import (
    GRAVITY,
    Level,
    find_next_day,
    find_silence,
    find_step,
    level_of,
    tone_of,
)
from bot.queries.reminder_ways import EMAIL, Target, Unreachable, list_targets
from bot.queries.sight import Sight
from bot.queries.status import AUTOMATIC, IS_OWED
from bot.queries.terms import Preference, Terms, find_terms

_STEPS: Any = ReminderStep.__table__
_REMINDERS: Any = Reminder.__table__
SWITCH_ID = 1


@dataclass(frozen=True, slots=True)
class DueInvoice:
    """An invoice with the step of its cadence that has come.

    Shape: `counted_from` is its due day, or the day of the first failed attempt to collect it.
    """

    row: InvoiceRow
    customer_id: str
    email: str | None
    due_on: date | None
    is_automatic: bool
    counted_from: date
    step: int
    level: Level


@dataclass(frozen=True, slots=True)
class Planned:
    """One message to an account: about which invoices, and to whom it goes, each with its own."""

    account: AccountRef
    terms: Terms
    invoices: tuple[DueInvoice, ...]
    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An invoice whose step has come and that nobody is reminded of; `why` ends a sentence."""

    row: InvoiceRow
    why: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that has come at a moment.

    Shape: by the accounts' names; `waiting` counts invoices to pay of which no step has come, and
        `next_on` is the first day on which one will.
    """

    on_since: datetime | None
    planned: tuple[Planned, ...]
    held: tuple[Held, ...]
    waiting: int
    next_on: date | None


def find_on_since(session: Reading) -> datetime | None:
    """Since when customers are reminded, by the business clock; None while they are not."""
    found = select(ReminderSwitch.on_since).where(ReminderSwitch.id == SWITCH_ID)
    return session.connection().execute(found).scalar_one_or_none()


def plan_reminders(
    session: Reading,
    *,
    sight: Sight,
    has_mail: bool,
    zone: str | None = None,
    is_now: bool = False,
) -> Plan:
    """What has come of all that somebody may see, or of the accounts in one zone.

    With `is_now` what may not be sent at this hour is held too. While reminders are off, it is what
    would go out if they were turned on this very day.
    """
    on_since = find_on_since(session)
    values = sight_values(sight) | ({"zone": zone} if zone else {})
    statement = _owed_statement(is_scoped=sight.scope is not None, has_zone=zone is not None)
    rows = session.connection().execute(statement, values).all()
    terms = find_terms(session, {row.account_id for row in rows})
    due, waiting, next_days = _due(rows, terms, sight, on_since)
    due = _untaken(session, due)
    held = _held(session, due, terms, sight, is_now=is_now)
    free = [one for one in due if one.row.id not in held]
    planned, unreachable = _planned(session, free, terms, has_mail=has_mail)
    reasons = {one.row.id: Held(one.row, held[one.row.id]) for one in due if one.row.id in held}
    return Plan(
        on_since=on_since,
        planned=tuple(planned),
        held=(*reasons.values(), *(Held(one.row, why) for one, why in unreachable)),
        waiting=waiting,
        next_on=min(next_days, default=None),
    )


def _owed_statement(*, is_scoped: bool, has_zone: bool) -> Select[Any]:
    statement = (
        select(*ROW_COLUMNS, INVOICES.c.due_on, EMAIL.label("email"))
        .select_from(WITH_ACCOUNT)
        .where(*IS_OWED, *visible(is_scoped=is_scoped, drafts=False))
        .order_by(ACCOUNTS.c.name, ACCOUNTS.c.id, INVOICES.c.late_since_on, INVOICES.c.id)
    )
    if has_zone:
        statement = statement.where(ACCOUNTS.c.time_zone == bindparam("zone"))
    return statement


def _due(
    rows: Iterable[Row[Any]], terms: Mapping[int, Terms], sight: Sight, on_since: datetime | None
) -> tuple[list[DueInvoice], int, list[date]]:
    """The invoices of which a step has come, how many others there are, and the days of theirs."""
    due: list[DueInvoice] = []
    next_days: list[date] = []
    waiting = 0
    for row in rows:
        zone = zone_of(row.time_zone)
        today = local_day(sight.now, zone)
        since = local_day(on_since, zone) if on_since else today
        counted_from = _counted_from(row)
        cadence = terms[row.account_id].cadence
        if row.collection_method == AUTOMATIC:
            # Nobody is told ahead of what is taken without their doing.
            cadence = tuple(step for step in cadence if step > 0)
        if counted_from is None:
            waiting += 1
            continue
        step = find_step(cadence, counted_from, today, since=since)
        if step is None:
            waiting += 1
            next_days += filter(None, [find_next_day(cadence, counted_from, today)])
            continue
        due.append(
            DueInvoice(
                row=row_of(row, sight=sight),
                customer_id=row.customer_id,
                email=row.email,
                due_on=row.due_on,
                is_automatic=row.collection_method == AUTOMATIC,
                counted_from=counted_from,
                step=step,
                level=level_of(step),
            )
        )
    return due, waiting, next_days


def _counted_from(row: Row[Any]) -> date | None:
    if row.collection_method != AUTOMATIC:
        due_on: date | None = row.due_on
        return due_on
    return row.first_failed_at and local_day(row.first_failed_at, zone_of(row.time_zone))


def _untaken(session: Reading, due: Sequence[DueInvoice]) -> list[DueInvoice]:
    """Those whose step nobody has taken yet, in a tone that follows from what was sent before."""
    if not due:
        return []
    found = (
        select(_STEPS.c.invoice_id, _STEPS.c.counted_from, _STEPS.c.step)
        .add_columns(_STEPS.c.state, _REMINDERS.c.level)
        .select_from(_STEPS.join(_REMINDERS, _REMINDERS.c.id == _STEPS.c.reminder_id))
        .where(is_among(_STEPS.c.invoice_id, "ids"))
    )
    rows = session.connection().execute(found, {"ids": [one.row.id for one in due]}).all()
    taken = {(row.invoice_id, row.counted_from, row.step) for row in rows}
    sent: dict[str, Level] = {}
    for row in rows:
        if row.state == "sent" and row.level != Level.THANKS:
            before = sent.get(row.invoice_id, Level.COURTESY)
            sent[row.invoice_id] = max(before, Level(row.level), key=GRAVITY.index)
    return [
        replace(one, level=tone_of(one.step, sent.get(one.row.id)))
        for one in due
        if (one.row.id, one.counted_from, one.step) not in taken
    ]


def _held(
    session: Reading,
    due: Sequence[DueInvoice],
    terms: Mapping[int, Terms],
    sight: Sight,
    *,
    is_now: bool,
) -> dict[str, str]:
    ids = [one.row.id for one in due]
    holds, pauses = find_holds(session, ids), find_pauses(session, ids, now=sight.now)
    found: dict[str, str] = {}
    for one in due:
        own = terms[one.row.account.id]
        local = sight.now.astimezone(zone_of(one.row.account.time_zone))
        why = (
            holds.get(one.row.id)
            or pause_words(pauses.get(one.row.id))
            or silence_words(own)
            or (find_silence(own, local) if is_now else None)
        )
        if why:
            found[one.row.id] = why
    return found


def silence_words(terms: Terms) -> str | None:
    """Why an account is not reminded of anything; None when it is."""
    if terms.is_opted_out:
        return "the customer wants no reminders"
    return "the customer wants no messages" if terms.preference is Preference.NONE else None


def pause_words(pause: Pause | None) -> str | None:
    """Why an invoice is not chased at present; None when it is."""
    if pause is None:
        return None
    if pause.promise is not None:
        return f"the customer has promised to pay by {_day(pause.promise.promised_on)}"
    return f"it is snoozed until {_day(pause.snoozed_until)}" if pause.snoozed_until else None


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


def _planned(
    session: Reading, free: Sequence[DueInvoice], terms: Mapping[int, Terms], *, has_mail: bool
) -> tuple[list[Planned], list[tuple[DueInvoice, str]]]:
    by_account: dict[int, list[DueInvoice]] = defaultdict(list)
    for one in free:
        by_account[one.row.account.id].append(one)
    planned, unreachable = [], []
    reached = list_targets(
        session,
        {
            account_id: [(one.row.id, one.customer_id, one.email, one.is_automatic) for one in some]
            for account_id, some in by_account.items()
        },
        terms,
        has_mail=has_mail,
    )
    for account_id, some in by_account.items():
        targets = reached[account_id]
        if isinstance(targets, Unreachable):
            unreachable += [(one, targets.why) for one in some]
            continue
        named = {each for target in targets for each in target.invoice_ids}
        inside = [one for one in some if one.row.id in named]
        outside = [one for one in some if one not in inside]
        unreachable += [(one, "there is no way to write about it") for one in outside]
        planned.append(
            Planned(some[0].row.account, terms[account_id], tuple(inside), tuple(targets))
        )
    return planned, unreachable
