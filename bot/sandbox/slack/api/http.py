"""A Web API call from its bytes to its bytes, with the faults that were asked for."""

import threading
from collections.abc import Mapping

from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response

from bot.sandbox.dropped import Dropped, Silent
from bot.sandbox.slack.api.arguments import read_arguments
from bot.sandbox.slack.api.calls import Api, ratelimited
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Call, Json
from bot.sandbox.slack.state import State

# What no state of the workspace brings about: only a bot that sends something wrong.
MISTAKES = frozenset(
    {
        "invalid_arguments",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_json",
        "invalid_metadata_format",
        "invalid_post_type",
        "json_not_object",
        "markdown_text_conflict",
        "missing_scope",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
        "unknown_method",
        "view_too_large",
    }
)
POSTING, FAILED_POST = "chat.postMessage", "fail_after_post_next"


class WebApi:
    """slack.com/api, for one workspace."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._api = Api(state)

    def answer(self, method: str, query: str, headers: Mapping[str, str], body: bytes) -> Response:
        """Do one call and answer it; both may go wrong on request."""
        faults = self._state.faults
        if faults.slow_seconds and faults.hits(method):
            threading.Event().wait(faults.slow_seconds)
        if faults.take("fail_before_next", method):
            self._state.record_call(Call(method, {}, {}, 500))
            return _broken()
        sent: Json = {}
        try:
            sent = read_arguments(query, body, headers.get("content-type", ""))
            token = _take_token(method, sent, headers)
            self._refuse_on_request(method)
            answer, status, extra = self._api.call(method, sent, token), 200, {}
        except SlackError as refused:
            answer, status, extra = refused.as_json(), refused.status, refused.headers
            if refused.error in MISTAKES:
                self._state.record_problem(method, refused)
        self._state.record_call(Call(method, sent, answer, status))
        return self._spoil(method, JSONResponse(answer, status_code=status, headers=extra))

    def _refuse_on_request(self, method: str) -> None:
        faults = self._state.faults
        if faults.take("ratelimited_next", method):
            raise ratelimited(faults.retry_after)
        if faults.take("error_next", method):
            raise SlackError(faults.error_name)

    def _spoil(self, method: str, response: Response) -> Response:
        """Let an answer go wrong after the work was done, where that was asked for."""
        faults = self._state.faults
        is_post = method == POSTING
        if faults.take("fail_after_next", method) or (is_post and faults.take(FAILED_POST)):
            return _broken()
        if faults.take("lose_answer_next", method) or (is_post and faults.take("lose_post_next")):
            return Dropped()
        if faults.take("silent_after_next", method):
            return Silent()
        if faults.take("html_next", method):
            return HTMLResponse("<!DOCTYPE html><title>Slack</title><p>Something went wrong.")
        if faults.take("truncate_next", method):
            return Response(bytes(response.body)[:-10], media_type="application/json")
        return response


def _broken() -> Response:
    return PlainTextResponse("Internal Server Error", status_code=500)


def _take_token(method: str, sent: Json, headers: Mapping[str, str]) -> str | None:
    scheme, _, token = headers.get("authorization", "").partition(" ")
    in_form = sent.pop("token", None)
    # Source: slackapi/python-slack-sdk issue 1877, 2026-05: an app token in the form is refused.
    if in_form is not None and method == "apps.connections.open":
        raise SlackError("invalid_auth")
    return token.strip() if scheme.lower() == "bearer" else in_form
