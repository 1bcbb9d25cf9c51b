"""Text objects, options, confirmations: what elements and blocks are made of.

Source: docs.slack.dev/reference/block-kit/composition-objects, read 2026-11.
"""

from typing import Any

from bot.sandbox.slack.block_kit.limits import bounds
from bot.sandbox.slack.block_kit.shapes import (
    Check,
    Findings,
    boolean,
    both,
    check_length,
    enum,
    exactly_one,
    items,
    record,
    string,
    without_type,
)

_PLAIN = record({"text": string()}, {"emoji": boolean})
_MRKDWN = record({"text": string()}, {"verbatim": boolean})
PLAIN = ("plain_text",)
ANY_TEXT = ("plain_text", "mrkdwn")


def text(limit: str, kinds: tuple[str, ...] = PLAIN) -> Check:
    """A text object of one of these kinds, its text within bounds; no text is ever empty."""
    allowed = {**bounds("text"), **bounds(limit)}

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.note("must provide an object", pointer)
            return
        kind = value.get("type")
        if kind not in ANY_TEXT:
            found.note("failed to match all allowed schemas", pointer)
            return
        if kind not in kinds:
            found.note("must be a valid enum value", f"{pointer}/type")
            return
        before = len(found.messages)
        shape = _PLAIN if kind == "plain_text" else _MRKDWN
        shape(without_type(value), pointer, found)
        if len(found.messages) == before:
            check_length(value["text"], allowed, f"{pointer}/text", found)

    return check


BUTTON_STYLE = enum("primary", "danger")
CONFIRM = record(
    {
        "title": text("confirmation.title"),
        "text": text("confirmation.text", ANY_TEXT),
        "confirm": text("confirmation.confirm"),
        "deny": text("confirmation.deny"),
    },
    {"style": BUTTON_STYLE},
)
SLACK_FILE = both(record({}, {"id": string(), "url": string()}), exactly_one("id", "url"))
DISPATCH = record(
    {}, {"trigger_actions_on": items(enum("on_enter_pressed", "on_character_entered"))}
)
FILTER = record(
    {},
    {
        "include": items(enum("im", "mpim", "private", "public")),
        "exclude_external_shared_channels": boolean,
        "exclude_bot_users": boolean,
    },
)


def option(kinds: tuple[str, ...] = PLAIN, *, may_link: bool = False) -> Check:
    """One choice; only those of an overflow menu may be links."""
    optional: dict[str, Check] = {"description": text("option.description", kinds)}
    if may_link:
        optional["url"] = string("option.url")
    return record({"text": text("option.text", kinds), "value": string("option.value")}, optional)


OPTION_GROUP = record(
    {
        "label": text("option_group.label"),
        "options": items(option(), "option_group.options"),
    }
)


def initial_is_offered(value: Any, pointer: str, found: Findings) -> None:
    """What is chosen from the start must be one of the options, to the letter."""
    offered = list(value.get("options") or [])
    for group in value.get("option_groups") or []:
        offered += group["options"]
    if value.get("initial_option") not in [None, *offered]:
        found.note("initial_option must match one of the options", f"{pointer}/initial_option")
    for index, each in enumerate(value.get("initial_options") or []):
        if each not in offered:
            where = f"{pointer}/initial_options/{index}"
            found.note("initial_options must match the options", where)


def options_differ(value: Any, pointer: str, found: Findings) -> None:
    """No two options may have one value."""
    values = [each["value"] for each in value.get("options") or []]
    for group in value.get("option_groups") or []:
        values += [each["value"] for each in group["options"]]
    if len(set(values)) != len(values):
        found.note("option values must be unique", pointer)
