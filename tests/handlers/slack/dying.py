"""Workers that die between a call and writing down what came of it, and what the next one finds."""

import contextlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, select, update

from bot.bells import ring
from bot.effects import Means, lanes
from bot.effects.promises import BELL, effect_of
from bot.models import PENDING, Effect
from bot.operations.registry import OPERATIONS
from tests.deployment import Tallyman
from tests.handlers.slack.room import free_lanes

HELD = timedelta(minutes=5)


def hold_calls(desk: Tallyman, service: str = "stripe") -> None:
    """Let no call to a service begin until `go_on`."""
    with desk.runtime.database.writing() as session:
        lanes.hold(session, service, until=datetime.now(UTC) + HELD)


@contextlib.contextmanager
def holding_subject(desk: Tallyman, subject: str) -> Iterator[None]:
    """Let nothing about a subject begin, as while a worker is busy with something else about it."""
    now, key = datetime.now(UTC), f"busy:{subject}"
    busy = Effect(
        key=key,
        key_number=1,
        kind="busy",
        subject=subject,
        lane="",
        payload={},
        state="leased",
        due_at=now,
        lease_until=now + HELD,
        fence=1,
        attempts=1,
        attempts_max=1,
        is_doubtful=False,
        promised_at=now,
    )
    with desk.runtime.database.writing() as session:
        session.add(busy)
    try:
        yield
    finally:
        _release(desk, key)


def _release(desk: Tallyman, key: str) -> None:
    with desk.runtime.database.writing() as session:
        session.execute(delete(Effect).where(Effect.key == key))
        ring(session, BELL)


def go_on(desk: Tallyman) -> None:
    """Let whatever waits begin at once: for its turn, or to be tried again."""
    free_lanes(desk)
    # Apart, as whoever claims takes locks in another order.
    with desk.runtime.database.writing() as session:
        waiting = update(Effect).where(Effect.state == "ready")
        session.execute(waiting.values(due_at=datetime.now(UTC) - timedelta(seconds=1)))
        ring(session, BELL)


def call_and_die(desk: Tallyman, row: Row[Any]) -> None:
    """Make a call that waits, as a worker does that dies right after it; the next one takes it."""
    means = Means(desk.runtime, desk.desk.slack, desk.desk.deployment)
    OPERATIONS[row.kind].perform(effect_of(row), means)
    with desk.runtime.database.writing() as session:
        # As it stands once the lease has run out; only this one goes on, while others wait.
        left = {"attempts": 1, "lane": "", "due_at": datetime.now(UTC) - timedelta(seconds=1)}
        session.execute(update(Effect).where(Effect.id == row.id).values(left))
        ring(session, BELL)


def list_pending(desk: Tallyman, kind: str | None = None) -> Sequence[Row[Any]]:
    """The promises that are still to be kept, of a kind or all, oldest first."""
    found = select(Effect.__table__).where(PENDING)
    if kind is not None:
        found = found.where(Effect.kind == kind)
    with desk.runtime.database.reading() as session:
        return session.execute(found.order_by(Effect.id)).all()


def get_last(desk: Tallyman, kind: str) -> Row[Any]:
    """The newest promise of a kind, whatever came of it."""
    newest = select(Effect.__table__).where(Effect.kind == kind).order_by(Effect.id.desc())
    with desk.runtime.database.reading() as session:
        return session.execute(newest.limit(1)).one()
