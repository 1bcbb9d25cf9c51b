"""What events alone bring is all that Stripe has, also what Stripe sends no event for."""

from collections.abc import Iterator

import pytest

from bot.mirror.verify import verify
from tests.following import Following, following


@pytest.fixture
def mirror(database_url: str) -> Iterator[Following]:
    """A mirror of an empty account, on either database."""
    with following(database_url) as made:
        yield made


def test_a_mirror_that_only_heard_events_is_found_clean(mirror: Following) -> None:
    paid = mirror.make_open_invoice()["id"]
    customer = mirror.call("GET", f"/v1/invoices/{paid}")["customer"]
    mirror.call(
        "POST",
        "/v1/prices",
        currency="usd",
        unit_amount="500",
        product_data={"name": "Made along with its price"},
    )
    mirror.make_open_invoice()
    mirror.pay(paid)
    mirror.call("POST", f"/v1/customers/{customer}", description="Renamed")

    mirror.sweep()
    mirror.apply()

    drift = verify(mirror.runtime, repair=False, report=lambda _progress: None)
    assert drift.named == []
    assert drift.is_clean
    assert drift.checked["invoice_payment"] >= 2
    assert drift.checked["product"] >= 1
