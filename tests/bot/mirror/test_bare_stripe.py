"""The mirror opposite a Stripe that promises no more than its reference, and lists not all."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.responses import JSONResponse, Response

from bot.errors import Misconfigured
from bot.mirror.backfill import is_filled, run_backfill
from bot.mirror.left_out import LEFT_OUT, NEEDED
from bot.mirror.marks import SWEPT, find_mark
from bot.mirror.verify import verify
from bot.models import Invoice
from bot.runtime import Runtime
from bot.stripe_api import UNNAMED
from jobs import first_fill
from tests.alerts import list_alerts
from tests.bare import LISTS, BareStripe, Examples, bare_stripe
from tests.bot.mirror.filling import ignore, make_runtime

UNKNOWN = Response("no such page", 404)
FORBIDDEN = JSONResponse(
    {"error": {"type": "invalid_request_error", "message": "The key lacks a permission"}}, 403
)
CREATED = 1_780_000_000


@pytest.fixture
def stripe() -> Iterator[BareStripe]:
    with bare_stripe() as made:
        made.put(object="customer", id="cus_1", created=CREATED)
        made.put(object="invoice", id="in_1", created=CREATED, customer="cus_1", status="open")
        yield made


@pytest.fixture
def runtime(database_url: str, stripe: BareStripe) -> Iterator[Runtime]:
    made = make_runtime(database_url, stripe.url)
    yield made
    made.stripe.close()
    made.database.close()


def left_out(runtime: Runtime) -> dict[str, str]:
    """What the operators are told of kinds that the mirror goes without."""
    with runtime.database.reading() as session:
        return {one.subject: one.detail for one in list_alerts(session) if one.kind == LEFT_OUT}


def test_a_kind_that_stripe_does_not_list_leaves_the_others_whole(
    runtime: Runtime, stripe: BareStripe
) -> None:
    stripe.refusals = {"/v1/billing/meters": UNKNOWN, "/v1/disputes": FORBIDDEN}

    filled = run_backfill(runtime, report=ignore)

    assert list(filled.left_out) == ["billing.meter", "dispute"]
    assert (filled.objects["invoice"], filled.numbered) == (1, 1)
    assert set(left_out(runtime)) == {"billing.meter", "dispute"}
    assert "Stripe says: The key lacks a permission. Cards go" in left_out(runtime)["dispute"]
    with runtime.database.reading() as session:
        assert is_filled(session, NEEDED)
        assert not is_filled(session)


def test_what_was_left_out_comes_in_once_stripe_lists_it(
    runtime: Runtime, stripe: BareStripe
) -> None:
    stripe.refusals = {"/v1/disputes": FORBIDDEN}
    run_backfill(runtime, report=ignore)
    stripe.refusals = {}

    filled = run_backfill(runtime, report=ignore)

    assert not filled.left_out
    assert left_out(runtime) == {}
    with runtime.database.reading() as session:
        assert is_filled(session)


def test_the_worker_asks_for_it_again_by_itself(
    runtime: Runtime, stripe: BareStripe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(first_fill, "REFUSED_RETRY_SECONDS", 0.05)
    stripe.refusals = {"/v1/disputes": FORBIDDEN}
    stopping = threading.Event()
    assert first_fill.run(runtime, stopping)
    asking = threading.Thread(target=first_fill.fill_rest, args=(runtime, stopping))

    asking.start()
    stripe.refusals = {}
    asking.join(60.0)

    assert not asking.is_alive()
    with runtime.database.reading() as session:
        assert is_filled(session)


@pytest.mark.parametrize("path", ["/v1/customers", "/v1/invoices"])
def test_without_customers_or_invoices_nothing_is_filled(
    runtime: Runtime, stripe: BareStripe, path: str
) -> None:
    stripe.refusals = {path: FORBIDDEN}

    with pytest.raises(Misconfigured, match="lacks a permission"):
        run_backfill(runtime, report=ignore)


def test_verify_compares_what_stripe_lists_and_names_the_rest(
    runtime: Runtime, stripe: BareStripe
) -> None:
    run_backfill(runtime, report=ignore)
    stripe.refusals = {"/v1/refunds": FORBIDDEN}

    drift = verify(runtime, repair=False, report=ignore)

    assert drift.is_clean
    assert list(drift.left_out) == ["refund"]
    assert set(left_out(runtime)) == {"refund"}


@pytest.mark.parametrize("refusal", [UNKNOWN, FORBIDDEN])
def test_without_a_list_of_events_the_mirror_is_as_fresh_as_its_filling(
    runtime: Runtime, stripe: BareStripe, refusal: Response
) -> None:
    stripe.refusals = {"/v1/events": refusal}

    run_backfill(runtime, report=ignore)

    with runtime.database.reading() as session:
        assert find_mark(session, SWEPT) is not None


def test_a_stripe_that_names_no_account_is_served_all_the_same(runtime: Runtime) -> None:
    assert runtime.stripe.account() == (UNNAMED, False)


@pytest.mark.reference
@pytest.mark.parametrize("form", ["bare", "wild"])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_form_that_the_reference_allows_is_mirrored(
    runtime: Runtime, stripe: BareStripe, reference_dir: Path, form: str, seed: int
) -> None:
    document = json.loads((reference_dir / "stripe-openapi.json").read_text("utf-8"))
    examples = Examples(document, seed=seed)
    for kind in LISTS.values():
        for place in range(4):
            made = {**getattr(examples, form)(kind), "object": kind, "id": f"{kind}_{place}"}
            # These are listed by it, and an invoice is its customer's.
            stripe.put(**made | {"created": CREATED + place, "deleted": False})
    for one in stripe.objects["invoice"].values():
        one["customer"] = "cus_1"

    run_backfill(runtime, report=ignore)

    assert verify(runtime, repair=False, report=ignore).named == []
    with runtime.database.reading() as session:
        assert len(session.scalars(select(Invoice.id)).all()) == 5
