"""A word to one person: sent once, and known by its place in their own conversation."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.clock import real_now
from bot.database_clock import database_now
from bot.models import PostedMessage
from bot.operations import announce
from bot.slack_posting import Place
from bot.views import blocks
from bot.views.blocks import Message
from tests.billing import day
from tests.deployment import Tallyman, deployed
from tests.following import wait_until

WORDS = Message("Done.", (blocks.rich_text(blocks.text("Done.")),))


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with deployed(shared_database_url, now=day("2026-11-16")) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        yield tallyman


def tell(desk: Tallyman, person: str, key: str) -> None:
    with desk.runtime.database.writing() as session:
        now = database_now(session, real_now())
        announce.request(session, Place(person), WORDS, key=key, now=now)


def find(desk: Tallyman, number: int) -> PostedMessage | None:
    """The newest message but so many, once it has been posted."""
    with desk.runtime.database.reading() as session:
        newest = select(PostedMessage).where(PostedMessage.ts.is_not(None))
        rows = session.scalars(newest.order_by(PostedMessage.id)).all()
    return rows[number] if len(rows) > number else None


def test_a_word_to_a_person_stands_in_their_conversation(desk: Tallyman) -> None:
    tell(desk, "U0JAMIE", "first")
    tell(desk, "U0JAMIE", "first")

    wait_until(lambda: find(desk, 0) is not None)
    told = find(desk, 0)
    assert told is not None
    assert told.channel_id.startswith("D")
    jamie = desk.person("U0JAMIE")
    assert [one.words for one in jamie.messages(told.channel_id)] == ["Done."]
    jamie.close()
