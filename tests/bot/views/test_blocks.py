"""The constructors of blocks: each refuses what Slack would refuse, when it is called."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.views import blocks
from bot.views.blocks import Message

BUTTON = blocks.button("Show", action_id="show", value="1")

# Our figures beside the places of the same figures in Slack's reference.
SAME_FIGURES = [
    (blocks.TEXT_MAX, "text.max_length"),
    (blocks.TEXT_MAX, "section.text.max_length"),
    (blocks.ACTION_ID_MAX, "action_id.max_length"),
    (blocks.BUTTON_TEXT_MAX, "button.text.max_length"),
    (blocks.BUTTON_URL_MAX, "button.url.max_length"),
    (blocks.BUTTON_VALUE_MAX, "button.value.max_length"),
    (blocks.BUTTON_LABEL_MAX, "button.accessibility_label.max_length"),
    (blocks.OPTION_TEXT_MAX, "option.text.max_length"),
    (blocks.OPTION_VALUE_MAX, "option.value.max_length"),
    (blocks.SELECT_OPTIONS_MAX, "select.options.max_items"),
    (blocks.SELECT_PLACEHOLDER_MAX, "select.placeholder.max_length"),
    (blocks.OVERFLOW_OPTIONS_MAX, "overflow.options.max_items"),
    (blocks.HEADER_TEXT_MAX, "header.text.max_length"),
    (blocks.SECTION_FIELDS_MAX, "section.fields.max_items"),
    (blocks.SECTION_FIELD_MAX, "section.fields.item_max_length"),
    (blocks.CONTEXT_ELEMENTS_MAX, "context.elements.max_items"),
    (blocks.ACTIONS_ELEMENTS_MAX, "actions.elements.max_items"),
]


@pytest.mark.reference
@pytest.mark.parametrize(("ours", "place"), SAME_FIGURES)
def test_our_limits_are_those_of_slack(ours: int, place: str, reference_dir: Path) -> None:
    figure: Any = json.loads((reference_dir / "slack-block-limits.json").read_text())

    for name in place.split("."):
        figure = figure[name]

    assert ours == figure


def _table(rows: int = 1, columns: int = 1, align: str = "left") -> blocks.Block:
    row = [blocks.cell("x")] * columns
    return blocks.table([row] * rows, align=[align] * columns, wrapped=())


@pytest.mark.parametrize(
    "make",
    [
        lambda: blocks.header(""),
        lambda: blocks.header("x" * 151),
        lambda: blocks.plain_text("x" * 3001),
        lambda: blocks.mrkdwn(""),
        lambda: blocks.fields([]),
        lambda: blocks.fields([blocks.mrkdwn("x")] * 11),
        lambda: blocks.fields([blocks.mrkdwn("x" * 2001)]),
        blocks.context,
        lambda: blocks.context(*[blocks.mrkdwn("x")] * 11),
        lambda: blocks.actions([]),
        lambda: blocks.actions([BUTTON] * 26),
        lambda: blocks.button("x" * 76, action_id="a", value="1"),
        lambda: blocks.button("x", action_id="", value="1"),
        lambda: blocks.button("x", action_id="a" * 256, value="1"),
        lambda: blocks.button("x", action_id="a", value="v" * 2001),
        lambda: blocks.button("x", action_id="a", value=""),
        lambda: blocks.button("x", action_id="a", value="1", label="l" * 76),
        lambda: blocks.button("x", action_id="a", value="1", style="loud"),
        lambda: blocks.link_button("x", action_id="a", url="javascript:alert(1)"),
        lambda: blocks.link_button("x", action_id="a", url="https://a.example/" + "x" * 3000),
        lambda: blocks.option("x", value="v" * 151),
        lambda: blocks.static_select("x", action_id="a", options=[]),
        lambda: blocks.overflow(action_id="a", options=[blocks.option("x", value="1")] * 6),
        blocks.rich_text,
        lambda: blocks.text(""),
        lambda: blocks.link("x", url=""),
        lambda: blocks.cell(""),
        lambda: _table(rows=0),
        lambda: _table(rows=101),
        lambda: _table(columns=21),
        lambda: _table(align="middle"),
        lambda: blocks.table([[blocks.cell("x")]], align=["left", "right"], wrapped=()),
    ],
)
def test_what_slack_refuses_is_refused_when_it_is_made(make: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        make()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", [blocks.divider()]),
        ("x" * 4001, [blocks.divider()]),
        ("x", []),
        ("x", [blocks.divider()] * 51),
        ("x", [blocks.actions([BUTTON, BUTTON])]),
        ("x", [blocks.actions([BUTTON]), blocks.section(blocks.mrkdwn("x"), accessory=BUTTON)]),
        ("x", [_table(), _table()]),
    ],
)
def test_a_message_that_slack_refuses_is_refused_when_it_is_made(
    text: str, parts: list[blocks.Block]
) -> None:
    with pytest.raises(ValueError, match=r".+"):
        Message(text=text, blocks=tuple(parts))


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("AT&T", "AT&T"),
        ("<!channel>", "<!channel>"),
        ("&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;"),
        ("&amp;", "&amp;amp;"),
        ("&copy;", "&copy;"),
    ],
)
def test_what_looks_like_an_entity_is_kept_from_being_one(name: str, sent: str) -> None:
    made = [blocks.plain_text(name), blocks.cell(name), blocks.text(name)]

    assert {element["text"] for element in made} == {sent}


def test_an_entity_at_the_limit_is_not_cut_in_two() -> None:
    made = blocks.header("x" * 145 + "&amp;")

    assert made["text"]["text"] == "x" * 145 + "…"
