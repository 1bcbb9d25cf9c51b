"""Bringing into the trail how a thing is, whenever it has changed: rates, entities, roles.

What people are shown of these lives in tables that follow Stripe or the settings. Here each of
their states is told once, chained like a deed, so that what was valid when can be shown later. The
states stand beside the entries, as texts that can be forgotten; an entry names those of one read,
so a page of customers costs one entry, and one customer that changes costs one, too.
"""

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.audit.deeds import MIRROR, Deed, Stage, Subject
from bot.audit.entries import PRIVATE, PRIVATE_REF, ref_of
from bot.audit.record import name_of, record
from bot.database import insert_into
from bot.models import AttestedState
from bot.settings import Settings

# The operation that an entry names, by what it is about. They are in the trail for ever.
PRICE, CUSTOMER, ROLE = "price", "customer", "role"
NOTING = {PRICE: "note_rates", CUSTOMER: "note_entities", ROLE: "note_roles"}
# An entry holds so many references at most; a page of Stripe's has as many objects.
STATES_AN_ENTRY = 100
_SALT_BYTES = 32

_ATTESTED: Any = AttestedState.__table__


@dataclass(frozen=True, slots=True)
class State:
    """How a thing is: its id, and the facts about it that count."""

    id: str
    facts: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The facts in the one way to write them."""
        return json.dumps(
            self.facts, sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str
        )


def attest(
    session: Session, settings: Settings, kind: str, states: Sequence[State], *, now: datetime
) -> int:
    """Tell the trail of those that it does not have as they are; how many that were.

    Best the last thing that a transaction does, as for every entry. A thing whose states were
    forgotten is told anew when it is met again: it has to be forgotten at Stripe first.
    Raises: KeyError for a kind that is not attested.
    """
    operation = NOTING[kind]
    given = {state.id: state for state in states}
    known = _known(session, kind, list(given))
    changed = [state for one, state in sorted(given.items()) if known.get(one) != state.text]
    for start in range(0, len(changed), STATES_AN_ENTRY):
        some = changed[start : start + STATES_AN_ENTRY]
        refs = _keep(session, some)
        told = [
            {"id": _named(session, kind, state.id), "state": {PRIVATE_REF: refs[state.id]}}
            for state in some
        ]
        deed = Deed(operation, Stage.DONE, None, Subject(MIRROR, kind), details={"states": told})
        _remember(session, kind, refs)
        record(session, settings, deed, now=now)
    return len(changed)


def list_attested_ids(session: Session, kind: str) -> list[str]:
    """The things of a kind that the trail knows a state of, in order."""
    found = select(_ATTESTED.c.object_id).where(_ATTESTED.c.kind == kind)
    return list(session.scalars(found.order_by(_ATTESTED.c.object_id)))


def _named(session: Session, kind: str, object_id: str) -> Any:
    """The id of a thing; of somebody by reference, or forgetting them would change the entry."""
    return name_of(session, object_id) if kind == ROLE else object_id


def _known(session: Session, kind: str, ids: Sequence[str]) -> dict[str, str]:
    """The state that the trail has of each, where it has one that is not forgotten."""
    found = (
        select(_ATTESTED.c.object_id, PRIVATE.c.value)
        .join(PRIVATE, PRIVATE.c.ref == _ATTESTED.c.ref)
        .where(_ATTESTED.c.kind == kind, _ATTESTED.c.object_id.in_(ids))
    )
    return {row.object_id: row.value for row in session.execute(found)}


def _keep(session: Session, states: Sequence[State]) -> dict[str, str]:
    """Write the states down beside the trail; the reference of each by its id."""
    rows = list(_texts_of(states))
    session.execute(insert(PRIVATE), rows)
    return {row["about"]: row["ref"] for row in rows}


def _texts_of(states: Sequence[State]) -> Iterator[dict[str, Any]]:
    for state in states:
        salt, value = secrets.token_hex(_SALT_BYTES), state.text
        ref = ref_of(salt, state.id, value)
        yield {"ref": ref, "about": state.id, "is_name": False, "salt": salt, "value": value}


def _remember(session: Session, kind: str, refs: Mapping[str, str]) -> None:
    rows = [{"kind": kind, "object_id": one, "ref": ref} for one, ref in refs.items()]
    new = insert_into(session, _ATTESTED).values(rows)
    latest = new.on_conflict_do_update(
        index_elements=["kind", "object_id"], set_={"ref": new.excluded.ref}
    )
    session.execute(latest)
