"""What follows from news in the mirror, in the transaction that takes the news."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from bot import announcements
from bot.mirror.news import NewsItem
from bot.operations import update_announcement


def react(session: Session, news: Sequence[NewsItem], *, now: datetime) -> None:
    """Do what follows from these changes, whoever made them."""
    for kind, reactions in REACTIONS.items():
        ids = [item.object_id for item in news if item.kind == kind]
        for reaction in reactions if ids else ():
            reaction(session, ids, now=now)


def _update_messages(session: Session, subjects: Sequence[str], *, now: datetime) -> None:
    """Let the messages that show them show what they are now."""
    for announcement_id in announcements.list_live_ids(session, subjects):
        update_announcement.request(session, announcement_id, now=now)


REACTIONS: Mapping[str, tuple[Callable[..., None], ...]] = {
    "invoice": (_update_messages,),
}
