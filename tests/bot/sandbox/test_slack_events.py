"""Events: what the bot subscribed to, again when it does not answer, never for ever."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from tests.bot.sandbox.slack_desk import Desk, answering, open_desk
from tests.following import wait_until

Json = dict[str, Any]
MENTION: Json = {"type": "app_mention", "user": "U0AVERY", "text": "hi", "channel": "C0ACMESHARED"}
AT_ONCE = (0.0, 0.0, 0.0)


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def test_an_event_says_where_it_comes_from(desk: Desk) -> None:
    @desk.bolt.event("app_mention")
    def mentioned(body: Json) -> None:
        desk.heard.append(body)

    desk.slack.send_event(MENTION)

    (body,) = desk.heard
    assert body["type"] == "event_callback"
    assert body["team_id"] == "T0TALLYMAN"
    assert body["event"] == MENTION
    assert body["is_ext_shared_channel"] is True
    assert body["event_id"].startswith("Ev")
    assert body["authorizations"][0]["user_id"] == "U0TALLYBOT"


def test_an_event_that_fails_is_sent_three_times_more_with_its_number(desk: Desk) -> None:
    with answering(lambda _request, _body: PlainTextResponse("no", status_code=503)) as url:
        desk.slack.request_url = url
        deliveries = desk.slack.send_event(MENTION, waits=AT_ONCE)

    numbers = [each.headers.get("X-Slack-Retry-Num") for each in deliveries]
    reasons = {each.headers.get("X-Slack-Retry-Reason") for each in deliveries[1:]}
    ids = {json.loads(each.body)["event_id"] for each in deliveries}
    assert numbers == [None, "1", "2", "3"]
    assert reasons == {"http_error"}
    assert len(ids) == 1


def test_a_bot_may_ask_for_no_retry(desk: Desk) -> None:
    def refuse(_request: Request, _body: bytes) -> Response:
        return PlainTextResponse("no", status_code=500, headers={"X-Slack-No-Retry": "1"})

    with answering(refuse) as url:
        desk.slack.request_url = url
        assert len(desk.slack.send_event(MENTION, waits=AT_ONCE)) == 1


def test_a_retry_comes_on_request_though_the_bot_answered(desk: Desk) -> None:
    desk.slack.faults.retry_events_next = 1
    with answering(lambda _request, _body: PlainTextResponse("")) as url:
        desk.slack.request_url = url
        assert len(desk.slack.send_event(MENTION, waits=AT_ONCE)) == 2


def test_words_reach_the_bot_where_it_is_and_subscribed(desk: Desk) -> None:
    @desk.bolt.event("message")
    def said(event: Json) -> None:
        desk.heard.append(event)

    @desk.bolt.event("app_mention")
    def mentioned(event: Json) -> None:
        desk.heard.append(event)

    with desk.person() as avery:
        avery.type("general", "the bot is not here")
        avery.type("billing", "@Tallyman look at 1234")
    wait_until(lambda: len(desk.heard) == 2)

    assert sorted(each["type"] for each in desk.heard) == ["app_mention", "message"]
    assert {each["channel"] for each in desk.heard} == {"C0BILLING"}
