"""Lengths and counts of Block Kit, to the last character and the last item."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.bot.sandbox.slack_blocks import (
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

# Each is: where, how to make it with n characters or items, the least and the most that is taken.
BOUNDS: list[tuple[str, Callable[[int], Json], int, int]] = [
    ("section text", lambda n: section("x" * n), 1, 3000),
    ("header text", lambda n: {"type": "header", "text": plain("x" * n)}, 1, 150),
    (
        "section fields",
        lambda n: {"type": "section", "fields": [plain("x")] * n},
        1,
        10,
    ),
    ("section field", lambda n: {"type": "section", "fields": [plain("x" * n)]}, 1, 2000),
    (
        "context elements",
        lambda n: {"type": "context", "elements": [plain("x")] * n},
        1,
        10,
    ),
    ("actions elements", lambda n: actions(*[button(f"b{i}") for i in range(n)]), 1, 25),
    ("button text", lambda n: actions(button("x" * n, action_id="a")), 1, 75),
    ("button value", lambda n: actions(button("x", value="x" * n)), 0, 2000),
    ("button url", lambda n: actions(button("x", url="x" * n)), 0, 3000),
    ("action_id", lambda n: actions(button("x", action_id="x" * n)), 0, 255),
    ("block_id", lambda n: section("x") | {"block_id": "x" * n}, 0, 255),
    (
        "accessibility_label",
        lambda n: actions(button("x", accessibility_label="x" * n)),
        0,
        75,
    ),
    (
        "overflow options",
        lambda n: actions({"type": "overflow", "options": [option(str(i)) for i in range(n)]}),
        1,
        5,
    ),
    (
        "select options",
        lambda n: actions({"type": "static_select", "options": [option(str(i)) for i in range(n)]}),
        1,
        100,
    ),
    (
        "checkboxes",
        lambda n: actions({"type": "checkboxes", "options": [option(str(i)) for i in range(n)]}),
        1,
        10,
    ),
    (
        "radio buttons",
        lambda n: actions({"type": "radio_buttons", "options": [option(str(i)) for i in range(n)]}),
        1,
        10,
    ),
    (
        "option text",
        lambda n: actions({"type": "overflow", "options": [option("v", text="x" * n)]}),
        1,
        75,
    ),
    (
        "option value",
        lambda n: actions({"type": "overflow", "options": [option("x" * n, text="x")]}),
        0,
        150,
    ),
    ("table rows", lambda n: {"type": "table", "rows": cells(n, 2)}, 1, 100),
    ("table columns", lambda n: {"type": "table", "rows": cells(2, n)}, 1, 20),
    (
        "data_table rows",
        lambda n: {"type": "data_table", "caption": "c", "rows": cells(n, 2)},
        2,
        201,
    ),
    (
        "data_table columns",
        lambda n: {"type": "data_table", "caption": "c", "rows": cells(2, n)},
        1,
        20,
    ),
    ("chart title", lambda n: chart(title="x" * n), 1, 50),
    ("chart points", lambda n: chart(points=n), 1, 20),
    ("chart series", lambda n: chart(series=n), 1, 12),
    ("chart axis label", lambda n: chart(x_label="x" * n), 0, 50),
    ("markdown", lambda n: {"type": "markdown", "text": "x" * n}, 1, 12_000),
    ("card title", lambda n: {"type": "card", "title": plain("x" * n)}, 1, 150),
    ("card body", lambda n: {"type": "card", "body": plain("x" * n)}, 1, 200),
    (
        "card actions",
        lambda n: {"type": "card", "actions": [button(f"b{i}") for i in range(n)]},
        0,
        3,
    ),
    (
        "carousel",
        lambda n: {"type": "carousel", "elements": [{"type": "card", "body": plain("x")}] * n},
        1,
        10,
    ),
    (
        "container children",
        lambda n: {
            "type": "container",
            "title": plain("x"),
            "child_blocks": [{"type": "divider"}] * n,
        },
        1,
        10,
    ),
    (
        "container title",
        lambda n: {
            "type": "container",
            "title": plain("x" * n),
            "child_blocks": [{"type": "divider"}],
        },
        1,
        150,
    ),
    (
        "alt_text",
        lambda n: {"type": "image", "image_url": "https://e.example/i", "alt_text": "x" * n},
        0,
        2000,
    ),
    (
        "image_url",
        lambda n: {"type": "image", "image_url": "x" * n, "alt_text": "x"},
        0,
        3000,
    ),
]


@pytest.mark.parametrize(
    ("make", "least", "most"), [each[1:] for each in BOUNDS], ids=[each[0] for each in BOUNDS]
)
def test_bounds_hold_to_the_last_one(make: Callable[[int], Json], least: int, most: int) -> None:
    assert refusal(make(least)) == ""
    assert refusal(make(most)) == ""
    assert refusal(make(most + 1)) != ""
    if least > 0:
        assert refusal(make(least - 1)) != ""
