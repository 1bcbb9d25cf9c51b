"""Pages of a list, with Slack's opaque cursors."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json

Item = TypeVar("Item")
PAGE_MAX = 1_000


def take_page(found: Sequence[Item], arguments: Json, *, usual: int) -> tuple[list[Item], Json]:
    """The page that a call asks for, and the metadata that names the next one.

    Raises: SlackError invalid_cursor or invalid_limit.
    """
    limit = arguments.get("limit", 0) or usual
    if not 0 < limit <= PAGE_MAX:
        raise SlackError("invalid_limit")
    start = _read_cursor(arguments.get("cursor", ""))
    page = list(found[start : start + limit])
    more = start + limit < len(found)
    return page, {"next_cursor": _write_cursor(start + limit) if more else ""}


def _write_cursor(start: int) -> str:
    return base64.b64encode(f"next:{start}".encode()).decode()


def _read_cursor(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        word, _, start = base64.b64decode(cursor, validate=True).decode().partition(":")
        if word == "next" and start.isdecimal():
            return int(start)
    except (binascii.Error, UnicodeDecodeError) as broken:
        raise SlackError("invalid_cursor") from broken
    raise SlackError("invalid_cursor")
