"""What Slack adds to blocks when it keeps them: ids, and the defaults of texts."""

import copy
import secrets
from typing import Any

from bot.sandbox.slack.records import Json

# The parts with an action_id; Slack makes one up where it is missing.
INTERACTIVE = frozenset(
    {
        "button", "workflow_button", "icon_button", "feedback_buttons", "overflow",
        "static_select", "external_select", "users_select", "conversations_select",
        "channels_select", "multi_static_select", "multi_external_select", "multi_users_select",
        "multi_conversations_select", "multi_channels_select", "checkboxes", "radio_buttons",
        "datepicker", "timepicker", "datetimepicker", "plain_text_input", "email_text_input",
        "url_text_input", "number_input", "rich_text_input", "file_input",
    }
)  # fmt: skip


def complete_blocks(blocks: list[Json]) -> list[Json]:
    """The blocks as Slack keeps them and sends them back."""
    kept = copy.deepcopy(blocks)
    for block in kept:
        _complete_block(block)
    return kept


def _complete_block(block: Json) -> None:
    block.setdefault("block_id", _new_id())
    for child in block.get("child_blocks", []):
        _complete_block(child)
    if block["type"] == "carousel":
        for card in block["elements"]:
            _complete_block(card)
    _complete_parts(block)


def _complete_parts(part: Any) -> None:
    if isinstance(part, list):
        for each in part:
            _complete_parts(each)
        return
    if not isinstance(part, dict):
        return
    kind = part.get("type")
    if kind == "plain_text":
        part.setdefault("emoji", True)
    elif kind == "mrkdwn":
        part.setdefault("verbatim", False)
    elif kind in INTERACTIVE:
        part.setdefault("action_id", _new_id())
    for each in part.values():
        _complete_parts(each)


def _new_id() -> str:
    return secrets.token_urlsafe(4)[:5]
