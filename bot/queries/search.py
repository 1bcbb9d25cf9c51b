"""Text that a person typed, made fit to search with."""

import re

from bot.errors import BadRequest

# More than any name, number or link has; far longer patterns SQLite refuses to look for.
TEXT_CHARS_MAX = 2048

# Slack writes links as <address|label> or <address>, and escapes &, < and > in all it sends.
# Source: docs.slack.dev/messaging/formatting-message-text, "Links" and "Escaping", read 2026-11.
_LINK = re.compile(r"<(?P<address>[^<>|]+)(?:\|[^<>]*)?>")
_ESCAPES = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def plain_text(text: str) -> str:
    """What the person meant, without Slack's markup and spaces around it.

    Raises: BadRequest for what no database keeps as text, and for what is too long for a search.
    """
    if len(text) > TEXT_CHARS_MAX:
        raise BadRequest(f"That is too long: {TEXT_CHARS_MAX} characters are enough to search by.")
    if "\x00" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise BadRequest("That has characters in it which no text can have.")
    text = text.strip()
    if link := _LINK.fullmatch(text):
        text = link["address"].removeprefix("mailto:").removeprefix("tel:")
    for escape, sign in _ESCAPES:
        text = text.replace(escape, sign)
    return text.strip()
