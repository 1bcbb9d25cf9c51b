"""Read Stripe's form encoding: `a[b]=1`, `a[]=1` and `a[0][b]=1` become nested dicts and lists."""

from typing import Any
from urllib.parse import parse_qsl

from bot.sandbox.stripe.errors import bad_request

PAIRS_MAX = 2000
DEPTH_MAX = 10


def read_form(text: str) -> dict[str, Any]:
    """The parameters in a query string or a form body.

    Shape: values are strings; lists written with indexes stay dicts with digits as names until
    their kind is known (see params.py).
    Raises: StripeError when it is too long or nested wrongly.
    """
    pairs = parse_qsl(text, keep_blank_values=True)
    if len(pairs) > PAIRS_MAX:
        raise bad_request("Too many parameters.")
    params: dict[str, Any] = {}
    for name, value in pairs:
        put(params, steps_of(name), value, name)
    return params


def steps_of(name: str) -> list[str]:
    """`a[b][]` as ["a", "b", ""]."""
    head, *rest = name.split("[")
    if len(rest) > DEPTH_MAX or any(not step.endswith("]") for step in rest):
        raise bad_request(f"Invalid parameter name: {name}")
    return [head, *(step[:-1] for step in rest)]


def put(params: dict[str, Any], steps: list[str], value: str, name: str) -> None:
    """Set one value at the end of its steps, making dicts and lists on the way."""
    place = params
    for position, step in enumerate(steps[:-1]):
        following = steps[position + 1]
        if following == "":
            values = place.setdefault(step, [])
            if position + 2 < len(steps) or not isinstance(values, list):
                raise bad_request(f"Invalid parameter name: {name}")
            values.append(value)
            return
        place = place.setdefault(step, {})
        if not isinstance(place, dict):
            raise bad_request(f"Invalid parameter name: {name}")
    place[steps[-1]] = value
