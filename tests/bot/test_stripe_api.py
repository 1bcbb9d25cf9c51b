"""The door to Stripe: what it sends, what it makes of answers, and how it paces itself."""

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.errors import BadRequest, BotError, Misconfigured, NotFound, Unavailable
from bot.pacing import MADE_UP_SECONDS, Pacer
from bot.sandbox.server import serving
from bot.sandbox.stripe import StandIn
from bot.stripe_api import FAILURES_MAX, RATE_LIMITED_MAX, STRIPE_API_VERSION, StripeAPI
from bot.stripe_failures import StripeRefused, endpoint_of
from bot.stripe_wire import READ_SECONDS
from tests.following import wait_until

# Longer than anything here takes, on however busy a machine.
LONG_SECONDS = 60.0

KEY = "sk_test_fake_tallyman"

Answer = Callable[[Request], Response]


@dataclass
class Peer:
    """A Stripe of somebody else's: answers what a test says, and keeps what it was asked."""

    answer: Answer = lambda _request: JSONResponse({})
    url: str = ""
    asked: list[Request] = field(default_factory=list)

    def receive(self, request: Request) -> Response:
        """Keep the request and answer it."""
        self.asked.append(request)
        return self.answer(request)

    def api(self, *, requests_per_second: float | None = None) -> StripeAPI:
        """The door that leads here."""
        return StripeAPI(KEY, api_base=self.url, requests_per_second=requests_per_second)


@pytest.fixture
def peer() -> Iterator[Peer]:
    """A server that a test tells what to answer."""
    made = Peer()
    app = Starlette(routes=[Route("/{rest:path}", made.receive, methods=["GET", "POST"])])
    with serving(app) as server:
        made.url = server.url
        yield made


def refusing(status: int, /, headers: dict[str, str] | None = None, **error: str) -> Answer:
    """An answer of Stripe's that is an error."""
    return lambda _request: JSONResponse({"error": error}, status_code=status, headers=headers)


def test_it_sends_the_key_and_the_pinned_version_and_no_telemetry(peer: Peer) -> None:
    stripe = peer.api()

    stripe.get("/v1/invoices", {"limit": 3, "created": {"gte": 5}, "expand": ["data.lines"]})
    stripe.get("/v1/invoices")

    first, second = peer.asked
    assert first.headers["authorization"] == f"Bearer {KEY}"
    assert first.headers["stripe-version"] == STRIPE_API_VERSION == "2026-10-28.endive"
    assert parse_qs(first.url.query) == {
        "limit": ["3"],
        "created[gte]": ["5"],
        "expand[0]": ["data.lines"],
    }
    assert "x-stripe-client-telemetry" not in second.headers


def test_an_object_comes_as_plain_values(peer: Peer) -> None:
    peer.answer = lambda _request: JSONResponse({"id": "in_1", "lines": {"data": [{"amount": 5}]}})

    invoice = peer.api().get("/v1/invoices/in_1")

    assert type(invoice) is dict
    assert type(invoice["lines"]["data"][0]) is dict
    assert invoice["lines"]["data"][0]["amount"] == 5


def test_what_stripe_does_not_have_is_not_found(peer: Peer) -> None:
    peer.answer = refusing(404, type="invalid_request_error", code="resource_missing")
    with pytest.raises(NotFound):
        peer.api().get("/v1/invoices/in_gone")

    # A list whose cursor has been deleted says it with another status.
    peer.answer = refusing(400, type="invalid_request_error", code="resource_missing")
    with pytest.raises(NotFound):
        peer.api().get("/v1/invoices", {"starting_after": "in_gone"})


def test_a_key_that_stripe_refuses_is_a_setting_to_change_and_never_shown(peer: Peer) -> None:
    peer.answer = refusing(401, message=f"Invalid API Key provided: {KEY}")

    with pytest.raises(Misconfigured, match="STRIPE_SECRET_KEY") as refused:
        peer.api().get("/v1/invoices")

    assert KEY not in str(refused.value)
    assert len(peer.asked) == 1


def test_a_missing_permission_is_named(peer: Peer) -> None:
    said = (
        f"The provided key '{KEY}' does not have the required permissions for this endpoint. "
        "Having the 'rak_invoice_read' permission would allow this request to continue."
    )
    peer.answer = refusing(403, message=said)

    with pytest.raises(Misconfigured, match="rak_invoice_read") as refused:
        peer.api().get("/v1/invoices/in_1")

    assert "/v1/invoices/:id" in str(refused.value)
    assert KEY not in str(refused.value)


def test_a_request_that_stripe_does_not_understand_is_a_bad_request(peer: Peer) -> None:
    peer.answer = refusing(400, message="Received unknown parameter: lmit")

    with pytest.raises(BadRequest, match="lmit"):
        peer.api().get("/v1/invoices")


@pytest.mark.parametrize(
    "broken",
    [
        JSONResponse({"error": {"type": "api_error"}}, status_code=500),
        Response("<html>bad gateway</html>", status_code=502),
        Response("<html>welcome</html>", status_code=200),
        Response('{"id": "in_', status_code=200),
        Response("[1, 2]", status_code=200),
        Response("{}", status_code=204),
        Response(b"\xff\xfe", status_code=200),
        JSONResponse({"error": {"type": "lock_timeout"}}, status_code=409),
    ],
)
def test_after_a_broken_answer_it_asks_again_and_then_says_unavailable(
    peer: Peer, broken: Response
) -> None:
    peer.answer = lambda _request: broken

    with pytest.raises(Unavailable):
        peer.api().get("/v1/invoices")

    assert len(peer.asked) == FAILURES_MAX


def test_one_failure_is_not_noticed(peer: Peer) -> None:
    peer.answer = lambda _request: JSONResponse(
        {"id": "in_1"}, status_code=500 if len(peer.asked) == 1 else 200
    )

    assert peer.api().get("/v1/invoices/in_1") == {"id": "in_1"}


def test_it_comes_back_when_stripe_says_so_after_too_many_requests(peer: Peer) -> None:
    too_many = refusing(
        429, {"Retry-After": "1", "Stripe-Rate-Limited-Reason": "endpoint-rate"}, code="rate_limit"
    )
    peer.answer = lambda request: JSONResponse({}) if len(peer.asked) > 1 else too_many(request)
    before = time.monotonic()

    peer.api().get("/v1/invoices")

    assert time.monotonic() - before >= 1.0
    assert len(peer.asked) == 2


def test_it_gives_up_when_there_are_too_many_requests_every_time(peer: Peer) -> None:
    peer.answer = refusing(429, {"Retry-After": "0"}, code="rate_limit")

    with pytest.raises(Unavailable):
        peer.api().get("/v1/invoices")

    assert len(peer.asked) == RATE_LIMITED_MAX + 1


def test_nobody_there_is_unavailable() -> None:
    with serving(Starlette()) as server:
        gone = server.url

    with pytest.raises(Unavailable):
        StripeAPI(KEY, api_base=gone, requests_per_second=None).get("/v1/invoices")


@pytest.mark.parametrize("is_silent", [False, True], ids=["told_to_wait", "silent"])
def test_closing_ends_every_wait(peer: Peer, *, is_silent: bool) -> None:
    over = threading.Event()
    told_to_wait = refusing(429, {"Retry-After": "300"}, code="rate_limit")

    def answer(request: Request) -> Response:
        if is_silent:
            over.wait(LONG_SECONDS)
        return told_to_wait(request)

    peer.answer = answer
    stripe = peer.api()
    ended: list[BotError] = []

    def ask() -> None:
        try:
            stripe.get("/v1/invoices")
        except BotError as error:
            ended.append(error)

    asking = threading.Thread(target=ask)
    asking.start()
    wait_until(lambda: bool(peer.asked))
    stripe.close()
    # By itself it would wait for an answer, or for its next try, longer than that.
    asking.join(READ_SECONDS / 2)
    over.set()

    assert not asking.is_alive()
    assert isinstance(ended[0], Unavailable)


def test_pages_follow_the_cursor_to_the_end(peer: Peer) -> None:
    ids = [f"in_{number}" for number in range(7)]

    def page(request: Request) -> Response:
        after = request.query_params.get("starting_after")
        start = ids.index(after) + 1 if after else 0
        rows = [{"id": one} for one in ids[start : start + 3]]
        return JSONResponse({"data": rows, "has_more": start + 3 < len(ids)})

    peer.answer = page
    stripe = peer.api()

    assert [[row["id"] for row in rows] for rows in stripe.pages("/v1/invoices")] == [
        ids[:3],
        ids[3:6],
        ids[6:],
    ]
    assert [
        row["id"] for rows in stripe.pages("/v1/invoices", starting_after="in_4") for row in rows
    ] == ids[5:]


@pytest.mark.parametrize(
    "body",
    [
        {"data": [], "has_more": True},
        {"data": [{"id": "in_1"}], "has_more": True},
        {"data": "none"},
        {"data": [1]},
        {},
    ],
)
def test_a_list_that_is_none_or_does_not_move_on_ends(peer: Peer, body: dict[str, Any]) -> None:
    peer.answer = lambda _request: JSONResponse(body)

    with pytest.raises(Unavailable):
        list(itertools.islice(peer.api().pages("/v1/invoices"), 5))


@pytest.mark.parametrize(
    "answer",
    [
        Response("<html>Bad request</html>", 400),
        Response("", 402),
        JSONResponse({"error": "timeout", "error_description": "of a proxy"}, 408),
        JSONResponse([], 400),
    ],
)
def test_a_no_that_is_not_stripe_s_own_leaves_open_whether_it_was_done(
    peer: Peer, answer: Response
) -> None:
    peer.answer = lambda _request: answer

    with pytest.raises(Unavailable, match="has not said what came of it"):
        peer.api().post("/v1/invoices/in_1/void", key="k")


def test_a_read_that_something_on_the_way_refuses_is_no_crash(peer: Peer) -> None:
    peer.answer = lambda _request: JSONResponse({"error": "of a proxy"}, 400)

    with pytest.raises(BadRequest, match="it gave no reason"):
        peer.api().get("/v1/invoices/in_1")


def test_a_no_without_a_reason_says_that_there_is_none(peer: Peer) -> None:
    peer.answer = lambda _request: JSONResponse({"error": {"type": "card_error"}}, 402)

    with pytest.raises(StripeRefused, match="it gave no reason"):
        peer.api().post("/v1/invoices/in_1/pay", key="k")


def test_the_account_is_told_with_its_mode(peer: Peer) -> None:
    said: dict[str, Any] = {"/v1/account": {"id": "acct_1"}, "/v1/balance": {"livemode": False}}
    peer.answer = lambda request: JSONResponse(said[request.url.path])

    assert peer.api().account() == ("acct_1", False)

    said["/v1/balance"] = {"livemode": True}
    with pytest.raises(Misconfigured, match="test key"):
        peer.api().account()


def test_a_restricted_key_need_not_see_the_balance(peer: Peer) -> None:
    peer.answer = lambda request: (
        JSONResponse({"id": "acct_1"})
        if request.url.path == "/v1/account"
        else refusing(403, message="no")(request)
    )

    assert peer.api().account() == ("acct_1", False)


def test_a_restricted_key_learns_its_account_from_an_invoice_s_page(peer: Peer) -> None:
    page = "https://invoice.stripe.com/i/acct_1Known/test_abc?s=ap"
    invoices = [{"id": "in_2", "hosted_invoice_url": None}, {"hosted_invoice_url": page}]
    peer.answer = lambda request: (
        JSONResponse({"data": invoices})
        if request.url.path == "/v1/invoices"
        else refusing(403, message="no")(request)
    )
    assert peer.api().account() == ("acct_1Known", False)

    invoices.pop()
    with pytest.raises(Misconfigured):
        peer.api().account()


def test_what_is_no_secret_key_is_refused() -> None:
    for key in ("", "pk_test_x", "sk_x"):
        with pytest.raises(Misconfigured):
            StripeAPI(key, api_base="http://127.0.0.1:1", requests_per_second=None)


def test_the_stand_in_s_own_limit_is_never_met() -> None:
    with serving(StandIn(secret_key=KEY, requests_per_second=25).app) as server:
        stripe = StripeAPI(KEY, api_base=server.url, requests_per_second=12)
        before = time.monotonic()
        threads = [
            threading.Thread(target=lambda: [stripe.get("/v1/invoices") for _ in range(6)])
            for _ in range(4)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took = time.monotonic() - before
        requests = json.loads(_fetch(f"{server.url}/_sandbox/requests"))["requests"]

    assert [request["status"] for request in requests] == [200] * 24
    # The stand-in allows 25: however late some of these come, one second never holds more.
    assert 24 / 12 - 2 * MADE_UP_SECONDS <= took <= 10


def slow(seconds: float) -> Answer:
    """An answer that takes its time."""

    def answer(_request: Request) -> Response:
        time.sleep(seconds)
        return JSONResponse({})

    return answer


@pytest.mark.parametrize(
    "answer",
    [slow(3.0), refusing(500, type="api_error"), refusing(429, {"retry-after": "30"})],
    ids=["slow", "failing", "too_much"],
)
def test_nobody_waits_longer_than_somebody_is_patient(peer: Peer, answer: Answer) -> None:
    peer.answer = answer
    began = time.monotonic()

    with pytest.raises(Unavailable):
        peer.api().get("/v1/invoices/in_1", patient_until=began + 0.4)

    assert time.monotonic() - began < 2.5


def test_somebody_patient_does_not_queue_behind_a_long_wait(peer: Peer) -> None:
    stripe = peer.api(requests_per_second=0.2)
    stripe.get("/v1/invoices/in_1")
    began = time.monotonic()

    with pytest.raises(Unavailable):
        stripe.get("/v1/invoices/in_2", patient_until=began + 2.0)

    assert time.monotonic() - began < 1.5
    assert len(peer.asked) == 1


def test_patience_is_for_one_read_alone(peer: Peer) -> None:
    stripe = peer.api()
    stripe.get("/v1/invoices/in_1", patient_until=time.monotonic() + 1.0)
    peer.answer = slow(1.2)

    assert stripe.get("/v1/invoices/in_2") == {}


def test_ids_of_one_operation_count_together() -> None:
    assert {endpoint_of(f"/v1/invoices/{one}/lines") for one in ("in_1", "in_2")} == {
        "/v1/invoices/:id/lines"
    }
    assert endpoint_of("/v1/invoices") == "/v1/invoices"
    assert endpoint_of("/v1/prices/Gold%20plan") == "/v1/prices/:id"
    assert endpoint_of("/v1/billing/meters/mtr_1/event_summaries") == (
        "/v1/billing/meters/:id/event_summaries"
    )


def test_no_second_sees_more_turns_than_the_rate_and_those_made_up_for() -> None:
    pacer = Pacer(20)
    now, turns = 100.0, []

    for _ in range(200):
        turns.append(now + pacer.take_turn(now))
        now = turns[-1] if len(turns) % 50 else turns[-1] + 3.0

    assert turns == sorted(turns)
    for start in turns:
        assert sum(start <= turn < start + 1.0 for turn in turns) <= 23


def _fetch(url: str) -> str:
    import urllib.request

    with urllib.request.urlopen(url) as answer:
        return str(answer.read().decode())
