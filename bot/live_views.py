"""What messages that stay show on the state of the day, and who may still see it.

A live view shows everybody in a channel the same, whoever presses a button there: what the channel
was allowed to see when somebody shared it, and nothing of what that person may see beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.access import Permission
from bot.clock import real_now
from bot.database import Reading
from bot.errors import NotFound
from bot.models import Deployment
from bot.queries.channels import find_channel
from bot.queries.invoices import get_invoice_card
from bot.queries.sight import Sight
from bot.runtime import Runtime
from bot.slack_api import SlackAPI
from bot.slack_objects import read_channel
from bot.views.blocks import Message
from bot.views.invoice import LIVE_VIEW, Dashboard, invoice_card
from bot.views.sharing import shared


@dataclass(frozen=True, slots=True)
class Look:
    """With what eyes a channel looks: all accounts, no drafts, now."""

    sight: Sight
    dashboard: Dashboard
    shared_by: str | None


def look_of_channel(runtime: Runtime, deployment: Deployment, *, shared_by: str | None) -> Look:
    """What everybody in a channel may see at this moment of what was shared there."""
    settings = runtime.settings
    sight = Sight(
        scope=None,
        drafts=False,
        now=runtime.clock.now(),
        real_now=real_now(),
        alarm=timedelta(minutes=settings.mirror_alarm_minutes),
        zone=settings.account_time_zone,
    )
    dashboard = Dashboard(base=settings.stripe_dashboard_url, is_test=not deployment.is_live)
    return Look(sight=sight, dashboard=dashboard, shared_by=shared_by)


def _invoice_card(reading: Reading, look: Look, invoice_id: str) -> Message:
    card = get_invoice_card(reading, invoice_id, sight=look.sight)
    # Everybody there sees the same; whoever presses is asked for the right to it then.
    shown = invoice_card(card, dashboard=look.dashboard, rights=frozenset(Permission))
    return shared(shown, by=look.shared_by)


# These names stand in the rows of posted messages, and old messages stay in channels for years.
LIVE_VIEWS: Mapping[str, Callable[[Reading, Look, str], Message]] = {
    LIVE_VIEW: _invoice_card,
}


def show(reading: Reading, view: str, subject: str, look: Look) -> Message | None:
    """What a live view shows of its subject now; None when there is nothing of it any more."""
    try:
        return LIVE_VIEWS[view](reading, look, subject)
    except NotFound:
        return None


def find_obstacle(reading: Reading, channel_id: str) -> str | None:
    """What keeps amounts out of a channel as far as we know, or None."""
    listed = find_channel(reading, channel_id)
    if listed is None:
        return "The channel is not on the list for shared answers any more."
    return "The channel is shared with another organisation." if listed.is_external else None


def ask_obstacle(slack: SlackAPI, channel_id: str) -> str | None:
    """The same by what Slack says at this moment, as news of it may be late or lost.

    Raises: RateLimited, and Unavailable when Slack does not say.
    """
    try:
        answer = slack.ask("conversations.info", {"channel": channel_id})
    except NotFound:
        return "The channel is gone, or I can’t see it any more."
    channel = read_channel(answer.get("channel"))
    if channel is None or channel.id != channel_id or channel.is_external:
        return "The channel is shared with another organisation."
    return None
