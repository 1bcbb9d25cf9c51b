"""The fields of a form; what was filled in, and what is wrong with it, are found by their names."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from bot.views.blocks import Block, Element, option, plain_text

LABEL_MAX = 150
TEXT_FIELD_MAX = 3000
CHOICES_MAX = 100
RADIO_MAX = 10
SEARCHED_CHARACTERS_MIN = 2


def text_field(  # noqa: PLR0913 - each is a property of the field, named at the call
    name: str,
    label: str,
    *,
    initial: str = "",
    hint: str = "",
    is_long: bool = False,
    is_optional: bool = False,
    is_first: bool = False,
    characters_max: int = TEXT_FIELD_MAX,
) -> Block:
    """A line to type in, or several; the first one of a form has the cursor."""
    element: Element = {
        "type": "plain_text_input",
        "multiline": is_long,
        "max_length": characters_max,
        "focus_on_load": is_first,
    }
    if initial:
        element["initial_value"] = initial[:characters_max]
    return _field(name, label, element, hint=hint, is_optional=is_optional)


def menu_field(
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    *,
    initial: str | None = None,
    hint: str = "",
    is_optional: bool = False,
) -> Block:
    """One of many, by value and label."""
    element = _choosing("static_select", choices, initial=initial, most=CHOICES_MAX)
    return _field(name, label, element, hint=hint, is_optional=is_optional)


def radio_field(
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    *,
    initial: str | None = None,
    hint: str = "",
) -> Block:
    """One of a few that are all in sight, by value and label."""
    element = _choosing("radio_buttons", choices, initial=initial, most=RADIO_MAX)
    return _field(name, label, element, hint=hint)


def ticks_field(
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    *,
    ticked: Sequence[str] = (),
    hint: str = "",
    is_optional: bool = False,
) -> Block:
    """Any of a few, by value and label."""
    element = _choosing("checkboxes", choices, initial=None, most=RADIO_MAX)
    if initial := [one for one in element["options"] if one["value"] in ticked]:
        element["initial_options"] = initial
    return _field(name, label, element, hint=hint, is_optional=is_optional)


def many_field(
    name: str,
    label: str,
    choices: Sequence[tuple[str, str]],
    *,
    chosen: Sequence[str] = (),
    hint: str = "",
    is_optional: bool = False,
) -> Block:
    """Any of many, by value and label; at least one, unless it is optional."""
    element = _choosing("multi_static_select", choices, initial=None, most=CHOICES_MAX)
    if initial := [one for one in element["options"] if one["value"] in chosen]:
        element["initial_options"] = initial
    return _field(name, label, element, hint=hint, is_optional=is_optional)


def day_field(
    name: str, label: str, *, initial: date | None = None, hint: str = "", is_optional: bool = False
) -> Block:
    """A day of the calendar."""
    element: Element = {"type": "datepicker"}
    if initial is not None:
        element["initial_date"] = initial.isoformat()
    return _field(name, label, element, hint=hint, is_optional=is_optional)


def person_field(name: str, label: str, *, initial: str | None = None, hint: str = "") -> Block:
    """Somebody of the workspace; nobody has to be chosen."""
    element: Element = {"type": "users_select"}
    if initial is not None:
        element["initial_user"] = initial
    return _field(name, label, element, hint=hint, is_optional=True)


def channel_field(
    name: str,
    label: str,
    *,
    initial: str | None = None,
    hint: str = "",
    is_optional: bool = False,
    is_internal: bool = False,
) -> Block:
    """A channel that the person is in, or a public one; those with other organisations too.

    Shape: `is_internal` leaves those out.
    """
    wanted: dict[str, Any] = {"include": ["public", "private"]}
    if is_internal:
        wanted["exclude_external_shared_channels"] = True
    element: Element = {"type": "conversations_select", "filter": wanted}
    if initial is not None:
        element["initial_conversation"] = initial
    return _field(name, label, element, hint=hint, is_optional=is_optional)


def search_field(
    name: str,
    label: str,
    placeholder: str,
    *,
    initial: tuple[str, str] | None = None,
    hint: str = "",
    is_optional: bool = False,
) -> Block:
    """One of any number, found by typing a part of it; handlers.slack.options offers what fits.

    Shape: `initial` is a value with its label.
    """
    element: Element = {
        "type": "external_select",
        "placeholder": plain_text(placeholder, limit=LABEL_MAX),
        "min_query_length": SEARCHED_CHARACTERS_MIN,
    }
    if initial is not None:
        element["initial_option"] = option(initial[1], value=initial[0])
    return _field(name, label, element, hint=hint, is_optional=is_optional)


def _choosing(
    kind: str, choices: Sequence[tuple[str, str]], *, initial: str | None, most: int
) -> Element:
    if not 1 <= len(choices) <= most:
        raise ValueError(f"{kind} offers 1 to {most} choices, not {len(choices)}")
    options = [option(label, value=value) for value, label in choices]
    element: Element = {"type": kind, "options": options}
    chosen = [one for one in options if one["value"] == initial]
    return element | ({"initial_option": chosen[0]} if chosen else {})


def _field(
    name: str, label: str, element: Element, *, hint: str = "", is_optional: bool = False
) -> Block:
    block: Block = {
        "type": "input",
        "block_id": name,
        "label": plain_text(label, limit=LABEL_MAX),
        "element": {"action_id": name, **element},
        "optional": is_optional,
    }
    return block | ({"hint": plain_text(hint, limit=LABEL_MAX)} if hint else {})
