"""Stripe's deliveries at the door: which are kept, and what is answered (THREATS 21 to 31)."""

import concurrent.futures
import contextlib
import http.client
import socket
import sqlite3
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import orjson
import psycopg
import pytest
from sqlalchemy import delete, make_url, select

from bot.errors import Unavailable
from bot.mirror import keeper as keeper_module
from bot.mirror.events import parse_event
from bot.mirror.keeper import EventKeeper
from bot.models import Alert, Deployment
from bot.sandbox.server import serving
from handlers.http.application import create_app
from handlers.http.webhooks import BODY_BYTES_MAX, PATH, webhook_routes
from tests.following import Following, following, sign

SECRET_WORD = "tell-nobody"


@pytest.fixture
def mirror(database_url: str) -> Iterator[Following]:
    """A mirror with its webhook route, on either database."""
    with following(database_url) as made:
        yield made


def body_of(event_id: str = "evt_1", /, **changes: object) -> bytes:
    return orjson.dumps(
        {
            "id": event_id,
            "object": "event",
            "type": "invoice.paid",
            "created": int(time.time()),
            "livemode": False,
            "data": {"object": {"id": "in_1", "object": "invoice", "note": SECRET_WORD}},
            **changes,
        }
    )


def test_a_signed_event_is_kept_as_it_came_before_the_answer(mirror: Following) -> None:
    body = body_of()

    assert mirror.post(body) == 200

    (kept,) = mirror.received()
    assert (kept.id, kept.state, kept.way, kept.body) == ("evt_1", "kept", "webhook", body)


def test_what_is_not_signed_by_stripe_is_refused_and_leaves_nothing(
    mirror: Following, capsys: pytest.CaptureFixture[str]
) -> None:
    body = body_of()
    old, ahead = time.time() - 301, time.time() + 365 * 86_400

    for header in (
        None,
        "nonsense",
        sign(body, secret="whsec_other"),
        sign(body + b" "),
        sign(body).replace("v1=", "v0="),
        sign(body, at=old),
        sign(body, at=ahead),
    ):
        assert mirror.post(body, header=header) == 400

    assert mirror.received() == []
    said = capsys.readouterr()
    assert SECRET_WORD not in said.out + said.err


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"type":"invoice.upcoming"}', b"{}"]
)
def test_a_signed_body_that_is_no_event_is_refused(mirror: Following, body: bytes) -> None:
    assert mirror.post(body) == 400
    assert mirror.received() == []


def test_a_header_outside_ascii_is_refused(mirror: Following) -> None:
    assert mirror.post(body_of(), header=f"t={int(time.time())},v1=é") == 400


def test_a_body_beyond_the_limit_is_refused_before_it_is_read(mirror: Following) -> None:
    address = urlsplit(mirror.url)
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_BYTES_MAX + 1}\r\n\r\n"

    with socket.create_connection((str(address.hostname), int(address.port or 0)), 100) as peer:
        peer.sendall(head.encode())
        assert b" 413 " in peer.recv(200)

    assert mirror.post(body_of(padding="x" * BODY_BYTES_MAX)) == 413
    assert mirror.received() == []


def test_an_endless_body_is_cut_off(mirror: Following) -> None:
    address = urlsplit(mirror.url)
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

    with socket.create_connection((str(address.hostname), int(address.port or 0)), 100) as peer:
        peer.sendall(
            f"POST {PATH} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
        )
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(64):
                peer.sendall(chunk)
        assert b" 413 " in peer.recv(200)


def test_a_signed_event_that_says_something_twice_is_refused(mirror: Following) -> None:
    body = body_of()
    said_twice = body.replace(b'"type":', b'"type":"customer.deleted","type":')

    assert (mirror.post(said_twice), mirror.post(body)) == (400, 200)
    assert [kept.body for kept in mirror.received()] == [body]


def test_the_same_event_twice_is_kept_once_and_answered_twice(mirror: Following) -> None:
    assert [mirror.post(body_of()), mirror.post(body_of(note="again"))] == [200, 200]

    (kept,) = mirror.received()
    assert b"again" not in kept.body


def test_the_same_events_at_two_replicas_at_once_are_kept_once(mirror: Following) -> None:
    other = EventKeeper(mirror.runtime.database)
    other.start()
    events = [parse_event(body_of(f"evt_{number}")) for number in range(200)]

    futures = [
        keeper.submit(event, body_of(event.id))
        for event, back in zip(events, reversed(events), strict=True)
        for keeper, event in ((mirror.keeper, event), (other, back))
    ]
    concurrent.futures.wait(futures, timeout=200)
    other.stop()

    assert [future.exception() for future in futures] == [None] * 400
    assert sorted(kept.id for kept in mirror.received()) == sorted(event.id for event in events)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"account": "acct_other"}, "acct_other"),
        ({"livemode": True}, "live mode"),
    ],
)
def test_an_event_of_another_account_or_mode_is_kept_as_rejected_and_changes_nothing(
    mirror: Following, changes: dict[str, Any], why: str
) -> None:
    assert mirror.post(body_of(**changes)) == 200
    mirror.apply()

    (kept,) = mirror.received()
    assert kept.state == "rejected"
    assert why in str(kept.note)
    assert mirror.count_stale() == 0
    assert mirror.standin.requests == type(mirror.standin.requests)()
    with mirror.runtime.database.reading() as session:
        assert session.scalars(select(Alert.kind)).all() == ["foreign_events"]


def test_an_event_that_names_our_own_account_counts(mirror: Following) -> None:
    assert mirror.post(body_of(account="acct_1Tallyman")) == 200
    assert [kept.state for kept in mirror.received()] == ["kept"]


def test_unknown_types_and_versions_are_kept(mirror: Following) -> None:
    assert mirror.post(body_of("evt_1", type="payout.frobnicated", data={"object": {}})) == 200
    assert mirror.post(body_of("evt_2", api_version="2031-01-01.quince")) == 200

    assert [kept.state for kept in mirror.received()] == ["unknown", "kept"]


def test_while_the_database_is_locked_stripe_is_told_to_come_again(
    mirror: Following, database_kind: str, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "COMMIT_SECONDS_MAX", 0.3)
    with _locked(database_kind, database_url):
        assert mirror.post(body_of()) == 503

    assert mirror.post(body_of()) == 200
    assert len(mirror.received()) == 1


@contextlib.contextmanager
def _locked(kind: str, url: str) -> Iterator[None]:
    if kind == "sqlite":
        with contextlib.closing(
            sqlite3.connect(str(make_url(url).database), isolation_level=None)
        ) as other:
            other.execute("BEGIN EXCLUSIVE")
            yield
    else:
        plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain) as other:
            other.execute("LOCK TABLE received_events IN ACCESS EXCLUSIVE MODE")
            yield
            other.rollback()


def test_when_too_many_wait_the_next_is_told_to_come_again(
    mirror: Following, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper_module, "WAITING_EVENTS_MAX", 2)
    # Open, but with nobody who takes from its queue.
    stuck = EventKeeper(mirror.runtime.database)
    stuck._is_open = True

    for number in range(2):
        stuck.submit(parse_event(body_of(f"evt_{number}")), b"")
    with pytest.raises(Unavailable):
        stuck.submit(parse_event(body_of("evt_3")), b"")


def test_stopping_keeps_what_is_queued_and_takes_no_more(mirror: Following) -> None:
    futures = [
        mirror.keeper.submit(parse_event(body_of(f"evt_{number}")), b"{}") for number in range(300)
    ]

    mirror.keeper.stop()

    assert [future.result(0) for future in futures] == [None] * 300
    assert len(mirror.received()) == 300
    assert mirror.post(body_of("evt_late")) == 503


def test_before_the_first_start_has_recorded_the_account_nothing_is_kept(
    mirror: Following,
) -> None:
    with mirror.runtime.database.writing() as session:
        session.execute(delete(Deployment))

    assert mirror.post(body_of()) == 503
    assert mirror.received() == []


def test_without_a_secret_there_is_no_such_address(mirror: Following) -> None:
    with serving(create_app(webhook_routes(mirror.keeper, secrets=[]))) as server:
        address = urlsplit(server.url)
        connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=100)
        connection.request("POST", PATH, body_of(), {"Stripe-Signature": sign(body_of())})
        assert connection.getresponse().status == 404
        connection.close()
