"""Which call does what, who may make it, and how often."""

import threading
from collections import deque
from collections.abc import Callable

from bot.sandbox.slack.api import chat, conversations, files, identity, users, views
from bot.sandbox.slack.api.arguments import check_arguments
from bot.sandbox.slack.api.places import meant_channel, missing_scope
from bot.sandbox.slack.api.table import CALLS_PER_MINUTE, METHODS, Method
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json
from bot.sandbox.slack.state import State

HANDLERS: dict[str, Callable[[State, Json], Json]] = {
    "api.test": identity.test,
    "apps.connections.open": identity.open_connection,
    "auth.test": identity.auth_test,
    "bots.info": identity.bots_info,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.get_permalink,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.postMessage": chat.post_message,
    "chat.update": chat.update,
    "conversations.history": conversations.history,
    "conversations.info": conversations.info,
    "conversations.list": conversations.list_all,
    "conversations.members": conversations.members,
    "conversations.open": conversations.open_direct,
    "conversations.replies": conversations.replies,
    "files.completeUploadExternal": files.complete_upload,
    "files.getUploadURLExternal": files.get_upload_url,
    "team.info": identity.team_info,
    "usergroups.list": users.list_groups,
    "usergroups.users.list": users.list_group_users,
    "users.info": users.info,
    "users.list": users.list_all,
    "users.lookupByEmail": users.lookup_by_email,
    "views.open": views.open_modal,
    "views.publish": views.publish,
    "views.push": views.push,
    "views.update": views.update,
}
PUBLIC_METHODS = ("api.test",)
POST_SECONDS = 1.0


class Api:
    """The methods of one workspace, behind its rate limits."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._lock = threading.Lock()
        self._calls: dict[str, deque[float]] = {}
        self._posted_at: dict[str, float] = {}

    def call(self, name: str, sent: Json, token: str | None) -> Json:
        """Do what a call asks for.

        Raises: SlackError, as Slack refuses it.
        """
        method = METHODS.get(name)
        handler = HANDLERS.get(name)
        if method is None or handler is None:
            raise SlackError("unknown_method", req_method=name)
        self._check_token(name, token)
        scopes = self._state.manifest.scopes
        if method.scopes and not any(each in scopes for each in method.scopes):
            raise missing_scope(self._state, ",".join(method.scopes))
        arguments = check_arguments(method, sent)
        self._check_rate(name, method, arguments)
        with self._state.workspace.lock:
            return {"ok": True, **handler(self._state, arguments)}

    def _check_token(self, name: str, token: str | None) -> None:
        if name in PUBLIC_METHODS:
            return
        if not token:
            raise SlackError("not_authed")
        app = self._state.app
        wanted = app.app_token if name == "apps.connections.open" else app.bot_token
        if token in self._state.revoked_tokens:
            raise SlackError("token_revoked")
        if token not in (app.bot_token, app.app_token):
            raise SlackError("invalid_auth")
        if token != wanted:
            raise SlackError("not_allowed_token_type")

    def _check_rate(self, name: str, method: Method, arguments: Json) -> None:
        if not self._state.is_rate_limited:
            return
        now = self._state.clock()
        with self._lock:
            if name == "chat.postMessage":
                self._check_posting(meant_channel(self._state, arguments["channel"]), now)
            limit = CALLS_PER_MINUTE.get(method.tier)
            if limit is None:
                return
            recent = self._calls.setdefault(name, deque(maxlen=limit))
            if len(recent) == limit and now - recent[0] < 60:
                raise ratelimited(int(60 - (now - recent[0])) + 1)
            recent.append(now)

    def _check_posting(self, channel: str, now: float) -> None:
        last = self._posted_at.get(channel)
        if last is not None and now - last < POST_SECONDS:
            raise ratelimited(1)
        self._posted_at[channel] = now


def ratelimited(seconds: int) -> SlackError:
    """HTTP 429 with the wait in its header."""
    return SlackError("ratelimited", status=429, headers={"Retry-After": str(seconds)})
