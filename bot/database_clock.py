"""The clock that all processes on one database agree on, for leases, marks and ages."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.models import Moment


def database_now(session: Session, now: datetime) -> datetime:
    """The moment that all processes on this database agree on: PostgreSQL's own, else this one."""
    if session.get_bind().dialect.name != "postgresql":
        return now
    moment = session.scalar(select(func.clock_timestamp(type_=Moment())))
    return moment or now
