"""The digest with which the sandbox begins: set up as its admin would have done before."""

from collections.abc import Mapping
from typing import Any

from bot.access import first_admin
from bot.audit.record import begin
from bot.clock import real_now
from bot.operations import set_digest
from bot.operations.set_digest import NewDigest
from bot.queries.digest_owing import DigestFilter
from bot.runtime import Runtime
from bot.slack_objects import read_channel

HOUR = 8
EVERY_DAY = frozenset(range(1, 8))


def run(runtime: Runtime, told: Mapping[str, Any]) -> None:
    """Set it up in the channel that the story tells of, for every day from now on.

    Shape: `told` has the channel, as Slack tells of channels, in `digest_channel`, and the admin's
        id in `admin`.
    """
    settings, zone = runtime.settings, runtime.settings.account_time_zone
    everything = NewDigest(DigestFilter(), HOUR, zone, EVERY_DAY, is_quiet=False)
    begin(runtime.database, settings, now=real_now())
    with runtime.database.writing() as session:
        set_digest.request(
            session,
            first_admin(told["admin"], team_id=""),
            settings,
            everything,
            channel=read_channel(told["digest_channel"]),
            business_at=runtime.clock.now(),
            now=real_now(),
        )
