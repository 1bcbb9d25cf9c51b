"""Envelopes: what Socket Mode brings instead of requests, answered in their acks, each once.

Slack may bring an envelope twice, over the same connection or another. The second is acknowledged
with the first one's answer, and nothing is done again. This memory is one process's own: what keeps
a deed from being done twice by two processes is the promise's key, which comes from what both
envelopes carry alike (a command's trigger id, a press's message and action_ts, a modal's view id).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, TypeAlias

import orjson

from bot.telemetry import get_logger, requests_total

log = get_logger("slack.envelopes")

# As over HTTP: four threads answer faster at the 99th percentile than many do.
THREADS = 4
# Those under way and those that wait; one more is not acknowledged, and Slack tells the person.
ENVELOPES_MAX = 64
# A second delivery comes within seconds of the first.
REMEMBERED_MAX = 500
# Slack's are UUIDs.
ID_CHARACTERS_MAX = 200
FINISHING_SECONDS_MAX = 5.0

Answer: TypeAlias = tuple[int, Mapping[str, Sequence[str]], str]
Dispatch: TypeAlias = Callable[[dict[str, Any], Mapping[str, str]], Answer]


@dataclass(frozen=True, slots=True)
class Envelope:
    """One command, interaction or event."""

    id: str
    payload: dict[str, Any]
    takes_answer: bool
    # What HTTP has as headers: that an event comes again, and why.
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Signal:
    """What Slack says about the connection itself: hello, or disconnect and why."""

    kind: str
    reason: str


def parse_message(text: str | bytes) -> Envelope | Signal | None:
    """Read a message of the connection; None for what this version does not know.

    Source: docs.slack.dev/apis/events-api/using-socket-mode, read 2026-11.
    """
    try:
        message = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(message, dict):
        return None
    kind, envelope_id = message.get("type"), message.get("envelope_id")
    if kind in {"hello", "disconnect"}:
        return Signal(kind, str(message.get("reason") or ""))
    payload = message.get("payload")
    if not isinstance(envelope_id, str) or not isinstance(payload, dict):
        return None
    if not 0 < len(envelope_id) <= ID_CHARACTERS_MAX:
        return None
    retried = {"x-slack-retry-num": "retry_attempt", "x-slack-retry-reason": "retry_reason"}
    return Envelope(
        id=envelope_id,
        payload=payload,
        takes_answer=message.get("accepts_response_payload") is True,
        headers={name: str(message[key]) for name, key in retried.items() if message.get(key)},
    )


class Envelopes:
    """Answers envelopes in a few threads, as many as there is room for."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._pool = ThreadPoolExecutor(THREADS, "slack-envelopes")
        self._changed = threading.Condition()
        self._under_way: set[Future[str | None]] = set()
        self._recent: OrderedDict[str, Future[str | None]] = OrderedDict()
        self._is_stopping = False

    def take(self, envelope: Envelope, send: Callable[[str], None]) -> None:
        """Answer an envelope soon, and send its ack; never waits.

        What is not taken is not acknowledged: Slack brings it to another connection, or says to
        the person that it went wrong.
        """
        with self._changed:
            answered = self._recent.get(envelope.id)
            if answered is None:
                if self._is_stopping or len(self._under_way) >= ENVELOPES_MAX:
                    log.warning("envelope_left", is_stopping=self._is_stopping)
                    requests_total.labels("socket", "left").inc()
                    return
                answered = self._pool.submit(self._answer, envelope)
                self._under_way.add(answered)
                self._recent[envelope.id] = answered
                while len(self._recent) > REMEMBERED_MAX:
                    self._recent.popitem(last=False)
            else:
                requests_total.labels("socket", "repeated").inc()

        def acknowledge(done: "Future[str | None]") -> None:
            try:
                if not done.cancelled() and (ack := done.result()) is not None:
                    send(ack)
            finally:
                with self._changed:
                    self._under_way.discard(done)
                    self._changed.notify_all()

        # Outside the lock: what is done already calls back at once.
        answered.add_done_callback(acknowledge)

    def stop(self) -> None:
        """Let those under way be answered, and take no more from then on.

        Until that moment the next ones are answered too: whoever calls this closes at once.
        """
        with self._changed:
            self._changed.wait_for(lambda: not self._under_way, FINISHING_SECONDS_MAX)
            self._is_stopping = True
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _answer(self, envelope: Envelope) -> str | None:
        """The ack with the answer in it; None when there is none to give."""
        try:
            status, headers, body = self._dispatch(envelope.payload, envelope.headers)
        except Exception as failed:  # noqa: BLE001 - one envelope must not end the thread of others
            # The type only: a message may hold what came in the payload.
            kind = type(failed).__name__
            log.error("envelope_failed", error=kind)  # noqa: TRY400 - see above
            status, headers, body = HTTPStatus.INTERNAL_SERVER_ERROR, {}, ""
        requests_total.labels("socket", str(int(status))).inc()
        if status != HTTPStatus.OK:
            with self._changed:
                # When it comes again, it is tried again.
                self._recent.pop(envelope.id, None)
            return None
        ack: dict[str, Any] = {"envelope_id": envelope.id}
        if body and envelope.takes_answer:
            is_json = (headers.get("content-type") or [""])[0].startswith("application/json")
            ack["payload"] = orjson.loads(body) if is_json else {"text": body}
        return orjson.dumps(ack).decode()
