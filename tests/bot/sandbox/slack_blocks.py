"""One of each block and element, for tests that go through all of them."""

from typing import Any

from bot.sandbox.slack.block_kit import check_blocks
from bot.sandbox.slack.block_kit.surfaces import Surface
from bot.sandbox.slack.errors import SlackError

Json = dict[str, Any]


def refusal(*blocks: Json, surface: Surface = "message") -> str:
    """What is wrong with blocks; empty when nothing is."""
    try:
        check_blocks(list(blocks), surface=surface)
    except SlackError as refused:
        return refused.messages[0] if refused.messages else refused.error
    return ""


def plain(text: str) -> Json:
    """A plain text object."""
    return {"type": "plain_text", "text": text}


def section(text: str) -> Json:
    """A section block."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def button(label: str, **more: Any) -> Json:
    """A button."""
    return {"type": "button", "text": plain(label), **more}


def actions(*elements: Json) -> Json:
    """An actions block."""
    return {"type": "actions", "elements": list(elements)}


def option(value: str, *, text: str | None = None, **more: Any) -> Json:
    """An option of a menu."""
    return {"text": plain(value if text is None else text), "value": value, **more}


def modal(title: str = "Void", **more: Any) -> Json:
    """A modal with a note, a looked-up account and a button."""
    return {
        "type": "modal",
        "callback_id": "void_invoice",
        "title": plain(title),
        "submit": plain("Void"),
        "blocks": [
            {
                "type": "input",
                "block_id": "note",
                "label": plain("Note"),
                "element": {"type": "plain_text_input", "action_id": "note"},
            },
            {
                "type": "input",
                "block_id": "account",
                "optional": True,
                "label": plain("Account"),
                "element": {
                    "type": "external_select",
                    "action_id": "account",
                    "min_query_length": 2,
                },
            },
            {"type": "actions", "block_id": "more", "elements": [button("More", action_id="more")]},
        ],
        **more,
    }


def cells(rows: int, columns: int) -> list[list[Json]]:
    """Rows of cells for a table."""
    return [[{"type": "raw_text", "text": "x"}] * columns for _ in range(rows)]


def chart(
    *,
    kind: str = "line",
    title: str = "t",
    points: int = 3,
    series: int = 1,
    categories: list[str] | None = None,
    **axis: Any,
) -> Json:
    """A chart with axes."""
    labels = [f"p{index}" for index in range(points)]
    data = [{"label": label, "value": index} for index, label in enumerate(labels)]
    return {
        "type": "data_visualization",
        "title": title,
        "chart": {
            "type": kind,
            "series": [{"name": f"s{index}", "data": data} for index in range(series)],
            "axis_config": {"categories": labels if categories is None else categories, **axis},
        },
    }


IMAGE = {"type": "image", "image_url": "https://img.example/i.png", "alt_text": "A chart"}
CHOICES = [option("1"), option("2")]
RICH_TEXT: Json = {
    "type": "rich_text",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "Due ", "style": {"bold": True}},
                {"type": "link", "url": "https://invoice.stripe.com/i/1", "text": "invoice"},
                {"type": "emoji", "name": "tada"},
                {"type": "user", "user_id": "U0AVERY"},
                {"type": "channel", "channel_id": "C0GENERAL"},
                {"type": "usergroup", "usergroup_id": "S00000000"},
                {"type": "broadcast", "range": "here"},
                {"type": "color", "value": "#ff0000"},
                {"type": "date", "timestamp": 1_790_000_000, "format": "{date}"},
            ],
        },
        {
            "type": "rich_text_list",
            "style": "ordered",
            "indent": 1,
            "elements": [
                {"type": "rich_text_section", "elements": [{"type": "text", "text": "one"}]}
            ],
        },
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "quoted"}]},
    ],
}
CARD: Json = {
    "type": "card",
    "icon": IMAGE,
    "hero_image": IMAGE,
    "title": plain("Title"),
    "subtitle": plain("Subtitle"),
    "body": plain("Body"),
    "subtext": plain("Subtext"),
    "actions": [button("Open", style="primary")],
}
TASK: Json = {
    "type": "task_card",
    "task_id": "1",
    "title": "Read",
    "status": "complete",
    "details": RICH_TEXT,
    "sources": [{"type": "url", "url": "https://e.example", "text": "Source"}],
}

EVERY_BLOCK: dict[str, Json] = {
    "actions": actions(
        button("Go", style="danger", url="https://e.example", value="v"),
        {"type": "overflow", "options": [option("1", url="https://e.example")]},
        {
            "type": "static_select",
            "placeholder": plain("Choose"),
            "option_groups": [{"label": plain("Group"), "options": CHOICES}],
            "initial_option": CHOICES[0],
        },
        {"type": "users_select", "initial_user": "U0AVERY"},
        {"type": "conversations_select", "filter": {"include": ["public"]}},
        {"type": "channels_select"},
        {"type": "external_select", "min_query_length": 2},
        {"type": "datepicker", "initial_date": "2026-11-22"},
        {"type": "timepicker", "initial_time": "09:30"},
        {"type": "datetimepicker", "initial_date_time": 1_790_000_000},
        {"type": "checkboxes", "options": CHOICES, "initial_options": [CHOICES[1]]},
        {"type": "radio_buttons", "options": CHOICES},
        {
            "type": "workflow_button",
            "text": plain("Run"),
            "workflow": {"trigger": {"url": "https://slack.com/shortcuts/1"}},
        },
    ),
    "alert": {"type": "alert", "text": plain("Careful"), "level": "warning"},
    "card": CARD,
    "carousel": {"type": "carousel", "elements": [CARD]},
    "container": {
        "type": "container",
        "title": plain("Invoice"),
        "subtitle": plain("Open"),
        "icon": IMAGE,
        "width": "full",
        "is_collapsible": True,
        "default_collapsed": True,
        "child_blocks": [section("x"), actions(button("Go"))],
    },
    "context": {"type": "context", "elements": [plain("as of today"), IMAGE]},
    "context_actions": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "positive_button": {"text": plain("Good"), "value": "1"},
                "negative_button": {"text": plain("Bad"), "value": "0"},
            },
            {"type": "icon_button", "icon": "trash", "text": plain("Delete")},
        ],
    },
    "data_table": {
        "type": "data_table",
        "caption": "Past due",
        "page_size": 10,
        "row_header_column_index": 0,
        "rows": [
            [{"type": "raw_text", "text": "Invoice"}, {"type": "raw_text", "text": "Due"}],
            [RICH_TEXT, {"type": "raw_number", "value": 12.5, "text": "12.50"}],
        ],
    },
    "data_visualization": {
        "type": "data_visualization",
        "title": "Share",
        "chart": {"type": "pie", "segments": [{"label": "Calls", "value": 3}]},
    },
    "divider": {"type": "divider"},
    "file": {"type": "file", "external_id": "1", "source": "remote"},
    "header": {"type": "header", "text": plain("Invoice 1234")},
    "image": IMAGE | {"title": plain("Usage")},
    "input": {
        "type": "input",
        "label": plain("Note"),
        "hint": plain("Why"),
        "optional": True,
        "element": {"type": "plain_text_input", "multiline": True},
    },
    "markdown": {"type": "markdown", "text": "**bold**"},
    "plan": {"type": "plan", "title": "Plan", "tasks": [TASK]},
    "rich_text": RICH_TEXT,
    "section": {
        "type": "section",
        "text": plain("x"),
        "fields": [plain("a"), plain("b")],
        "accessory": {
            "type": "multi_static_select",
            "options": CHOICES,
            "max_selected_items": 1,
        },
    },
    "table": {
        "type": "table",
        "rows": [[{"type": "raw_text", "text": "x"}, RICH_TEXT]],
        "column_settings": [None, {"align": "right", "is_wrapped": True}],
    },
    "task_card": TASK,
    "video": {
        "type": "video",
        "title": plain("Video"),
        "alt_text": "A video",
        "thumbnail_url": "https://v.example/t.png",
        "video_url": "https://v.example/v",
        "description": plain("How"),
    },
}

EVERY_INPUT: list[Json] = [
    {"type": "plain_text_input", "min_length": 0, "max_length": 3000, "initial_value": "x"},
    {"type": "email_text_input", "placeholder": plain("you@e.example")},
    {"type": "url_text_input", "focus_on_load": True},
    {"type": "number_input", "is_decimal_allowed": True, "min_value": "0", "max_value": "9.5"},
    {"type": "rich_text_input", "initial_value": RICH_TEXT},
    {"type": "file_input", "filetypes": ["pdf"], "max_files": 10},
    {"type": "multi_users_select", "initial_users": ["U0AVERY"]},
    {"type": "multi_conversations_select", "max_selected_items": 2},
    {"type": "multi_channels_select"},
    {"type": "multi_external_select", "min_query_length": 1},
    {"type": "multi_static_select", "options": CHOICES},
    {"type": "static_select", "options": CHOICES},
    {"type": "checkboxes", "options": CHOICES},
    {"type": "radio_buttons", "options": CHOICES},
    {"type": "datepicker"},
    {"type": "timepicker", "timezone": "Europe/Berlin"},
    {"type": "datetimepicker"},
]
