"""What is read from an event's bytes, whatever they are, and what an event makes us read."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadRequest
from bot.mirror.events import hint_of, parse_event
from bot.mirror.hints import Wanted


def event(event_type: str = "invoice.paid", subject: Any = None, **changes: Any) -> dict[str, Any]:
    """A snapshot event about an invoice, or about what a test says."""
    return {
        "id": "evt_1",
        "object": "event",
        "type": event_type,
        "api_version": "2026-10-28.endive",
        "created": 1_795_000_000,
        "livemode": False,
        "data": {"object": {"id": "in_1", "object": "invoice"} if subject is None else subject},
        **changes,
    }


def test_an_event_says_what_it_is_about() -> None:
    hint = parse_event(orjson.dumps(event(account="acct_9")))

    assert (hint.id, hint.type) == ("evt_1", "invoice.paid")
    assert (hint.object_kind, hint.object_id) == ("invoice", "in_1")
    assert (hint.account, hint.is_live) == ("acct_9", False)
    assert hint.api_version == "2026-10-28.endive"
    assert hint.created_at == datetime.fromtimestamp(1_795_000_000, UTC)
    assert hint.wanted == (Wanted("invoice", "in_1"),)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b'\xef\xbb\xbf{"id":"evt_1"}',
        b"null",
        b"17",
        b'"evt_1"',
        b'[{"id":"evt_1","type":"invoice.paid"}]',
        b"[" * 100_000,
        b'{"id":' * 100_000,
        b'{"id":"evt_1","type":"x","a":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"id":"evt_1","type":"x","created":' + b"9" * 5_000 + b"}",
        b'{"id":"evt_1","type":"x","created":NaN}',
        b'{"id":"evt_1","type":"\\ud800"}',
        b'{"type":"invoice.paid"}',
        b'{"id":"evt_1"}',
        b'{"id":null,"type":"invoice.paid"}',
        b'{"id":7,"type":"invoice.paid"}',
        b'{"id":"evt 1","type":"invoice.paid"}',
        b'{"id":"evt_\\u0000","type":"invoice.paid"}',
        b'{"id":"' + b"e" * 256 + b'","type":"invoice.paid"}',
        b'{"id":"evt_1","type":"' + b"t" * 129 + b'"}',
    ],
)
def test_what_is_no_event_is_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_event(body)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": None},
        {"data": []},
        {"data": {"object": "in_1"}},
        {"data": {"object": {"id": 5, "object": ["invoice"]}}},
        {"data": {"object": {"id": "in_\u0000\n", "object": "frobnication"}}},
        {"created": "yesterday"},
        {"created": 10**18},
        {"created": -5},
        {"created": True},
        {"livemode": "no"},
        {"account": {}},
        {"api_version": None},
        {"related_object": "in_1", "data": None},
    ],
)
def test_odd_fields_count_as_missing(changes: dict[str, Any]) -> None:
    hint = hint_of(event() | changes)

    assert hint.id == "evt_1"


def test_an_upcoming_invoice_has_no_id_and_nothing_to_read() -> None:
    upcoming = event("invoice.upcoming", {"object": "invoice", "customer": "cus_1"})

    assert hint_of(upcoming).wanted == ()


def test_of_a_repeated_key_neither_is_believed() -> None:
    with pytest.raises(BadRequest, match="twice"):
        parse_event(b'{"id":"evt_1","id":"evt_2","type":"a","type":"invoice.paid"}')


@pytest.mark.parametrize(
    ("event_type", "subject", "wanted"),
    [
        ("customer.created", {"object": "customer", "id": "cus_1"}, [("customer", "cus_1")]),
        ("customer.deleted", {"object": "customer", "id": "cus_1"}, [("customer", "cus_1")]),
        ("invoice.deleted", {"object": "invoice", "id": "in_1"}, [("invoice", "in_1")]),
        ("invoice.frobnicated", {"object": "invoice", "id": "in_1"}, [("invoice", "in_1")]),
        ("price.updated", {"object": "price", "id": "Gold plan"}, [("price", "Gold plan")]),
        (
            "customer.subscription.updated",
            {"object": "subscription", "id": "sub_1", "customer": "cus_1"},
            [("subscription", "sub_1"), ("customer", "cus_1")],
        ),
        (
            "customer.discount.created",
            {"object": "discount", "id": "di_1", "customer": {"id": "cus_1", "object": "customer"}},
            [("customer", "cus_1")],
        ),
        (
            "invoice_payment.paid",
            {"object": "invoice_payment", "id": "inpay_1", "invoice": "in_1"},
            [("invoice_payment", "inpay_1"), ("invoice", "in_1")],
        ),
        (
            "credit_note.created",
            {"object": "credit_note", "id": "cn_1", "invoice": {"id": "in_1"}, "customer": "cus_1"},
            [("credit_note", "cn_1"), ("invoice", "in_1")],
        ),
        (
            "invoiceitem.created",
            {"object": "invoiceitem", "id": "ii_1", "invoice": "in_1", "customer": "cus_1"},
            [("invoice", "in_1")],
        ),
        # Before basil a charge named its invoice; after it, nothing of an invoice has changed.
        (
            "charge.refunded",
            {"object": "charge", "id": "ch_1", "invoice": "in_1"},
            [("charge", "ch_1"), ("invoice", "in_1")],
        ),
        ("charge.refunded", {"object": "charge", "id": "ch_1"}, [("charge", "ch_1")]),
        (
            "refund.updated",
            {"object": "refund", "id": "re_1", "charge": "ch_1"},
            [("refund", "re_1"), ("charge", "ch_1")],
        ),
        (
            "charge.dispute.closed",
            {"object": "dispute", "id": "du_1", "charge": {"id": "ch_1", "object": "charge"}},
            [("dispute", "du_1"), ("charge", "ch_1")],
        ),
        (
            "payment_method.detached",
            {"object": "payment_method", "id": "pm_1", "customer": None},
            [("payment_method", "pm_1")],
        ),
        (
            "customer.source.updated",
            {"object": "card", "id": "card_1", "customer": "cus_1"},
            [("customer", "cus_1"), ("payment_method", "card_1")],
        ),
        (
            "billing.meter.deactivated",
            {"object": "billing.meter", "id": "mtr_1"},
            [("billing.meter", "mtr_1")],
        ),
        ("payout.paid", {"object": "payout", "id": "po_1"}, []),
    ],
)
def test_an_event_makes_us_read_what_it_may_have_changed(
    event_type: str, subject: dict[str, Any], wanted: list[tuple[str, str]]
) -> None:
    assert list(hint_of(event(event_type, subject)).wanted) == wanted


BALANCE_READ = [("customer", "cus_1"), ("customer_balance_transaction", "cus_1")]


@pytest.mark.parametrize(
    ("event_type", "previous", "balance", "is_moved"),
    [
        ("customer.updated", {"balance": 0}, -500, True),
        ("customer.updated", {"balance": -500}, 0, True),
        ("customer.updated", {"invoice_credit_balance": {"eur": 0}}, 0, True),
        ("customer.updated", {"name": "Acme"}, -500, False),
        # An event that does not say what changed may mean anything.
        ("customer.updated", None, 0, True),
        ("customer.created", None, -500, True),
        ("customer.created", None, 0, False),
        ("customer.deleted", None, -500, False),
    ],
)
def test_a_customer_whose_balance_may_have_moved_has_its_transactions_read(
    event_type: str,
    previous: dict[str, Any] | None,
    balance: int,
    is_moved: bool,  # noqa: FBT001 - a case
) -> None:
    data: dict[str, Any] = {"object": {"object": "customer", "id": "cus_1", "balance": balance}}
    if previous is not None:
        data["previous_attributes"] = previous

    wanted = hint_of(event(event_type, data=data)).wanted

    assert list(wanted) == (BALANCE_READ if is_moved else BALANCE_READ[:1])


def test_a_card_taken_away_has_its_former_customer_read_too() -> None:
    method = {"object": "payment_method", "id": "pm_1", "customer": None}
    data = {"object": method, "previous_attributes": {"customer": "cus_1"}}

    wanted = hint_of(event("payment_method.detached", data=data)).wanted

    assert list(wanted) == [("payment_method", "pm_1"), ("customer", "cus_1")]


@pytest.mark.parametrize(
    "subject",
    [
        {"object": "invoice", "id": "in_1", "starting_balance": -500},
        {"object": "invoice", "id": "in_1", "ending_balance": 20},
        {"object": "invoice", "id": "in_1", "amount_overpaid": 1},
        {"object": "credit_note", "id": "cn_1", "customer_balance_transaction": "cbtxn_1"},
    ],
)
def test_what_uses_or_makes_credit_has_the_customer_read_too(subject: dict[str, Any]) -> None:
    hint = hint_of(event("any.thing", subject | {"customer": "cus_1"}))

    assert list(hint.wanted)[1:] == BALANCE_READ


def test_a_thin_event_is_a_hint_too() -> None:
    hint = hint_of(
        {
            "id": "evt_test_65",
            "object": "v2.core.event",
            "type": "v1.invoice.paid",
            "created": "2026-11-22T09:30:00.000Z",
            "livemode": False,
            "related_object": {"id": "in_1", "type": "invoice", "url": "/v1/invoices/in_1"},
        }
    )

    assert hint.wanted == (Wanted("invoice", "in_1"),)
    assert hint.created_at == datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(
    st.fixed_dictionaries(
        {"id": st.just("evt_1"), "type": st.just("invoice.paid")},
        optional={
            "created": JSON,
            "livemode": JSON,
            "account": JSON,
            "related_object": JSON,
            "data": st.fixed_dictionaries({"object": JSON}) | JSON,
        },
    )
)
def test_no_event_with_an_id_and_a_type_is_too_odd(made: dict[str, Any]) -> None:
    assert hint_of(made).id == "evt_1"


@given(st.binary())
def test_no_bytes_raise_anything_but_a_bad_request(body: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_event(body)
