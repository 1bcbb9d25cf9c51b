"""Writing which step of which invoice was taken, by whichever worker was first, and its end."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.effects import Effect
from bot.models import Effect as EffectRow
from bot.models import Reminder, ReminderStep
from bot.queries.reminder_terms import Level
from bot.queries.reminders import Planned

_REMINDERS: Any = Reminder.__table__
_STEPS: Any = ReminderStep.__table__
_EFFECTS: Any = EffectRow.__table__


@dataclass(frozen=True, slots=True)
class TakenSteps:
    """A message that is ours to send, and the invoices whose steps it takes."""

    id: int
    invoice_ids: frozenset[str]


def subject_of(reminder_id: int) -> str:
    """The subject of everything that is sent for one reminder."""
    return f"reminder:{reminder_id}"


def take(
    session: Session, planned: Planned, level: Level, day: date, *, now: datetime
) -> TakenSteps | None:
    """Take the account's day and the steps of its invoices; None where another has one of both."""
    made = session.execute(
        insert_into(session, _REMINDERS)
        .values(
            account_id=planned.account.id,
            day=day,
            is_thanks=level is Level.THANKS,
            level=level.value,
            promised_at=now,
        )
        .on_conflict_do_nothing()
        .returning(_REMINDERS.c.id)
    ).scalar_one_or_none()
    if made is None:
        return None
    steps = [
        {
            "invoice_id": one.row.id,
            "counted_from": one.counted_from,
            "step": one.step,
            "reminder_id": made,
            "state": "promised",
        }
        for one in planned.invoices
    ]
    new = insert_into(session, _STEPS).values(steps).on_conflict_do_nothing()
    taken = session.execute(new.returning(_STEPS.c.invoice_id)).scalars().all()
    if not taken:
        session.execute(delete(_REMINDERS).where(_REMINDERS.c.id == made))
        return None
    return TakenSteps(made, frozenset(taken))


def settle(
    session: Session, reminder_id: int, invoice_ids: Collection[str], *, state: str, now: datetime
) -> None:
    """Record what came of some steps; what was sent one way stays sent whatever another way did."""
    if not invoice_ids:
        return
    session.execute(
        update(_STEPS)
        .where(
            _STEPS.c.reminder_id == reminder_id,
            _STEPS.c.invoice_id.in_(list(invoice_ids)),
            _STEPS.c.state != "sent",
        )
        .values(state=state, settled_at=now)
    )


def release(session: Session, effect: Effect, invoice_ids: Collection[str]) -> None:
    """Give back steps of which nothing went out, unless another way is still to be tried."""
    reminder_id = effect.payload["reminder"]
    others = select(_EFFECTS.c.payload).where(
        _EFFECTS.c.subject == subject_of(reminder_id),
        _EFFECTS.c.id != effect.id,
        _EFFECTS.c.state.in_(("ready", "leased")),
    )
    waiting = {
        line["invoice"] for told in session.execute(others).scalars() for line in told["lines"]
    }
    if not (untried := sorted(set(invoice_ids) - waiting)):
        return
    session.execute(
        delete(_STEPS).where(
            _STEPS.c.reminder_id == reminder_id,
            _STEPS.c.invoice_id.in_(untried),
            _STEPS.c.state == "promised",
        )
    )
