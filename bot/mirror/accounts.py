"""Which account a customer belongs to, by its metadata; and what accounts are called."""

import hashlib
from dataclasses import dataclass
from typing import Any

from bot.mirror.names import domain_of, fold, skeleton
from bot.mirror.rules import MirrorRules

Row = dict[str, Any]

ORGANISATION, COMPANY, CUSTOMER = "organisation", "company", "customer"
SEPARATOR = "›"
# An index of PostgreSQL holds 2,704 bytes an entry; a letter has up to four.
NAME_CHARACTERS_MAX = 255
KEY_CHARACTERS_MAX = 400


@dataclass(frozen=True, slots=True)
class AccountPlace:
    """An account as customers' metadata describe it, and the organisation that it is part of.

    `key` is its identity: the names as they are written, never folded.
    """

    key: str
    kind: str
    name: str
    organisation: "AccountPlace | None" = None


def place_of(customer: Row, rules: MirrorRules) -> AccountPlace:
    """Where a customer belongs: a company, an organisation, or an account of its own."""
    organisation = _named(customer, rules.organisation_key)
    company = _named(customer, rules.company_key)
    above = (
        AccountPlace(_key(ORGANISATION, organisation), ORGANISATION, organisation)
        if organisation
        else None
    )
    if company:
        return AccountPlace(_key(COMPANY, organisation, company), COMPANY, company, above)
    if above:
        return above
    name = customer["name"] or customer["email"] or customer["id"]
    return AccountPlace(_key(CUSTOMER, customer["id"]), CUSTOMER, name)


def names_of(customer: Row, place: AccountPlace, ids: dict[str, int]) -> list[Row]:
    """What the customer's account, and the organisation above it, are found by.

    `ids` has the account's id by its key.
    """
    named = {
        ("name", place.name),
        ("name", customer["name"]),
        ("email", customer["email"]),
        ("domain", domain_of(customer["email"] or "")),
        ("id", customer["id"]),
    }
    above = place.organisation
    if above and fold(above.name) not in fold(place.name):
        # People say "Acme East" for the company East of Acme.
        named.add(("name", f"{above.name} {place.name}"))
    # Two long names may be one once they are cut.
    values = {(kind, value[:NAME_CHARACTERS_MAX]) for kind, value in named if value}
    rows = [_name_row(ids[place.key], kind, value, customer) for kind, value in sorted(values)]
    if above:
        value = above.name[:NAME_CHARACTERS_MAX]
        rows.append(_name_row(ids[above.key], "name", value, customer))
    return rows


def _name_row(account_id: int, kind: str, value: str, customer: Row) -> Row:
    return {
        "account_id": account_id,
        "kind": kind,
        "value": value,
        "customer_id": customer["id"],
        # Folding may make a text longer.
        "folded": fold(value)[:NAME_CHARACTERS_MAX],
        "skeleton": skeleton(value)[:NAME_CHARACTERS_MAX],
    }


def _named(customer: Row, key: str) -> str:
    value = customer["meta"].get(key)
    return value.strip() if isinstance(value, str) else ""


def _key(kind: str, *names: str) -> str:
    """The identity of an account: no two places share one."""
    escaped = (name.replace("\\", "\\\\").replace(SEPARATOR, f"\\{SEPARATOR}") for name in names)
    key = f"{kind}:{SEPARATOR.join(escaped)}"
    if len(key) <= KEY_CHARACTERS_MAX:
        return key
    return f"{key[:KEY_CHARACTERS_MAX]}…{hashlib.sha256(key.encode()).hexdigest()}"
