"""Whether an account can be snoozed: since when it is past due, and how often it was put off."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.errors import NotFound
from bot.models import SNOOZE_STANDING, Snooze
from bot.queries.accounts import find_account
from bot.queries.cards import AccountRef
from bot.queries.families import family_ids
from bot.queries.invoice_rows import ACCOUNTS, INVOICES
from bot.queries.people import list_names
from bot.queries.sight import Sight
from bot.queries.status import IS_PAST_DUE

# While the same debt is past due. Source: PRODUCT, P4.
SNOOZES_MAX = 3

_SNOOZES: Any = Snooze.__table__


@dataclass(frozen=True, slots=True)
class StandingSnooze:
    """A snooze that is not over; `by` is a name."""

    id: int
    until_on: date
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class Snoozable:
    """An account as somebody may snooze it.

    Shape: `late_since` is when the oldest of what is past due there became so, None where nothing
        is; `taken` counts the snoozes since then, an organisation's among those of its companies.
        `today` is the account's day.
    """

    account: AccountRef
    today: date
    late_since: datetime | None
    taken: int
    standing: StandingSnooze | None


def get_snoozable(session: Reading, account_id: int, *, sight: Sight) -> Snoozable:
    """One account, as far as the person may see it.

    Raises: NotFound when there is none for this person.
    """
    account = find_account(session, account_id, sight=sight)
    if account is None:
        raise NotFound("There is no such account.")
    connection = session.connection()
    values = {"account_id": account_id, "now": sight.now}
    late = select(func.min(INVOICES.c.overdue_at)).where(
        IS_PAST_DUE, INVOICES.c.account_id.in_(family_ids(is_scoped=False))
    )
    late_since = connection.execute(late, values).scalar_one()
    today = local_day(sight.now, zone_of(account.time_zone))
    return Snoozable(
        account=account,
        today=today,
        late_since=late_since,
        taken=0 if late_since is None else _count(session, account_id, since=late_since),
        standing=_find_standing(session, account_id, today=today),
    )


def _count(session: Reading, account_id: int, *, since: datetime) -> int:
    parent = select(ACCOUNTS.c.parent_id).where(ACCOUNTS.c.id == account_id).scalar_subquery()
    counted = select(func.count()).where(
        (_SNOOZES.c.account_id == account_id) | (_SNOOZES.c.account_id == parent),
        _SNOOZES.c.snoozed_at >= since,
    )
    return int(session.connection().execute(counted).scalar_one())


def _find_standing(session: Reading, account_id: int, *, today: date) -> StandingSnooze | None:
    found = select(_SNOOZES).where(
        SNOOZE_STANDING, _SNOOZES.c.account_id == account_id, _SNOOZES.c.until_on > today
    )
    row = session.connection().execute(found).one_or_none()
    if row is None:
        return None
    name = list_names(session, [row.snoozed_by]).get(row.snoozed_by, row.snoozed_by)
    return StandingSnooze(row.id, row.until_on, row.reason, name)
