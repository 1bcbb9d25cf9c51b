"""As whom and when somebody looks: what every query is told beside its question."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.access import Actor, Permission, is_allowed
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may see, and the moment of looking by both clocks.

    Shape: `scope` has account ids, or is None for all accounts. `now` is the business moment,
    `real_now` the machine's, `alarm` the age at which the mirror counts as stale, and `zone` the
    one for moments that belong to no account.
    """

    scope: frozenset[int] | None
    drafts: bool
    now: datetime
    real_now: datetime
    alarm: timedelta
    zone: str


def sight_of(actor: Actor, settings: Settings, *, now: datetime, real_now: datetime) -> Sight:
    """What this actor may see now."""
    return Sight(
        scope=actor.scope,
        drafts=is_allowed(actor, Permission.VIEW_DRAFTS),
        now=now,
        real_now=real_now,
        alarm=timedelta(minutes=settings.mirror_alarm_minutes),
        zone=settings.account_time_zone,
    )
