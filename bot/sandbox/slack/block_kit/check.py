"""Slack's judgement of a whole message or view."""

import json
from collections.abc import Iterator
from typing import Any

from bot.sandbox.slack.block_kit.blocks import BLOCKS
from bot.sandbox.slack.block_kit.composition import OPTION_GROUP, option, text
from bot.sandbox.slack.block_kit.limits import bounds
from bot.sandbox.slack.block_kit.shapes import (
    Check,
    Findings,
    boolean,
    both,
    by_type,
    check_count,
    exactly_one,
    items,
    record,
    string,
)
from bot.sandbox.slack.block_kit.surfaces import SURFACES, Surface
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json

MESSAGES_MAX = 20


def check_blocks(blocks: Any, *, surface: Surface) -> list[Json]:
    """Blocks that Slack takes on a surface.

    Raises: SlackError invalid_blocks_format, invalid_blocks or msg_blocks_too_long.
    """
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format", "[ERROR] must provide an array [json-pointer:]")
    found = Findings()
    if surface == "message":
        check_count(len(blocks), "message.blocks", "/blocks", found)
    _check_each(blocks, surface, "/blocks", found)
    if surface == "message" and not found.messages:
        _check_message(blocks, found)
    if found.messages:
        raise SlackError("invalid_blocks", *found.messages[:MESSAGES_MAX])
    if surface == "message" and count_characters(blocks) > bounds("message.characters")["max"]:
        raise SlackError("msg_blocks_too_long")
    return blocks


def check_view(view: Any) -> Json:
    """A view that Slack takes.

    Raises: SlackError invalid_arguments or view_too_large.
    """
    found = Findings()
    if isinstance(view, dict) and len(json.dumps(view)) > bounds("view.bytes")["max"]:
        raise SlackError("view_too_large")
    by_type({"modal": MODAL, "home": HOME})(view, "/view", found)
    if not found.messages:
        _check_each(view["blocks"], view["type"], "/view/blocks", found)
        has_input = any(each["type"] == "input" for each in view["blocks"])
        if has_input and view["type"] == "modal" and "submit" not in view:
            found.note("missing required field: submit", "/view")
    if found.messages:
        raise SlackError("invalid_arguments", *found.messages[:MESSAGES_MAX])
    return dict(view)


def check_options(answer: Any) -> Json:
    """What a bot may answer when somebody types into a looked-up menu.

    Raises: SlackError invalid_arguments.
    """
    found = Findings()
    OFFERED(answer, "", found)
    if found.messages:
        raise SlackError("invalid_arguments", *found.messages[:MESSAGES_MAX])
    return dict(answer)


def count_characters(part: Any) -> int:
    """The characters that people read in blocks, roughly as Slack counts them."""
    if isinstance(part, list):
        return sum(count_characters(each) for each in part)
    if not isinstance(part, dict):
        return 0
    own = sum(
        len(part[name])
        for name in ("text", "title", "caption", "label", "alt_text")
        if isinstance(part.get(name), str)
    )
    return own + sum(count_characters(each) for each in part.values())


def _check_each(blocks: list[Any], surface: Surface, pointer: str, found: Findings) -> None:
    allowed = {kind: BLOCKS[kind] for kind in SURFACES[surface]}
    for index, block in enumerate(blocks):
        by_type(allowed)(block, f"{pointer}/{index}", found)
    if not found.messages:
        _check_ids(blocks, pointer, found)


def _check_ids(blocks: list[Json], pointer: str, found: Findings) -> None:
    for name in ("block_id", "action_id"):
        seen: set[str] = set()
        for value, where in _list_ids(blocks, name, pointer):
            if value in seen:
                found.note(f'`{name}` "{value}" already exists', f"{where}/{name}")
            seen.add(value)


def _list_ids(part: Any, name: str, pointer: str) -> Iterator[tuple[str, str]]:
    if isinstance(part, list):
        for index, each in enumerate(part):
            yield from _list_ids(each, name, f"{pointer}/{index}")
    elif isinstance(part, dict):
        if isinstance(part.get(name), str):
            yield part[name], pointer
        for key, each in part.items():
            yield from _list_ids(each, name, f"{pointer}/{key}")


def _list_kinds(blocks: list[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from block.get("child_blocks", [])


def _check_message(blocks: list[Json], found: Findings) -> None:
    kinds = [each["type"] for each in _list_kinds(blocks)]
    if kinds.count("table") > bounds("message.tables")["max"]:
        found.note("only one table block is allowed per message", "/blocks")
    most = bounds("message.charts")["max"]
    if kinds.count("data_visualization") > most:
        found.note(f"no more than {most} data_visualization blocks allowed", "/blocks")
    written = sum(len(each["text"]) for each in blocks if each["type"] == "markdown")
    most = bounds("message.markdown_characters")["max"]
    if written > most:
        found.note(f"markdown text must be less than {most + 1} characters", "/blocks")


_SHARED: dict[str, Check] = {
    "private_metadata": string("view.private_metadata"),
    "callback_id": string("view.callback_id"),
    "external_id": string("view.callback_id"),
}


def _block(_value: Any, _pointer: str, _found: Findings) -> None:
    """Blocks of a view are judged by the surface, after the view itself."""


_BLOCKS: dict[str, Check] = {"blocks": items(_block, "view.blocks")}
MODAL = record(
    {"title": text("view.title"), **_BLOCKS},
    {
        "close": text("view.close"),
        "submit": text("view.submit"),
        "clear_on_close": boolean,
        "notify_on_close": boolean,
        "submit_disabled": boolean,
        **_SHARED,
    },
)
HOME = record(_BLOCKS, _SHARED)
OFFERED = both(
    record(
        {},
        {
            "options": items(option(), "suggestion.options"),
            "option_groups": items(OPTION_GROUP, "select.option_groups"),
        },
    ),
    exactly_one("options", "option_groups"),
)
