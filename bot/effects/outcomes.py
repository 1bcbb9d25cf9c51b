"""What came of a call to the outside: done, refused, or nobody knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Done:
    """It has happened, by this attempt or an earlier one; `answer` is what settle is to know.

    `refused_blocks` is Slack's word for what it did not like about a message, which stands there in
    a simpler form now.
    """

    answer: Mapping[str, Any] = field(default_factory=dict)
    refused_blocks: str | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """It has not happened and will not by trying again.

    `needs_look` is False where settle tells the people concerned, so that no operator has to;
    `answer` is what settle is to know beside the reason.
    """

    why: str
    needs_look: bool = True
    answer: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may have happened or not: the next attempt looks first, with the same key.

    `spends_key` when the service keeps this answer under the key, as Stripe keeps a 500: whoever
    finds by looking that nothing has happened then goes on with the next key. `again_seconds` is
    the least to wait, where looking at once would not show it. `is_final` where nobody can look,
    so that only a person may have it tried again.
    """

    why: str
    spends_key: bool = False
    again_seconds: float = 0.0
    is_final: bool = False


Outcome = Done | Refused | Unknown
