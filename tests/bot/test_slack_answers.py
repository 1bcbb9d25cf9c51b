"""What Slack may answer beside what it usually does, and what people read of it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import Misconfigured, Unavailable
from bot.sandbox.server import serving
from bot.slack_api import SlackAPI
from bot.slack_directory import find_slack_person
from bot.slack_responses import Responses
from bot.slack_views import open_modal


@contextmanager
def slack_that_says(answer: Response) -> Iterator[SlackAPI]:
    """The door to a Slack that answers everything so."""
    app = Starlette(
        routes=[Route("/{rest:path}", lambda _request: answer, methods=["GET", "POST"])]
    )
    with serving(app) as server:
        slack = SlackAPI("xoxb-fake", base_url=f"{server.url}/api/")
        yield slack
        slack.close()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (JSONResponse({"ok": False, "error": "expired_trigger_id"}), "Please press again."),
        (JSONResponse({"ok": False, "error": "exchanged_trigger_id"}), "Please press again."),
        (JSONResponse({"ok": False, "error": "hash_conflict"}), "it (hash_conflict). Please try"),
        (JSONResponse({"ok": False}), "Slack did not show it. Please try again."),
        (Response("<html>Bad gateway</html>", 502), "Slack did not show it. Please try again."),
        (Response("<html>All well</html>", 200), "Slack did not show it. Please try again."),
    ],
)
def test_a_modal_that_slack_does_not_open_says_what_to_do(answer: Response, said: str) -> None:
    with slack_that_says(answer) as slack, pytest.raises(Unavailable) as failed:
        open_modal(slack, "1.2", {"type": "modal"})

    assert said in failed.value.message
    assert "html" not in failed.value.message


def test_nobody_is_unknown_before_slack_says_so() -> None:
    with slack_that_says(JSONResponse({"ok": True})) as slack, pytest.raises(Unavailable):
        find_slack_person(slack, "U0AVERY")

    with slack_that_says(JSONResponse({"ok": False, "error": "user_not_found"})) as slack:
        assert find_slack_person(slack, "U0AVERY") is None


def test_a_scope_that_slack_does_not_name_is_not_called_none() -> None:
    refusal = JSONResponse({"ok": False, "error": "missing_scope"})

    with slack_that_says(refusal) as slack, pytest.raises(Misconfigured) as failed:
        slack.ask("users.list", {})

    assert failed.value.message == (
        "The Slack app lacks a scope. Install it again with manifest.json."
    )


SLACK, STAND_IN = "https://slack.com/api/", "http://127.0.0.1:4020/api/"


@pytest.mark.parametrize(
    ("response_url", "base_url", "is_sent"),
    [
        ("https://hooks.slack.com/actions/T1/2/x", SLACK, True),
        ("https://slack.com/actions/T1/2/x", SLACK, False),
        ("http://hooks.slack.com/actions/T1/2/x", SLACK, False),
        ("https://hooks.slack.com.evil.example/x", SLACK, False),
        ("https://hooks.slack.com:99999999/x", SLACK, False),
        ("http://127.0.0.1:4020/response/x", SLACK, False),
        ("http://127.0.0.1:4020/response/x", STAND_IN, True),
        ("http://localhost:4021/response/x", STAND_IN, True),
        ("http://[::1]:4020/response/x", STAND_IN, True),
        ("http://169.254.169.254/latest", STAND_IN, False),
        ("http://localhost.evil.example/x", STAND_IN, False),
        ("file://localhost/etc/passwd", STAND_IN, False),
    ],
)
def test_answers_go_to_slack_or_to_what_stands_in_for_it_here(
    response_url: str, base_url: str, *, is_sent: bool
) -> None:
    responses = Responses(base_url=base_url)

    assert responses.may_lead_to(response_url) is is_sent
    responses.close()
