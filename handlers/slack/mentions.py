"""People, groups and channels as Slack writes them into a command that asks for that.

With `should_escape` in the manifest, what somebody chose from Slack's list after @ or # comes as an
id; what they typed by hand stays as it is.
Source: docs.slack.dev/interactivity/implementing-slash-commands, "should_escape", read 2026-11.
"""

import re

from bot.slack_objects import is_channel_id, is_group_id, is_user_id

_MENTION = re.compile(r"<(?:@|#|!subteam\^)([A-Z0-9]{2,32})(?:\|[^<>]*)?>", re.ASCII)


def subject_id(text: str) -> str | None:
    """The id of the person or group that a word mentions; None when it mentions none."""
    found = _mentioned(text)
    return found if is_user_id(found) or is_group_id(found) else None


def channel_id(text: str) -> str | None:
    """The id of the channel that a word mentions; None when it mentions none."""
    found = _mentioned(text)
    return found if is_channel_id(found) else None


def _mentioned(text: str) -> str:
    # Ids are understood as they are, too: they stand in people's profiles.
    mention = _MENTION.fullmatch(text)
    return mention[1] if mention else text
