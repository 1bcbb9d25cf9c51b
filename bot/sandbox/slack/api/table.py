"""The methods of the Web API: what each takes, needs and costs.

Source: docs.slack.dev/reference/methods, read 2026-11.
"""

from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["string", "boolean", "number", "json"]
# Calls per minute and method. Source: docs.slack.dev, "Rate limits".
CALLS_PER_MINUTE = {2: 20, 3: 50, 4: 100}

CONVERSATION_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
CONVERSATION_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")


@dataclass(frozen=True)
class Method:
    """One method.

    Shape: `scopes` are alternatives; any one lets the call through, and what it then
    shows follows from which. `tier` 0 has a limit of its own or none.
    """

    args: dict[str, Kind]
    required: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()
    tier: int = 0
    extra: dict[str, Kind] = field(default_factory=dict)


PAGE: dict[str, Kind] = {"cursor": "string", "limit": "number"}
HISTORY: dict[str, Kind] = {
    "channel": "string",
    "inclusive": "boolean",
    "latest": "string",
    "oldest": "string",
    "include_all_metadata": "boolean",
    **PAGE,
}
MESSAGE: dict[str, Kind] = {
    "channel": "string",
    "text": "string",
    "blocks": "json",
    "attachments": "json",
    "markdown_text": "string",
    "as_user": "boolean",
    "link_names": "boolean",
    "parse": "string",
}
POSTED: dict[str, Kind] = {
    **MESSAGE,
    "thread_ts": "string",
    "username": "string",
    "icon_emoji": "string",
    "icon_url": "string",
    "metadata": "json",
}

METHODS: dict[str, Method] = {
    "api.test": Method({"error": "string"}, tier=4),
    "apps.connections.open": Method({}, tier=3),
    "auth.test": Method({}),
    "bots.info": Method({"bot": "string", "team_id": "string"}, scopes=("users:read",), tier=3),
    "chat.delete": Method(
        {"channel": "string", "ts": "string", "as_user": "boolean"},
        required=("channel", "ts"),
        scopes=("chat:write",),
        tier=3,
    ),
    "chat.getPermalink": Method(
        {"channel": "string", "message_ts": "string"}, required=("channel", "message_ts")
    ),
    "chat.postEphemeral": Method(
        {**POSTED, "user": "string"},
        required=("channel", "user"),
        scopes=("chat:write",),
        tier=4,
    ),
    "chat.postMessage": Method(
        {
            **POSTED,
            "mrkdwn": "boolean",
            "reply_broadcast": "boolean",
            "unfurl_links": "boolean",
            "unfurl_media": "boolean",
        },
        required=("channel",),
        scopes=("chat:write",),
        # Not among the documented arguments, and yet taken by Slack.
        extra={"client_msg_id": "string"},
    ),
    "chat.update": Method(
        {
            **MESSAGE,
            "ts": "string",
            "metadata": "json",
            "reply_broadcast": "boolean",
            "file_ids": "json",
        },
        required=("channel", "ts"),
        scopes=("chat:write",),
        tier=3,
    ),
    "conversations.history": Method(
        HISTORY, required=("channel",), scopes=CONVERSATION_HISTORY, tier=3
    ),
    "conversations.info": Method(
        {"channel": "string", "include_locale": "boolean", "include_num_members": "boolean"},
        required=("channel",),
        scopes=CONVERSATION_READ,
        tier=3,
    ),
    "conversations.list": Method(
        {"exclude_archived": "boolean", "team_id": "string", "types": "string", **PAGE},
        scopes=CONVERSATION_READ,
        tier=2,
    ),
    "conversations.members": Method(
        {"channel": "string", **PAGE}, required=("channel",), scopes=CONVERSATION_READ, tier=4
    ),
    "conversations.open": Method(
        {
            "channel": "string",
            "users": "string",
            "return_im": "boolean",
            "prevent_creation": "boolean",
        },
        scopes=("im:write", "mpim:write", "channels:manage", "groups:write"),
        tier=3,
    ),
    "conversations.replies": Method(
        {**HISTORY, "ts": "string"},
        required=("channel", "ts"),
        scopes=CONVERSATION_HISTORY,
        tier=3,
    ),
    "files.completeUploadExternal": Method(
        {
            "files": "json",
            "channel_id": "string",
            "channels": "string",
            "initial_comment": "string",
            "thread_ts": "string",
            "blocks": "json",
        },
        required=("files",),
        scopes=("files:write",),
        tier=4,
    ),
    "files.getUploadURLExternal": Method(
        {"filename": "string", "length": "number", "alt_txt": "string", "snippet_type": "string"},
        required=("filename", "length"),
        scopes=("files:write",),
        tier=4,
    ),
    "team.info": Method({"team": "string", "domain": "string"}, scopes=("team:read",), tier=3),
    "usergroups.list": Method(
        {
            "include_count": "boolean",
            "include_disabled": "boolean",
            "include_users": "boolean",
            "team_id": "string",
        },
        scopes=("usergroups:read",),
        tier=2,
    ),
    "usergroups.users.list": Method(
        {"usergroup": "string", "include_disabled": "boolean", "team_id": "string"},
        required=("usergroup",),
        scopes=("usergroups:read",),
        tier=2,
    ),
    "users.info": Method(
        {"user": "string", "include_locale": "boolean"},
        required=("user",),
        scopes=("users:read",),
        tier=4,
    ),
    "users.list": Method(
        {"include_locale": "boolean", "team_id": "string", **PAGE},
        scopes=("users:read",),
        tier=2,
    ),
    "users.lookupByEmail": Method(
        {"email": "string"}, required=("email",), scopes=("users:read.email",), tier=3
    ),
    "views.open": Method(
        {"trigger_id": "string", "interactivity_pointer": "string", "view": "json"},
        required=("view",),
        tier=4,
    ),
    "views.publish": Method(
        {"user_id": "string", "view": "json", "hash": "string", "interactivity_pointer": "string"},
        required=("user_id", "view"),
        tier=4,
    ),
    "views.push": Method(
        {"trigger_id": "string", "interactivity_pointer": "string", "view": "json"},
        required=("view",),
        tier=4,
    ),
    "views.update": Method(
        {"view": "json", "view_id": "string", "external_id": "string", "hash": "string"},
        required=("view",),
        tier=4,
    ),
}
