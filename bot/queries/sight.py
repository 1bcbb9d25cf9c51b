"""As whom and when somebody looks: what every query is told beside its question."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.access import Actor, Permission, Scope, scope_for
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Sight:
    """What one person may see, and the moment of looking by both clocks.

    Shape: `scope` has account ids, or is None for all accounts. `now` is the business moment,
    `real_now` the machine's, `alarm` the age at which the mirror counts as stale, and `zone` the
    one for moments that belong to no account.
    """

    scope: Scope
    drafts: bool
    now: datetime
    real_now: datetime
    alarm: timedelta
    zone: str


def sight_of(actor: Actor, settings: Settings, *, now: datetime, real_now: datetime) -> Sight:
    """What this actor may see now."""
    return Sight(
        scope=actor.scope,
        # An admin of some accounts who may only look at others sees drafts of neither.
        drafts=_covers(scope_for(actor, Permission.VIEW_DRAFTS), actor.scope),
        now=now,
        real_now=real_now,
        alarm=timedelta(minutes=settings.mirror_alarm_minutes),
        zone=settings.account_time_zone,
    )


def sight_of_desk(settings: Settings, *, now: datetime, real_now: datetime) -> Sight:
    """What the desk itself sees, for what it tells many people: all accounts, no drafts."""
    return Sight(
        scope=None,
        drafts=False,
        now=now,
        real_now=real_now,
        alarm=timedelta(minutes=settings.mirror_alarm_minutes),
        zone=settings.account_time_zone,
    )


def _covers(scope: Scope, other: Scope) -> bool:
    return scope is None or (bool(scope) and other is not None and scope >= other)
