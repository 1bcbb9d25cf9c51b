"""Stripe's own library against the stand-in: it must notice no difference."""

import http.client
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
import stripe

from bot.sandbox.server import serving
from tests.bot.sandbox.stripe_desk import KEY, START, Counter, Receiver, make_open, open_counter


@pytest.fixture
def counter() -> Iterator[Counter]:
    with open_counter() as opened:
        yield opened


def test_an_invoice_from_customer_to_payment(counter: Counter) -> None:
    api = counter.client.v1
    customer = api.customers.create({"name": "Ada", "metadata": {"company": "A & B"}})
    invoice = api.invoices.create(
        {"customer": customer.id, "collection_method": "send_invoice", "days_until_due": 14}
    )
    api.invoice_items.create(
        {"customer": customer.id, "invoice": invoice.id, "amount": 1250, "currency": "usd"}
    )
    invoice = api.invoices.finalize_invoice(invoice.id)
    method = api.payment_methods.attach("pm_card_visa", {"customer": customer.id})

    invoice = api.invoices.pay(invoice.id, {"payment_method": method.id})

    assert (invoice.status, invoice.amount_paid) == ("paid", 1250)
    assert invoice.lines.data[0].amount == 1250
    metadata = api.customers.retrieve(customer.id).metadata
    assert metadata is not None
    assert metadata["company"] == "A & B"


def test_lists_page_by_themselves_in_both_directions(counter: Counter) -> None:
    api = counter.client.v1
    ids = [api.customers.create({"name": str(number)}).id for number in range(7)]

    newest_first = [row.id for row in api.customers.list({"limit": 3}).auto_paging_iter()]
    page = api.customers.list({"limit": 3, "ending_before": ids[0]})
    oldest_first = [row.id for row in page.auto_paging_iter()]

    assert newest_first == ids[::-1]
    assert oldest_first == ids[1:]
    assert ids != sorted(ids)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("missing", 404),
        ("unknown", 400),
        ("declined", 402),
        ("key", 401),
        ("mismatch", 400),
        ("limited", 429),
        ("broken", 500),
    ],
)
def test_errors_become_the_library_s_own(counter: Counter, kind: str, status: int) -> None:
    api = counter.client.v1
    classes: dict[str, type[stripe.StripeError]] = {
        "missing": stripe.InvalidRequestError,
        "unknown": stripe.InvalidRequestError,
        "declined": stripe.CardError,
        "key": stripe.AuthenticationError,
        "mismatch": stripe.IdempotencyError,
        "limited": stripe.RateLimitError,
        "broken": stripe.APIError,
    }

    with pytest.raises(classes[kind]) as caught:
        provoke(counter, kind)

    assert caught.value.http_status == status
    assert caught.value.request_id
    assert api is counter.client.v1


def provoke(counter: Counter, kind: str) -> None:
    api, faults = counter.client.v1, counter.standin.world.faults
    if kind == "missing":
        api.invoices.retrieve("in_none")
    elif kind == "unknown":
        wrong: Any = {"nmae": "Ada"}
        api.customers.create(wrong)
    elif kind == "declined":
        customer = api.customers.create({"payment_method": "pm_card_chargeCustomerFail"})
        method = api.customers.payment_methods.list(customer.id).data[0].id
        invoice = make_open(counter.standin, {"id": customer.id})
        api.invoices.pay(invoice["id"], {"payment_method": method})
    elif kind == "key":
        stripe.StripeClient("sk_no", base_addresses={"api": counter.url}).v1.customers.list()
    elif kind == "mismatch":
        api.customers.create({"name": "A"}, {"idempotency_key": "k"})
        api.customers.create({"name": "B"}, {"idempotency_key": "k"})
    elif kind == "limited":
        faults.set({"rate_limit_next": 1})
        api.customers.list()
    else:
        faults.set({"fail_before_next": 1})
        api.customers.create({"name": "A"})


def test_the_library_s_retry_gets_the_answer_that_was_saved(counter: Counter) -> None:
    client = stripe.StripeClient(KEY, base_addresses={"api": counter.url}, max_network_retries=2)
    counter.standin.world.faults.set({"fail_after_next": 1})

    with pytest.raises(stripe.APIError):
        client.v1.customers.create({"name": "A"})

    assert len(counter.client.v1.customers.list().data) == 1
    keys = {row["idempotency_key"] for row in counter.standin.requests if row["method"] == "POST"}
    assert len(keys) == 1


def test_webhooks_are_signed_and_repeated_until_heard(counter: Counter) -> None:
    receiver = Receiver(500, 503)
    with serving(receiver.app) as server:
        endpoint = counter.client.v1.webhook_endpoints.create(
            {"url": f"{server.url}/hook", "enabled_events": ["customer.created"]}
        )
        counter.client.v1.customers.create({"name": "Ada"})
        counter.client.v1.products.create({"name": "Calls"})
        assert counter.standin.webhooks_idle()

    assert receiver.types == ["customer.created"] * 3
    secret = endpoint.secret
    assert secret is not None
    event = stripe.Webhook.construct_event(receiver.bodies[-1], receiver.signatures[-1], secret)
    assert event.data.object["name"] == "Ada"
    assert (event.api_version, event.pending_webhooks) == ("2026-10-28.endive", 1)
    assert counter.client.v1.events.retrieve(event.id).pending_webhooks == 0
    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(receiver.bodies[0], receiver.signatures[0], "whsec_other")


def test_dropped_copied_and_failed_webhooks(counter: Counter) -> None:
    receiver = Receiver()
    faults = counter.standin.world.faults
    with serving(receiver.app) as server:
        counter.client.v1.webhook_endpoints.create(
            {"url": f"{server.url}/hook", "enabled_events": ["*"]}
        )
        faults.set({"webhook_drop_types": ["customer.created"], "webhook_duplicates": 1})
        counter.client.v1.customers.create({"name": "Ada"})
        counter.client.v1.products.create({"name": "Calls"})
        assert counter.standin.webhooks_idle()

    assert receiver.types == ["product.created"] * 2
    undelivered = counter.client.v1.events.list({"delivery_success": False}).data
    assert [event.type for event in undelivered] == ["customer.created"]


def test_events_appear_later_when_asked_to(counter: Counter) -> None:
    faults = counter.standin.world.faults
    faults.set({"events_lag_seconds": 60.0})
    counter.client.v1.customers.create({"name": "Ada"})
    faults.set({"events_lag_seconds": 0.0})
    counter.client.v1.products.create({"name": "Calls"})

    seen = [event.type for event in counter.client.v1.events.list().data]

    assert seen == ["product.created"]


def test_events_of_a_minute_share_their_second_when_asked_to(counter: Counter) -> None:
    counter.standin.world.faults.set({"events_share_seconds": 60})
    counter.client.v1.customers.create({"name": "Ada"})
    counter.standin.advance(START + timedelta(seconds=59))
    counter.client.v1.customers.create({"name": "Bea"})

    created = {event.created for event in counter.client.v1.events.list().data}

    assert created == {int(START.timestamp())}


def test_shuffled_webhooks_all_arrive(counter: Counter) -> None:
    receiver = Receiver()
    counter.standin.world.faults.set({"webhook_shuffle": True})
    with serving(receiver.app) as server:
        counter.client.v1.webhook_endpoints.create(
            {"url": f"{server.url}/hook", "enabled_events": ["*"]}
        )
        ids = [counter.client.v1.customers.create({"name": str(n)}).id for n in range(12)]
        assert counter.standin.webhooks_idle()

    heard = [orjson.loads(body)["data"]["object"]["id"] for body in receiver.bodies]
    assert sorted(heard) == sorted(ids)
    assert heard != ids


def test_events_say_what_changed_and_who_asked(counter: Counter) -> None:
    customer = counter.client.v1.customers.create({"name": "Ada"})
    counter.client.v1.customers.update(customer.id, {"name": "Bea"}, {"idempotency_key": "our-key"})

    event = counter.client.v1.events.list({"types": ["customer.updated"]}).data[0]

    previous = event.data.previous_attributes
    assert previous is not None
    assert previous["name"] == "Ada"
    assert event.data.object["name"] == "Bea"
    assert event.request is not None
    assert event.request.idempotency_key == "our-key"


def test_a_black_hole_answers_nothing(counter: Counter) -> None:
    counter.standin.world.faults.set({"black_hole": True})
    parts = urlsplit(counter.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=0.3)

    connection.request("GET", "/v1/customers", headers={"Authorization": f"Bearer {KEY}"})

    with pytest.raises(TimeoutError):
        connection.getresponse()
    connection.close()
