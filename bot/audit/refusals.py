"""Recording refusals and misses, without letting somebody fill the trail with them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from bot.audit.deeds import By, Deed, Stage, Subject
from bot.audit.record import record
from bot.database import insert_into
from bot.models import RefusalCount
from bot.settings import Settings

# So many of one person's minute have an entry each; then the 100th, the 1,000th and so on, with
# that number in it.
WHOLE_A_MINUTE = 20

OPERATION = "ask"


def record_refusal(
    session: Session,
    settings: Settings,
    by: By,
    stage: Stage,
    *,
    details: Mapping[str, Any],
    now: datetime,
) -> None:
    """Record that somebody asked for what they may not have, or for what is not there for them."""
    times = _count(session, by.user_id, now)
    if times > WHOLE_A_MINUTE and not _is_power_of_ten(times):
        return
    subject = Subject("request", by.request_id)
    told = {**details, "times_this_minute": times}
    record(session, settings, Deed(OPERATION, stage, by, subject, details=told), now=now)


def _count(session: Session, user_id: str, now: datetime) -> int:
    new = insert_into(session, RefusalCount).values(
        user_id=user_id, minute_at=now.replace(second=0, microsecond=0), times=1
    )
    counted = new.on_conflict_do_update(
        index_elements=[RefusalCount.user_id, RefusalCount.minute_at],
        set_={"times": RefusalCount.times + 1},
    )
    return int(session.scalars(counted.returning(RefusalCount.times)).one())


def _is_power_of_ten(number: int) -> bool:
    return str(number).strip("0") == "1"
