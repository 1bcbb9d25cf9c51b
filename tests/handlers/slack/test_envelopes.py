"""Envelopes: bounded, answered once, finished before the end."""

import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from handlers.slack.connection import SILENT, Connection
from handlers.slack.envelopes import (
    ENVELOPES_MAX,
    Answer,
    Envelope,
    Envelopes,
    Signal,
    parse_message,
)
from tests.deployment import IMPATIENT

JSON_TYPE = {"content-type": ["application/json;charset=utf-8"]}


class Slow:
    """Answers once it is let go."""

    def __init__(self) -> None:
        self.goes_on = threading.Event()
        self.began = threading.Event()
        self.payloads: list[dict[str, Any]] = []
        self.answer: Answer = (200, JSON_TYPE, '{"text":"card"}')

    def __call__(self, payload: dict[str, Any], _headers: Mapping[str, str]) -> Answer:
        """Keep the payload, and answer."""
        self.payloads.append(payload)
        self.began.set()
        assert self.goes_on.wait(100)
        return self.answer


@pytest.fixture
def slow() -> Iterator[Slow]:
    answering = Slow()
    yield answering
    answering.goes_on.set()


def envelope(number: int = 0, *, takes_answer: bool = True) -> Envelope:
    return Envelope(f"envelope-{number}", {"number": number}, takes_answer, {})


def test_the_same_envelope_twice_is_done_once_and_acknowledged_twice(slow: Slow) -> None:
    envelopes, acks = Envelopes(slow), list[str]()
    envelopes.take(envelope(), acks.append)
    envelopes.take(envelope(), acks.append)
    slow.goes_on.set()
    envelopes.stop()

    assert len(slow.payloads) == 1
    assert [json.loads(ack) for ack in acks] == [
        {"envelope_id": "envelope-0", "payload": {"text": "card"}}
    ] * 2


def test_more_than_there_is_room_for_are_left_to_slack(slow: Slow) -> None:
    envelopes, acks = Envelopes(slow), list[str]()
    for number in range(ENVELOPES_MAX + 5):
        envelopes.take(envelope(number), acks.append)
    slow.goes_on.set()
    envelopes.stop()

    assert len(acks) == ENVELOPES_MAX


def test_the_end_waits_for_those_under_way_and_takes_no_more(slow: Slow) -> None:
    envelopes, acks = Envelopes(slow), list[str]()
    envelopes.take(envelope(1), acks.append)
    assert slow.began.wait(100)
    threading.Timer(0.3, slow.goes_on.set).start()

    envelopes.stop()
    envelopes.take(envelope(2), acks.append)

    assert [json.loads(ack)["envelope_id"] for ack in acks] == ["envelope-1"]


@pytest.mark.parametrize("status", [404, 500])
def test_what_is_not_answered_is_not_acknowledged_and_tried_again(slow: Slow, status: int) -> None:
    slow.goes_on.set()
    slow.answer = (status, {}, "")
    envelopes, acks, tries = Envelopes(slow), list[str](), 2
    for _ in range(tries):
        envelopes.take(envelope(), acks.append)
        while envelopes._under_way:
            threading.Event().wait(0.01)
    envelopes.stop()

    assert len(slow.payloads) == tries
    assert acks == []


def test_an_answer_that_crashes_ends_nothing() -> None:
    crashes = 8
    answered = threading.Event()

    def dispatch(payload: dict[str, Any], _headers: Mapping[str, str]) -> Answer:
        if payload["number"] < crashes:
            raise RuntimeError("no")
        return 200, {}, "words"

    envelopes, acks = Envelopes(dispatch), list[str]()

    def send(ack: str) -> None:
        acks.append(ack)
        answered.set()

    for number in range(crashes + 1):
        envelopes.take(envelope(number), send)

    assert answered.wait(100)
    envelopes.stop()
    assert [json.loads(ack)["payload"] for ack in acks] == [{"text": "words"}]


def test_an_ack_has_a_payload_only_where_slack_takes_one(slow: Slow) -> None:
    slow.goes_on.set()
    envelopes, acks = Envelopes(slow), list[str]()
    envelopes.take(envelope(takes_answer=False), acks.append)
    envelopes.stop()

    assert [json.loads(ack) for ack in acks] == [{"envelope_id": "envelope-0"}]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"type":"hello","num_connections":1}', Signal("hello", "")),
        ('{"type":"disconnect","reason":"warning"}', Signal("disconnect", "warning")),
        ('{"type":"disconnect","reason":null}', Signal("disconnect", "")),
        (
            '{"type":"events_api","envelope_id":"a","payload":{},"retry_attempt":1}',
            Envelope("a", {}, takes_answer=False, headers={"x-slack-retry-num": "1"}),
        ),
        ("", None),
        ("not JSON", None),
        ("[]", None),
        ('{"type":"later"}', None),
        ('{"type":"interactive","envelope_id":"a","payload":"words"}', None),
        ('{"type":"interactive","envelope_id":7,"payload":{}}', None),
        ('{"type":"interactive","envelope_id":"","payload":{}}', None),
        (f'{{"type":"interactive","envelope_id":"{"a" * 201}","payload":{{}}}}', None),
        ("[" * 100_000, None),
        (b"\xff\xfe", None),
    ],
)
def test_messages_are_read_strictly(text: str | bytes, expected: Envelope | Signal | None) -> None:
    assert parse_message(text) == expected


@contextlib.contextmanager
def connected_to(
    speak: Callable[[ServerConnection], None], take: Callable[[Connection, Envelope], None]
) -> Iterator[Connection]:
    """A connection, not opened yet, to a Slack that says what it is told to."""
    with serve(speak, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        connection = Connection(f"ws://127.0.0.1:{port}/", pace=IMPATIENT, on_envelope=take)
        yield connection
        connection.close()
        assert not connection.is_alive


def test_a_connection_that_is_not_greeted_is_none() -> None:
    def say_nothing(socket: ServerConnection) -> None:
        for _ in socket:
            pass

    with connected_to(say_nothing, lambda _connection, _envelope: None) as connection:
        assert connection.open() == SILENT


def test_large_envelopes_and_acks_pass_whole_and_in_pieces() -> None:
    sizes, acks = (125, 126, 65_535, 65_536, 250_000), list[str]()
    is_over = threading.Event()

    def speak(socket: ServerConnection) -> None:
        socket.send('{"type":"hello"}')
        for size in sizes:
            text = json.dumps(
                {"type": "interactive", "envelope_id": "a", "payload": {"text": "x" * size}}
            )
            socket.send([text[:50], text[50:]])
            acks.append(str(socket.recv(100)))
        is_over.set()

    def take(connection: Connection, envelope: Envelope) -> None:
        assert connection.send(envelope.payload["text"])

    with connected_to(speak, take) as connection:
        assert connection.open() == ""
        assert is_over.wait(100)

    assert [len(ack) for ack in acks] == list(sizes)
