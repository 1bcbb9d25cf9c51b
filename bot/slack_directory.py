"""What Slack knows of people, groups and channels: asked one at a time, or listed page by page."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.errors import NotFound, Refused, Unavailable
from bot.slack_api import SlackAPI
from bot.slack_objects import (
    SlackChannel,
    SlackGroup,
    SlackPerson,
    read_channel,
    read_group,
    read_person,
)

# Slack advises 200 and allows under 1,000. Source: docs.slack.dev/apis/web-api/pagination, 2026-11.
PEOPLE_PER_PAGE = 500
UNSEEN = "I can’t see that channel. If it is private, invite me first: /invite @Tallyman there."


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Some of the people of a workspace; `cursor` leads to the next ones, None at the end."""

    people: tuple[SlackPerson, ...]
    cursor: str | None


def find_slack_person(slack: SlackAPI, person_id: str) -> SlackPerson | None:
    """Somebody by id, within a second; None when Slack knows nobody of that id.

    Raises: Unavailable when Slack does not say so in time.
    """
    try:
        user = slack.look("users.info", {"user": person_id}).get("user")
    except NotFound:
        return None
    if not isinstance(user, Mapping):
        # Only Slack's own word for it means that there is nobody.
        raise Unavailable("Slack did not say who that is. Please try again.")
    return read_person(user)


def find_slack_channel(slack: SlackAPI, channel_id: str) -> SlackChannel | None:
    """A conversation by id, within a second; None when there is none that the bot may see.

    Raises: Unavailable when Slack does not say so in time.
    """
    try:
        return read_channel(slack.look("conversations.info", {"channel": channel_id})["channel"])
    except (NotFound, KeyError):
        return None


def require_own_channel(channel: SlackChannel | None, *, direct: str) -> SlackChannel:
    """A channel in which amounts may be posted; `direct` is said of a direct message.

    Raises: NotFound and Refused, saying what would be right.
    """
    if channel is None:
        raise NotFound(UNSEEN)
    if channel.is_direct:
        raise Refused(direct)
    if channel.is_archived:
        raise Refused(f"#{channel.name} is archived: nobody can write there.")
    if channel.is_external:
        raise Refused(
            f"#{channel.name} is shared with another organisation, so no amounts are shown there."
        )
    return channel


def list_slack_people(slack: SlackAPI, cursor: str | None) -> PeoplePage:
    """The people from a cursor on, those who left and those of other organisations too.

    Raises: RateLimited, and Unavailable when Slack does not answer.
    """
    answer = slack.ask("users.list", {"cursor": cursor, "limit": PEOPLE_PER_PAGE})
    following = (answer.get("response_metadata") or {}).get("next_cursor")
    people = tuple(one for one in map(read_person, answer.get("members") or ()) if one is not None)
    return PeoplePage(people, following or None)


def list_slack_groups(slack: SlackAPI, *, is_urgent: bool = False) -> tuple[SlackGroup, ...]:
    """Every user group with its members, disabled ones too; within a second when it is urgent.

    Shape: () also where the workspace's plan has no user groups.
    Raises: RateLimited, and Unavailable when Slack does not answer.
    """
    ask = slack.look if is_urgent else slack.ask
    try:
        answer = ask("usergroups.list", {"include_users": True, "include_disabled": True})
    except NotFound:
        return ()
    groups = answer.get("usergroups") or ()
    return tuple(one for one in map(read_group, groups) if one is not None)
