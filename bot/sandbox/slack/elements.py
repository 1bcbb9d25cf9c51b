"""Find interactive parts in blocks, and read what a person chose in them.

Nothing is believed of what the browser sends but which of the offered things was chosen.
"""

import re
from collections.abc import Callable, Iterator

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json

DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
TEXT_INPUTS = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
STATELESS = ("button", "overflow", "workflow_button", "feedback_buttons", "icon_button")


def list_elements(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Each interactive element with the block_id it stands in."""
    for block in blocks:
        yield from _in_block(block)


def _in_block(block: Json) -> Iterator[tuple[str, Json]]:
    for child in block.get("child_blocks", []):
        yield from _in_block(child)
    if block.get("type") == "carousel":
        for card in block["elements"]:
            yield from _in_block(card)
        return
    parts = [block.get("accessory"), block.get("element")]
    parts += block.get("elements", []) if block.get("type") != "rich_text" else []
    parts += block.get("actions", [])
    for part in parts:
        if isinstance(part, dict) and "action_id" in part:
            yield block["block_id"], part


def find_element(blocks: list[Json], block_id: object, action_id: object) -> Json:
    """The element of a block.

    Raises: SlackError when the message has none.
    """
    for where, element in list_elements(blocks):
        if where == block_id and element["action_id"] == action_id:
            return element
    raise SlackError("action_not_found")


def read_choice(element: Json, sent: Json) -> Json:
    """What the action carries of a choice, looked up in the element itself.

    Raises: SlackError when the element does not offer it.
    """
    kind = element["type"]
    if kind in TEXT_INPUTS:
        return {"value": _optional_text(sent.get("value"))}
    reader = READERS.get(kind)
    if reader is None:
        raise SlackError("unsupported_element")
    return reader(element, sent)


def initial_state(element: Json) -> Json | None:
    """What an element holds before anybody touched it; None for one that holds nothing."""
    kind = element["type"]
    if kind in STATELESS:
        return None
    if kind in TEXT_INPUTS:
        return {"type": kind, "value": element.get("initial_value")}
    field = STATE_FIELD.get(kind)
    if field is None:
        return None
    empty: list[Json] | None = [] if field.endswith("s") else None
    initial = "initial_value" if kind == "rich_text_input" else field.replace("selected", "initial")
    return {"type": kind, field: element.get(initial, empty)}


def state_values(blocks: list[Json], chosen: dict[str, dict[str, Json]]) -> Json:
    """The `state.values` of an interaction: every stateful element, chosen or not."""
    values: Json = {}
    for block_id, element in list_elements(blocks):
        state = chosen.get(block_id, {}).get(element["action_id"]) or initial_state(element)
        if state is not None:
            values.setdefault(block_id, {})[element["action_id"]] = state
    return values


def list_options(element: Json) -> list[Json]:
    """The options of an element, those in groups too."""
    options = list(element.get("options") or [])
    for group in element.get("option_groups") or []:
        options += group["options"]
    return options


def _button(element: Json, _: Json) -> Json:
    part: Json = {"text": element["text"]} if "text" in element else {}
    if "value" in element:
        part["value"] = element["value"]
    return part


def _feedback(element: Json, sent: Json) -> Json:
    for each in (element["positive_button"], element["negative_button"]):
        if each["value"] == sent.get("value"):
            return {"text": each["text"], "value": each["value"]}
    raise SlackError("option_not_found")


def _offered(element: Json, option: object) -> Json:
    value = option.get("value") if isinstance(option, dict) else None
    for each in list_options(element):
        if each["value"] == value:
            return each
    raise SlackError("option_not_found")


def _one_option(element: Json, sent: Json) -> Json:
    if sent.get("selected_option") is None and element["type"] != "overflow":
        return {"selected_option": None}
    return {"selected_option": _offered(element, sent.get("selected_option"))}


def _many_options(element: Json, sent: Json) -> Json:
    chosen = [_offered(element, each) for each in sent.get("selected_options") or []]
    if len(chosen) > element.get("max_selected_items", len(chosen)):
        raise SlackError("too_many_options")
    return {"selected_options": chosen}


def check_offered(
    offered: dict[tuple[str, str], list[Json]], person: str, element: Json, choice: Json
) -> None:
    """Refuse a choice in a looked-up menu that the bot has not offered this person.

    Raises: SlackError option_not_found.
    """
    if not element["type"].endswith("external_select"):
        return
    known: list[Json | None] = [*offered.get((person, element["action_id"]), [])]
    known += [element.get("initial_option"), *element.get("initial_options", [])]
    chosen = choice.get("selected_options") or [choice.get("selected_option")]
    if any(each is not None and each not in known for each in chosen):
        raise SlackError("option_not_found")


def _external_option(_: Json, sent: Json) -> Json:
    if not isinstance(sent.get("selected_option"), (dict, type(None))):
        raise SlackError("option_not_found")
    return {"selected_option": sent.get("selected_option")}


def _external_options(_: Json, sent: Json) -> Json:
    return {"selected_options": list(sent.get("selected_options") or [])}


def _matching(field: str, pattern: re.Pattern[str]) -> Callable[[Json, Json], Json]:
    def read(_: Json, sent: Json) -> Json:
        value = sent.get(field)
        if value is not None and not pattern.fullmatch(str(value)):
            raise SlackError("invalid_value")
        return {field: value}

    return read


def _moment(_: Json, sent: Json) -> Json:
    value = sent.get("selected_date_time")
    if value is not None and not isinstance(value, int):
        raise SlackError("invalid_value")
    return {"selected_date_time": value}


def _as_sent(field: str) -> Callable[[Json, Json], Json]:
    """People, channels, files and rich text: the browser knows them as well as we do."""

    def read(_: Json, sent: Json) -> Json:
        return {field: sent.get(field)}

    return read


def _optional_text(value: object) -> str | None:
    return None if value in (None, "") else str(value)


STATE_FIELD = {
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "multi_static_select": "selected_options",
    "multi_external_select": "selected_options",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "multi_users_select": "selected_users",
    "channels_select": "selected_channel",
    "multi_channels_select": "selected_channels",
    "conversations_select": "selected_conversation",
    "multi_conversations_select": "selected_conversations",
    "rich_text_input": "rich_text_value",
    "file_input": "files",
}
READERS: dict[str, Callable[[Json, Json], Json]] = {
    "button": _button,
    "workflow_button": _button,
    "icon_button": _button,
    "feedback_buttons": _feedback,
    "overflow": _one_option,
    "static_select": _one_option,
    "radio_buttons": _one_option,
    "multi_static_select": _many_options,
    "checkboxes": _many_options,
    "external_select": _external_option,
    "multi_external_select": _external_options,
    "datepicker": _matching("selected_date", DATE),
    "timepicker": _matching("selected_time", TIME),
    "datetimepicker": _moment,
    "rich_text_input": _as_sent("rich_text_value"),
    "file_input": _as_sent("files"),
    **{
        kind: _as_sent(field)
        for kind, field in STATE_FIELD.items()
        if kind.removeprefix("multi_").split("_")[0] in ("users", "channels", "conversations")
    },
}
