"""What a call accepts: kinds of parameters, and the check that Stripe makes before anything else.

The values come as text (from a form) or as Python values (from `StandIn.call`); a kind takes both.
An empty text unsets what can be unset: the handler then sees None.
"""

import dataclasses
import re
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.sandbox.stripe.errors import (
    StripeError,
    bad_request,
    empty_parameter,
    missing_parameter,
    unknown_parameters,
)

TEXT_CHARACTERS_MAX = 5000
METADATA_KEYS_MAX = 50
METADATA_NAME_CHARACTERS_MAX = 40
METADATA_VALUE_CHARACTERS_MAX = 500
DECIMAL_PLACES_MAX = 12
LIST_ITEMS_MAX = 250


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of value. `fields` names what a hash may hold, `item` what a list holds."""

    name: str
    can_unset: bool = False
    choices: tuple[str, ...] = ()
    fields: Mapping[str, "Kind"] = dataclasses.field(default_factory=dict)
    required: tuple[str, ...] = ()
    item: "Kind | None" = None
    least: int | None = None
    most: int | None = None


TEXT = Kind("text", can_unset=True)
ID = Kind("text")
INTEGER = Kind("integer")
INTEGER_OR_UNSET = Kind("integer", can_unset=True)
POSITIVE = Kind("integer", least=1)
NOT_NEGATIVE = Kind("integer", least=0)
TIMESTAMP = Kind("integer", least=0)
DECIMAL = Kind("decimal")
FLAG = Kind("flag")
METADATA = Kind("metadata", can_unset=True)
PAYLOAD = Kind("payload")
LIMIT = Kind("integer", least=1, most=100)


def choice(*values: str, can_unset: bool = False) -> Kind:
    """One of some words."""
    return Kind("choice", choices=values, can_unset=can_unset)


def hash_of(fields: Mapping[str, Kind], *required: str, can_unset: bool = False) -> Kind:
    """A hash with these fields."""
    return Kind("hash", fields=fields, required=required, can_unset=can_unset)


def list_of(item: Kind, *, can_unset: bool = True) -> Kind:
    """A list of one kind."""
    return Kind("list", item=item, can_unset=can_unset)


MOMENTS = Kind(
    "moments", fields={"gt": TIMESTAMP, "gte": TIMESTAMP, "lt": TIMESTAMP, "lte": TIMESTAMP}
)
EXPAND = {"expand": list_of(ID)}
PAGE: dict[str, Kind] = {
    **EXPAND,
    "limit": LIMIT,
    "starting_after": ID,
    "ending_before": ID,
}
ADDRESS = hash_of(
    dict.fromkeys(("city", "country", "line1", "line2", "postal_code", "state"), TEXT),
    can_unset=True,
)


def checked(
    given: Mapping[str, Any], kinds: Mapping[str, Kind], required: tuple[str, ...] = ()
) -> dict[str, Any]:
    """The parameters of a call, parsed.

    Raises: StripeError with the code and the words that Stripe has for what is wrong.
    """
    return checked_hash(given, kinds, required, "")


def checked_hash(
    given: Mapping[str, Any], kinds: Mapping[str, Kind], required: tuple[str, ...], inside: str
) -> dict[str, Any]:
    """The fields of one hash; `inside` is its own name, empty at the top."""
    unknown = [named(inside, name) for name in given if name not in kinds]
    if unknown:
        raise unknown_parameters(unknown)
    for name in required:
        if given.get(name) is None:
            raise missing_parameter(named(inside, name))
    return {
        name: parsed(value, kinds[name], named(inside, name))
        for name, value in given.items()
        if value is not None
    }


def named(inside: str, name: str) -> str:
    """A parameter's full name, as in errors."""
    return f"{inside}[{name}]" if inside else name


def parsed(value: Any, kind: Kind, name: str) -> Any:
    """One value as its kind says."""
    if value == "" and kind.name not in {"list", "payload"}:
        if not kind.can_unset:
            raise empty_parameter(name)
        return None
    return PARSERS[kind.name](value, kind, name)


def parsed_text(value: Any, _kind: Kind, name: str) -> str:
    """Text of at most 5000 characters."""
    if isinstance(value, dict | list | bool):
        raise bad_request(f"Invalid string: {value}", param=name)
    text = str(value)
    if len(text) > TEXT_CHARACTERS_MAX:
        message = (
            f"Invalid string: {text[:20]}...; must be at most {TEXT_CHARACTERS_MAX} characters"
        )
        raise bad_request(message, code="parameter_invalid_string_length", param=name)
    return text


def parsed_integer(value: Any, kind: Kind, name: str) -> int:
    """A whole number within the kind's bounds."""
    written = isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,18}", value)
    if isinstance(value, bool) or not (isinstance(value, int) or written):
        raise bad_request(f"Invalid integer: {value}", code="parameter_invalid_integer", param=name)
    number = int(value)
    if kind.least is not None and number < kind.least:
        message = f"This value must be greater than or equal to {kind.least}."
        raise bad_request(message, code="parameter_invalid_integer", param=name)
    if kind.most is not None and number > kind.most:
        message = (
            f"This value must be less than or equal to {kind.most} (it currently is '{number}')."
        )
        raise bad_request(message, code="parameter_invalid_integer", param=name)
    return number


def parsed_decimal(value: Any, _kind: Kind, name: str) -> Decimal:
    """A decimal number with at most 12 places."""
    wrong = bad_request(f"Invalid decimal: {value}", code="parameter_invalid_decimal", param=name)
    if isinstance(value, dict | list | bool):
        raise wrong
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        raise wrong from None
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > DECIMAL_PLACES_MAX:
        raise wrong
    return number


def parsed_flag(value: Any, _kind: Kind, name: str) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return bool(value == "true")
    raise bad_request(f"Invalid boolean: {value}", param=name)


def parsed_choice(value: Any, kind: Kind, name: str) -> str:
    """One of the kind's words."""
    if isinstance(value, str) and value in kind.choices:
        return value
    short = name.rsplit("[", 1)[-1].rstrip("]")
    *most, last = kind.choices
    words = f"one of {', '.join(most)}, or {last}" if most else last
    raise bad_request(f"Invalid {short}: must be {words}", param=name)


def parsed_hash(value: Any, kind: Kind, name: str) -> dict[str, Any]:
    """A hash with known fields."""
    if not isinstance(value, dict):
        raise bad_request("Invalid object", param=name)
    return checked_hash(value, kind.fields, kind.required, name)


def parsed_list(value: Any, kind: Kind, name: str) -> list[Any] | None:
    """A list, also when it was written with indexes; an empty text unsets it."""
    if value == "":
        if not kind.can_unset:
            raise empty_parameter(name)
        return None
    if isinstance(value, dict) and all(key.isdigit() for key in value):
        value = [value[key] for key in sorted(value, key=int)]
    if not isinstance(value, list | tuple):
        raise bad_request("Invalid array", param=name)
    if len(value) > LIST_ITEMS_MAX:
        raise bad_request(f"Array {name} exceeded maximum {LIST_ITEMS_MAX} allowed elements.")
    if kind.item is None:
        return list(value)
    return [parsed(item, kind.item, f"{name}[{place}]") for place, item in enumerate(value)]


def parsed_metadata(value: Any, _kind: Kind, name: str) -> dict[str, str]:
    """Names and texts; an empty text takes the name away."""
    if not isinstance(value, dict):
        raise bad_request("Invalid object", param=name)
    for key, text in value.items():
        if len(key) > METADATA_NAME_CHARACTERS_MAX:
            message = f"Metadata keys must be at most {METADATA_NAME_CHARACTERS_MAX} characters."
            raise bad_request(message, param=name)
        if isinstance(text, dict | list):
            raise bad_request("Metadata values must be strings.", param=named(name, key))
        if len(str(text)) > METADATA_VALUE_CHARACTERS_MAX:
            message = (
                f"Metadata values can have up to {METADATA_VALUE_CHARACTERS_MAX} characters, "
                f"but you passed in a value that is {len(str(text))} characters."
            )
            raise bad_request(message, param=named(name, key))
    return {key: "" if text is None else str(text) for key, text in value.items()}


def parsed_payload(value: Any, _kind: Kind, name: str) -> dict[str, str]:
    """A hash of free names and texts."""
    if not isinstance(value, dict):
        raise bad_request("Invalid object", param=name)
    return {key: str(text) for key, text in value.items()}


def parsed_moments(value: Any, kind: Kind, name: str) -> dict[str, int]:
    """A moment, or bounds around several."""
    if not isinstance(value, dict):
        moment = parsed_integer(value, TIMESTAMP, name)
        return {"gte": moment, "lte": moment}
    return checked_hash(value, kind.fields, (), name)


def merged_metadata(old: Mapping[str, str], new: Mapping[str, str] | None) -> dict[str, str]:
    """What is left when new names are set and emptied ones taken away; None takes away all.

    Raises: StripeError above 50 names.
    """
    if new is None:
        return {}
    merged = {**old, **new}
    left = {name: text for name, text in merged.items() if text != ""}
    if len(left) > METADATA_KEYS_MAX:
        raise StripeError(400, f"You can have up to {METADATA_KEYS_MAX} metadata keys.")
    return left


PARSERS = {
    "text": parsed_text,
    "integer": parsed_integer,
    "decimal": parsed_decimal,
    "flag": parsed_flag,
    "choice": parsed_choice,
    "hash": parsed_hash,
    "list": parsed_list,
    "metadata": parsed_metadata,
    "payload": parsed_payload,
    "moments": parsed_moments,
}
