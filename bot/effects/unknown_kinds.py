"""Promised calls of kinds that this version does not know: they wait for one that does.

A newer version has promised them, and this one runs beside it, or in its place after a step back.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot import models
from bot.alerts import clear_alerts, raise_alert

UNKNOWN = "effects_unknown"
# While versions change places, each meets work of the other; only what stays is worth a word.
QUIET = timedelta(minutes=5)

_EFFECTS: Any = models.Effect.__table__
_ALERTS: Any = models.Alert.__table__


def tell_of_unknown_kinds(session: Session, kinds: Collection[str], *, now: datetime) -> None:
    """Tell the operators what waits in vain for longer than a change of versions takes."""
    waiting = (
        select(_EFFECTS.c.kind, func.count().label("number"))
        .where(models.READY, _EFFECTS.c.kind.not_in(kinds), _EFFECTS.c.due_at < now - QUIET)
        .group_by(_EFFECTS.c.kind)
    )
    found = {row.kind: row.number for row in session.execute(waiting)}
    for kind, number in found.items():
        detail = (
            f"{number:,} of them wait, and this version can’t do them: a newer one has promised"
        )
        raise_alert(session, kind=UNKNOWN, subject=kind, detail=detail, now=now)
    told = select(_ALERTS.c.subject).where(
        _ALERTS.c.kind == UNKNOWN, _ALERTS.c.cleared_at.is_(None)
    )
    over = set(session.scalars(told)) - set(found)
    clear_alerts(session, kind=UNKNOWN, subjects=over, now=now)
