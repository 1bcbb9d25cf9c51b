"""A small real Bolt app beside the stand-in Slack, for tests of the stand-in itself."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from slack_bolt import App
from slack_bolt.adapter.starlette.handler import to_bolt_request, to_starlette_response
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn, open_workspace
from tests.workspace import PATIENCE_SECONDS, Person

Json = dict[str, Any]
MANIFEST = Path(__file__).parents[3] / "manifest.json"
SCOPES = (
    "commands", "chat:write", "users:read", "users:read.email", "usergroups:read", "im:write",
    "channels:read", "groups:read", "im:read", "channels:history", "im:history", "files:write",
    "team:read", "app_mentions:read",
)  # fmt: skip


def make_manifest(**changes: Any) -> Json:
    """A manifest of an app that asked for a good deal."""
    return {
        "display_information": {"name": "Tallyman"},
        "features": {
            "bot_user": {"display_name": "Tallyman"},
            "app_home": {"home_tab_enabled": True},
            "slash_commands": [
                {"command": "/invoice", "description": "Look up", "usage_hint": "[number]"},
                {"command": "/who", "description": "Names", "should_escape": True},
            ],
            "shortcuts": [
                {
                    "name": "Open a dispute",
                    "type": "message",
                    "callback_id": "open_dispute",
                    "description": "From this message",
                }
            ],
        },
        "oauth_config": {"scopes": {"bot": changes.get("scopes", list(SCOPES))}},
        "settings": {
            "interactivity": {"is_enabled": changes.get("is_interactive", True)},
            "event_subscriptions": {
                "bot_events": ["app_mention", "message.channels", "app_home_opened"]
            },
        },
    }


class Clock:
    """A clock that tests move by hand."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        """Unix seconds."""
        self.now += 0.001
        return self.now


@dataclass
class Desk:
    """The stand-in, a bot beside it, and people."""

    slack: StandIn
    bolt: App
    clock: Clock
    heard: list[Json] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the stand-in listens."""
        assert self.slack.url is not None
        return self.slack.url

    @property
    def client(self) -> WebClient:
        """The real client, as the bot would use it, without retries of its own."""
        return WebClient(
            "xoxb-fake-tallyman", base_url=f"{self.url}/api/", retry_handlers=[], timeout=100
        )

    @contextlib.contextmanager
    def person(self, person_id: str = "U0AVERY") -> Iterator[Person]:
        """Somebody at the page."""
        person = Person(self.url, person_id)
        try:
            yield person
        finally:
            person.close()


@contextlib.contextmanager
def open_desk(
    manifest: Json | None = None, *, patience_seconds: float = PATIENCE_SECONDS
) -> Iterator[Desk]:
    """Serve a stand-in and a Bolt app that knows it."""
    clock = Clock()
    slack = open_workspace(
        StandIn(manifest or make_manifest(), clock=clock, patience_seconds=patience_seconds)
    )
    with serving(slack.app) as slack_server:
        slack.url = slack_server.url
        client = WebClient("xoxb-fake-tallyman", base_url=f"{slack_server.url}/api/")
        bolt = App(
            client=client, signing_secret="fake-signing-secret", process_before_response=True
        )
        desk = Desk(slack, bolt, clock)
        with serving(_bot_over_http(bolt)) as bot_server:
            slack.request_url = f"{bot_server.url}/slack/events"
            yield desk


@contextlib.contextmanager
def answering(answer: Callable[[Request, bytes], Response]) -> Iterator[str]:
    """A bot that answers every request as the function says; the value is its URL."""

    async def endpoint(request: Request) -> Response:
        body = await request.body()
        return await run_in_threadpool(answer, request, body)

    routes = [Route("/slack/events", endpoint, methods=["POST"])]
    with serving(Starlette(routes=routes)) as server:
        yield f"{server.url}/slack/events"


def _bot_over_http(bolt: App) -> Starlette:
    async def endpoint(request: Request) -> Response:
        body = await request.body()
        answer = await run_in_threadpool(bolt.dispatch, to_bolt_request(request, body))
        return to_starlette_response(answer)

    return Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])


def error_of(desk: Desk, method: str, **arguments: Any) -> Json:
    """What Slack answers a call it refuses."""
    with pytest.raises(SlackApiError) as refused:
        desk.client.api_call(method, json=arguments)
    answer: Json = refused.value.response.data
    return answer


def page(desk: Desk, name: str, **sent: Any) -> Json:
    """What the page is answered when it posts this."""
    with desk.person(sent.pop("person", "U0AVERY")) as person:
        return person._post(name, {"as": person.id, **sent})


def section(text: str) -> Json:
    """A section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, action_id: str, **more: Any) -> Json:
    """A button element."""
    return {
        "type": "button",
        "text": {"type": "plain_text", "text": label},
        "action_id": action_id,
        **more,
    }


def actions(*elements: Json) -> Json:
    """An actions block."""
    return {"type": "actions", "elements": list(elements)}
