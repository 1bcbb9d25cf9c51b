"""What tests ask of the audit trail: what was recorded, in short."""

from bot.audit.trail import Entry, stream_entries
from bot.database import Database


def entries_of(database: Database, *, by: str | None = None) -> list[Entry]:
    """Every entry, oldest first; with `by`, those of one person."""
    with database.looking() as reading:
        return [one for one in stream_entries(reading) if by is None or one.actor_id == by]


def refusals_of(database: Database, person_id: str) -> list[tuple[str, str]]:
    """What somebody was refused or did not find, oldest first: which of the two, and the words."""
    return [
        (one.action.removeprefix("ask."), one.details["wanted"])
        for one in entries_of(database, by=person_id)
        if one.action.startswith("ask.")
    ]
