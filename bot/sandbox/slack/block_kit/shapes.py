"""The words in which blocks are described: each shape looks at one value and notes what is wrong.

Slack names a fault by a sentence and by the JSON pointer of the value it concerns.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.slack.block_kit.limits import bounds

Check = Callable[[Any, str, "Findings"], None]


@dataclass
class Findings:
    """What was found wrong so far, in Slack's words."""

    messages: list[str] = field(default_factory=list)

    def note(self, words: str, pointer: str) -> None:
        """Note a fault of the value at a pointer."""
        self.messages.append(f"[ERROR] {words} [json-pointer:{pointer}]")


def string(limit: str = "", *, pattern: str | None = None) -> Check:
    """A string, within the bounds named `limit`, and of a form where one is given."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, str):
            found.note("must provide a string", pointer)
            return
        check_length(value, bounds(limit), pointer, found)
        if pattern is not None and not re.fullmatch(pattern, value):
            found.note("must be in a valid format", pointer)

    return check


def check_length(value: str, allowed: Mapping[str, int], pointer: str, found: Findings) -> None:
    """Note a string that is shorter or longer than its bounds let it be."""
    if len(value) < allowed.get("min_length", 0):
        found.note(f"must be more than {allowed['min_length'] - 1} characters", pointer)
    if len(value) > allowed.get("max_length", len(value)):
        found.note(f"must be less than {allowed['max_length'] + 1} characters", pointer)


def enum(*allowed: str) -> Check:
    """One of some strings."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if value not in allowed:
            found.note("must be a valid enum value", pointer)

    return check


def boolean(value: Any, pointer: str, found: Findings) -> None:
    """True or false."""
    if not isinstance(value, bool):
        found.note("must provide a boolean", pointer)


def integer(low: int | None = None, high: int | None = None) -> Check:
    """A whole number within bounds."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if isinstance(value, bool) or not isinstance(value, int):
            found.note("must provide a integer", pointer)
        elif low is not None and value < low:
            found.note(f"must be greater than or equal to {low}", pointer)
        elif high is not None and value > high:
            found.note(f"must be less than or equal to {high}", pointer)

    return check


def number(value: Any, pointer: str, found: Findings) -> None:
    """A number that JSON can write."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or value != value or abs(value) == float("inf"):  # noqa: PLR0124 - NaN.
        found.note("must provide a number", pointer)


def items(item: Check, limit: str = "") -> Check:
    """An array of like things, as many as the bounds named `limit` allow."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, list):
            found.note("must provide an array", pointer)
            return
        check_count(len(value), limit, pointer, found)
        for index, each in enumerate(value):
            item(each, f"{pointer}/{index}", found)

    return check


def check_count(count: int, limit: str, pointer: str, found: Findings) -> None:
    """Note an array of fewer or more items than the bounds named `limit` allow."""
    allowed = bounds(limit)
    if count < allowed.get("min_items", 0):
        least = allowed["min_items"]
        found.note(f"no fewer than {least} item{'s' * (least > 1)} allowed", pointer)
    if count > allowed.get("max_items", count):
        found.note(f"no more than {allowed['max_items']} items allowed", pointer)


def record(
    required: Mapping[str, Check] | None = None, optional: Mapping[str, Check] | None = None
) -> Check:
    """An object with these properties and no others."""
    must, may = dict(required or {}), dict(optional or {})
    known = must | may

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.note("must provide an object", pointer)
            return
        for name in must:
            if value.get(name) is None:
                found.note(f"missing required field: {name}", pointer)
        for name, each in value.items():
            if name in known:
                if each is not None or name in may:
                    _check_present(known[name], each, f"{pointer}/{name}", found)
            else:
                found.note(f"invalid additional property: {name}", pointer)

    return check


def _check_present(check: Check, value: Any, pointer: str, found: Findings) -> None:
    # Slack's own SDKs leave nulls out; the server refuses them where a thing must stand.
    if value is not None:
        check(value, pointer, found)


def by_type(shapes: Mapping[str, Check]) -> Check:
    """One of several objects, told apart by their `type`."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.note("must provide an object", pointer)
            return
        kind = value.get("type")
        if kind is None:
            found.note("missing required field: type", pointer)
        elif not isinstance(kind, str) or kind not in shapes:
            found.note(f"unsupported type: {kind}", f"{pointer}/type")
        else:
            shapes[kind](without_type(value), pointer, found)

    return check


def without_type(value: dict[str, Any]) -> dict[str, Any]:
    """What is left of an object once its `type` has chosen its shape."""
    return {name: each for name, each in value.items() if name != "type"}


def both(*checks: Check) -> Check:
    """Several demands on one value; the later ones only look at what the first let pass."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        before = len(found.messages)
        for each in checks:
            each(value, pointer, found)
            if len(found.messages) > before:
                return

    return check


def exactly_one(*names: str) -> Check:
    """Of these properties one must be there, and only one."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if sum(value.get(name) is not None for name in names) != 1:
            found.note(f"must provide exactly one of {', '.join(names)}", pointer)

    return check


def at_least_one(*names: str) -> Check:
    """Of these properties one must be there."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if all(value.get(name) is None for name in names):
            found.note(f"must provide at least one of {', '.join(names)}", pointer)

    return check
