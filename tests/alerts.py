"""What operators are warned of, read from the database."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.models import Alert


def list_alerts(session: Session) -> list[Alert]:
    """All alerts that are open, the one that happened last first."""
    newest_first = select(Alert).order_by(Alert.last_at.desc(), Alert.id)
    return list(session.scalars(newest_first.where(Alert.cleared_at.is_(None))))
