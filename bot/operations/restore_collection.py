"""Let Stripe collect an invoice as before its dispute; what somebody changed since then stays.

A mark of another dispute, or of the same one opened again, is not ours to take away.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import effects
from bot.mirror.fields import dict_at, flag_at, text_at
from bot.models import DisputeCase
from bot.operations.hold_collection import (
    BEFORE,
    COLLECTED,
    MARK,
    conclude,
    find_for,
    mark_of,
    promise_for,
)
from bot.queries.dispute_terms import Collection, Press

KIND = "restore_collection"

_CASES: Any = DisputeCase.__table__


def request(session: Session, case: DisputeCase, press: Press) -> effects.Effect:
    """Promise to restore it, after whatever was promised about the invoice before."""
    return promise_for(session, KIND, case, press)


def find(session: Session, case: DisputeCase) -> effects.Effect | None:
    """What has come of it, for the last time that the dispute was opened."""
    return find_for(session, KIND, case)


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Switch it on again where the dispute has switched it off, and take the mark away."""
    path = f"/v1/invoices/{effect.payload['invoice']}"
    with means.runtime.database.looking() as reading:
        wanted = select(_CASES.c.was_automatic).where(_CASES.c.id == effect.payload["case"])
        was_automatic = reading.connection().execute(wanted).scalar_one()
    invoice = means.runtime.stripe.get(path)
    metadata = dict_at(invoice, "metadata")
    mark = text_at(metadata, MARK)
    is_ours = mark == mark_of(effect)
    if is_ours:
        was_automatic = text_at(metadata, BEFORE) == "true"
    elif mark:
        return effects.Done({"is_automatic": flag_at(invoice, "auto_advance")})
    is_off = not flag_at(invoice, "auto_advance")
    changes: dict[str, Any] = {}
    if was_automatic and is_off and text_at(invoice, "status") == COLLECTED:
        changes["auto_advance"] = True
    if is_ours:
        changes["metadata"] = {MARK: "", BEFORE: ""}
    if changes:
        invoice = means.runtime.stripe.post(path, changes, key=effect.call_key)
    return effects.Done({"is_automatic": flag_at(invoice, "auto_advance")})


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Write how it went, and let everybody who looks at the dispute see it."""
    collection = Collection.FAILED
    if isinstance(outcome, effects.Done):
        is_automatic = outcome.answer["is_automatic"]
        collection = Collection.RESTORED if is_automatic else Collection.IDLE
    values = {"collection": collection.value}
    conclude(session, effect, outcome, values, settings=means.runtime.settings, now=now)
