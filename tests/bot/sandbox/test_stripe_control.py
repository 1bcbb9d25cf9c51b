"""The control API and the pages of the Stripe stand-in."""

import re
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote

import orjson
import pytest

from bot.sandbox.stripe import StandIn
from tests.bot.sandbox.stripe_desk import (
    START,
    Counter,
    Json,
    act,
    make_customer,
    make_draft,
    make_open,
    make_price,
    open_counter,
    read,
)

PAGE_ORIGIN = "http://127.0.0.1:4000"


@pytest.fixture
def counter() -> Iterator[Counter]:
    with open_counter() as opened:
        yield opened


def fetch(
    url: str, given: Any = None, method: str | None = None, origin: str | None = None
) -> tuple[int, dict[str, str], bytes]:
    """One request, JSON when something is given."""
    data = None if given is None else orjson.dumps(given)
    headers = {} if origin is None else {"Origin": origin}
    request = urllib.request.Request(url, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def control(counter: Counter, name: str, given: Json | None = None) -> Json:
    answer: Json = orjson.loads(fetch(f"{counter.url}/_sandbox/{name}", given)[2])
    return answer


def test_the_clock_moves_ahead_by_days_and_months(counter: Counter) -> None:
    assert control(counter, "clock")["iso"] == START.isoformat()

    control(counter, "clock", {"advance_days": 1, "advance_seconds": 5})
    moved = control(counter, "clock", {"advance_months": 12})

    assert moved["iso"] == "2027-02-01T10:00:05+00:00"
    back = control(counter, "clock", {"to": "2026-01-01"})
    assert back["error"]["param"] == "to"
    assert control(counter, "clock")["now"] == moved["now"]


def test_whoever_asked_hears_of_the_new_time() -> None:
    heard: list[datetime] = []
    with open_counter(on_clock=heard.append) as counter:
        control(counter, "clock", {"advance_days": 1})

    assert [moment.isoformat() for moment in heard] == ["2026-02-01T10:00:00+00:00"]


def test_each_noon_on_the_way_can_be_lived_through() -> None:
    standin = StandIn(now=datetime(2026, 11, 20, 12, tzinfo=UTC))
    lived: list[tuple[datetime, datetime]] = []
    standin.on_noon = lambda noon: lived.append((noon, standin.clock))

    standin.advance(datetime(2026, 11, 23, 11, 59, tzinfo=UTC))
    standin.advance(datetime(2026, 11, 23, 12, tzinfo=UTC))

    days = [datetime(2026, 11, day, 12, tzinfo=UTC) for day in (21, 22, 23)]
    assert lived == [(noon, noon) for noon in days]


def test_pages_of_this_machine_may_use_the_controls_and_others_may_not(counter: Counter) -> None:
    url = f"{counter.url}/_sandbox/clock"

    preflight = fetch(url, method="OPTIONS", origin=PAGE_ORIGIN)
    call = fetch(url, {"advance_days": 1}, origin=PAGE_ORIGIN)
    foreign = fetch(url, {"advance_days": 1}, origin="http://example.com")

    assert preflight[0] == 204
    assert preflight[1]["access-control-allow-origin"] == PAGE_ORIGIN
    assert call[1]["access-control-allow-origin"] == PAGE_ORIGIN
    assert foreign[0] == 403


def test_pay_decline_and_dispute(counter: Counter) -> None:
    standin = counter.standin
    customer = make_customer(standin, "pm_card_visa")
    paid, declined = make_open(standin, customer), make_open(standin, customer)

    assert control(counter, "pay", {"invoice": paid["id"]})["status"] == "paid"
    assert control(counter, "dispute", {"invoice": paid["id"]})["status"] == "needs_response"
    control(counter, "decline", {"invoice": declined["id"]})

    path = f"{counter.url}/v1/invoices/{declined['id']}/pay"
    request = urllib.request.Request(path, b"", {"Authorization": "Bearer sk_test_fake_tallyman"})
    with pytest.raises(HTTPError) as caught:
        urllib.request.urlopen(request)
    assert caught.value.code == 402
    caught.value.close()


def test_faults_are_checked_and_reset(counter: Counter) -> None:
    wrong = control(counter, "faults", {"webhook_duplicates": "two", "no_such": 1})
    control(counter, "faults", {"webhook_duplicates": 2, "slow_seconds": {"/v1/invoices": 1.5}})
    turned = control(counter, "faults")
    reset = control(counter, "reset_faults", {})

    assert "no_such, webhook_duplicates" in wrong["error"]["message"]
    assert turned["webhook_duplicates"] == 2
    assert (reset["webhook_duplicates"], reset["slow_seconds"]) == (0, {})


def test_the_log_is_readable_from_outside(counter: Counter) -> None:
    counter.client.v1.customers.create({"name": "Ada"})

    rows = control(counter, "requests")["requests"]

    assert [(row["method"], row["path"]) for row in rows] == [("POST", "/v1/customers")]


def test_the_hosted_page_escapes_everything_and_takes_the_payment(counter: Counter) -> None:
    standin = counter.standin
    standin.public_url = counter.url
    customer = make_customer(standin, name="<script>alert(1)</script>")
    draft = make_draft(standin, customer, 1500)
    invoice = act(standin, draft, "finalize")
    url = invoice["hosted_invoice_url"]

    status, headers, page = fetch(url)
    text = page.decode()
    pdf = fetch(invoice["invoice_pdf"])
    after = fetch(url, method="POST")[2].decode()

    assert status == 200
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "<script>" not in text
    assert "&lt;script&gt;" in text
    assert "Pay $15.00" in text
    assert invoice["number"] in text
    assert pdf[2].startswith(b"%PDF-1.4")
    assert pdf[2].rstrip().endswith(b"%%EOF")
    assert "Pay $" not in after
    assert read(standin, invoice)["status"] == "paid"
    assert fetch(url.replace("/test_", "/test_x"))[0] == 404


def test_the_pdf_s_table_points_at_its_objects(counter: Counter) -> None:
    counter.standin.public_url = counter.url
    invoice = make_open(counter.standin, make_customer(counter.standin, name="Ada (x) \\ Söhne"))

    pdf = fetch(invoice["invoice_pdf"])[2]

    start = int(re.findall(rb"startxref\n(\d+)", pdf)[0])
    assert pdf[start:].startswith(b"xref")
    for number, place in enumerate(re.findall(rb"(\d{10}) 00000 n", pdf), 1):
        assert pdf[int(place) :].startswith(b"%d 0 obj" % number)
    assert b"Ada \\(x\\) \\\\ S\xf6hne" in pdf


def test_links_follow_the_address_that_was_asked(counter: Counter) -> None:
    invoice = make_open(counter.standin, make_customer(counter.standin))
    assert invoice["hosted_invoice_url"].startswith("http://127.0.0.1/")

    asked = counter.client.v1.invoices.retrieve(invoice["id"])

    assert asked.hosted_invoice_url is not None
    assert asked.hosted_invoice_url.startswith(f"{counter.url}/i/acct_1Tallyman/test_")


def test_receipts_and_the_portal_open(counter: Counter) -> None:
    standin = counter.standin
    standin.public_url = counter.url
    customer = make_customer(standin, "pm_card_visa")
    act(standin, make_open(standin, customer), "pay")
    session = standin.call("POST", "/v1/billing_portal/sessions", {"customer": customer["id"]})
    charge = standin.call("GET", "/v1/charges")["data"][0]

    receipt = fetch(charge["receipt_url"])[2].decode()
    portal = fetch(session["url"])[2].decode()

    assert "$10.00 paid on January 31, 2026" in receipt
    assert "Ada &amp; Söhne" in portal
    assert fetch(f"{counter.url}/p/session/{quote('test_x')}")[0] == 404


def test_seeded_invoices_look_and_list_like_others(counter: Counter) -> None:
    standin = counter.standin
    make_price(standin)
    standin.seed_invoices(480, customers=30, open_share=0.25)

    rows = list(counter.client.v1.invoices.list({"limit": 100}).auto_paging_iter())
    still_open = counter.client.v1.invoices.list({"status": "open", "limit": 100})

    assert len({row.id for row in rows}) == len(rows) == 480
    assert len({row.number for row in rows}) == 480
    assert [row.created for row in rows] == sorted((row.created for row in rows), reverse=True)
    assert len(list(still_open.auto_paging_iter())) == 120
    one = rows[17]
    assert one.total == sum(line.amount for line in one.lines.data)
    assert counter.client.v1.invoices.line_items.list(one.id).data[0].invoice == one.id
    customer = counter.client.v1.customers.retrieve(str(one.customer))
    assert customer.next_invoice_sequence == 17
    paid = control(counter, "pay", {"invoice": still_open.data[0].id})
    assert paid["status"] == "paid"


def test_the_dashboard_voids_gives_up_and_finalizes(counter: Counter) -> None:
    customer = make_customer(counter.standin)
    voided, given_up = (make_open(counter.standin, customer, 1_000) for _ in range(2))
    draft = make_draft(
        counter.standin, customer, 500, collection_method="send_invoice", days_until_due="7"
    )

    assert [row["id"] for row in control(counter, "drafts")["drafts"]] == [draft["id"]]
    assert control(counter, "void", {"invoice": voided["id"]})["status"] == "void"
    assert control(counter, "write_off", {"invoice": given_up["id"]})["status"] == "uncollectible"
    assert control(counter, "finalize", {"invoice": draft["id"]})["status"] == "open"

    assert control(counter, "drafts")["drafts"] == []
    refused = control(counter, "void", {"invoice": voided["id"]})
    assert "status of void" in refused["error"]["message"]


def test_a_card_payment_is_charged_back_and_decided(counter: Counter) -> None:
    customer = make_customer(counter.standin, "pm_card_visa", name="Riverside")
    invoice = make_open(counter.standin, customer, 1_000)
    act(counter.standin, invoice, "pay")

    (payment,) = control(counter, "card_payments")["payments"]
    assert (payment["number"], payment["customer_name"], payment["amount"]) == (
        invoice["number"],
        "Riverside",
        1_000,
    )
    control(counter, "dispute", {"charge": payment["charge"]})
    assert control(counter, "card_payments")["payments"] == []
    (dispute,) = control(counter, "disputes")["disputes"]
    assert (dispute["number"], dispute["status"]) == (invoice["number"], "needs_response")

    control(counter, "decide_dispute", {"dispute": dispute["dispute"], "status": "won"})
    assert control(counter, "disputes")["disputes"] == []


def test_the_clock_goes_to_the_next_renewal(counter: Counter) -> None:
    before = control(counter, "clock")["now"]
    assert control(counter, "clock", {"to": "renewal"})["now"] == before

    customer = make_customer(counter.standin, "pm_card_visa")
    price = make_price(counter.standin, recurring={"interval": "month"})
    about = {"customer": customer["id"], "items": [{"price": price["id"]}]}
    made = counter.standin.call("POST", "/v1/subscriptions", about)

    ends = made["items"]["data"][0]["current_period_end"]
    assert control(counter, "clock", {"to": "renewal"})["now"] == ends
    assert len(control(counter, "drafts")["drafts"]) == 1
