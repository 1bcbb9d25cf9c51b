"""Read a Web API call: JSON, form or multipart; check every argument against the table."""

import json
from email import message_from_bytes
from email.message import Message as Mail
from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.slack.api.table import Kind, Method
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json

TRUE, FALSE = ("true", "1", True, 1), ("false", "0", False, 0)


def read_arguments(query: str, body: bytes, content_type: str) -> Json:
    """The arguments of a call, wherever they stand.

    Raises: SlackError when the body is not what its type says.
    """
    arguments: Json = dict(parse_qsl(query, keep_blank_values=True))
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return arguments
    if kind == "application/json":
        try:
            sent = json.loads(body)
        except ValueError as broken:
            raise SlackError("invalid_json") from broken
        if not isinstance(sent, dict):
            raise SlackError("json_not_object")
        # Source: docs.slack.dev: in JSON a token only counts in the header.
        sent.pop("token", None)
        return arguments | sent
    if kind == "application/x-www-form-urlencoded":
        return arguments | dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    if kind == "multipart/form-data":
        return arguments | _read_multipart(body, content_type)
    raise SlackError("invalid_post_type")


def _read_multipart(body: bytes, content_type: str) -> Json:
    mail = message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    parts: Any = mail.get_payload()
    if not isinstance(parts, list):
        raise SlackError("invalid_form_data")
    return {name: text for part in parts for name, text in [_read_part(part)]}


def _read_part(part: Mail) -> tuple[str, str]:
    name = part.get_param("name", header="content-disposition")
    content: Any = part.get_payload(decode=True)
    return str(name), bytes(content or b"").decode("utf-8", "replace")


def check_arguments(method: Method, sent: Json) -> Json:
    """The arguments with their types, null ones left out.

    Raises: SlackError invalid_arguments, with a message per wrong argument.
    """
    known = method.args | method.extra
    problems = [
        f"[ERROR] invalid additional property: {name} [json-pointer:/{name}]"
        for name in sent
        if name not in known
    ]
    problems += [
        f"[ERROR] missing required field: {name} [json-pointer:/{name}]"
        for name in method.required
        if sent.get(name) in (None, "")
    ]
    checked: Json = {}
    for name, value in sent.items():
        if name not in known or value is None:
            continue
        try:
            checked[name] = _as_kind(known[name], value)
        except ValueError as wrong:
            problems.append(f"[ERROR] must provide a {wrong} [json-pointer:/{name}]")
    if problems:
        raise SlackError("invalid_arguments", *problems)
    return checked


def _as_kind(kind: Kind, value: Any) -> Any:
    if kind == "string":
        if not isinstance(value, str):
            raise ValueError("string")
        return value
    if kind == "boolean":
        if value not in TRUE + FALSE:
            raise ValueError("boolean")
        return value in TRUE
    if kind == "number":
        return _as_number(value)
    return _as_json(value)


def _as_number(value: Any) -> int:
    try:
        return int("" if isinstance(value, bool) else value)
    except (TypeError, ValueError) as wrong:
        raise ValueError("number") from wrong


def _as_json(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value) if value else []
        except ValueError as wrong:
            raise ValueError("valid JSON value") from wrong
    if isinstance(value, (dict, list)):
        return value
    raise ValueError("object or an array")
