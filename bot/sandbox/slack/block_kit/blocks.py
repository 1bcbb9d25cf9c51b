"""Every block, and which elements may stand in it.

Source: docs.slack.dev/reference/block-kit/blocks, read 2026-11.
"""

from typing import Any

from bot.sandbox.slack.block_kit import inputs
from bot.sandbox.slack.block_kit.composition import ANY_TEXT, SLACK_FILE, text
from bot.sandbox.slack.block_kit.data_blocks import DATA_TABLE, DATA_VISUALIZATION, TABLE
from bot.sandbox.slack.block_kit.limits import bounds
from bot.sandbox.slack.block_kit.rich_text import RICH_TEXT, RICH_TEXT_BLOCK
from bot.sandbox.slack.block_kit.shapes import (
    Check,
    Findings,
    at_least_one,
    boolean,
    both,
    by_type,
    enum,
    exactly_one,
    items,
    record,
    string,
)

ID: dict[str, Check] = {"block_id": string("block_id")}
_PICTURE: dict[str, Check] = {"image_url": string("image.image_url"), "slack_file": SLACK_FILE}
_ALT: dict[str, Check] = {"alt_text": string("image.alt_text")}
IMAGE_ELEMENT = both(record(_ALT, _PICTURE), exactly_one("image_url", "slack_file"))
IMAGE_BLOCK = both(
    record(_ALT, {**_PICTURE, "title": text("image.title"), **ID}),
    exactly_one("image_url", "slack_file"),
)

ACTION_ELEMENTS: dict[str, Check] = {
    "button": inputs.BUTTON,
    "checkboxes": inputs.CHECKBOXES,
    "datepicker": inputs.DATEPICKER,
    "datetimepicker": inputs.DATETIMEPICKER,
    "overflow": inputs.OVERFLOW,
    "radio_buttons": inputs.RADIO_BUTTONS,
    "timepicker": inputs.TIMEPICKER,
    "workflow_button": inputs.WORKFLOW_BUTTON,
    **inputs.SELECTS,
}
ACCESSORIES: dict[str, Check] = {
    **{kind: check for kind, check in ACTION_ELEMENTS.items() if kind != "datetimepicker"},
    **inputs.MULTI_SELECTS,
    "image": IMAGE_ELEMENT,
}
INPUT_ELEMENTS: dict[str, Check] = {
    "checkboxes": inputs.CHECKBOXES,
    "datepicker": inputs.DATEPICKER,
    "datetimepicker": inputs.DATETIMEPICKER,
    "radio_buttons": inputs.RADIO_BUTTONS,
    "timepicker": inputs.TIMEPICKER,
    **inputs.SELECTS,
    **inputs.MULTI_SELECTS,
    **inputs.FIELDS,
}


def _field(value: Any, pointer: str, found: Findings) -> None:
    before = len(found.messages)
    text("text", ANY_TEXT)(value, pointer, found)
    most = bounds("section.fields")["item_max_length"]
    if len(found.messages) == before and len(value["text"]) > most:
        found.note(f"must be less than {most + 1} characters", f"{pointer}/text")


SECTION = both(
    record(
        {},
        {
            "text": text("section.text", ANY_TEXT),
            "fields": items(_field, "section.fields"),
            "accessory": by_type(ACCESSORIES),
            "expand": boolean,
            **ID,
        },
    ),
    at_least_one("text", "fields"),
)


def _context_element(value: Any, pointer: str, found: Findings) -> None:
    if isinstance(value, dict) and value.get("type") in ANY_TEXT:
        text("text", ANY_TEXT)(value, pointer, found)
    else:
        by_type({"image": IMAGE_ELEMENT})(value, pointer, found)


def _header_divider(value: Any, pointer: str, found: Findings) -> None:
    if value.get("is_collapsible") and value.get("has_header_divider"):
        found.note("must not be set on a collapsible container", f"{pointer}/has_header_divider")
    if value.get("default_collapsed") and not value.get("is_collapsible"):
        found.note("needs is_collapsible", f"{pointer}/default_collapsed")


_ACTIONS = record({"elements": items(by_type(ACTION_ELEMENTS), "actions.elements")}, ID)
_CONTEXT = record({"elements": items(_context_element, "context.elements")}, ID)
_DIVIDER = record({}, ID)
_HEADER = record({"text": text("header.text")}, ID)
_INPUT = record(
    {"label": text("input.label"), "element": by_type(INPUT_ELEMENTS)},
    {"hint": text("input.hint"), "optional": boolean, "dispatch_action": boolean, **ID},
)
_VIDEO = record(
    {
        "alt_text": string("video.alt_text"),
        "title": text("video.title"),
        "thumbnail_url": string(),
        "video_url": string(),
    },
    {
        "author_name": string("video.author_name"),
        "description": text("video.description"),
        "provider_icon_url": string(),
        "provider_name": string("video.provider_name"),
        "title_url": string(),
        **ID,
    },
)
_CARD = both(
    record(
        {},
        {
            "hero_image": by_type({"image": IMAGE_ELEMENT}),
            "icon": by_type({"image": IMAGE_ELEMENT}),
            "title": text("card.title", ANY_TEXT),
            "subtitle": text("card.subtitle", ANY_TEXT),
            "body": text("card.body", ANY_TEXT),
            "subtext": text("card.subtext", ANY_TEXT),
            "actions": items(by_type({"button": inputs.BUTTON}), "card.actions"),
            **ID,
        },
    ),
    at_least_one("hero_image", "title", "actions", "body"),
)
# Slack's page also names file, input and rich_text; its check has been seen to refuse them.
IN_CONTAINER: dict[str, Check] = {
    "actions": _ACTIONS,
    "context": _CONTEXT,
    "divider": _DIVIDER,
    "header": _HEADER,
    "image": IMAGE_BLOCK,
    "section": SECTION,
    "table": TABLE,
    "video": _VIDEO,
}
_CONTAINER = both(
    record(
        {"child_blocks": items(by_type(IN_CONTAINER), "container.child_blocks")},
        {
            "title": text("container.title"),
            "rich_text_title": RICH_TEXT,
            "subtitle": text("container.subtitle", ANY_TEXT),
            "width": enum("narrow", "standard", "wide", "full"),
            "icon": by_type({"image": IMAGE_ELEMENT}),
            "is_collapsible": boolean,
            "default_collapsed": boolean,
            "has_header_divider": boolean,
            **ID,
        },
    ),
    at_least_one("title", "rich_text_title"),
    _header_divider,
)


_SOURCE = by_type({"url": record({"url": string("url_source.url")}, {"text": string()})})
_TASK_CARD = record(
    {
        "task_id": string(),
        "title": string(),
        "status": enum("pending", "in_progress", "complete", "error"),
    },
    {"details": RICH_TEXT, "output": RICH_TEXT, "sources": items(_SOURCE), **ID},
)


BLOCKS: dict[str, Check] = {
    "actions": _ACTIONS,
    "alert": record(
        {"text": text("alert.text", ANY_TEXT)},
        {"level": enum("default", "info", "warning", "error", "success"), **ID},
    ),
    "card": _CARD,
    "carousel": record({"elements": items(by_type({"card": _CARD}), "carousel.elements")}, ID),
    "container": _CONTAINER,
    "context": _CONTEXT,
    "context_actions": record(
        {
            "elements": items(
                by_type(
                    {
                        "feedback_buttons": inputs.FEEDBACK_BUTTONS,
                        "icon_button": inputs.ICON_BUTTON,
                    }
                ),
                "context_actions.elements",
            )
        },
        ID,
    ),
    "data_table": DATA_TABLE,
    "data_visualization": DATA_VISUALIZATION,
    "divider": _DIVIDER,
    "file": record({"external_id": string(), "source": enum("remote")}, ID),
    "header": _HEADER,
    "image": IMAGE_BLOCK,
    "input": _INPUT,
    "markdown": record({"text": string("markdown.text")}, ID),
    "plan": record({"title": string()}, {"tasks": items(by_type({"task_card": _TASK_CARD})), **ID}),
    "rich_text": RICH_TEXT_BLOCK,
    "section": SECTION,
    "table": TABLE,
    "task_card": _TASK_CARD,
    "video": _VIDEO,
}
