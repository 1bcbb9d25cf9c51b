"""What reaches Bolt and what does not: the guard on the raw body (THREATS 1 to 17)."""

import gzip
import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import quote, urlencode, urlsplit

import httpx
import pytest
import uvicorn

from bot.sandbox.server import serving as running
from handlers.http import server as serving
from handlers.http.application import create_app
from handlers.http.slack import BODY_BYTES_MAX, PATH, slack_route

SECRET = "fake-signing-secret"
OLD_SECRET = "fake-former-secret"
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
COMMAND = urlencode({"command": "/invoice", "text": "1234", "team_id": "T1"}).encode()


class Counter:
    """Stands where Bolt stands: counts what the guard lets through."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def dispatch(self, body: str, _headers: object) -> tuple[int, dict[str, list[str]], str]:
        self.bodies.append(body)
        return 200, {"content-type": ["text/plain"]}, "answered"


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Counter, str]]:
    counter = Counter()
    app = create_app([slack_route(counter.dispatch, secrets=[SECRET, OLD_SECRET])])
    with running(app) as server:
        yield counter, server.url + PATH


@pytest.fixture
def counter(served: tuple[Counter, str]) -> Counter:
    served[0].bodies.clear()
    return served[0]


@pytest.fixture
def url(served: tuple[Counter, str]) -> str:
    return served[1]


def sign(
    body: bytes, *, at: float | None = None, secret: str = SECRET, content_type: str = FORM
) -> dict[str, str]:
    timestamp = str(int(time.time() if at is None else at))
    signed = b"v0:" + timestamp.encode() + b":" + body
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": content_type,
    }


def post(url: str, body: bytes, headers: dict[str, str]) -> int:
    return httpx.post(url, content=body, headers=headers).status_code


def test_a_signed_command_is_answered(url: str, counter: Counter) -> None:
    assert post(url, COMMAND, sign(COMMAND)) == 200
    assert counter.bodies == [COMMAND.decode()]


def test_both_secrets_of_a_rotation_are_accepted(url: str, counter: Counter) -> None:
    assert post(url, COMMAND, sign(COMMAND, secret=OLD_SECRET)) == 200
    assert len(counter.bodies) == 1


def test_a_request_without_a_signature_is_refused(url: str, counter: Counter) -> None:
    assert post(url, COMMAND, {"Content-Type": FORM}) == 401
    assert counter.bodies == []


def test_a_wrong_secret_is_refused(url: str, counter: Counter) -> None:
    assert post(url, COMMAND, sign(COMMAND, secret="somebody-else's")) == 401
    assert counter.bodies == []


def test_a_body_changed_by_one_byte_is_refused(url: str, counter: Counter) -> None:
    changed = COMMAND.replace(b"1234", b"1235")

    assert post(url, changed, sign(COMMAND)) == 401
    assert counter.bodies == []


@pytest.mark.parametrize(("age", "status"), [(297, 200), (302, 401), (-297, 200), (-302, 401)])
def test_the_time_of_signing_may_be_five_minutes_off(url: str, age: int, status: int) -> None:
    assert post(url, COMMAND, sign(COMMAND, at=time.time() - age)) == status


@pytest.mark.parametrize("timestamp", ["abc", "", "1.5", "9" * 5000, "-100000000", "+1795000000"])
def test_a_timestamp_that_is_no_time_is_refused(url: str, counter: Counter, timestamp: str) -> None:
    headers = sign(COMMAND) | {"X-Slack-Request-Timestamp": timestamp}

    assert post(url, COMMAND, headers) == 401
    assert counter.bodies == []


@pytest.mark.parametrize(
    "signature", ["v0=é" + "0" * 63, "v0=", "v1=" + "0" * 64, "v0=" + "G" * 64]
)
def test_a_signature_of_another_form_is_refused(url: str, signature: str) -> None:
    headers = {name.encode(): text.encode() for name, text in sign(COMMAND).items()}
    headers[b"X-Slack-Signature"] = signature.encode()

    assert httpx.post(url, content=COMMAND, headers=headers).status_code == 401


HOSTILE = {
    "a list": b"[1, 2]",
    "a string": b'"text"',
    "a number": b"7",
    "null": b"null",
    "nested 5,000 deep": b"[" * 5000 + b"]" * 5000,
    "objects nested 5,000 deep": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "an integer of 5,000 digits": b'{"a": ' + b"9" * 5000 + b"}",
    "no JSON": b"{nothing",
    "not UTF-8": b'{"a": "\xff\xfe"}',
    "nothing": b"",
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_refused_unsigned(url: str, counter: Counter, body: bytes) -> None:
    assert post(url, body, {"Content-Type": JSON}) == 401
    assert counter.bodies == []


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_body_is_refused_even_signed(url: str, counter: Counter, body: bytes) -> None:
    assert post(url, body, sign(body, content_type=JSON)) == 400
    assert counter.bodies == []


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_payload_is_refused_even_signed(url: str, counter: Counter, body: bytes) -> None:
    form = b"payload=" + quote(body).encode()

    assert post(url, form, sign(form)) == 400
    assert counter.bodies == []


def test_a_payload_that_is_an_object_goes_through(url: str, counter: Counter) -> None:
    form = urlencode({"payload": json.dumps({"type": "block_actions"})}).encode()

    assert post(url, form, sign(form)) == 200
    assert len(counter.bodies) == 1


def test_a_body_that_is_too_large_is_refused_before_it_is_read(url: str, counter: Counter) -> None:
    assert post(url, b"a" * 20_000_000, {"Content-Type": FORM}) == 413
    assert counter.bodies == []


def test_a_large_body_without_a_length_is_refused_on_the_way(url: str, counter: Counter) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(2 * BODY_BYTES_MAX // 1024):
            yield b"a" * 1024

    status = httpx.post(url, content=endless(), headers={"Content-Type": FORM}).status_code

    assert status == 413
    assert counter.bodies == []


def test_a_compressed_body_is_never_unpacked(url: str, counter: Counter) -> None:
    bomb = gzip.compress(bytes(10_000_000))
    assert len(bomb) < BODY_BYTES_MAX

    assert post(url, bomb, sign(bomb) | {"Content-Encoding": "gzip"}) == 400
    assert counter.bodies == []


def test_a_body_that_is_shorter_than_it_says_reaches_nobody(url: str, counter: Counter) -> None:
    address = urlsplit(url)
    head = f"POST {address.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(COMMAND) + 5}\r\n"
    signed = "".join(f"{name}: {value}\r\n" for name, value in sign(COMMAND).items())

    with socket.create_connection((str(address.hostname), int(address.port or 0)), 100) as peer:
        peer.sendall(f"{head}{signed}\r\n".encode() + COMMAND)
        peer.shutdown(socket.SHUT_WR)
        assert b" 200 " not in peer.recv(200)

    assert counter.bodies == []
    assert post(url, COMMAND, sign(COMMAND)) == 200


def test_another_content_type_is_refused(url: str, counter: Counter) -> None:
    assert post(url, COMMAND, sign(COMMAND, content_type="text/plain")) == 415
    assert counter.bodies == []


def test_a_check_of_certificates_without_a_signature_is_refused(url: str) -> None:
    assert post(url, b"ssl_check=1", {"Content-Type": FORM}) == 401


def test_a_refused_body_is_never_logged(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    body = urlencode({"text": "token xoxb-fake-4242 and more"}).encode()

    post(url, body, sign(body, secret="wrong"))

    logged = "".join(capsys.readouterr())
    assert "unsigned" in logged
    assert "xoxb" not in logged
    assert "and more" not in logged


def test_slow_heads_are_closed_and_others_are_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "HEAD_SECONDS_MAX", 0.5)
    app = create_app([slack_route(Counter().dispatch, secrets=[SECRET])])
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    server = serving.make_server(app, host="127.0.0.1", port=port)
    thread = _run(server, listening)
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    for one in slow:
        one.sendall(b"POST /slack/events HTTP/1.1\r\nHost:")

    status = post(f"http://127.0.0.1:{port}{PATH}", COMMAND, sign(COMMAND))

    assert status == 200
    for one in slow:
        one.settimeout(100)
        assert one.recv(1) == b""
        one.close()
    server.should_exit = True
    thread.join(100)


def _run(server: uvicorn.Server, listening: socket.socket) -> threading.Thread:
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    return thread
