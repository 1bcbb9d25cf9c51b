"""Keys that are given twice, found whatever else is written (THREATS 91)."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.json_keys import has_repeated_key

WORDS = st.text(alphabet='a:\\" \x3a\u00e9', max_size=4)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers(0, 9) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.lists(st.tuples(WORDS, inner), max_size=3),
    max_leaves=8,
)


def written(value: Any, *, escaped: bool) -> str:
    """JSON in which a list of pairs is an object, repeated keys and all."""
    if isinstance(value, list) and value and isinstance(value[0], tuple):
        pairs = (f"{written(k, escaped=escaped)} :{written(v, escaped=escaped)}" for k, v in value)
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join(written(each, escaped=escaped) for each in value) + "]"
    text = json.dumps(value)
    return text.replace(":", "\\u003A") if escaped else text


def repeats(value: Any) -> bool:
    """The same, said slowly."""
    if not isinstance(value, list):
        return False
    if value and isinstance(value[0], tuple):
        keys = [key for key, _ in value]
        return len(set(keys)) < len(keys) or any(repeats(each) for _, each in value)
    return any(repeats(each) for each in value)


@given(value=VALUES, escaped=st.booleans())
def test_a_repeated_key_is_found_and_nothing_else(
    value: Any,
    escaped: bool,  # noqa: FBT001 - a case
) -> None:
    body = written(value, escaped=escaped).encode()

    assert has_repeated_key(body, orjson.loads(body)) == repeats(value)


@pytest.mark.parametrize(
    "body", [b'{"a":1,"\\u0061":2}', b'{"a":[{"b":1,"b":1}]}', b'{"a":1,"a":"\\u003a"}']
)
def test_no_way_of_writing_hides_one(body: bytes) -> None:
    assert has_repeated_key(body, orjson.loads(body))
