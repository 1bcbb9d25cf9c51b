"""Promises to post, made beside the processes that keep them, and what came of them."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.database import Database
from bot.models import PENDING, Effect
from bot.operations import announce
from bot.sandbox.slack import StandIn
from bot.slack_posting import Place
from bot.views import blocks
from bot.views.blocks import Message


def open_rooms(slack: StandIn, count: int) -> list[str]:
    """Channels that the bot is in; their ids."""
    return [slack.add_channel(f"room-{number}", has_bot=True).id for number in range(count)]


def promise_post(database: Database, room: str, text: str) -> None:
    """Promise to say something in a channel, once."""
    message = Message(text=text, blocks=(blocks.section(blocks.plain_text(text)),))
    with database.writing() as session:
        announce.request(session, Place(room), message, key=text, now=datetime.now(UTC))


def count_pending(database: Database) -> int:
    """How many promises are still to be kept."""
    with database.reading() as session:
        return session.query(Effect).where(PENDING).count()


def count_posts(slack: StandIn, rooms: Sequence[str]) -> Counter[str]:
    """How often each text stands in these channels."""
    return Counter(one.text for room in rooms for one in slack.list_messages(room))
