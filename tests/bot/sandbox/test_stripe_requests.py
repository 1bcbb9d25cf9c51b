"""What the Stripe stand-in refuses, replays and counts, asked over HTTP."""

import contextlib
import http.client
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urlsplit

import orjson
import pytest
import stripe

from tests.bot.sandbox.stripe_desk import KEY, Counter, Json, make_customer, make_open, open_counter
from tests.following import wait_until


@pytest.fixture
def counter() -> Iterator[Counter]:
    with open_counter() as opened:
        yield opened


def send(
    counter: Counter,
    method: str,
    target: str,
    body: str = "",
    *,
    seconds: float = 100.0,
    **headers: str,
) -> tuple[int, dict[str, str], Json]:
    """One request as bytes on the wire; header names with _ for -."""
    parts = urlsplit(counter.url)
    given = {"Authorization": f"Bearer {KEY}"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    if body:
        given["Content-Type"] = "application/x-www-form-urlencoded"
    with contextlib.closing(
        http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds)
    ) as connection:
        connection.request(method, target, body.encode(), given)
        answer = connection.getresponse()
        found: Any = orjson.loads(answer.read() or b"null")
        got = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, got, found


@pytest.mark.parametrize(
    ("target", "body", "code", "param"),
    [
        ("/v1/customers", "nmae=Ada", "parameter_unknown", "nmae"),
        ("/v1/customers", "address[street]=x", "parameter_unknown", "address[street]"),
        ("/v1/prices", "unit_amount=1", "parameter_missing", "currency"),
        ("/v1/prices", "currency=", "parameter_invalid_empty", "currency"),
        ("/v1/customers", "balance=1.5", "parameter_invalid_integer", "balance"),
        ("/v1/customers", "tax_exempt=maybe", None, "tax_exempt"),
        ("/v1/invoices", "customer=cus_none", "resource_missing", "customer"),
        ("/v1/invoices", "", "parameter_missing", "customer"),
        ("/v1/customers", "metadata[a]=1&metadata=2", None, None),
    ],
)
def test_wrong_parameters_are_named(
    counter: Counter, target: str, body: str, code: str | None, param: str | None
) -> None:
    status, headers, answer = send(counter, "POST", target, body or "expand[]=lines")

    error = answer["error"]
    assert status == 400
    assert error["type"] == "invalid_request_error"
    if param is not None:
        assert (error.get("code"), error["param"]) == (code, param)
    assert error["message"]
    assert headers["request-id"] in error.get("request_log_url", headers["request-id"])


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "starting_after=in_none", "customer=cus_none"]
)
def test_a_list_checks_its_bounds_and_cursors(counter: Counter, query: str) -> None:
    status, _, answer = send(counter, "GET", f"/v1/invoices?{query}")

    assert status == 400
    assert answer["error"]["param"] == query.split("=", maxsplit=1)[0]


def test_unknown_routes_are_unrecognized_urls(counter: Counter) -> None:
    status, _, answer = send(counter, "POST", "/v1/quotes")

    assert status == 404
    assert answer["error"]["message"].startswith("Unrecognized request URL (POST: /v1/quotes).")


def test_keys_are_checked_first(counter: Counter) -> None:
    wrong = send(counter, "GET", "/v1/nothing", Authorization="Bearer sk_test_wrong_0123456789")
    none = send(counter, "GET", "/v1/customers", Authorization="")

    assert wrong[0] == none[0] == 401
    assert "sk_test_wrong_0123456789" not in wrong[2]["error"]["message"]


def test_denied_resources_answer_403(counter: Counter) -> None:
    counter.standin.world.faults.set({"deny": ["customers:write"]})

    assert send(counter, "POST", "/v1/customers", "name=A")[0] == 403
    assert send(counter, "GET", "/v1/customers")[0] == 200
    with pytest.raises(stripe.PermissionError):
        counter.client.v1.customers.create({"name": "A"})


def test_metadata_is_merged_and_emptied(counter: Counter) -> None:
    customer = make_customer(counter.standin, metadata={"a": "1", "b": "2"})
    path = f"/v1/customers/{customer['id']}"

    merged = send(counter, "POST", path, urlencode({"metadata[b]": "", "metadata[c]": "3"}))[2]
    emptied = send(counter, "POST", path, "metadata=")[2]

    assert merged["metadata"] == {"a": "1", "c": "3"}
    assert emptied["metadata"] == {}


def test_a_key_replays_its_answer(counter: Counter) -> None:
    first = send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k1")
    again = send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k1")
    other = send(counter, "POST", "/v1/customers", "name=B", Idempotency_Key="k1")

    assert first[2]["id"] == again[2]["id"]
    assert "idempotent-replayed" not in first[1]
    assert again[1]["idempotent-replayed"] == "true"
    assert again[1]["original-request"] == first[1]["request-id"]
    assert (other[0], other[2]["error"]["type"]) == (400, "idempotency_error")
    assert len(counter.standin.call("GET", "/v1/customers")["data"]) == 1


def test_a_500_after_the_deed_is_replayed_too(counter: Counter) -> None:
    counter.standin.world.faults.set({"fail_after_next": 1})

    failed = send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k")
    again = send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k")

    assert failed[0] == again[0] == 500
    assert again[1]["idempotent-replayed"] == "true"
    assert len(counter.standin.call("GET", "/v1/customers")["data"]) == 1


def test_an_answer_that_is_lost_is_had_by_its_key(counter: Counter) -> None:
    counter.standin.world.faults.set({"lose_answer_next": 1})

    with pytest.raises((http.client.HTTPException, OSError)):
        send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k")
    again = send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k")

    assert again[0] == 200
    assert again[1]["idempotent-replayed"] == "true"
    assert len(counter.standin.call("GET", "/v1/customers")["data"]) == 1


def test_a_silence_after_the_deed_is_broken_by_its_key(counter: Counter) -> None:
    counter.standin.world.faults.set({"silent_after_next": 1})

    with pytest.raises(TimeoutError):
        send(counter, "POST", "/v1/customers", "name=A", seconds=0.3, Idempotency_Key="k")
    again = send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k")

    assert again[0] == 200
    assert again[1]["idempotent-replayed"] == "true"
    assert len(counter.standin.call("GET", "/v1/customers")["data"]) == 1


def test_what_is_refused_on_request_is_not_done(counter: Counter) -> None:
    counter.standin.world.faults.set({"refuse_next": 1})

    refused = send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k")
    again = send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k")

    assert refused[0] == again[0] == 402
    assert counter.standin.call("GET", "/v1/customers")["data"] == []


def test_a_refused_check_leaves_its_key_free_and_a_refused_deed_does_not(counter: Counter) -> None:
    assert send(counter, "POST", "/v1/customers", "x=1", Idempotency_Key="a")[0] == 400
    assert send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="a")[0] == 200
    invoice = make_open(counter.standin, make_customer(counter.standin))
    path = f"/v1/invoices/{invoice['id']}"

    assert send(counter, "POST", f"{path}/finalize", Idempotency_Key="b")[0] == 400
    again = send(counter, "POST", f"{path}/finalize", Idempotency_Key="b")

    assert again[1]["idempotent-replayed"] == "true"


def test_the_same_key_at_the_same_time_answers_409(counter: Counter) -> None:
    counter.standin.world.faults.set({"slow_seconds": {"/v1/customers": 1.0}})
    answers: list[int] = []

    def create() -> None:
        answers.append(send(counter, "POST", "/v1/customers", "name=A", Idempotency_Key="k")[0])

    first = threading.Thread(target=create)
    first.start()
    wait_until(lambda: "k" in counter.standin.gateway._saved)
    create()
    first.join()

    assert sorted(answers) == [200, 409]


def test_an_endpoint_takes_so_many_calls_a_second() -> None:
    with open_counter(requests_per_second=5) as counter:
        statuses = [send(counter, "GET", "/v1/customers/cus_no") for _ in range(6)]
        other = send(counter, "GET", "/v1/invoices")

    assert [status for status, _, _ in statuses] == [404] * 5 + [429]
    assert statuses[-1][1]["stripe-rate-limited-reason"] == "endpoint-rate"
    assert statuses[-1][2]["error"]["code"] == "rate_limit"
    assert other[0] == 200


def test_deleted_customers_say_so(counter: Counter) -> None:
    customer = make_customer(counter.standin)
    path = f"/v1/customers/{customer['id']}"

    send(counter, "DELETE", path)

    gone = {"id": customer["id"], "object": "customer", "deleted": True}
    assert send(counter, "GET", path)[2] == gone
    assert send(counter, "POST", path, "name=B")[0] == 404
    assert send(counter, "POST", "/v1/invoices", f"customer={customer['id']}")[0] == 400


def test_expansion_reaches_four_levels_and_no_further(counter: Counter) -> None:
    customer = make_customer(counter.standin)
    make_open(counter.standin, customer)
    deep = "payments.data.payment.payment_intent.customer"

    listed = send(counter, "GET", "/v1/invoices?expand[]=data.customer&limit=1")[2]
    at_the_limit = send(counter, "GET", f"/v1/invoices?expand[]=data.{deep}")[0]
    beyond = send(counter, "GET", f"/v1/invoices?expand[]=data.{deep}.sources.data.x")[0]
    plain = send(counter, "GET", "/v1/invoices?expand[]=data.number")[0]

    assert listed["data"][0]["customer"]["name"] == "Ada & Söhne"
    assert (at_the_limit, beyond, plain) == (200, 400, 400)


def test_the_log_says_what_was_called(counter: Counter) -> None:
    send(counter, "POST", "/v1/customers", "name=A&metadata[x]=1", Idempotency_Key="k")

    row = counter.standin.requests[-1]

    assert (row["method"], row["path"], row["status"]) == ("POST", "/v1/customers", 200)
    assert row["params"] == {"name": "A", "metadata": {"x": "1"}}
    assert row["idempotency_key"] == "k"
