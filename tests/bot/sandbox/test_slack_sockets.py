"""Socket Mode, as Slack's own client and Bolt's own handler see it."""

import contextlib
import gc
import json
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from slack_bolt import Ack
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from tests.bot.sandbox.slack_desk import (
    Desk,
    actions,
    button,
    make_manifest,
    open_desk,
    section,
)
from tests.following import wait_until

Json = dict[str, Any]
APP_TOKEN = "xapp-fake-tallyman"


def open_socket_desk(**options: Any) -> AbstractContextManager[Desk]:
    """A desk whose app uses Socket Mode."""
    manifest = make_manifest()
    manifest["settings"]["socket_mode_enabled"] = True
    return open_desk(manifest, **options)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_socket_desk() as opened:
        yield opened


@pytest.fixture
def handled(desk: Desk) -> Iterator[Desk]:
    """A desk whose bot is connected by Bolt's own handler."""
    # Bolt's adapter ships without types.
    handler: Any = SocketModeHandler(desk.bolt, APP_TOKEN, ping_interval=1)
    handler.connect()
    wait_until(lambda: len(desk.slack.sockets) == 1)
    yield desk
    # The client may close the same socket in the thread that reads from it.
    with contextlib.suppress(AttributeError):
        handler.close()
    # The client may leave the socket of a connection that it has replaced to the collector, which
    # would complain of it in whichever test comes next.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def address(desk: Desk) -> str:
    return str(desk.client.apps_connections_open(app_token=APP_TOKEN)["url"])


def next_message(socket: ClientConnection) -> Json:
    message: Json = json.loads(socket.recv(100))
    return message


def test_an_address_is_given_for_the_app_token_only_and_in_socket_mode_only(desk: Desk) -> None:
    assert urlsplit(address(desk)).scheme == "ws"
    for token, error in (("xapp-other", "invalid_auth"), ("xoxb-fake-tallyman", "not_allowed")):
        with pytest.raises(SlackApiError, match=error):
            WebClient(base_url=f"{desk.url}/api/").apps_connections_open(app_token=token)
    called = f"{desk.url}/api/apps.connections.open"
    in_form = httpx.post(called, data={"token": APP_TOKEN}, trust_env=False)
    assert in_form.json()["error"] == "invalid_auth"
    with open_desk() as without, pytest.raises(SlackApiError, match="not_allowed_token_type"):
        without.client.apps_connections_open(app_token=APP_TOKEN)


def test_an_address_holds_once_and_greets(desk: Desk) -> None:
    url = address(desk)

    with connect(url) as socket:
        hello = next_message(socket)
        with pytest.raises(InvalidStatus), connect(url):
            pass

    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": "A0TALLYMAN"}
    wait_until(lambda: len(desk.slack.sockets) == 0)


def test_a_command_is_answered_in_the_ack(handled: Desk) -> None:
    @handled.bolt.command("/invoice")
    def shown(ack: Ack, body: Json) -> None:
        handled.heard.append(body)
        ack(text="card", blocks=[section("*1234*")])

    with handled.person() as avery:
        assert avery.type("general", "/invoice 12&34")["ok"]
        assert "*1234*" in avery.see("general").words

    (body,) = handled.heard
    assert (body["command"], body["text"]) == ("/invoice", "12&34")
    assert handled.slack.problems == []


def test_a_press_is_acked_and_carries_what_it_does_over_http(handled: Desk) -> None:
    @handled.bolt.command("/invoice")
    def shown(ack: Ack) -> None:
        ack(text="card", blocks=[actions(button("Next", "next", value="in_1"))])

    @handled.bolt.action("next")
    def pressed(ack: Ack, body: Json) -> None:
        handled.heard.append(body)
        ack()

    with handled.person() as avery:
        avery.type("general", "/invoice 1")
        assert avery.click(avery.see("general"), "Next")["ok"]

    assert handled.heard[0]["actions"][0]["value"] == "in_1"
    assert handled.heard[0]["response_url"].startswith(handled.url)


def test_an_event_comes_with_its_attempt_and_takes_no_answer(desk: Desk) -> None:
    desk.slack.faults.retry_events_next = 1
    with connect(address(desk)) as socket:
        next_message(socket)
        seen = []
        event = {"type": "app_mention", "user": "U0AVERY", "channel": "C0BILLING"}
        with desk.person() as avery:
            avery.type("billing", "@Tallyman look")
            for _ in range(2):
                seen.append(next_message(socket))
                ack = {"envelope_id": seen[-1]["envelope_id"], "payload": {"text": "no"}}
                socket.send(json.dumps(ack))
            wait_until(lambda: len(desk.slack.problems) >= 2)

    assert {each["type"] for each in seen} == {"events_api"}
    assert not any(each["accepts_response_payload"] for each in seen)
    assert all(each["payload"]["type"] == "event_callback" for each in seen)
    assert seen[0]["payload"]["event"]["channel"] == event["channel"]
    assert [each.error for each in desk.slack.problems] == ["ack_body_ignored"] * 2


def test_who_does_not_ack_is_said_to_have_failed() -> None:
    with open_socket_desk(patience_seconds=0.3) as desk, desk.person() as avery:
        assert avery.type("general", "/invoice 1")["error"] == "dispatch_failed"
        with connect(address(desk)) as socket:
            next_message(socket)
            assert avery.type("general", "/invoice 1")["error"] == "operation_timeout"

        assert avery.notices()[-1] == '/invoice failed with the error "operation_timeout"'


@pytest.mark.parametrize(
    "ack",
    ["no", "[]", "{}", '{"envelope_id":1}', '{"envelope_id":"x","payload":"words"}',
     '{"envelope_id":"x","text":"words"}'],
)  # fmt: skip
def test_what_is_no_ack_is_a_problem(desk: Desk, ack: str) -> None:
    with connect(address(desk)) as socket:
        next_message(socket)
        socket.send(ack)
        wait_until(lambda: bool(desk.slack.problems))

    assert desk.slack.problems[0].error == "invalid_ack"


def test_an_answer_in_an_ack_is_checked_like_one_over_http(handled: Desk) -> None:
    @handled.bolt.command("/invoice")
    def shown(ack: Ack) -> None:
        ack(text="card", blocks=[{"type": "sction"}])

    with handled.person() as avery:
        assert avery.type("general", "/invoice 1")["error"] == "invalid_blocks"

    assert handled.slack.problems[0].where == "ack of /invoice 1"


def test_an_envelope_comes_twice_on_request(handled: Desk) -> None:
    @handled.bolt.command("/invoice")
    def shown(ack: Ack, body: Json) -> None:
        handled.heard.append(body)
        ack(text="card")

    handled.slack.faults.duplicate_deliveries_next = 1
    with handled.person() as avery:
        avery.type("general", "/invoice 1")

    assert len(handled.heard) == 2
    assert handled.heard[0]["trigger_id"] == handled.heard[1]["trigger_id"]


def test_slack_s_own_client_follows_a_disconnect_to_a_new_connection(handled: Desk) -> None:
    handled.slack.sockets.disconnect("refresh_requested", after_seconds=0.5)

    wait_until(lambda: handled.slack.sockets.opened > 1)
    wait_until(lambda: len(handled.slack.sockets) == 1)


def test_slack_s_own_client_comes_back_after_a_drop(handled: Desk) -> None:
    handled.slack.sockets.drop()

    wait_until(lambda: handled.slack.sockets.opened > 1)


def test_ten_connections_are_open_and_an_eleventh_is_sent_away(desk: Desk) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(10):
            hello = next_message(stack.enter_context(connect(address(desk))))
        assert hello["num_connections"] == 10
        with connect(address(desk)) as one_more:
            assert next_message(one_more)["reason"] == "too_many_websockets"
            with pytest.raises(ConnectionClosed):
                one_more.recv(100)
