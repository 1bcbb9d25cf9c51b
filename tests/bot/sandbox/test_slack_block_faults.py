"""What is wrong with a block, and where: Slack names both."""

from typing import Any

import pytest

from tests.bot.sandbox.slack_blocks import (
    EVERY_BLOCK,
    actions,
    button,
    cells,
    chart,
    option,
    plain,
    refusal,
    section,
)

Json = dict[str, Any]

CONFIRM = {"title": plain("t"), "text": plain("x"), "confirm": plain("y"), "deny": plain("n")}
CHOICES = [option("1"), option("2")]

# Each is a fault and a part of what Slack says of it.
FAULTS: list[tuple[str, Json, str]] = [
    ("no type", {"text": plain("x")}, "missing required field: type"),
    ("unknown type", {"type": "sektion"}, "unsupported type: sektion"),
    ("no text", {"type": "section"}, "must provide at least one of text, fields"),
    ("header in mrkdwn", {"type": "header", "text": {"type": "mrkdwn", "text": "x"}}, "enum"),
    (
        "text without a type",
        {"type": "section", "text": {"text": "x"}},
        "failed to match all allowed schemas [json-pointer:/blocks/0/text]",
    ),
    ("text as a string", {"type": "section", "text": "x"}, "must provide an object"),
    (
        "emoji in mrkdwn",
        {"type": "section", "text": {"type": "mrkdwn", "text": "x", "emoji": True}},
        "invalid additional property: emoji",
    ),
    ("button in mrkdwn", actions({"type": "button", "text": section("x")["text"]}), "enum"),
    ("button style", actions(button("x", style="warning")), "valid enum value"),
    ("button without text", actions({"type": "button"}), "missing required field: text"),
    ("value as a number", actions(button("x", value=1)), "must provide a string"),
    (
        "confirm without deny",
        actions(button("x", confirm={k: v for k, v in CONFIRM.items() if k != "deny"})),
        "missing required field: deny",
    ),
    (
        "link in a select",
        actions({"type": "static_select", "options": [option("1", url="https://e.example")]}),
        "invalid additional property: url",
    ),
    (
        "options and groups",
        actions(
            {
                "type": "static_select",
                "options": CHOICES,
                "option_groups": [{"label": plain("x"), "options": CHOICES}],
            }
        ),
        "exactly one of options, option_groups",
    ),
    (
        "initial option not offered",
        actions({"type": "static_select", "options": CHOICES, "initial_option": option("3")}),
        "initial_option must match",
    ),
    (
        "one value twice",
        actions({"type": "static_select", "options": [option("1"), option("1")]}),
        "must be unique",
    ),
    (
        "multi-select in actions",
        actions({"type": "multi_static_select", "options": CHOICES}),
        "unsupported type: multi_static_select",
    ),
    ("date", actions({"type": "datepicker", "initial_date": "22.11.2026"}), "valid format"),
    ("button in context", {"type": "context", "elements": [button("x")]}, "unsupported type"),
    (
        "image without alt_text",
        {"type": "image", "image_url": "https://e.example/i"},
        "missing required field: alt_text",
    ),
    ("image without source", {"type": "image", "alt_text": "x"}, "exactly one of image_url"),
    ("empty cell", {"type": "table", "rows": [[{"type": "raw_text", "text": ""}]]}, "more than 0"),
    (
        "empty rich cell",
        {
            "type": "table",
            "rows": [
                [
                    {
                        "type": "rich_text",
                        "elements": [{"type": "rich_text_section", "elements": []}],
                    }
                ]
            ],
        },
        "more than 0",
    ),
    (
        "ragged table",
        {"type": "table", "rows": [*cells(1, 2), *cells(1, 3)]},
        "same number of cells",
    ),
    (
        "rich header cell",
        {
            "type": "data_table",
            "caption": "c",
            "rows": [[EVERY_BLOCK["rich_text"]], *cells(1, 1)],
        },
        "unsupported type: rich_text",
    ),
    (
        "button in a cell",
        {"type": "data_table", "caption": "c", "rows": [*cells(1, 1), [button("x")]]},
        "unsupported type: button",
    ),
    (
        "data_table too long",
        {
            "type": "data_table",
            "caption": "c",
            "rows": [[{"type": "raw_text", "text": "x" * 2000}] for _ in range(11)],
        },
        "less than 20001 characters",
    ),
    ("data_table without caption", {"type": "data_table", "rows": cells(2, 2)}, "caption"),
    (
        "empty caption",
        EVERY_BLOCK["data_table"] | {"caption": ""},
        "must be more than 0 characters",
    ),
    ("page size", EVERY_BLOCK["data_table"] | {"page_size": 101}, "less than or equal to 100"),
    ("unknown chart", chart(kind="donut"), "unsupported type: donut"),
    ("labels off the axis", chart(categories=["a", "b"]), "labels must match"),
    (
        "empty slice",
        {
            "type": "data_visualization",
            "title": "t",
            "chart": {"type": "pie", "segments": [{"label": "a", "value": 0}]},
        },
        "greater than 0",
    ),
    ("empty card", {"type": "card", "subtitle": plain("x")}, "at least one of hero_image"),
    (
        "container without title",
        {"type": "container", "child_blocks": [{"type": "divider"}]},
        "at least one of title",
    ),
    (
        "container in a container",
        EVERY_BLOCK["container"] | {"child_blocks": [EVERY_BLOCK["container"]]},
        "unsupported type: container",
    ),
    (
        "bad style of rich text",
        {
            "type": "rich_text",
            "elements": [
                {
                    "type": "rich_text_section",
                    "elements": [{"type": "text", "text": "x", "style": {"bald": True}}],
                }
            ],
        },
        "invalid additional property: bald",
    ),
    ("null text", {"type": "section", "text": None}, "at least one of text"),
    ("a string for a block", "section", "must provide an object"),  # type: ignore[list-item]  # the fault
]


@pytest.mark.parametrize(
    ("block", "says"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_a_fault_is_named_with_its_place(block: Json, says: str) -> None:
    found = refusal(block)

    assert says in found
    assert "[json-pointer:/blocks/0" in found
