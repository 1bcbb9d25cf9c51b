"""The clock that all processes on one database agree on, for leases, marks and ages."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, func, select, type_coerce
from sqlalchemy.orm import Session

from bot.models import Moment


def database_now(session: Session, now: datetime) -> datetime:
    """The moment that all processes on this database agree on: PostgreSQL's own, else this one."""
    if session.get_bind().dialect.name != "postgresql":
        return now
    moment = session.scalar(select(func.clock_timestamp(type_=Moment())))
    return moment or now


def moved(session: Session, moment: Any, by: timedelta) -> ColumnElement[datetime]:
    """A column of moments, moved by the database itself."""
    if session.get_bind().dialect.name == "postgresql":
        return type_coerce(type_coerce(moment, DateTime(timezone=True)) + by, Moment())
    microseconds = by // timedelta(microseconds=1)
    return type_coerce(type_coerce(moment, BigInteger()) + microseconds, Moment())
