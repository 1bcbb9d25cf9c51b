"""Block Kit: what Slack takes on each surface, to the last character and the last item."""

import copy
from collections.abc import Iterator
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
    chart,
    plain,
    refusal,
    section,
)
from tests.bot.sandbox.slack_desk import Desk, open_desk

Json = dict[str, Any]


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        opened.slack.state.is_rate_limited = False
        yield opened


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
