"""Response URLs: how a bot answers an interaction later, or again."""

import json
from typing import Any

from starlette.responses import JSONResponse, PlainTextResponse, Response

from bot.sandbox.slack.answers import read_answer, show_answer
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.state import State
from bot.sandbox.slack.tickets import ResponseTicket


def respond(state: State, token: str, body: bytes) -> Response:
    """Carry out what was posted to a response URL."""
    try:
        ticket = _take_ticket(state, token)
        answer = read_answer(_read_json(body))
        with state.workspace.lock:
            show_answer(state, answer, ticket)
    except SlackError as refused:
        state.record_problem("response_url", refused)
        status = 400 if refused.status == 200 else refused.status
        return JSONResponse(refused.as_json(), status_code=status)
    return PlainTextResponse("ok")


def _take_ticket(state: State, token: str) -> ResponseTicket:
    ticket = state.tickets.take_response(token)
    if not isinstance(ticket, ResponseTicket):
        raise SlackError(ticket, status=404)
    return ticket


def _read_json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as broken:
        raise SlackError("invalid_payload", "[ERROR] must be JSON") from broken
