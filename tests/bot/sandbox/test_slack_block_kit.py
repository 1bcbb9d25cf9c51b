"""Block Kit: what Slack takes on each surface, to the last character and the last item."""

import copy
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_sdk.errors import SlackApiError

from bot.sandbox.slack.block_kit import check_blocks, check_view, complete_blocks
from bot.sandbox.slack.block_kit.surfaces import SURFACES, Surface
from bot.sandbox.slack.errors import SlackError
from tests.bot.sandbox.slack_blocks import (
    EVERY_BLOCK,
    EVERY_INPUT,
    actions,
    button,
    cells,
    chart,
    option,
    plain,
    section,
)
from tests.bot.sandbox.slack_desk import Desk, open_desk

Json = dict[str, Any]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        opened.slack.state.is_rate_limited = False
        yield opened


def refusal(*blocks: Json, surface: Surface = "message") -> str:
    """What is wrong with blocks; empty when nothing is."""
    try:
        check_blocks(list(blocks), surface=surface)
    except SlackError as refused:
        return refused.messages[0] if refused.messages else refused.error
    return ""


@pytest.mark.parametrize("surface", ["message", "modal", "home"])
@pytest.mark.parametrize("kind", sorted(EVERY_BLOCK))
def test_every_block_stands_on_its_surfaces_only(kind: str, surface: Surface) -> None:
    found = refusal(EVERY_BLOCK[kind], surface=surface)

    if kind in SURFACES[surface]:
        assert found == ""
    else:
        assert found == f"[ERROR] unsupported type: {kind} [json-pointer:/blocks/0/type]"


@pytest.mark.parametrize("kind", sorted(EVERY_BLOCK))
def test_every_block_refuses_a_property_it_does_not_know(kind: str) -> None:
    surface: Surface = "modal" if kind == "alert" else "message"

    found = refusal(EVERY_BLOCK[kind] | {"colour": "red"}, surface=surface)

    assert found == "[ERROR] invalid additional property: colour [json-pointer:/blocks/0]"


@pytest.mark.parametrize("element", EVERY_INPUT, ids=lambda each: each["type"])
def test_every_input_stands_in_an_input_block(element: Json) -> None:
    block = {"type": "input", "label": plain("Label"), "element": element}

    assert refusal(block, surface="modal") == ""
    assert "unsupported type" in refusal(
        {"type": "actions", "elements": [element | {"type": "slider"}]}
    )


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
    ("a string for a block", "section", "must provide an object"),  # type: ignore[list-item]
]


@pytest.mark.parametrize(
    ("block", "says"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_a_fault_is_named_with_its_place(block: Json, says: str) -> None:
    found = refusal(block)

    assert says in found
    assert "[json-pointer:/blocks/0" in found


def list_places(part: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where in a block a value stands."""
    pairs: list[tuple[Any, Any]] = list(part.items()) if isinstance(part, dict) else []
    pairs = list(enumerate(part)) if isinstance(part, list) else pairs
    return [path, *(place for key, each in pairs for place in list_places(each, (*path, key)))]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda part: st.lists(part, max_size=2) | st.dictionaries(st.just("type"), part),
    max_leaves=4,
)


@given(data=st.data(), kind=st.sampled_from(sorted(EVERY_BLOCK)), value=ANYTHING)
def test_whatever_stands_anywhere_is_taken_or_refused(
    data: st.DataObject, kind: str, value: Any
) -> None:
    whole = {"block": copy.deepcopy(EVERY_BLOCK[kind])}
    *way, last = data.draw(st.sampled_from(list_places(whole)[1:]))
    place: Any = whole
    for key in way:
        place = place[key]
    place[last] = value

    found = refusal(whole["block"])

    assert found.startswith("[ERROR] ") or complete_blocks([whole["block"]])[0]["block_id"]


def test_one_fault_is_named_once() -> None:
    with pytest.raises(SlackError) as refused:
        check_blocks([section("x" * 3001)], surface="message")

    assert len(refused.value.messages) == 1


def test_ids_are_unique_in_a_message() -> None:
    twice = [section("x") | {"block_id": "a"}, section("y") | {"block_id": "a"}]
    pressed = [actions(button("x", action_id="a")), actions(button("y", action_id="a"))]

    assert (
        refusal(*twice) == '[ERROR] `block_id` "a" already exists [json-pointer:/blocks/1/block_id]'
    )
    assert refusal(*pressed) == (
        '[ERROR] `action_id` "a" already exists [json-pointer:/blocks/1/elements/0/action_id]'
    )


def test_a_message_holds_so_much_and_no_more() -> None:
    table, markdown = EVERY_BLOCK["table"], {"type": "markdown", "text": "x" * 6001}

    assert refusal(*[{"type": "divider"}] * 50) == ""
    assert "no more than 50 items" in refusal(*[{"type": "divider"}] * 51)
    assert "only one table" in refusal(table, table)
    assert refusal(chart(), chart()) == ""
    assert "no more than 2" in refusal(chart(), chart(), chart())
    assert "less than 12001" in refusal(markdown, markdown)
    assert refusal(*[section("x" * 2640)] * 5) == ""
    assert refusal(*[section("x" * 2641)] * 5) == "msg_blocks_too_long"


def test_a_view_has_rules_of_its_own() -> None:
    modal: Json = {"type": "modal", "title": plain("t"), "blocks": [section("x")]}
    asking = {"type": "input", "label": plain("l"), "element": {"type": "plain_text_input"}}

    def refused(view: Json) -> str:
        try:
            check_view(view)
        except SlackError as no:
            return no.messages[0] if no.messages else no.error
        return ""

    assert refused(modal) == ""
    assert refused(modal | {"blocks": [section("x")] * 100}) == ""
    assert "no more than 100 items" in refused(modal | {"blocks": [section("x")] * 101})
    assert "less than 25 characters" in refused(modal | {"title": plain("x" * 25)})
    assert "less than 3001" in refused(modal | {"private_metadata": "x" * 3001})
    assert "missing required field: submit" in refused(modal | {"blocks": [asking]})
    assert refused(modal | {"blocks": [asking], "submit": plain("s")}) == ""
    assert "unsupported type: table" in refused(modal | {"blocks": [EVERY_BLOCK["table"]]})
    assert refused(modal | {"blocks": [section("x" * 3000)] * 99}) == "view_too_large"
    assert "unsupported type: popup" in refused(modal | {"type": "popup"})
    assert "invalid additional property: title" in refused(modal | {"type": "home"})


def test_the_web_api_answers_as_slack_does(desk: Desk) -> None:
    blocks = [section("fine"), section(""), {"type": "header", "text": plain("x" * 151)}]

    with pytest.raises(SlackApiError) as refused:
        desk.client.chat_postMessage(channel="C0BILLING", text="t", blocks=blocks)

    assert refused.value.response.data == {
        "ok": False,
        "error": "invalid_blocks",
        "response_metadata": {
            "messages": [
                "[ERROR] must be more than 0 characters [json-pointer:/blocks/1/text/text]",
                "[ERROR] must be less than 151 characters [json-pointer:/blocks/2/text/text]",
            ]
        },
    }
    with pytest.raises(SlackApiError, match="invalid_blocks_format"):
        desk.client.chat_postMessage(channel="C0BILLING", text="t", blocks='{"type": "section"}')


def test_what_is_kept_has_ids_and_defaults(desk: Desk) -> None:
    blocks = [section("x"), actions({"type": "button", "text": plain("go")})]

    kept = desk.client.chat_postMessage(channel="C0BILLING", text="t", blocks=blocks)["message"][
        "blocks"
    ]

    assert kept[0]["block_id"]
    assert kept[0]["text"] == {"type": "mrkdwn", "text": "x", "verbatim": False}
    assert kept[1]["elements"][0]["action_id"]
    assert kept[1]["elements"][0]["text"]["emoji"] is True
