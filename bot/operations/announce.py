"""Post a message in a channel or thread, or to a person, once, and remember where it stands.

A message with a live view is shown on the state of the moment it is posted at, and follows its
subject from then on (update_announcement); one without says for ever what it said.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot import announcements, effects
from bot.errors import ToldToWait, Unavailable
from bot.models import PostedMessage
from bot.operations import update_announcement
from bot.slack_objects import is_user_id
from bot.slack_posting import (
    Content,
    Place,
    ask_why_silent,
    find_message,
    open_direct,
    post_message,
)
from bot.views.blocks import Message

KIND = "announce"
# In the payload of one that may be left out.
DISPENSABLE = "is_dispensable"
# As long as a message that Slack has taken may take to be found.
UNSEEN_SECONDS = 6.0


def request(  # noqa: PLR0913 - each is a property of the message, named at the call
    session: Session,
    place: Place,
    message: Message,
    *,
    key: str,
    now: datetime,
    asked_by: str | None = None,
    press: str | None = None,
    is_dispensable: bool = False,
    after: timedelta = timedelta(),
) -> effects.Effect:
    """Promise to post a message; the same key again finds the same promise.

    Whether the place may see it is for the deed to say that announces it. What a live view shows is
    kept to the channels for shared answers all the same. A dispensable one is left out, and nobody
    has to look, where the bot is no member or people of other organisations read along.
    """
    name = f"{KIND}:{key}"
    return promise(
        session,
        place,
        message,
        kind=KIND,
        key=name,
        now=now,
        asked_by=asked_by,
        press=press,
        more={DISPENSABLE: True} if is_dispensable else None,
        after=after,
    )


def promise(  # noqa: PLR0913 - each is a fact of its own, and all are named at the call
    session: Session,
    place: Place,
    message: Message,
    *,
    kind: str,
    key: str,
    now: datetime,
    asked_by: str | None = None,
    press: str | None = None,
    more: Mapping[str, Any] | None = None,
    after: timedelta = timedelta(),
) -> effects.Effect:
    """The same for an operation of another kind, which may keep more beside the message."""
    view, subject = message.live or (None, "")
    if (promised := effects.find(session, key)) is not None:
        return promised
    posted = PostedMessage(
        channel_id=place.channel_id,
        thread_ts=place.thread_ts,
        view=view,
        subject=subject,
        asked_by=asked_by,
        version=0,
        promised_at=now,
    )
    session.add(posted)
    session.flush()
    content = announcements.content_of(message)
    lasting = {} if view else {"text": content.text, "choices": list(content.choices)}
    effect = effects.promise(
        session,
        kind=kind,
        subject=announcements.subject_of(posted.id),
        key=key,
        now=now,
        lane=effects.slack_lane(place.channel_id),
        payload={"message": posted.id, **lasting, **(more or {})},
        press=press,
        asked_by=asked_by,
        after=after,
    )
    if not effect.is_new:
        session.delete(posted)
    return effect


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Post it, unless an earlier attempt is found to have done so."""
    with means.runtime.database.looking() as reading:
        posted = announcements.get_announcement(reading, effect.payload["message"])
    place = _opened(posted.place, means)
    if effect.may_have_happened and (ts := _find(effect, means, place)) is not None:
        return effects.Done({"ts": ts, "channel": place.channel_id, "digest": None})
    if effect.payload.get(DISPENSABLE) and (why := ask_why_silent(means.slack, place)):
        return effects.Refused(why, needs_look=False)
    if posted.view is None:
        digest, content = "", Content(effect.payload["text"], tuple(effect.payload["choices"]))
    else:
        announcements.check_place(posted, means)
        message = announcements.render(posted, means)
        if message is None:
            return effects.Refused("There is nothing to show any more.", needs_look=False)
        digest, content = announcements.digest_of(message), announcements.content_of(message)
    try:
        made = post_message(means.slack, place, content, key=effect.key)
    except ToldToWait:
        raise
    except Unavailable as doubt:
        return effects.Unknown(doubt.message, again_seconds=UNSEEN_SECONDS)
    answer = {"ts": made.ts, "channel": place.channel_id, "digest": digest}
    return effects.Done(answer, refused_blocks=made.refused)


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Remember where it stands; what was found instead of posted may show an older state."""
    del means
    message_id = effect.payload["message"]
    if isinstance(outcome, effects.Done):
        ts, digest = outcome.answer["ts"], outcome.answer["digest"]
        channel_id = outcome.answer["channel"]
        announcements.write_posted(
            session, message_id, channel_id=channel_id, ts=ts, digest=digest, now=now
        )
        if digest is None:
            update_announcement.request(session, message_id, now=now)
    elif isinstance(outcome, effects.Refused):
        announcements.leave(session, message_id, now=now)


def _opened(place: Place, means: effects.Means) -> Place:
    """Where a message to a person really goes: only by that can it be found again and changed."""
    if not is_user_id(place.channel_id):
        return place
    return Place(open_direct(means.slack, place.channel_id))


def _find(effect: effects.Effect, means: effects.Means, place: Place) -> str | None:
    return find_message(
        means.slack,
        place,
        key=effect.key,
        since=effect.promised_at,
        bot_id=means.deployment.slack_bot_id,
    )
