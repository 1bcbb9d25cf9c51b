"""What people are called."""

from collections.abc import Iterable

from sqlalchemy import select

from bot.database import Reading
from bot.models import Person

_PEOPLE = Person.__table__


def list_names(session: Reading, ids: Iterable[str]) -> dict[str, str]:
    """The name of each person by their id; without those whom Slack has not told us about."""
    wanted = select(_PEOPLE.c.id, _PEOPLE.c.real_name).where(_PEOPLE.c.id.in_(sorted(ids)))
    return {row.id: row.real_name or row.id for row in session.connection().execute(wanted)}
