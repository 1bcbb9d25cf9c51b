"""What operators should look at: one row per kind and subject, raised again or cleared."""

from collections.abc import Collection
from datetime import datetime
from typing import cast

from sqlalchemy import Table, case, update
from sqlalchemy.orm import Session

from bot.database import insert_into
from bot.models import Alert
from bot.telemetry import alerts_raised_total, clean_text

SUBJECT_CHARACTERS_MAX = 255

_ALERTS = cast("Table", Alert.__table__)


def raise_alert(session: Session, *, kind: str, subject: str, detail: str, now: datetime) -> None:
    """Tell the operators of something; what they were told already is counted, not repeated.

    An alert that was cleared is open again, as of now.
    """
    new = insert_into(session, Alert).values(
        kind=kind,
        subject=subject[:SUBJECT_CHARACTERS_MAX],
        detail=clean_text(detail),
        raised_at=now,
        last_at=now,
        times=1,
        cleared_at=None,
        cleared_by=None,
    )
    session.execute(
        new.on_conflict_do_update(
            index_elements=[Alert.kind, Alert.subject],
            set_={
                "detail": new.excluded.detail,
                "last_at": now,
                "times": Alert.times + 1,
                "raised_at": case(
                    (Alert.cleared_at.is_(None), Alert.raised_at), else_=new.excluded.raised_at
                ),
                "cleared_at": None,
                "cleared_by": None,
            },
        )
    )
    alerts_raised_total.labels(kind).inc()


def clear_alert(session: Session, *, kind: str, subject: str, now: datetime) -> None:
    """Say that it is over; without effect where nothing was raised."""
    clear_alerts(session, kind=kind, subjects=[subject], now=now)


def clear_alerts(session: Session, *, kind: str, subjects: Collection[str], now: datetime) -> None:
    """Say of all these subjects at once that it is over."""
    if subjects:
        session.execute(
            update(_ALERTS)
            .where(_ALERTS.c.kind == kind, _ALERTS.c.cleared_at.is_(None))
            .where(_ALERTS.c.subject.in_([one[:SUBJECT_CHARACTERS_MAX] for one in subjects]))
            .values(cleared_at=now)
        )


def dismiss_alert(session: Session, alert_id: int, *, by: str, now: datetime) -> bool:
    """Clear an alert because a person has seen it; whether it was open until then.

    What it tells of may still go on: then it is raised again.
    """
    dismissed = (
        update(_ALERTS)
        .where(_ALERTS.c.id == alert_id, _ALERTS.c.cleared_at.is_(None))
        .values(cleared_at=now, cleared_by=by)
        .returning(_ALERTS.c.id)
    )
    return session.execute(dismissed).first() is not None
