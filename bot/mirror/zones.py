"""One time zone per account: that of its oldest customer that names a valid one.

Companies of one organisation may well lie in several zones. An organisation without customers of
its own that name one has the zone of most of its companies; where it is a tie, the oldest's.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select, update
from sqlalchemy.orm import Session

from bot.alerts import clear_alerts, raise_alert
from bot.clock import find_zone, zone_of
from bot.mirror.days import date_anew
from bot.mirror.rows import table_of
from bot.mirror.rules import MirrorRules
from bot.models import Account, Customer, Invoice

UNKNOWN_ZONE, SEVERAL_ZONES = "account_zone_unknown", "account_zone_conflict"
# How many zones an alert names.
ZONES_NAMED_MAX = 5

_ACCOUNTS = table_of(Account)
_CUSTOMERS = table_of(Customer)
_INVOICES = table_of(Invoice)


def settle_zones(
    session: Session, accounts: set[int], *, moved: set[str], rules: MirrorRules, now: datetime
) -> None:
    """Find the zones of these accounts and of those above them, and date their invoices by them.

    `moved` customers brought invoices along that were dated by another account's zone.
    """
    current = _zones_with_parents(session, accounts)
    named = _zones_named(session, set(current), rules)
    of_companies = _zones_of_companies(session, set(current), rules)
    _tell_of_doubts(
        session, {key: named.get(account, []) for account, (key, _) in current.items()}, now=now
    )
    for account, (_, zone) in current.items():
        candidates = [*named.get(account, []), *of_companies.get(account, [])]
        settled = next(filter(find_zone, candidates), rules.default_zone)
        if settled != zone:
            session.execute(
                update(_ACCOUNTS).where(_ACCOUNTS.c.id == account).values(time_zone=settled)
            )
            date_anew(session, _INVOICES.c.account_id == account, zone_of(settled))
    for customer, settled in _zones_of(session, moved).items():
        date_anew(session, _INVOICES.c.customer_id == customer, zone_of(settled))


def _zones_with_parents(session: Session, accounts: set[int]) -> dict[int, tuple[str, str]]:
    """Key and zone of these accounts and of the organisations above them, locked in one order."""
    above = select(_ACCOUNTS.c.parent_id).where(
        _ACCOUNTS.c.id.in_(accounts), _ACCOUNTS.c.parent_id.is_not(None)
    )
    found = session.execute(
        select(_ACCOUNTS.c.id, _ACCOUNTS.c.key, _ACCOUNTS.c.time_zone)
        .where(_ACCOUNTS.c.id.in_(accounts | set(session.scalars(above))))
        .order_by(_ACCOUNTS.c.id)
        .with_for_update()
    )
    return {row.id: (row.key, row.time_zone) for row in found}


def _zones_named(session: Session, accounts: set[int], rules: MirrorRules) -> dict[int, list[str]]:
    """The zones that the customers of each account name, those of its oldest customer first."""
    own = select(_CUSTOMERS).where(_CUSTOMERS.c.account_id.in_(accounts))
    firsts = session.execute(_first_of_each(own, _CUSTOMERS.c.account_id, rules))
    named: dict[int, list[str]] = {}
    for row in sorted(firsts, key=lambda row: (row.created_at, row.id)):
        zone = row.zone.strip()
        if zone and zone not in named.setdefault(row.owner, []):
            named[row.owner].append(zone)
    return named


def _zones_of_companies(
    session: Session, accounts: set[int], rules: MirrorRules
) -> dict[int, list[str]]:
    """The zones of each organisation's companies, the one of most companies first."""
    zone = func.trim(_CUSTOMERS.c.meta[rules.time_zone_key].as_string())
    companies = func.count(_CUSTOMERS.c.account_id.distinct())
    found = session.execute(
        select(_ACCOUNTS.c.parent_id, zone.label("zone"))
        .join(_CUSTOMERS, _CUSTOMERS.c.account_id == _ACCOUNTS.c.id)
        .where(_ACCOUNTS.c.parent_id.in_(accounts), zone != "")
        .group_by(_ACCOUNTS.c.parent_id, zone)
        .order_by(companies.desc(), func.min(_CUSTOMERS.c.created_at), zone)
    )
    zones: dict[int, list[str]] = {}
    for row in found:
        zones.setdefault(row.parent_id, []).append(row.zone)
    return zones


def _first_of_each(
    customers: Select[tuple[object, ...]], owner: ColumnElement[int], rules: MirrorRules
) -> Select[tuple[object, ...]]:
    """Per account and zone the oldest customer that names it: few rows, however many customers."""
    zone = _CUSTOMERS.c.meta[rules.time_zone_key].as_string()
    age = func.row_number().over(
        partition_by=(owner, zone), order_by=(_CUSTOMERS.c.created_at, _CUSTOMERS.c.id)
    )
    aged = (
        customers.with_only_columns(
            owner.label("owner"),
            zone.label("zone"),
            _CUSTOMERS.c.created_at,
            _CUSTOMERS.c.id,
            age.label("age"),
        )
        .where(zone.is_not(None))
        .subquery()
    )
    return select(aged).where(aged.c.age == 1)


def _tell_of_doubts(session: Session, named: dict[str, list[str]], *, now: datetime) -> None:
    """Raise or clear the alerts about the zones that the customers of each account name."""
    for kind, doubt_of in ((UNKNOWN_ZONE, _doubt_of_unknown), (SEVERAL_ZONES, _doubt_of_several)):
        doubts = {key: doubt_of(names) for key, names in named.items()}
        for key, detail in doubts.items():
            if detail:
                raise_alert(session, kind=kind, subject=key, detail=detail, now=now)
        sure = [key for key, detail in doubts.items() if not detail]
        clear_alerts(session, kind=kind, subjects=sure, now=now)


def _doubt_of_unknown(names: list[str]) -> str | None:
    unknown = [name for name in names if not find_zone(name)]
    if not unknown:
        return None
    return f"No time zone is called {_listed(unknown)}; one such as Europe/Berlin is needed."


def _doubt_of_several(names: list[str]) -> str | None:
    valid = [name for name in names if find_zone(name)]
    if len(valid) <= 1:
        return None
    return f"Its customers name {_listed(valid)}; {valid[0]}, the oldest customer's, counts."


def _listed(names: list[str]) -> str:
    more = len(names) - ZONES_NAMED_MAX
    listed = ", ".join(f"‘{name}’" for name in names[:ZONES_NAMED_MAX])
    return f"{listed} and {more} more" if more > 0 else listed


def _zones_of(session: Session, customers: set[str]) -> dict[str, str]:
    if not customers:
        return {}
    found = session.execute(
        select(_CUSTOMERS.c.id, _ACCOUNTS.c.time_zone)
        .join(_ACCOUNTS, _ACCOUNTS.c.id == _CUSTOMERS.c.account_id)
        .where(_CUSTOMERS.c.id.in_(customers))
        .order_by(_CUSTOMERS.c.id)
    )
    return {row.id: row.time_zone for row in found}
