"""The channels where answers may be shared."""

from dataclasses import dataclass

from sqlalchemy import select

from bot.database import Reading
from bot.models import SharedChannel

_ALLOWED = select(SharedChannel.channel_id, SharedChannel.name, SharedChannel.is_external).where(
    SharedChannel.removed_at.is_(None)
)


@dataclass(frozen=True, slots=True)
class ChannelLine:
    """A channel on the list; `is_external` when it has been shared with others since."""

    id: str
    name: str
    is_external: bool


def list_channels(reading: Reading) -> tuple[ChannelLine, ...]:
    """Every channel on the list, by name."""
    statement = _ALLOWED.order_by(SharedChannel.name, SharedChannel.id)
    rows = reading.connection().execute(statement)
    return tuple(ChannelLine(row.channel_id, row.name, row.is_external) for row in rows)


def find_channel(reading: Reading, channel_id: str) -> ChannelLine | None:
    """One channel of the list, or None."""
    statement = _ALLOWED.where(SharedChannel.channel_id == channel_id)
    row = reading.connection().execute(statement).one_or_none()
    return None if row is None else ChannelLine(row.channel_id, row.name, row.is_external)
