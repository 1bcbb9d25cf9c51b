"""Faults on request: what the network and Stripe do wrong, switched on by the control API."""

import dataclasses
import random
from typing import Any


@dataclasses.dataclass
class Faults:
    """Every switch, at rest. Paths are compared by their beginning."""

    # Webhooks.
    webhook_duplicates: int = 0
    webhook_shuffle: bool = False
    webhook_delay_seconds: float = 0.0
    webhook_drop_all: bool = False
    webhook_drop_types: list[str] = dataclasses.field(default_factory=list)
    webhook_drop_probability: float = 0.0
    # Events: `created` rounded down to so many seconds; seconds until the list shows one.
    events_share_seconds: int = 0
    events_lag_seconds: float = 0.0
    # Answers: 500 after the deed for the next n writes, 500 before it, 402 instead of it; after it
    # the line cut, or nothing said on a line that stays open; 429 for the next n calls.
    fail_after_next: int = 0
    fail_before_next: int = 0
    refuse_next: int = 0
    lose_answer_next: int = 0
    silent_after_next: int = 0
    fail_path: str = ""
    rate_limit_next: int = 0
    slow_seconds: dict[str, float] = dataclasses.field(default_factory=dict)
    # Nothing is answered at all, after the next n answers; the connection stays open.
    black_hole: bool = False
    black_hole_after: int = 0
    black_hole_path: str = ""
    # The bank says no to every saved card.
    decline_all: bool = False
    # Names of resources (`invoices`) that the key may not `read`, `write`, or both.
    deny: list[str] = dataclasses.field(default_factory=list)
    seed: int = 1

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)

    def as_dict(self) -> dict[str, Any]:
        """The switches as they stand."""
        return dataclasses.asdict(self)

    def set(self, changes: dict[str, Any]) -> list[str]:
        """Turn switches; names that are not switches, or values of another kind, come back."""
        fields = {field.name: type(getattr(self, field.name)) for field in dataclasses.fields(self)}
        wrong = [name for name, value in changes.items() if not fits(fields.get(name), value)]
        if wrong:
            return wrong
        for name, value in changes.items():
            setattr(self, name, value)
        if "seed" in changes:
            self.random = random.Random(self.seed)
        return []

    def reset(self) -> None:
        """All switches at rest again."""
        self.set(Faults().as_dict())

    def drops_webhook(self, event_type: str) -> bool:
        """Whether this delivery is lost."""
        if self.webhook_drop_all or event_type in self.webhook_drop_types:
            return True
        return self.random.random() < self.webhook_drop_probability

    def delay_of(self, path: str) -> float:
        """Seconds that an answer to this path is held back."""
        return max(
            (seconds for start, seconds in self.slow_seconds.items() if path.startswith(start)),
            default=0.0,
        )

    def swallows(self, path: str) -> bool:
        """Whether this request is never answered; those that still are get counted down."""
        if not self.black_hole or not path.startswith(self.black_hole_path):
            return False
        return not self.takes_one("black_hole_after")

    def takes(self, switch: str, path: str) -> bool:
        """Count one of the next n down, when there is one and the path matches."""
        return path.startswith(self.fail_path) and self.takes_one(switch)

    def takes_one(self, switch: str) -> bool:
        """Count one of the next n down, when there is one."""
        left: int = getattr(self, switch)
        if left <= 0:
            return False
        setattr(self, switch, left - 1)
        return True

    def denies(self, resource: str, *, write: bool) -> bool:
        """Whether the key lacks the right: `invoices`, `invoices:read` or `invoices:write`."""
        right = "write" if write else "read"
        return resource in self.deny or f"{resource}:{right}" in self.deny


def fits(kind: type | None, value: Any) -> bool:
    """Whether a value may stand in a switch of this type."""
    if kind is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    return kind is not None and type(value) is kind
