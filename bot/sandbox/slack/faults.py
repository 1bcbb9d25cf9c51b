"""What goes wrong on request: the switches of the stand-in's bad days."""

import threading
from dataclasses import dataclass, field, fields
from typing import Any

from bot.sandbox.slack.records import Json


@dataclass
class Faults:
    """Faults to come. A `_next` counts the calls that it will still hit.

    Those with `post` in their name hit messages alone, whatever `methods` says.

    Units: `slow_seconds` and `retry_after` are seconds. `methods` empty means every method.
    """

    methods: list[str] = field(default_factory=list)
    slow_seconds: float = 0.0
    ratelimited_next: int = 0
    retry_after: int = 1
    error_next: int = 0
    error_name: str = "internal_error"
    fail_before_next: int = 0
    fail_after_next: int = 0
    lose_answer_next: int = 0
    silent_after_next: int = 0
    fail_after_post_next: int = 0
    lose_post_next: int = 0
    html_next: int = 0
    truncate_next: int = 0
    duplicate_deliveries_next: int = 0
    retry_events_next: int = 0

    def __post_init__(self) -> None:
        self._lock = threading.Lock()

    def take(self, name: str, method: str = "") -> bool:
        """Whether this fault hits now; if so, one less is left."""
        with self._lock:
            left: int = getattr(self, name)
            if left < 1 or (self.methods and method and method not in self.methods):
                return False
            setattr(self, name, left - 1)
            return True

    def hits(self, method: str) -> bool:
        """Whether a method is among those that the lasting faults concern."""
        return not self.methods or method in self.methods

    def set(self, wanted: Json) -> None:
        """Take new values, for example from the page.

        Raises: ValueError when a name or a type is wrong; then nothing is changed.
        """
        known = Faults().as_json()
        for name, value in wanted.items():
            if name not in known:
                raise ValueError(f"There is no fault {name}; there are {', '.join(known)}.")
            if not _is_like(value, known[name]):
                raise ValueError(f"{name} can't be {value!r}.")
        for name, value in wanted.items():
            setattr(self, name, value)

    def reset(self) -> None:
        """A good day again."""
        self.set(Faults().as_json())

    def as_json(self) -> Json:
        """Every switch with its value."""
        return {each.name: getattr(self, each.name) for each in fields(self)}


def _is_like(value: Any, example: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(example, float):
        return isinstance(value, (int, float)) and value >= 0
    if isinstance(example, int):
        return isinstance(value, int) and value >= 0
    if isinstance(example, list):
        return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, type(example))
