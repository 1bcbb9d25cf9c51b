"""What would go out to customers by the clock, and why each other invoice is held."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from sqlalchemy import select

from bot.among import is_among
from bot.clock import zone_of
from bot.database import Reading
from bot.models import ReminderSwitch
from bot.prepared import Prepared
from bot.queries.asking import find_holds
from bot.queries.cards import AccountRef, InvoiceRow
from bot.queries.invoice_rows import ACCOUNTS, INVOICES, ROW_COLUMNS, WITH_ACCOUNT, row_of
from bot.queries.pauses import Pause, find_pauses
from bot.queries.reminder_steps import DueStep, list_due_steps
from bot.queries.reminder_terms import Level, find_silence, next_sending
from bot.queries.reminder_ways import EMAIL, Meant, Target, list_targets, why_unreached
from bot.queries.sight import Sight
from bot.queries.status import AUTOMATIC
from bot.queries.terms import Preference, Terms, find_terms

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
    """One message to an account: about which invoices, and to whom it goes, each with its own.

    Shape: it goes out at `goes_at`, by the account's clock; `silence` is why not at this moment,
        None when it could.
    """

    account: AccountRef
    terms: Terms
    invoices: tuple[DueInvoice, ...]
    targets: tuple[Target, ...]
    goes_at: datetime
    silence: str | None


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
    steps = list_due_steps(session, sight=sight, zone=zone, on_since=on_since)
    due = _due(session, steps.due, sight)
    terms = find_terms(session, {one.row.account.id for one in due})
    held = _held(session, due, terms, sight, is_now=is_now)
    free = [one for one in due if one.row.id not in held]
    planned, unreachable = _planned(session, free, terms, has_mail=has_mail, now=sight.now)
    reasons = {one.row.id: Held(one.row, held[one.row.id]) for one in due if one.row.id in held}
    return Plan(
        on_since=on_since,
        planned=tuple(planned),
        held=(*reasons.values(), *(Held(one.row, why) for one, why in unreachable)),
        waiting=steps.waiting,
        next_on=steps.next_on,
    )


def _due(session: Reading, steps: Mapping[str, DueStep], sight: Sight) -> list[DueInvoice]:
    """These invoices, by the names of their accounts."""
    if not steps:
        return []
    return [
        DueInvoice(
            row=row_of(row, sight=sight),
            customer_id=row.customer_id,
            email=row.email,
            due_on=row.due_on,
            is_automatic=row.collection_method == AUTOMATIC,
            counted_from=steps[row.id].counted_from,
            step=steps[row.id].step,
            level=steps[row.id].level,
        )
        for row in _invoices().rows(session, {"ids": list(steps)})
    ]


@cache
def _invoices() -> Prepared:
    return Prepared(
        select(*ROW_COLUMNS, INVOICES.c.due_on, EMAIL.label("email"))
        .select_from(WITH_ACCOUNT)
        .where(is_among(INVOICES.c.id, "ids"))
        .order_by(ACCOUNTS.c.name, ACCOUNTS.c.id, INVOICES.c.late_since_on, INVOICES.c.id)
    )


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


def planned_of(
    terms: Terms, invoices: Sequence[DueInvoice], targets: Sequence[Target], *, now: datetime
) -> Planned:
    """A message to the account of these invoices, of which there is one at least."""
    account = invoices[0].row.account
    return Planned(
        account=account,
        terms=terms,
        invoices=tuple(invoices),
        targets=tuple(targets),
        goes_at=next_sending(terms, account.time_zone, now),
        silence=find_silence(terms, now.astimezone(zone_of(account.time_zone))),
    )


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
    session: Reading,
    free: Sequence[DueInvoice],
    terms: Mapping[int, Terms],
    *,
    has_mail: bool,
    now: datetime,
) -> tuple[list[Planned], list[tuple[DueInvoice, str]]]:
    by_account: dict[int, list[DueInvoice]] = defaultdict(list)
    for one in free:
        by_account[one.row.account.id].append(one)
    planned, unreachable = [], []
    meant = {account_id: [*map(_meant, some)] for account_id, some in by_account.items()}
    reached = list_targets(session, meant, terms, has_mail=has_mail)
    for account_id, some in by_account.items():
        own, targets = terms[account_id], reached[account_id]
        named = {each for target in targets for each in target.invoice_ids}
        inside = [one for one in some if one.row.id in named]
        unreachable += [
            (one, why_unreached(own, _meant(one), has_mail=has_mail))
            for one in some
            if one.row.id not in named
        ]
        if inside:
            planned.append(planned_of(own, inside, targets, now=now))
    return planned, unreachable


def _meant(one: DueInvoice) -> Meant:
    return one.row.id, one.customer_id, one.email, one.is_automatic
