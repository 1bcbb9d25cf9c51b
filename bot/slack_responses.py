"""Answers to what somebody pressed, sent to the `response_url` that came with the press.

They go over pooled connections, in threads of their own, so that a slow Slack never holds up
anybody's command.
"""

import concurrent.futures
import threading
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import orjson
import urllib3

from bot.errors import Unavailable
from bot.hosts import is_here
from bot.telemetry import get_logger

log = get_logger("slack_api")

CONNECT_SECONDS, READ_SECONDS = 2.0, 5.0
THREADS = 4
# Presses that wait for their answer to leave; more than these are answered "busy".
WAITING_MAX = 200
# Where Slack's own response_urls lead. Source: api.slack.com/interactivity/handling, 2026-11.
HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})


class Responses:
    """The way to the response_urls of one Slack, or of its stand-in."""

    def __init__(self, *, base_url: str) -> None:
        self._pool = urllib3.PoolManager(
            maxsize=THREADS,
            retries=False,
            timeout=urllib3.Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
        )
        self._threads = concurrent.futures.ThreadPoolExecutor(THREADS, "slack-respond")
        self._places = threading.BoundedSemaphore(WAITING_MAX)
        self._allowed = _origins_beside(base_url)
        self._is_here = is_here(urlsplit(base_url).hostname)

    def may_lead_to(self, response_url: str) -> bool:
        """Whether an address is one that Slack (or the configured stand-in) gives out."""
        scheme, host, port = _origin(response_url)
        # What stands in for Slack on this machine may be called otherwise, and answer elsewhere.
        is_beside = self._is_here and scheme in {"http", "https"} and is_here(host)
        return is_beside or (scheme, host, port) in self._allowed

    def send(self, response_url: str, payload: dict[str, Any]) -> None:
        """Send an answer, soon; what fails is logged, since nobody waits for it.

        Raises: Unavailable when too many answers are waiting already.
        """
        if not self.may_lead_to(response_url):
            log.warning("respond_refused", reason="not an address of Slack's")
            return
        if not self._places.acquire(blocking=False):
            raise Unavailable("Slack is slow at the moment. Please try again in a minute.")
        self._threads.submit(self._post, response_url, orjson.dumps(payload))

    def close(self) -> None:
        """Let the answers under way finish, and give the connections back."""
        self._threads.shutdown(wait=True, cancel_futures=False)
        self._pool.clear()

    def _post(self, response_url: str, body: bytes) -> None:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        try:
            answer = self._pool.request(
                "POST", response_url, body=body, headers=headers, redirect=False
            )
            if answer.status != HTTPStatus.OK:
                said = answer.data[:200].decode("utf-8", "replace")
                log.error("respond_failed", status=answer.status, answer=said)
        except urllib3.exceptions.HTTPError as failed:
            log.warning("respond_failed", error=type(failed).__name__)
        finally:
            self._places.release()


def _origin(address: str) -> tuple[str, str, int | None]:
    parts = urlsplit(address)
    try:
        return parts.scheme, (parts.hostname or "").lower(), parts.port
    except ValueError:
        return "", "", None


def _origins_beside(base_url: str) -> frozenset[tuple[str, str, int | None]]:
    origins: set[tuple[str, str, int | None]] = {("https", host, None) for host in HOSTS}
    scheme, host, port = _origin(base_url)
    if host != "slack.com":
        origins.add((scheme, host, port))
    return frozenset(origins)
