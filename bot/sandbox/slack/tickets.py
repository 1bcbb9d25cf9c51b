"""Things the bot may use once or a few times: trigger ids and response URLs."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

# Source: docs.slack.dev, interactivity: "acknowledge within 3 seconds"; a trigger id holds as long,
# a response URL 30 minutes.
PATIENCE_SECONDS = 3.0
RESPONSE_SECONDS = 30 * 60.0
RESPONSE_USES_MAX = 5
# Far more than anybody uses in half an hour; older ones have expired.
TICKETS_MAX = 10_000


@dataclass
class Trigger:
    """The right to open one view for one person."""

    id: str
    person: str
    expires_at: float
    view_id: str | None = None
    is_used: bool = False


@dataclass
class ResponseTicket:
    """The right to answer one interaction.

    Shape: `message_ts` is the message clicked in; None for a command, which has none to replace.
    """

    token: str
    person: str
    channel: str
    expires_at: float
    message_ts: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Tickets:
    """Every trigger id and response URL that was given out."""

    def __init__(self, clock: Callable[[], float], *, patience_seconds: float) -> None:
        self._clock = clock
        self._patience_seconds = patience_seconds
        self._lock = threading.Lock()
        self._triggers: dict[str, Trigger] = {}
        self._responses: dict[str, ResponseTicket] = {}

    def give_trigger(self, person: str, *, view_id: str | None = None) -> str:
        """A new trigger id; it counts from now."""
        trigger_id = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}."
        trigger_id += secrets.token_hex(16)
        expires_at = self._clock() + self._patience_seconds
        with self._lock:
            self._triggers[trigger_id] = Trigger(trigger_id, person, expires_at, view_id)
            _forget_oldest(self._triggers)
        return trigger_id

    def take_trigger(self, trigger_id: str) -> Trigger | str:
        """Use a trigger id up; the name of Slack's error when that can't be."""
        with self._lock:
            trigger = self._triggers.get(trigger_id)
            if trigger is None:
                return "invalid_trigger_id"
            if trigger.is_used:
                return "exchanged_trigger_id"
            if self._clock() > trigger.expires_at:
                return "expired_trigger_id"
            trigger.is_used = True
            return trigger

    def give_response(
        self,
        person: str,
        channel: str,
        *,
        message_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """The token of a new response URL."""
        token = secrets.token_urlsafe(24)
        expires_at = self._clock() + RESPONSE_SECONDS
        ticket = ResponseTicket(token, person, channel, expires_at, message_ts, thread_ts)
        with self._lock:
            self._responses[token] = ticket
            _forget_oldest(self._responses)
        return token

    def take_response(self, token: str) -> ResponseTicket | str:
        """Use a response URL once more; the name of Slack's error when that can't be."""
        with self._lock:
            ticket = self._responses.get(token)
            if ticket is None:
                return "invalid_url"
            if self._clock() > ticket.expires_at:
                return "expired_url"
            if ticket.uses >= RESPONSE_USES_MAX:
                return "used_url"
            ticket.uses += 1
            return ticket

    def look_at_response(self, token: str) -> ResponseTicket:
        """The ticket of a token that was just given out, without using it."""
        with self._lock:
            return self._responses[token]


def _forget_oldest(tickets: dict[str, Any]) -> None:
    while len(tickets) > TICKETS_MAX:
        del tickets[next(iter(tickets))]
