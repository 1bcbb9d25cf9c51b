"""Let a message that was posted show today's state, whoever changed it (G10).

Many changes become one update: while one waits to be made, another is not promised. Where people of
another organisation have joined the channel, the figures are taken away.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from bot import announcements, effects
from bot.errors import Refused
from bot.live_views import SharedOutside
from bot.models import PostedMessage
from bot.slack_failures import SlackRefused
from bot.slack_posting import update_message
from bot.views.sharing import taken_away

KIND = "update_announcement"

# After these nothing can be done with a message any more, and nobody has to know.
GONE = frozenset(
    {"message_not_found", "cant_update_message", "edit_window_closed", "channel_not_found"}
    | {"is_archived", "not_in_channel"}
)

_POSTED: Any = PostedMessage.__table__


def request(
    session: Session,
    announcement_id: int,
    *,
    now: datetime,
    after: timedelta = timedelta(0),
    is_patient: bool = False,
) -> bool:
    """Promise to look whether a message shows something else now; False where that is promised.

    Shape: where changes come in bursts, `after` lets those of so long be one update; where many
        messages change at once, one that `is_patient` lets news of single ones go before it.
    """
    subject = announcements.subject_of(announcement_id)
    # Whoever else asks for the same waits here until we have promised.
    wanted = (
        update(_POSTED)
        .where(_POSTED.c.id == announcement_id)
        .values(version=_POSTED.c.version + 1)
        .returning(_POSTED.c.version, _POSTED.c.channel_id)
    )
    version, channel_id = session.execute(wanted).one()
    if effects.join(session, subject, kind=KIND, is_patient=is_patient):
        return False
    effects.promise(
        session,
        kind=KIND,
        subject=subject,
        key=f"{KIND}:{announcement_id}:{version}",
        now=now,
        lane=effects.slack_lane(channel_id),
        payload={"message": announcement_id},
        after=after,
        is_patient=is_patient,
    )
    return True


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Change it, if it shows something else than it should; the same again is harmless."""
    with means.runtime.database.looking() as reading:
        posted = announcements.get_announcement(reading, effect.payload["message"])
    if posted.ts is None or posted.view is None:
        return effects.Done()
    try:
        announcements.check_place(posted, means)
        message, is_over = None if posted.is_left else announcements.render(posted, means), False
    except SharedOutside:
        message, is_over = taken_away(), True
    except Refused as obstacle:
        return effects.Refused(obstacle.message, needs_look=False)
    if message is None:
        return effects.Done()
    digest = announcements.digest_of(message)
    if digest == posted.digest:
        return effects.Done()
    content = announcements.content_of(message)
    try:
        refused_blocks = update_message(means.slack, posted.place.channel_id, posted.ts, content)
    except SlackRefused as refused:
        return effects.Refused(refused.message, needs_look=refused.error not in GONE)
    return effects.Done({"digest": digest, "is_over": is_over}, refused_blocks=refused_blocks)


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Remember what it shows; a message that can't be changed is left alone."""
    del means
    message_id = effect.payload["message"]
    if isinstance(outcome, effects.Refused):
        announcements.leave(session, message_id, now=now)
    elif isinstance(outcome, effects.Done) and "digest" in outcome.answer:
        announcements.write_changed(session, message_id, digest=outcome.answer["digest"], now=now)
        if outcome.answer["is_over"]:
            announcements.leave(session, message_id, now=now)
