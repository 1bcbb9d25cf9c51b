"""Post a channel's digest of one local day, once, and keep it true for as long as the day lasts.

What it showed when it was made is kept, to compare the next one with; the message itself is worked
out at the moment of posting and at each change. When it can't be posted, whoever set it up is told,
once until one is posted again; what nobody knows of is for a person to decide.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from bot import effects
from bot.access import Permission, find_actor, is_allowed
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.models import DigestLine, DigestPost
from bot.operations import announce, digest_pace
from bot.queries.digest_owing import OwingBook
from bot.queries.digests import DigestSetup, find_digest_on, find_last_posted
from bot.queries.responsible import list_admins
from bot.settings import Settings
from bot.slack_posting import Place
from bot.views.digest import to_be_shown
from bot.views.digest_notices import digest_in_doubt, digest_not_posted

KIND = "post_digest"

_LINES: Any = DigestLine.__table__

perform = announce.perform


def request(
    session: Session,
    setup: DigestSetup,
    book: OwingBook,
    *,
    day: date,
    is_late: bool,
    business_at: datetime,
    now: datetime,
) -> effects.Effect | None:
    """Promise the digest of a day; None when its channel has had one, whoever promised it."""
    if find_digest_on(session, setup.channel_id, day) is not None:
        return None
    previous_id = find_last_posted(session, setup.channel_id)
    post = DigestPost(
        digest_id=setup.id,
        channel_id=setup.channel_id,
        day=day,
        made_at=business_at,
        is_late=is_late,
        previous_id=previous_id,
    )
    session.add(post)
    session.flush()
    _keep_lines(session, post, book)
    effect = announce.promise(
        session,
        Place(setup.channel_id),
        to_be_shown(post.id),
        kind=KIND,
        key=f"{KIND}:{setup.channel_id}:{day}",
        now=now,
        more={
            "channel": setup.channel_id,
            "day": day.isoformat(),
            "set_by": setup.set_by,
            "previous": previous_id,
            "digest": setup.id,
        },
        after=digest_pace.find_wait(session, now=now),
    )
    post.message_id = effect.payload["message"]
    session.flush()
    return effect


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Remember where it stands, or tell whoever set it up why it does not; and record which."""
    announce.settle(session, effect, outcome, means=means, now=now)
    settings = means.runtime.settings
    if isinstance(outcome, effects.Done):
        _record(session, settings, effect, Stage.SETTLED, now=now)
        return
    told = effect.payload
    if isinstance(outcome, effects.Refused):
        word = digest_not_posted(told["channel"], outcome.why)
        # Until one is posted again, or it is set up anew, every day would say the same.
        key = f"{KIND}:failed:{told['channel']}:{told['previous']}:{told.get('digest')}"
    else:
        word = digest_in_doubt(told["channel"], date.fromisoformat(told["day"]), effect.id)
        key = f"{effect.key}:{effect.attempts}"
    for person_id in _those_to_tell(session, means, told["set_by"]):
        own = key if person_id == told["set_by"] else f"{key}:{person_id}"
        announce.request(session, Place(person_id), word, key=own, now=now)
    _record(session, settings, effect, Stage.FAILED, now=now, why=outcome.why)


def _those_to_tell(session: Session, means: effects.Means, set_by: str) -> list[str]:
    """Who set it up; the admins where that person looks after digests no more."""
    settings, team_id = means.runtime.settings, means.deployment.slack_team_id
    actor = find_actor(session, settings, user_id=set_by, team_id=team_id)
    if actor is not None and is_allowed(actor, Permission.MANAGE_DIGESTS):
        return [set_by]
    return list_admins(session, settings, team_id=team_id)


def _keep_lines(session: Session, post: DigestPost, book: OwingBook) -> None:
    """Keep what it shows, and forget what no digest of the channel is compared with any more."""
    rows = [
        {
            "post_id": post.id,
            "account_id": each.account_id,
            "currency": each.currency,
            "late_since_on": each.late_since_on,
            "days_late": each.days_late,
            "past_due_minor": each.past_due_minor,
            "invoices_count": each.invoices_count,
        }
        for each in book.rows
    ]
    if rows:
        session.execute(insert(_LINES), rows)
    kept = [each for each in (post.id, post.previous_id) if each is not None]
    posts = DigestPost.__table__
    of_channel = posts.select().with_only_columns(posts.c.id)
    outdated = of_channel.where(posts.c.channel_id == post.channel_id, posts.c.id.not_in(kept))
    session.execute(delete(_LINES).where(_LINES.c.post_id.in_(outdated)))


def _record(
    session: Session,
    settings: Settings,
    effect: effects.Effect,
    stage: Stage,
    *,
    now: datetime,
    why: str | None = None,
) -> None:
    details = {"day": effect.payload["day"]} | ({} if why is None else {"why": why})
    subject = Subject("channel", effect.payload["channel"])
    record(session, settings, Deed(KIND, stage, None, subject, details=details), now=now)
