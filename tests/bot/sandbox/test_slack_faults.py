"""Bad days: what goes wrong on request, and that it stops again."""

import http.client
import time
from collections.abc import Iterator
from typing import Any
from urllib.error import URLError

import httpx
import pytest
from slack_sdk.errors import SlackApiError

from tests.bot.sandbox.slack_desk import Desk, open_desk


@pytest.fixture(scope="module")
def shared() -> Iterator[Desk]:
    with open_desk() as opened:
        opened.slack.state.is_rate_limited = False
        yield opened


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    yield shared
    shared.slack.faults.reset()


def post(desk: Desk, text: str) -> Any:
    return desk.client.chat_postMessage(channel="C0BILLING", text=text)


def texts(desk: Desk) -> list[str]:
    return [each.text for each in desk.slack.list_messages("billing")]


def test_a_refusal_for_the_next_calls_says_how_long_to_wait(desk: Desk) -> None:
    desk.slack.faults.set({"ratelimited_next": 1, "retry_after": 30})

    with pytest.raises(SlackApiError) as refused:
        post(desk, "ratelimited")

    assert refused.value.response.headers["Retry-After"] == "30"
    assert post(desk, "after ratelimited")["ok"]
    assert "ratelimited" not in texts(desk)


def test_a_500_comes_before_or_after_the_work(desk: Desk) -> None:
    desk.slack.faults.fail_before_next = 1
    with pytest.raises(SlackApiError):
        post(desk, "500 before")
    desk.slack.faults.fail_after_next = 1
    with pytest.raises(SlackApiError):
        post(desk, "500 after")

    assert "500 before" not in texts(desk)
    assert "500 after" in texts(desk)


def test_a_lost_answer_was_done_all_the_same(desk: Desk) -> None:
    desk.slack.faults.lose_answer_next = 1

    with pytest.raises((URLError, http.client.HTTPException, OSError)):
        post(desk, "lost")

    assert texts(desk).count("lost") == 1
    assert post(desk, "after lost")["ok"]


def test_slack_may_do_what_it_is_told_and_never_say_so(desk: Desk) -> None:
    desk.slack.faults.silent_after_next = 1
    client = desk.client
    client.timeout = 1

    with pytest.raises((TimeoutError, URLError)):
        client.chat_postMessage(channel="C0BILLING", text="silent")

    assert texts(desk).count("silent") == 1


@pytest.mark.parametrize("fault", ["fail_after_post_next", "lose_post_next"])
def test_a_message_stands_there_whose_answer_did_not_come(desk: Desk, fault: str) -> None:
    desk.slack.faults.set({fault: 1})

    assert desk.client.auth_test()["ok"]
    with pytest.raises((SlackApiError, http.client.HTTPException, OSError)):
        post(desk, fault)

    assert texts(desk).count(fault) == 1
    assert post(desk, f"after {fault}")["ok"]


@pytest.mark.parametrize("fault", ["html_next", "truncate_next"])
def test_an_answer_that_is_no_json(desk: Desk, fault: str) -> None:
    desk.slack.faults.set({fault: 1})

    with pytest.raises(SlackApiError):
        post(desk, fault)

    assert texts(desk).count(fault) == 1


def test_a_named_error_for_named_methods_only(desk: Desk) -> None:
    desk.slack.faults.set(
        {"error_next": 1, "error_name": "token_revoked", "methods": ["chat.postMessage"]}
    )

    assert desk.client.auth_test()["ok"]
    with pytest.raises(SlackApiError, match="token_revoked"):
        post(desk, "revoked")


def test_slow_means_slow(desk: Desk) -> None:
    desk.slack.faults.slow_seconds = 0.3
    started = time.monotonic()

    desk.client.auth_test()

    assert time.monotonic() - started >= 0.3


def test_the_page_sets_and_resets_faults(desk: Desk) -> None:
    address = f"{desk.url}/_sandbox/faults"

    said = httpx.post(address, json={"slow_seconds": 2, "html_next": 3}, trust_env=False).json()
    assert said["faults"]["slow_seconds"] == 2
    assert desk.slack.faults.html_next == 3
    for wrong in ({"slowness": 1}, {"html_next": "3"}, {"html_next": -1}, ["html_next"]):
        refused = httpx.post(address, json=wrong, trust_env=False)
        assert refused.status_code == 400
    assert httpx.get(address, trust_env=False).json()["faults"]["html_next"] == 3
    assert httpx.delete(address, trust_env=False).json()["faults"]["html_next"] == 0
