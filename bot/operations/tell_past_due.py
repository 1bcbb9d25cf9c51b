"""Tell each owner, or whoever stands in for one, what has become Past Due: one message a night."""

from datetime import date, datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bot.deployment import find_deployment
from bot.models import NOTICE_DUE, PAST_DUE_NOW
from bot.operations import announce
from bot.queries.crossings import CROSSINGS, list_untold
from bot.queries.freshness import get_freshness
from bot.queries.invoice_rows import ACCOUNTS
from bot.queries.responsible import list_responsible
from bot.queries.sight import Sight
from bot.settings import Settings
from bot.slack_posting import Place
from bot.views.past_due import Overnight, crossed_notice


def request(
    session: Session,
    settings: Settings,
    *,
    zone: str,
    day: date,
    is_first: bool,
    sight: Sight,
    now: datetime,
) -> int:
    """Promise a message to everybody who is responsible for some of it; how many there are.

    What has been paid since it was recorded is left out, and told to nobody. The first night says
    that there is more where older ones were recorded.
    """
    rows = list_untold(session, zone=zone, sight=sight)
    deployment = find_deployment(session)
    told = []
    if rows and deployment is not None:
        accounts = {row.account.id for row in rows}
        told = list_responsible(session, settings, accounts, team_id=deployment.slack_team_id)
    freshness = get_freshness(session, sight=sight)
    in_zone = CROSSINGS.c.account_id.in_(select(ACCOUNTS.c.id).where(ACCOUNTS.c.time_zone == zone))
    has_older = is_first and _has_silent(session, in_zone)
    for one in told:
        overnight = Overnight(
            rows=[row for row in rows if row.account.id in one.account_ids],
            day=day,
            is_owner=one.is_owner,
            has_older=has_older,
            freshness=freshness,
            zone=zone,
        )
        whose = "own" if one.is_owner else "ownerless"
        key = f"past_due:{zone}:{day.isoformat()}:{whose}:{one.person_id}"
        announce.request(session, Place(one.person_id), crossed_notice(overnight), key=key, now=now)
    session.execute(update(CROSSINGS).where(NOTICE_DUE, in_zone).values(notice="told"))
    return len(told)


def _has_silent(session: Session, in_zone: ColumnElement[bool]) -> bool:
    silent = select(CROSSINGS.c.id).where(PAST_DUE_NOW, in_zone, CROSSINGS.c.notice == "silent")
    return session.scalar(silent.limit(1)) is not None
