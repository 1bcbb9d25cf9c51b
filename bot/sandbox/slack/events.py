"""Events API: tell the bot what it subscribed to, and again when it does not answer."""

import json
import secrets
import threading
from collections.abc import Sequence

from bot.sandbox.slack.courier import JSON
from bot.sandbox.slack.records import Channel, Delivery, Json, Message, Person
from bot.sandbox.slack.state import State

# Source: docs.slack.dev, Events API: at once, after one minute, after five.
RETRY_AFTER_SECONDS: tuple[float, ...] = (0.0, 60.0, 300.0)
EVENT_OF_KIND = {
    "public": "message.channels",
    "private": "message.groups",
    "im": "message.im",
    "mpim": "message.mpim",
}
CHANNEL_TYPE = {"public": "channel", "private": "group", "im": "im", "mpim": "mpim"}


def send_event(
    state: State,
    event: Json,
    *,
    authorised: str | None = None,
    waits: Sequence[float] = RETRY_AFTER_SECONDS,
) -> list[Delivery]:
    """Deliver one event and wait for the end of it: an ack, or the last of three retries.

    Units: `waits` are the seconds before each retry; tests hand in shorter ones.
    """
    body = json.dumps(
        {
            "token": state.app.verification_token,
            "team_id": state.workspace.team.id,
            "context_team_id": state.workspace.team.id,
            "context_enterprise_id": None,
            "api_app_id": state.app.id,
            "event": event,
            "type": "event_callback",
            "event_id": f"Ev{secrets.token_hex(5).upper()}",
            "event_time": int(state.clock()),
            "authorizations": [
                {
                    "enterprise_id": None,
                    "team_id": state.workspace.team.id,
                    "user_id": authorised or state.app.bot_user_id,
                    "is_bot": True,
                    "is_enterprise_install": False,
                }
            ],
            "is_ext_shared_channel": _is_shared(state, event),
        },
        ensure_ascii=False,
    ).encode()
    deliveries = [state.courier.send("event", body, content_type=JSON)]
    for number, seconds in enumerate(waits, start=1):
        last = deliveries[-1]
        wants_none = last.answer_headers.get("x-slack-no-retry") == "1"
        if wants_none or (last.error is None and not state.faults.take("retry_events_next")):
            break
        threading.Event().wait(seconds)
        reason = {"operation_timeout": "http_timeout"}.get(last.error or "", "http_error")
        headers = {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        deliveries.append(state.courier.send("event", body, content_type=JSON, headers=headers))
    return deliveries


def send_later(state: State, event: Json) -> None:
    """Deliver an event without making the person wait, as Slack does."""
    threading.Thread(target=send_event, args=(state, event), daemon=True).start()


def message_posted(state: State, channel: Channel, message: Message) -> None:
    """Tell the bot of a message in a conversation it is in, if it asked for that."""
    if state.app.bot_user_id not in channel.members:
        return
    event: Json = {
        "user": message.user,
        "text": message.text,
        "ts": message.ts,
        "channel": channel.id,
        "event_ts": message.ts,
    }
    if message.thread_ts is not None:
        event["thread_ts"] = message.thread_ts
    if EVENT_OF_KIND[channel.kind] in state.manifest.events:
        kind = CHANNEL_TYPE[channel.kind]
        send_later(state, {"type": "message", "channel_type": kind, **event})
    mentions_bot = f"&lt;@{state.app.bot_user_id}&gt;" in message.text
    mentions_bot = mentions_bot or f"@{state.manifest.name}".lower() in message.text.lower()
    if mentions_bot and "app_mention" in state.manifest.events:
        send_later(state, {"type": "app_mention", **event})


def home_opened(
    state: State, person: Person, channel: Channel | None, *, tab: str, view: Json | None
) -> None:
    """Tell the bot that somebody looks at its App Home; at which tab, and what stands in Home.

    Source: docs.slack.dev/reference/events/app_home_opened: `view` only once one was published.
    """
    if "app_home_opened" in state.manifest.events:
        event = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": channel.id if channel is not None else "",
            "tab": tab,
            "event_ts": state.workspace.next_ts(),
        }
        send_later(state, event | ({"view": view} if view is not None and tab == "home" else {}))


def _is_shared(state: State, event: Json) -> bool:
    channel = state.workspace.channels.get(str(event.get("channel")))
    return channel is not None and channel.is_ext_shared
