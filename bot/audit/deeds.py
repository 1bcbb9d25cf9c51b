"""What can be recorded: who did what to which thing, and what of it may have to be forgotten."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

# A person's note in Slack has 3,000 characters at most; before and after come on top.
DETAILS_CHARACTERS_MAX = 40_000
_ACTION = re.compile(r"[a-z][a-z_]{0,47}\.[a-z]{1,15}", re.ASCII)

# The subjects of entries about a person, and about states of things.
PERSON, MIRROR = "person", "mirror"


class Stage(StrEnum):
    """How far a deed has come when it is recorded; `done` for one without a call to the outside."""

    DONE = "done"
    REQUESTED = "requested"
    QUESTIONED = "questioned"
    ANSWERED = "answered"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OUTDATED = "outdated"
    SETTLED = "settled"
    REFUSED = "refused"
    FAILED = "failed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, by which right (a role, and "@" with an account), answering which request."""

    user_id: str
    basis: str
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Private:
    """A text about a person or customer (their id in `about`) that may have to be forgotten."""

    value: str
    about: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What a deed was done to: invoice in_…, grant 12, person U…; a person's id is kept apart."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Deed:
    """One entry before it has a number.

    Shape: `details` holds text, whole numbers, booleans, None, lists, mappings and Private; money
    as minor units beside its currency; `before` and `after` where something changed. `by` is None
    for what Tallyman does by itself. `invoice_id` puts it into that invoice's history; an invoice
    as subject is there anyway.
    """

    operation: str
    stage: Stage
    by: By | None
    subject: Subject
    account_id: int | None = None
    invoice_id: str | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def action(self) -> str:
        """The name that the entry has for ever.

        Raises: ValueError for an operation that is no name.
        """
        action = f"{self.operation}.{self.stage.value}"
        if not _ACTION.fullmatch(action):
            raise ValueError(f"{action!r} is no name of an action")
        return action


def canonical(value: Any) -> str:
    """The one way to write this as JSON: sorted keys, no spaces, ASCII only.

    Raises: TypeError for what has several ways to be written, such as a float; ValueError for more
        than an entry can hold.
    """
    _check(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    if len(text) > DETAILS_CHARACTERS_MAX:
        raise ValueError(f"details of {len(text)} characters are too long for the audit trail")
    return text


def _check(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise TypeError(f"{key!r} can't be a key in the audit trail")
            _check(inner)
    elif isinstance(value, list):
        for inner in value:
            _check(inner)
    elif value is not None and not isinstance(value, (str, int)):
        raise TypeError(f"a {type(value).__name__} can't be written in the audit trail")
