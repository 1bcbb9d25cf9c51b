"""Tell each owner, or whoever stands in for one, what has become Past Due: one message a day."""

from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.deployment import find_deployment
from bot.models import NOTICE_DUE, PAST_DUE_NOW
from bot.operations import announce
from bot.queries.crossings import CROSSINGS, list_past_due
from bot.queries.freshness import get_freshness
from bot.queries.responsible import list_responsible
from bot.queries.sight import Sight
from bot.settings import Settings
from bot.slack_posting import Place
from bot.views.past_due import Overnight, crossed_notice


def request(
    session: Session,
    settings: Settings,
    *,
    day: date,
    is_first: bool,
    sight: Sight,
    now: datetime,
) -> int:
    """Promise a message to everybody who is responsible for some of it; how many there are.

    What has been paid since it was recorded is left out, and told to nobody. The first one says
    that there is more where older ones were recorded.
    """
    # Taken first: what is recorded meanwhile is left to the next day.
    due = (
        update(CROSSINGS).where(NOTICE_DUE).values(notice="told").returning(CROSSINGS.c.invoice_id)
    )
    rows = list_past_due(session, list(session.scalars(due)), sight=sight)
    deployment = find_deployment(session)
    told = []
    if rows and deployment is not None:
        accounts = {row.account.id for row in rows}
        told = list_responsible(session, settings, accounts, team_id=deployment.slack_team_id)
    freshness = get_freshness(session, sight=sight)
    has_older = is_first and _has_silent(session)
    for one in told:
        overnight = Overnight(
            rows=[row for row in rows if row.account.id in one.account_ids],
            is_owner=one.is_owner,
            has_older=has_older,
            freshness=freshness,
            zone=sight.zone,
        )
        whose = "own" if one.is_owner else "ownerless"
        key = f"past_due:{day.isoformat()}:{whose}:{one.person_id}"
        announce.request(session, Place(one.person_id), crossed_notice(overnight), key=key, now=now)
    return len(told)


def _has_silent(session: Session) -> bool:
    silent = select(CROSSINGS.c.id).where(PAST_DUE_NOW, CROSSINGS.c.notice == "silent")
    return session.scalar(silent.limit(1)) is not None
