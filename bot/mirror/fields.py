"""Reading fields of Stripe's objects that may be missing, null, expanded, new or of another type.

Nothing here raises: a field that can't be read counts as missing. A webhook may come in an older
version of the API than the one we pin, and enums get new values without notice.
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from bot.money import MINOR_MAX

# Stripe writes up to 12 decimals; the column holds 40 characters.
_DECIMAL = re.compile(r"-?[0-9]{1,24}(?:\.[0-9]{1,13})?", re.ASCII)
# The lengths of columns that keep a text of Stripe's: longer ones are cut, never refused.
ID_CHARACTERS_MAX = 255
WORD_CHARACTERS_MAX = 32
CURRENCY_CHARACTERS_MAX = 3

_SECONDS_MAX = 253_370_764_799  # The end of 9998: its next day and every zone can still be named.


def text_at(source: dict[str, Any], name: str, *, characters_max: int | None = None) -> str | None:
    """A text, without NUL, which PostgreSQL refuses; None when there is none."""
    value = source.get(name)
    if not isinstance(value, str):
        return None
    if "\0" in value:
        value = value.replace("\0", "")
    return value[:characters_max] or None


def word_at(source: dict[str, Any], name: str, default: str) -> str:
    """A value of an enum, known or not."""
    return text_at(source, name, characters_max=WORD_CHARACTERS_MAX) or default


def currency_at(source: dict[str, Any]) -> str:
    """The currency's code in lower case; xxx, ISO's code for none, when it is missing.

    A longer code is none that we can keep: cut to three letters, usdc would be added to usd.
    """
    value = text_at(source, "currency")
    return value.lower() if value and len(value) <= CURRENCY_CHARACTERS_MAX else "xxx"


def whole_at(source: dict[str, Any], name: str) -> int | None:
    """A whole number that a 64-bit column holds; None when there is none."""
    value = source.get(name)
    # Its very type, as True and False are whole numbers too.
    return value if type(value) is int and -MINOR_MAX <= value <= MINOR_MAX else None


def amount_at(source: dict[str, Any], name: str) -> int:
    """An amount in minor units; 0 when there is none."""
    value = source.get(name)
    return value if type(value) is int and -MINOR_MAX <= value <= MINOR_MAX else 0


def flag_at(source: dict[str, Any], name: str) -> bool:
    """Whether a flag is set."""
    return source.get(name) is True


def moment_at(source: dict[str, Any], name: str) -> datetime | None:
    """The moment of a Unix time; None when there is none."""
    value = source.get(name)
    return _moment(value) if type(value) is int and 0 <= value <= _SECONDS_MAX else None


@lru_cache(maxsize=4096)
def _moment(seconds: int) -> datetime:
    # The lines and the states of an invoice name the same few moments again and again.
    return datetime.fromtimestamp(seconds, UTC)


def created_at(source: dict[str, Any]) -> datetime:
    """When Stripe made the object; 1970 when it does not say."""
    return moment_at(source, "created") or datetime.fromtimestamp(0, UTC)


def id_at(source: dict[str, Any], name: str) -> str | None:
    """The id in a field that holds an id or, expanded, the object itself."""
    value = source.get(name)
    if value is None:
        return None
    if isinstance(value, dict):
        return text_at(value, "id", characters_max=ID_CHARACTERS_MAX)
    return text_at(source, name, characters_max=ID_CHARACTERS_MAX)


def dict_at(source: dict[str, Any], name: str) -> dict[str, Any]:
    """A nested object; {} when there is none."""
    value = source.get(name)
    return value if isinstance(value, dict) else {}


def dicts_at(source: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The objects of a plain list, or of a list object of Stripe's ({"data": […]}); [] for none."""
    value = source.get(name)
    if isinstance(value, dict):
        value = value.get("data")
    # Most of Stripe's lists are empty.
    if not value or not isinstance(value, list):
        return []
    return [entry for entry in value if isinstance(entry, dict)]


def metadata_at(source: dict[str, Any]) -> dict[str, str]:
    """The metadata, without NUL."""
    given = source.get("metadata")
    if not given or not isinstance(given, dict):
        return {}
    return {
        key.replace("\0", ""): value.replace("\0", "")
        for key, value in given.items()
        if isinstance(value, str)
    }


def clean_json(value: Any) -> Any:
    """A nested value as it came, without NUL in its texts."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {key.replace("\0", ""): clean_json(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [clean_json(inner) for inner in value]
    return value


def decimal_at(source: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """The first of several fields that holds a decimal, as Stripe writes it."""
    for name in names:
        value = source.get(name)
        if type(value) is int:
            value = str(value)
        if isinstance(value, str) and _DECIMAL.fullmatch(value):
            return value
    return None


def sum_amounts(entries: list[dict[str, Any]]) -> int:
    """The sum of the `amount` of each entry."""
    return sum([amount_at(entry, "amount") for entry in entries]) if entries else 0
