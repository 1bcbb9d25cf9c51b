"""What stands before every call by HTTP: key, limits, idempotency keys, faults, and the log."""

import collections
import dataclasses
import hmac
import re
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from bot.sandbox.stripe.dispatch import Answer, Api
from bot.sandbox.stripe.errors import (
    StripeError,
    bad_request,
    key_in_use,
    no_key,
    other_parameters,
    request_failed,
    server_failed,
    too_many_requests,
    wrong_key,
)
from bot.sandbox.stripe.form import read_form
from bot.sandbox.stripe.world import API_VERSION, LINKS_BASE

KEY_CHARACTERS_MAX = 255
# Stripe keeps keys for at least a day; by the real clock, because a caller retries by that one.
KEY_SECONDS = 86_400
LOG_ROWS_MAX = 1_000
WINDOW_SECONDS = 1.0
VERSION = re.compile(r"\d{4}-\d{2}-\d{2}(\.[a-z]+)?|unsafe-development")

Observer = Callable[[str, str, int, Any], None]


@dataclasses.dataclass
class Saved:
    """The answer that an idempotency key replays; None while the first call is running."""

    fingerprint: tuple[str, str, bytes]
    saved_at: float
    request_id: str
    answer: Answer | None = None


@dataclasses.dataclass(frozen=True)
class Incoming:
    """A request as it came."""

    method: str
    path: str
    query: str
    body: str
    headers: Mapping[str, str]


class Gateway:
    """Answers HTTP requests to /v1, in two steps so that a slow one can wait between them."""

    def __init__(self, api: Api, *, secret_key: str, requests_per_second: float | None) -> None:
        self._api = api
        self.secret_key = secret_key
        self._limit = requests_per_second
        self._saved: dict[str, Saved] = {}
        self._recent: dict[tuple[str, str], collections.deque[float]] = {}
        self.log: collections.deque[dict[str, Any]] = collections.deque(maxlen=LOG_ROWS_MAX)
        self.observer: Observer | None = None

    def begin(self, incoming: Incoming) -> "Running":
        """Check everything that comes before the call itself; keep a refusal for finish()."""
        request_id = self._api.world.ids.new("req")
        running = Running(incoming, request_id, incoming.headers.get("idempotency-key"))
        try:
            self._check_key(incoming.headers)
            running.params = read_form(incoming.query) | read_form(incoming.body)
            version = incoming.headers.get("stripe-version")
            if version is not None and not VERSION.fullmatch(version):
                raise bad_request(f"Invalid Stripe API version: {version}")
            self._check_rate(incoming)
            self._check_saved(running)
        except StripeError as error:
            running.refusal = error
        return running

    def finish(self, running: "Running", base_url: str) -> tuple[int, dict[str, str], bytes]:
        """Do the call, or repeat what an earlier one answered."""
        incoming, key = running.incoming, running.idempotency_key
        is_replay = running.replay is not None
        if running.refusal is not None:
            answer = refused(running.refusal)
        elif running.replay is not None:
            answer = running.replay
        else:
            try:
                answer = self._perform(running)
            except BaseException:
                # A mistake of ours must not leave the key taken for ever.
                self._saved.pop(key or "", None)
                raise
        headers = {
            "Content-Type": "application/json",
            "Request-Id": running.request_id,
            "Stripe-Version": incoming.headers.get("stripe-version", API_VERSION),
            **answer.headers,
        }
        if key is not None and incoming.method == "POST":
            headers["Idempotency-Key"] = key
            headers["Original-Request"] = running.original_request or running.request_id
        if is_replay:
            headers["Idempotent-Replayed"] = "true"
        self._write_log(running, answer.status)
        body = answer.body.replace(LINKS_BASE.encode(), base_url.encode())
        if self.observer is not None:
            self.observer(incoming.method, incoming.path, answer.status, orjson.loads(body))
        return answer.status, headers, body

    def _perform(self, running: "Running") -> Answer:
        """Do the call for the first time and keep its answer under its key."""
        incoming, faults = running.incoming, self._api.world.faults
        saved = self._saved.get(running.idempotency_key or "") if running.saves else None
        is_write = incoming.method != "GET"
        if is_write and faults.takes("fail_before_next", incoming.path):
            answer = dataclasses.replace(refused(server_failed()), is_executed=True)
        elif is_write and faults.takes("refuse_next", incoming.path):
            answer = dataclasses.replace(refused(request_failed()), is_executed=True)
        else:
            answer = self._api.answer(
                incoming.method,
                incoming.path,
                running.params,
                request_id=running.request_id,
                idempotency_key=running.idempotency_key,
            )
            if is_write and answer.is_executed and faults.takes("fail_after_next", incoming.path):
                answer = dataclasses.replace(refused(server_failed()), is_executed=True)
        if saved is not None and running.idempotency_key is not None:
            # A call that did not get as far as running leaves its key free.
            if answer.is_executed:
                saved.answer = answer
            else:
                del self._saved[running.idempotency_key]
        return answer

    def _check_key(self, headers: Mapping[str, str]) -> None:
        """Let nobody in without the secret key."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "basic":
            given = basic_user(given)
        if not given:
            raise no_key()
        if not hmac.compare_digest(given.encode(), self.secret_key.encode()):
            raise wrong_key(given)

    def _check_rate(self, incoming: Incoming) -> None:
        """Count calls per endpoint: all ids of one operation together."""
        if self._api.world.faults.takes("rate_limit_next", incoming.path):
            raise too_many_requests("endpoint-rate")
        if self._limit is None:
            return
        try:
            route, _ = self._api.router.find(incoming.method, incoming.path)
        except StripeError:
            return
        now = time.monotonic()
        recent = self._recent.setdefault((route.method, route.path), collections.deque())
        while recent and recent[0] <= now - WINDOW_SECONDS:
            recent.popleft()
        if len(recent) >= self._limit:
            raise too_many_requests("endpoint-rate")
        recent.append(now)

    def _check_saved(self, running: "Running") -> None:
        """Find the answer that a key has, or take the key for this call."""
        key, incoming = running.idempotency_key, running.incoming
        if key is None or incoming.method != "POST":
            return
        if not 0 < len(key) <= KEY_CHARACTERS_MAX:
            raise bad_request(f"Idempotency keys have 1 to {KEY_CHARACTERS_MAX} characters.")
        given = orjson.dumps(running.params, option=orjson.OPT_SORT_KEYS)
        fingerprint = (incoming.method, incoming.path, given)
        saved = self._saved.get(key)
        if saved is None or saved.saved_at < time.monotonic() - KEY_SECONDS:
            self._saved[key] = Saved(fingerprint, time.monotonic(), running.request_id)
            running.saves = True
        elif saved.fingerprint != fingerprint:
            raise other_parameters(key)
        elif saved.answer is None:
            raise key_in_use(key)
        else:
            running.replay = saved.answer
            running.original_request = saved.request_id

    def _write_log(self, running: "Running", status: int) -> None:
        """Remember a request for the tests that ask what was called."""
        self.log.append(
            {
                "method": running.incoming.method,
                "path": running.incoming.path,
                "params": running.params,
                "idempotency_key": running.idempotency_key,
                "request_id": running.request_id,
                "replayed": running.replay is not None,
                "status": status,
            }
        )


@dataclasses.dataclass
class Running:
    """A request between its checks and its answer."""

    incoming: Incoming
    request_id: str
    idempotency_key: str | None
    params: dict[str, Any] = dataclasses.field(default_factory=dict)
    refusal: StripeError | None = None
    replay: Answer | None = None
    original_request: str | None = None
    saves: bool = False


def basic_user(encoded: str) -> str:
    """The user of HTTP Basic, which is where Stripe takes a key; empty when it is misshapen."""
    try:
        return b64decode(encoded).decode("latin-1").partition(":")[0]
    except ValueError:
        return ""


def refused(error: StripeError) -> Answer:
    """An error as an answer."""
    headers = dict(error.headers)
    if error.status == 409:
        headers["Stripe-Should-Retry"] = "true"
    return Answer(error.status, orjson.dumps(error.body), headers, is_executed=False)
