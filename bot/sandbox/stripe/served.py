"""What the routes need of the stand-in that they serve."""

from collections import deque
from datetime import datetime
from typing import Any, Protocol

from bot.sandbox.stripe.gateway import Gateway
from bot.sandbox.stripe.world import World


class Served(Protocol):
    """The stand-in as its HTTP side sees it, so that neither has to import the other."""

    world: World
    gateway: Gateway
    public_url: str | None
    seen_url: str

    @property
    def clock(self) -> datetime:
        """The virtual time."""
        ...

    @property
    def requests(self) -> deque[dict[str, Any]]:
        """The last requests, oldest first."""
        ...

    def advance(self, to: datetime) -> None:
        """Move the clock ahead."""
        ...
