"""Which zone an account's days were in, and since when: noted as it is seen to change.

The mirror keeps the zone that an account has now. Days that were counted keep the zone that they
were counted in; from the day on which another one is seen, days are that one's.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import cast

from sqlalchemy import Table, func, select, update
from sqlalchemy.orm import Session

from bot.clock import find_zone, local_day, zone_of
from bot.database import insert_into
from bot.local_days import LocalDays, local_days
from bot.models import Account, AccountZone, Customer, UsagePeriod

# What an account had when it was first seen is taken to have been so always.
ALWAYS = date(1970, 1, 1)

_ACCOUNTS = cast("Table", Account.__table__)
_CUSTOMERS = cast("Table", Customer.__table__)
_PERIODS = cast("Table", UsagePeriod.__table__)
_ZONES = cast("Table", AccountZone.__table__)
_LATEST = (
    select(_ZONES.c.account_id, func.max(_ZONES.c.since_on).label("since_on"))
    .group_by(_ZONES.c.account_id)
    .subquery()
)


def list_moved(session: Session) -> list[tuple[int, str]]:
    """Accounts with usage whose zone is another one than was noted last, with that zone."""
    found = session.execute(
        select(_ACCOUNTS.c.id, _ACCOUNTS.c.time_zone)
        .join(_LATEST, _LATEST.c.account_id == _ACCOUNTS.c.id)
        .join(
            _ZONES,
            (_ZONES.c.account_id == _LATEST.c.account_id)
            & (_ZONES.c.since_on == _LATEST.c.since_on),
        )
        .where(_ZONES.c.time_zone != _ACCOUNTS.c.time_zone)
        .order_by(_ACCOUNTS.c.id)
    )
    return [(row.id, row.time_zone) for row in found if find_zone(row.time_zone) is not None]


def note_moves(session: Session, *, now: datetime) -> None:
    """Note the zones of the accounts that have moved; their running periods are due at once."""
    for account_id, name in list_moved(session):
        _note(session, account_id, local_day(now, zone_of(name)), name)
        theirs = select(_CUSTOMERS.c.id).where(_CUSTOMERS.c.account_id == account_id)
        session.execute(
            update(_PERIODS)
            .where(_PERIODS.c.customer_id.in_(theirs), _PERIODS.c.ends_at > now)
            .values(due_at=now)
        )


def list_days_of_customers(session: Session, customers: Collection[str]) -> dict[str, LocalDays]:
    """The local days of these customers' accounts; zones that were never noted are noted now.

    Shape: without customers that the mirror does not know.
    """
    homes = session.execute(
        select(_CUSTOMERS.c.id, _CUSTOMERS.c.account_id, _ACCOUNTS.c.time_zone)
        .join(_ACCOUNTS, _ACCOUNTS.c.id == _CUSTOMERS.c.account_id)
        .where(_CUSTOMERS.c.id.in_(sorted(customers)))
    ).all()
    noted = list_zones(session, {row.account_id for row in homes})
    for row in homes:
        if row.account_id not in noted and find_zone(row.time_zone) is not None:
            _note(session, row.account_id, ALWAYS, row.time_zone)
            noted[row.account_id] = [(ALWAYS, row.time_zone)]
    return {
        row.id: days_in(noted.get(row.account_id, []), otherwise=row.time_zone) for row in homes
    }


def list_zones(session: Session, accounts: Collection[int]) -> dict[int, list[tuple[date, str]]]:
    """The zones noted of accounts, each with the day from which on; {} where none was."""
    rows = session.execute(
        select(_ZONES).where(_ZONES.c.account_id.in_(sorted(accounts))).order_by(_ZONES.c.since_on)
    )
    found: dict[int, list[tuple[date, str]]] = {}
    for row in rows:
        found.setdefault(row.account_id, []).append((row.since_on, row.time_zone))
    return found


def days_in(zones: Iterable[tuple[date, str]], *, otherwise: str) -> LocalDays:
    """The days of an account with these zones."""
    return local_days(
        [(since, zone_of(name)) for since, name in zones], otherwise=zone_of(otherwise)
    )


def _note(session: Session, account_id: int, since: date, zone: str) -> None:
    new = insert_into(session, _ZONES).values(account_id=account_id, since_on=since, time_zone=zone)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[_ZONES.c.account_id, _ZONES.c.since_on],
            set_={"time_zone": new.excluded.time_zone},
        )
    )
