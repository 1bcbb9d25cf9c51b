"""A client that sends signed slash commands as fast as it gets answers, over kept connections."""

import hashlib
import hmac
import http.client
import statistics
import threading
import time
from dataclasses import dataclass
from urllib.parse import urlencode

SECRET = "fake-signing-secret"
TEAM, USER = "T0TALLYMAN", "U0AVERY"


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of a run: milliseconds per answer, answers per second."""

    median_ms: float
    p99_ms: float
    per_second: float


def command_body(typed: str) -> bytes:
    """The form that Slack sends for a command as it was typed."""
    command, _, text = typed.partition(" ")
    return urlencode(
        {
            "token": "fake",
            "team_id": TEAM,
            "team_domain": "meridian-voice",
            "channel_id": "C0BILLING",
            "channel_name": "billing",
            "user_id": USER,
            "user_name": "avery",
            "command": command,
            "text": text,
            "api_app_id": "A0TALLYMAN",
            "is_enterprise_install": "false",
            "response_url": "https://hooks.slack.com/commands/T0/1/x",
            "trigger_id": "1.2.3",
        }
    ).encode()


def signed(body: bytes) -> dict[str, str]:
    """The headers that make it Slack's."""
    timestamp = str(int(time.time()))
    digest = hmac.new(SECRET.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    return {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest.hexdigest()}",
    }


def ask(connection: http.client.HTTPConnection, typed: str) -> bytes:
    """One command and its answer.

    Raises: RuntimeError for any status but 200.
    """
    body = command_body(typed)
    connection.request("POST", "/slack/events", body, signed(body))
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"answered {answer.status}")
    return content


def measure(port: int, *, clients: int, each: int, typed: str) -> Figures:
    """Let so many clients ask so many times each, one after another."""
    times: list[float] = []

    def work() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        own: list[float] = []
        for _ in range(each):
            began = time.perf_counter()
            ask(connection, typed)
            own.append(time.perf_counter() - began)
        connection.close()
        times.extend(own)

    threads = [threading.Thread(target=work) for _ in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    times.sort()
    return Figures(
        median_ms=statistics.median(times) * 1000,
        p99_ms=times[int(len(times) * 0.99)] * 1000,
        per_second=len(times) / took,
    )
