"""The one door to Stripe: pinned version, time-outs, pacing, retries, and errors in our words.

The official SDK makes the requests; we parse the answers. Its objects cost 1.4 ms each where a
plain dict costs 0.04, and a backfill reads them by the hundred thousand.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from bot.clock import monotonic_seconds
from bot.errors import Misconfigured, NotFound, Unavailable
from bot.pacing import EndpointPacers
from bot.stripe_failures import Failure, backoff_seconds, endpoint_of, judge, judge_change
from bot.stripe_wire import make_wire
from bot.telemetry import get_logger
from bot.unreached import why_unreached

# What the types of SDK 16.1 describe. Releases of one name only ever add to it.
# Source: docs.stripe.com/upgrades, read 2026-11.
STRIPE_API_VERSION = "2026-10-28.endive"

# How often one read is tried when Stripe fails or does not answer, and when it says "too much".
FAILURES_MAX = 3
RATE_LIMITED_MAX = 5
# No attempt begins later than this, so a read ends at most one pair of time-outs after it.
GIVE_UP_SECONDS = 60.0

PAGE_ROWS_MAX = 100
# Live accounts have 100 requests a second and 25 to one endpoint; test accounts 25 in all.
# Source: docs.stripe.com/rate-limits, read 2026-11.
LIVE_ENDPOINTS_AT_ONCE = 4

LINKS_LOOKED_AT = 100  # Invoices whose pages are asked for the account's id; drafts have none.
UNNAMED = "unnamed"  # What stands in for Stripe may serve one account alone, and not say which.

_HOSTED_BY = re.compile(r"/i/(acct_[A-Za-z0-9]+)/")
_KEY_MODE = re.compile(r"(?:sk|rk)_(test|live)_")

_log = get_logger("stripe")


class StripeAPI:
    """Reads from one Stripe account, for any number of threads."""

    def __init__(
        self, secret_key: str, *, api_base: str, requests_per_second: float | None
    ) -> None:
        mode = _KEY_MODE.match(secret_key)
        if mode is None:
            raise Misconfigured("STRIPE_SECRET_KEY is missing or no secret key of Stripe.")
        self.is_live = mode[1] == "live"
        self._secret_key = secret_key
        self._api_base = api_base.rstrip("/")
        self._pacers = EndpointPacers(
            each_per_second=requests_per_second,
            all_per_second=requests_per_second
            and requests_per_second * (LIVE_ENDPOINTS_AT_ONCE if self.is_live else 1),
        )
        self._starting = threading.Lock()
        self._client: Any = None
        self._wire: Any = None
        self._closed = threading.Event()

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        patient_until: float | None = None,
    ) -> dict[str, Any]:
        """Read one object or page; safe to call while others do.

        `patient_until` is a moment of the monotonic clock after which nobody waits any more: no
        attempt begins later, and none waits longer for the network.
        Raises: NotFound when Stripe has no such object, BadRequest when it does not understand,
        Misconfigured for a key that it does not accept, Unavailable when it can't be reached.
        """
        return self._read("get", path, params, patient_until)

    def preview(self, path: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Have Stripe work something out that it keeps nothing of: a POST as safe as a read.

        Raises: what `get` raises.
        """
        return self._read("post", path, params, None)

    def _read(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        patient_until: float | None,
    ) -> dict[str, Any]:
        endpoint = endpoint_of(path)
        give_up_at = patient_until or monotonic_seconds() + GIVE_UP_SECONDS
        failures = limited = 0
        while True:
            self._wait_for_turn(endpoint, patient_until)
            answer = self._ask(method, path, params, patient_until)
            if isinstance(answer, dict):
                return answer
            if answer.is_rate_limit:
                limited += 1
                seconds = answer.retry_after_seconds or backoff_seconds(limited)
                self._hold(endpoint, answer.reason, seconds)
            else:
                failures += 1
                seconds = backoff_seconds(failures)
            is_too_late = monotonic_seconds() + seconds > give_up_at
            if is_too_late or failures >= FAILURES_MAX or limited > RATE_LIMITED_MAX:
                raise Unavailable(f"Stripe did not answer {endpoint}: {answer.reason}.")
            self._wait(seconds)

    def post(
        self, path: str, params: Mapping[str, Any] | None = None, *, key: str
    ) -> dict[str, Any]:
        """Change something, in one attempt; the same key again gives the same answer.

        Raises: StripeRefused, NotFound, Misconfigured and ToldToWait when nothing was done;
            StripeFailed, and Unavailable for no answer at all, when nobody knows.
        """
        client = self._started()
        import stripe

        self._wait_for_turn(endpoint_of(path), None)
        self._wire.be_patient_until(None)
        try:
            client.raw_request("post", path, idempotency_key=key, **(params or {}))
        except stripe.APIConnectionError as failed:
            why = why_unreached(failed)
            raise Unavailable(f"Stripe did not say whether it was done: {why}.") from None
        except stripe.StripeError as failed:
            raise judge_change(failed) from None
        try:
            answer = orjson.loads(self._wire.take_body())
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict):
            raise Unavailable("Stripe did not say whether it was done.")
        return answer

    def pages(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        starting_after: str | None = None,
        ending_before: str | None = None,
    ) -> Iterator[list[dict[str, Any]]]:
        """Read a list, page by page.

        Shape: newest first, as Stripe has it. With `ending_before` the pages go from that object
        towards the newest, each of them still newest first. Pages without objects are left out.
        Raises: what `get` raises; Unavailable when the answer is no list or does not move on.
        """
        asked: dict[str, Any] = {"limit": PAGE_ROWS_MAX, **(params or {})}
        is_backwards = ending_before is not None
        cursor_name = "ending_before" if is_backwards else "starting_after"
        cursor = ending_before if is_backwards else starting_after
        while True:
            page = self.get(path, asked | ({cursor_name: cursor} if cursor else {}))
            rows = page.get("data")
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise Unavailable(f"Stripe's answer to {endpoint_of(path)} is no list.")
            if rows:
                yield rows
            if not page.get("has_more"):
                return
            following = (rows[0] if is_backwards else rows[-1]).get("id") if rows else None
            if following is None or following == cursor:
                raise Unavailable(f"Stripe's list {endpoint_of(path)} does not move on.")
            cursor = following

    def account(self) -> tuple[str, bool]:
        """The account that the key belongs to, and whether it is in live mode.

        Raises: Misconfigured when Stripe does not accept the key or answers in another mode.
        """
        account_id = self._account_id()
        try:
            answered_live = self.get("/v1/balance").get("livemode")
        except (NotFound, Misconfigured):
            # A restricted key need not be allowed to see the balance; its name tells its mode.
            answered_live = None
        if isinstance(answered_live, bool) and answered_live != self.is_live:
            raise Misconfigured(
                f"STRIPE_SECRET_KEY is a {_mode_word(self.is_live)} key, but {self._api_base} "
                f"answers in {_mode_word(answered_live)} mode."
            )
        return account_id, self.is_live

    def _account_id(self) -> str:
        try:
            account_id = self.get("/v1/account").get("id")
        except NotFound:
            account_id = self._account_in_links() or UNNAMED
        except Misconfigured:
            # Restricted keys mostly may not see the account, but its hosted pages name it too.
            account_id = self._account_in_links()
            if account_id is None:
                raise
        if not isinstance(account_id, str):
            raise Unavailable("Stripe's answer to /v1/account names no account.")
        return account_id

    def _account_in_links(self) -> str | None:
        listed = self.get("/v1/invoices", {"limit": LINKS_LOOKED_AT}).get("data")
        for invoice in listed if isinstance(listed, list) else []:
            if found := _HOSTED_BY.search(str(invoice.get("hosted_invoice_url") or "")):
                return found[1]
        return None

    @property
    def secret_key(self) -> str:
        """The key that requests are made with."""
        return self._secret_key

    def use_key(self, secret_key: str) -> None:
        """Make every later request with this key of the same account and mode."""
        with self._starting:
            self._secret_key = secret_key
            self._client = None

    def close(self) -> None:
        """Let every wait end at once, also those for an answer, and give the connections back."""
        self._closed.set()
        with self._starting:
            if self._wire is not None:
                self._wire.cut_off()

    def _wait_for_turn(self, endpoint: str, patient_until: float | None) -> None:
        pacers = (self._pacers.of(endpoint), self._pacers.all)
        for pacer in pacers:
            self._wait(pacer.take_turn(monotonic_seconds()), patient_until)
        # Others may have been told "too much" while this one waited.
        while seconds := max(pacer.blocked_seconds(monotonic_seconds()) for pacer in pacers):
            self._wait(seconds, patient_until)

    def _hold(self, endpoint: str, reason: str, seconds: float) -> None:
        is_global = reason.startswith("global")
        pacer = self._pacers.all if is_global else self._pacers.of(endpoint)
        pacer.block(seconds, monotonic_seconds())
        _log.warning("rate limited", endpoint=endpoint, reason=reason, seconds=round(seconds, 2))

    def _wait(self, seconds: float, patient_until: float | None = None) -> None:
        if patient_until is not None and monotonic_seconds() + seconds >= patient_until:
            raise Unavailable("Stripe did not answer in time.")
        if self._closed.is_set() or (seconds > 0 and self._closed.wait(seconds)):
            raise Unavailable("This process is stopping.")

    def _ask(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None,
        patient_until: float | None,
    ) -> dict[str, Any] | Failure:
        client = self._started()
        import stripe

        self._wire.be_patient_until(patient_until)
        try:
            client.raw_request(method, path, **(params or {}))
        except stripe.APIConnectionError as failed:
            why = why_unreached(failed)
            if not failed.should_retry:
                raise Unavailable(f"Stripe can't be reached at {self._api_base}: {why}.") from None
            return Failure(why)
        except stripe.StripeError as failed:
            return judge(failed, path)
        try:
            answer = orjson.loads(self._wire.take_body())
        except orjson.JSONDecodeError:
            return Failure("an answer that is no JSON")
        return answer if isinstance(answer, dict) else Failure("an answer that is no object")

    def _started(self) -> Any:
        # `import stripe` takes 0.4 seconds, so only who asks Stripe something pays for it.
        with self._starting:
            if self._client is None:
                import stripe

                stripe.enable_telemetry = False
                self._wire = self._wire or make_wire(self._api_base)
                self._client = stripe.StripeClient(
                    self._secret_key,
                    stripe_version=STRIPE_API_VERSION,
                    base_addresses={"api": self._api_base},
                    max_network_retries=0,
                    http_client=self._wire,
                )
            return self._client


def _mode_word(is_live: bool) -> str:  # noqa: FBT001 - its only argument
    return "live" if is_live else "test"
