"""What messages that stay show on the state of the day, and who may still see it.

A live view shows everybody in a channel the same, whoever presses a button there: what the channel
was allowed to see when somebody shared it, and nothing of what that person may see beside it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.access import Permission
from bot.channel_readers import find_outsiders
from bot.clock import real_now
from bot.database import Reading
from bot.errors import NotFound, Refused
from bot.models import Deployment
from bot.queries.approvals import ApprovalCard, get_approval_card
from bot.queries.channels import find_channel
from bot.queries.digests import is_digest_channel
from bot.queries.disputes import get_dispute
from bot.queries.invoices import get_invoice_card
from bot.queries.posted_digests import get_posted_digest
from bot.queries.sight import Sight, sight_of_desk
from bot.runtime import Runtime
from bot.settings import Settings
from bot.slack_api import SlackAPI
from bot.slack_objects import is_user_id, read_channel
from bot.views.action_values import parse_digest, parse_show_dispute
from bot.views.approvals import APPROVAL_VIEW, REQUEST_VIEW, approval_card, request_card
from bot.views.blocks import Message
from bot.views.digest import LIVE_VIEW as DIGEST_VIEW
from bot.views.digest import SUBJECT as DIGEST_SUBJECT
from bot.views.digest import digest_message
from bot.views.dispute import LIVE_VIEW as DISPUTE_VIEW
from bot.views.dispute import SUBJECT, dispute_card
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
    sight = sight_of_desk(settings, now=runtime.clock.now(), real_now=real_now())
    dashboard = Dashboard(base=settings.stripe_dashboard_url, is_test=not deployment.is_live)
    return Look(sight=sight, dashboard=dashboard, shared_by=shared_by)


def _invoice_card(reading: Reading, look: Look, invoice_id: str) -> Message:
    card = get_invoice_card(reading, invoice_id, sight=look.sight)
    # Everybody there sees the same; whoever presses is asked for the right to it then.
    shown = invoice_card(card, dashboard=look.dashboard, rights=frozenset(Permission))
    return shared(shown, by=look.shared_by)


def _approval_card(reading: Reading, look: Look, subject: str) -> Message:
    return approval_card(_asked(reading, look, subject))


def _request_card(reading: Reading, look: Look, subject: str) -> Message:
    return request_card(_asked(reading, look, subject))


def _asked(reading: Reading, look: Look, subject: str) -> ApprovalCard:
    approval_id = int(subject.removeprefix("approval:"))
    return get_approval_card(reading, approval_id, sight=look.sight)


def _dispute(reading: Reading, look: Look, subject: str) -> Message:
    case_id = parse_show_dispute(subject.removeprefix(SUBJECT))
    return dispute_card(get_dispute(reading, case_id, sight=look.sight), rights=[*Permission])


def _digest(reading: Reading, look: Look, subject: str) -> Message:
    post_id = parse_digest(subject.removeprefix(DIGEST_SUBJECT))
    return digest_message(*get_posted_digest(reading, post_id, sight=look.sight))


# These names stand in the rows of posted messages, and old messages stay in channels for years.
LIVE_VIEWS: Mapping[str, Callable[[Reading, Look, str], Message]] = {
    LIVE_VIEW: _invoice_card,
    APPROVAL_VIEW: _approval_card,
    REQUEST_VIEW: _request_card,
    DISPUTE_VIEW: _dispute,
    DIGEST_VIEW: _digest,
}
# What is written to people themselves, each of whom had the right to it then.
FOR_PEOPLE = frozenset({APPROVAL_VIEW, REQUEST_VIEW})
# The one channel of a view, by the settings, beside those for shared answers.
OWN_CHANNELS: Mapping[str, Callable[[Settings], str]] = {
    APPROVAL_VIEW: lambda settings: settings.approvals_channel,
    DISPUTE_VIEW: lambda settings: settings.disputes_channel,
}


def show(reading: Reading, view: str, subject: str, look: Look) -> Message | None:
    """What a live view shows of its subject now; None when there is nothing of it any more."""
    try:
        return LIVE_VIEWS[view](reading, look, subject)
    except NotFound:
        return None


def is_alone(channel_id: str) -> bool:
    """Whether it is one person who reads there: a direct conversation, or their own id."""
    return channel_id.startswith("D") or is_user_id(channel_id)


class SharedOutside(Refused):
    """People read along in the channel who may see no amounts."""

    def __init__(self, why: str = "The channel is shared with another organisation.") -> None:
        super().__init__(why)


def check_listed(reading: Reading, settings: Settings, *, view: str, channel_id: str) -> None:
    """See that a channel may be shown amounts, as far as we know.

    Raises: SharedOutside, and Refused for what else keeps them out.
    """
    if is_alone(channel_id):
        if view not in FOR_PEOPLE:
            raise Refused("This is for channels only.")
        return
    if view in OWN_CHANNELS and channel_id == OWN_CHANNELS[view](settings):
        return
    if view == DIGEST_VIEW and is_digest_channel(reading, channel_id):
        return
    listed = find_channel(reading, channel_id)
    if listed is not None and listed.is_external:
        raise SharedOutside
    if listed is None:
        raise Refused("The channel is not on the list for shared answers any more.")


def check_now(runtime: Runtime, slack: SlackAPI, channel_id: str, *, own_team_id: str) -> None:
    """The same by what Slack says at this moment, as news of it may be late or lost.

    A channel that a setting names is looked into, too: nobody was asked when somebody was let in.

    Raises: as check_listed() does; RateLimited, and Unavailable when Slack does not say.
    """
    if is_alone(channel_id):
        return
    try:
        answer = slack.ask("conversations.info", {"channel": channel_id})
    except NotFound:
        raise Refused("The channel is gone, or I can’t see it any more.") from None
    channel = read_channel(answer.get("channel"))
    if channel is None or channel.id != channel_id or channel.is_external:
        raise SharedOutside
    if channel_id not in {setting(runtime.settings) for setting in OWN_CHANNELS.values()}:
        return
    why = find_outsiders(slack, runtime.database, channel_id, own_team_id=own_team_id)
    if why is not None:
        raise SharedOutside(why)
