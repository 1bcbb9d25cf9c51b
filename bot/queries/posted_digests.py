"""A digest with all that belongs to it: as it is shown in its channel, or to one person before."""

from dataclasses import replace

from bot.audit.anchors import CHARACTERS_MIN, Anchor, find_anchor
from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.errors import NotFound
from bot.queries.digest import get_digest
from bot.queries.digest_cards import DigestReport, PostedDigest
from bot.queries.digests import (
    DigestSetup,
    find_digest_on,
    find_last_posted,
    find_shown,
    get_digest_of_day,
    is_day_of,
    list_sightings,
)
from bot.queries.sight import Sight


def get_posted_digest(
    session: Reading, post_id: int, *, sight: Sight
) -> tuple[DigestReport, PostedDigest]:
    """A digest that was made, on the state of this moment.

    Raises: NotFound once its day is over: then it stays as it was.
    """
    setup, post = get_digest_of_day(session, post_id)
    if not is_day_of(post.made_at, sight.now, setup.time_zone):
        raise NotFound("The day of that digest is over: it stays as it was.")
    report = get_digest(
        session,
        setup.wanted,
        sight=sight,
        zone=setup.time_zone,
        since=find_shown(session, post.previous_id),
        morning=find_shown(session, post_id),
    )
    posted = PostedDigest(
        digest_id=setup.id,
        post_id=post_id,
        scope=setup.scope,
        day=post.day,
        is_late=post.is_late,
        seen=list_sightings(session, post_id),
        anchor=_find_anchor_text(session, sight),
    )
    return report, posted


def get_digest_page(
    session: Reading, setup: DigestSetup, *, page: int, sight: Sight
) -> tuple[DigestReport, PostedDigest]:
    """A page of a channel's digest as it is or would be at this moment, for one person.

    It is compared with what today's is compared with; before that was posted, with the last one.
    """
    zone = zone_of(setup.time_zone)
    today = find_digest_on(session, setup.channel_id, local_day(sight.now, zone))
    last = find_last_posted(session, setup.channel_id) if today is None else today.previous_id
    # What was shown by another set-up, as of another owner, is not over because it is not here.
    morning_id = today.id if today is not None and today.digest_id == setup.id else None
    report = get_digest(
        session,
        setup.wanted,
        sight=sight,
        zone=setup.time_zone,
        since=find_shown(session, last),
        morning=find_shown(session, morning_id),
        page=page,
    )
    anchor = _find_anchor_text(session, sight)
    return report, PostedDigest(setup.id, post_id=None, scope=setup.scope, anchor=anchor)


def _find_anchor_text(session: Reading, sight: Sight) -> str | None:
    """The newest entry of the audit trail, in as few characters as it can be verified by."""
    anchor: Anchor | None = find_anchor(session, until=sight.real_now)
    return None if anchor is None else str(replace(anchor, mac=anchor.mac[:CHARACTERS_MIN]))
