"""Promising a call to the outside, in the transaction of the deed that it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Update, and_, literal, select, text, update
from sqlalchemy.orm import Session

from bot import models
from bot.bells import ring
from bot.database import insert_into

BELL = "effects"
ATTEMPTS_MAX = 12

_EFFECTS: Any = models.Effect.__table__
# Two promises about one subject commit in the order of their ids, which is that of performing.
_TURN = text("SELECT pg_advisory_xact_lock(hashtextextended(:subject, 7246))")


@dataclass(frozen=True, slots=True)
class Effect:
    """A promised call, as an operation sees it.

    Shape: `key` is the deed's own name; `call_key` goes to the service as its idempotency key, and
    is another one once an answer under it was spent. `attempts_max` grows when a person has it
    tried again after a dead end; `why` says what was wrong with it last, None for nothing yet.
    `is_new` when it was promised just now, and not found.
    """

    id: int
    key: str
    call_key: str
    kind: str
    subject: str
    payload: Mapping[str, Any]
    press: str | None
    asked_by: str | None
    state: str
    attempts: int
    promised_at: datetime
    attempts_max: int
    why: str | None
    is_new: bool = False

    @property
    def may_have_happened(self) -> bool:
        """Whether an earlier attempt may have done it without our hearing of that."""
        return self.attempts > 1

    @property
    def is_pending(self) -> bool:
        """Whether it is still to be done."""
        return self.state in {"ready", "leased"}


def promise(  # noqa: PLR0913 - each is a column of its own, and all are named at the call
    session: Session,
    *,
    kind: str,
    subject: str,
    key: str,
    now: datetime,
    lane: str = "",
    payload: Mapping[str, Any] | None = None,
    press: str | None = None,
    asked_by: str | None = None,
    after: timedelta = timedelta(),
    is_patient: bool = False,
) -> Effect:
    """Put a call on the queue, unless one of this key is there: then that one.

    `key` names the deed, its subject and the state it was asked in, so that two presses are one
    deed; `press` is Slack's name for the press, for `find_by_press`. `lane` is what paces it:
    slack_lane() or stripe_lane(). Effects of one subject happen one after another. `after` is how
    long to wait with it, for what may yet prove needless. One that `is_patient` lets everything
    else that is due go before it.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TURN, {"subject": subject})
    new = insert_into(session, _EFFECTS).values(
        key=key,
        key_number=1,
        kind=kind,
        subject=subject,
        lane=lane,
        payload=dict(payload or {}),
        press=press,
        asked_by=asked_by,
        state="ready",
        is_patient=is_patient,
        due_at=now + after,
        fence=0,
        attempts=0,
        attempts_max=ATTEMPTS_MAX,
        is_doubtful=False,
        promised_at=now,
    )
    made = session.execute(new.on_conflict_do_nothing().returning(_EFFECTS)).one_or_none()
    if made is not None:
        ring(session, BELL)
        return effect_of(made, is_new=True)
    found = find(session, key)
    if found is None:
        raise LookupError(f"The promise {key} was there and is gone.")
    return found


def find(session: Session, key: str) -> Effect | None:
    """The promise of this key, whatever came of it; or None."""
    row = session.execute(select(_EFFECTS).where(_EFFECTS.c.key == key)).one_or_none()
    return None if row is None else effect_of(row)


def find_by_press(session: Session, press: str) -> Effect | None:
    """The first promise that this very press has made, so that a repeated one finds it."""
    asked = select(_EFFECTS).where(_EFFECTS.c.press == press).order_by(_EFFECTS.c.id).limit(1)
    row = session.execute(asked).one_or_none()
    return None if row is None else effect_of(row)


def find_last(session: Session, subject: str, *, kind: str) -> Effect | None:
    """The newest promise of a kind about a subject, whatever came of it."""
    asked = select(_EFFECTS).where(_EFFECTS.c.subject == subject, _EFFECTS.c.kind == kind)
    row = session.execute(asked.order_by(_EFFECTS.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else effect_of(row)


def spare(session: Session, press: str, *, now: datetime) -> list[Effect]:
    """Let be what this press has promised, where nobody has begun with it; what that was."""
    spared = _untried(press).values(state="done", finished_at=now)
    return [effect_of(row) for row in session.execute(spared.returning(_EFFECTS))]


def hasten(session: Session, press: str, *, now: datetime) -> None:
    """Wait no longer with what this press has promised."""
    session.execute(_untried(press).values(due_at=now))
    ring(session, BELL)


def _untried(press: str) -> Update:
    waits = (models.READY, _EFFECTS.c.press == press, _EFFECTS.c.attempts == 0)
    return update(_EFFECTS).where(*waits)


def is_pending(session: Session, subject: str, *, kind: str | None = None) -> bool:
    """Whether something is still to be done about a subject; of this kind, or at all."""
    pending = select(_EFFECTS.c.id).where(models.PENDING, _EFFECTS.c.subject == subject)
    if kind is not None:
        pending = pending.where(_EFFECTS.c.kind == kind)
    return session.scalar(pending.limit(1)) is not None


def join(session: Session, subject: str, *, kind: str, is_patient: bool = False) -> bool:
    """Whether an effect of this kind waits that will do for the caller's deed as well.

    It is begun with after the caller's transaction has committed, so that it finds what that has
    written; and it is patient no more, unless the caller's deed is too.
    """
    waiting = update(_EFFECTS).where(models.READY, _EFFECTS.c.subject == subject)
    joined = waiting.where(_EFFECTS.c.kind == kind).values(
        is_patient=and_(_EFFECTS.c.is_patient, literal(is_patient))
    )
    # Whoever claims passes over a row that we hold, and is not to come back too late for it.
    is_joined = session.execute(joined.returning(_EFFECTS.c.id)).first() is not None
    if is_joined:
        ring(session, BELL)
    return is_joined


def effect_of(row: Row[Any], *, is_new: bool = False) -> Effect:
    """A row of the table, as an operation sees it."""
    return Effect(
        id=row.id,
        key=row.key,
        call_key=row.key if row.key_number == 1 else f"{row.key}:{row.key_number}",
        kind=row.kind,
        subject=row.subject,
        payload=row.payload,
        press=row.press,
        asked_by=row.asked_by,
        state=row.state,
        attempts=row.attempts,
        promised_at=row.promised_at,
        attempts_max=row.attempts_max,
        why=row.last_error,
        is_new=is_new,
    )
