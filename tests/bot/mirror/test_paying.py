"""What is about paying is mirrored: filled, followed by events, compared and put right."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import delete, func, select, update

from bot.errors import Unavailable
from bot.mirror import backfill, listing
from bot.mirror.backfill import Progress, is_filled, run_backfill
from bot.mirror.verify import verify
from bot.models import (
    BackfillStep,
    Base,
    Charge,
    CustomerBalanceTransaction,
    Dispute,
    Meter,
    PaymentMethod,
    Refund,
)
from bot.sandbox.stripe import StripeError
from tests.bot.mirror.filling import Filling, ignore, open_filling
from tests.bot.mirror.paying import attach, decide, do_business, make_paid, save_card
from tests.following import Following, following

OF_PAYING: tuple[type[Base], ...] = (
    *(Charge, Refund, Dispute, PaymentMethod),
    *(CustomerBalanceTransaction, Meter),
)


@pytest.fixture
def filling(database_url: str) -> Iterator[Filling]:
    with open_filling(database_url) as opened:
        yield opened


@pytest.fixture
def mirror(database_url: str) -> Iterator[Following]:
    with following(database_url) as made:
        yield made


def rows(mirror: Filling | Following, model: type[Base]) -> list[Any]:
    with mirror.runtime.database.reading() as session:
        return list(session.scalars(select(model).order_by(model.id)))  # type: ignore[attr-defined] # every mirrored table has one


def assert_clean(mirror: Filling | Following) -> None:
    drift = verify(mirror.runtime, repair=False, report=ignore)
    assert drift.named == []


def test_everything_about_paying_is_filled_and_says_what_stripe_says(filling: Filling) -> None:
    done = do_business(filling)

    filling.fill()

    cards = {card.id: card for card in rows(filling, PaymentMethod)}
    assert cards.keys() == {done.card, done.other_card}
    card = cards[done.card]
    assert (card.customer_id, card.kind) == (done.customer, "card")
    assert (card.brand, card.last4, card.exp_month, card.exp_year) == ("visa", "4242", 11, 2031)
    charges = {one.amount_minor: one for one in rows(filling, Charge)}
    # Of the third invoice the credit has paid a part.
    assert charges.keys() == {9_000, 7_000, 1_500}
    assert (charges[9_000].status, charges[9_000].refunded_minor) == ("succeeded", 1_500)
    assert (charges[9_000].method_brand, charges[9_000].method_last4) == ("visa", "4242")
    assert charges[7_000].is_disputed
    [refund] = rows(filling, Refund)
    assert (refund.charge_id, refund.amount_minor) == (charges[9_000].id, 1_500)
    [dispute] = rows(filling, Dispute)
    assert (dispute.id, dispute.charge_id) == (done.dispute, charges[7_000].id)
    assert (dispute.status, dispute.reason) == ("needs_response", "fraudulent")
    assert (dispute.respond_by_at - dispute.created_at).days == 9
    moves = {one.kind: one.amount_minor for one in rows(filling, CustomerBalanceTransaction)}
    assert moves == {"adjustment": -2_500, "applied_to_invoice": 2_500}
    [meter] = rows(filling, Meter)
    assert (meter.id, meter.event_name, meter.aggregation) == (done.meter, "minutes", "sum")
    assert (meter.customer_key, meter.value_key, meter.status) == (
        *("stripe_customer_id", "value"),
        "active",
    )
    assert_clean(filling)


def test_events_alone_bring_everything_about_paying(mirror: Following) -> None:
    done = do_business(mirror)
    mirror.sweep()
    mirror.apply()
    assert_clean(mirror)

    mirror.call("POST", f"/v1/payment_methods/{done.other_card}/detach")
    mirror.call("POST", f"/v1/billing/meters/{done.meter}/deactivate")
    decide(mirror.standin, done.dispute, "lost")
    path = f"/v1/customers/{done.customer}"
    mirror.call("POST", f"{path}/balance_transactions", amount=700, currency="usd")
    mirror.sweep()
    mirror.apply()

    assert_clean(mirror)
    with mirror.runtime.database.reading() as session:
        assert session.get_one(PaymentMethod, done.other_card).customer_id is None
        assert session.get_one(Meter, done.meter).status == "inactive"
        assert session.get_one(Meter, done.meter).deactivated_at is not None
        assert session.get_one(Dispute, done.dispute).status == "lost"
        assert session.scalar(select(func.sum(CustomerBalanceTransaction.amount_minor))) == 700


DISPUTED = ("charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed")


def test_a_dispute_s_events_end_right_in_any_order(mirror: Following) -> None:
    done = do_business(mirror)
    mirror.call("POST", f"/v1/disputes/{done.dispute}", evidence={"customer_name": "Acme"})
    decide(mirror.standin, done.dispute, "won")
    told = mirror.events(*DISPUTED)
    assert len(told) == len(DISPUTED)
    for number, order in enumerate(itertools.permutations(told)):
        for event in order:
            assert mirror.deliver({**event, "id": f"{event['id']}_{number}"}) == 200
            # One of them is applied at once, the others together.
            if event is order[0]:
                mirror.apply()
        mirror.apply()

        [dispute] = rows(mirror, Dispute)
        assert (dispute.status, dispute.has_evidence, dispute.submissions_count) == ("won", True, 1)
        with mirror.runtime.database.writing() as session:
            session.execute(delete(Dispute))


def test_a_payment_method_s_events_end_right_in_any_order(mirror: Following) -> None:
    customer = mirror.call("POST", "/v1/customers", name="Acme")["id"]
    card = attach(mirror, customer, "pm_card_visa")
    mirror.call("POST", f"/v1/payment_methods/{card}", card={"exp_year": 2035})
    mirror.call("POST", f"/v1/payment_methods/{card}/detach")
    events = mirror.events(
        *("payment_method.attached", "payment_method.updated", "payment_method.detached")
    )
    assert len(events) == 3
    for number, order in enumerate(itertools.permutations(events)):
        for event in order:
            assert mirror.deliver({**event, "id": f"{event['id']}_{number}"}) == 200
            mirror.apply()

        [method] = rows(mirror, PaymentMethod)
        assert (method.customer_id, method.exp_year) == (None, 2035)


def test_only_customers_who_may_have_some_are_asked(filling: Filling) -> None:
    filling.standin.seed_invoices(30, 1, customers=25)
    done = do_business(filling)

    filling.fill()

    asked = [one["path"] for one in filling.standin.requests if "/v1/customers/" in one["path"]]
    assert sorted(path.rsplit("/", 1)[1] for path in asked if done.customer in path) == [
        "balance_transactions",
        "payment_methods",
    ]
    assert len(asked) == 2


def test_credit_that_is_used_up_keeps_its_history(filling: Filling) -> None:
    customer = filling.make_customer()
    path = f"/v1/customers/{customer}/balance_transactions"
    filling.call("POST", path, amount=-100, currency="usd")
    filling.make_invoice(100, customer=customer)

    filling.fill()

    moves = [one.amount_minor for one in rows(filling, CustomerBalanceTransaction)]
    assert sorted(moves) == [-100, 100]


def test_a_deleted_customer_takes_nothing_of_the_others_along(filling: Filling) -> None:
    done = do_business(filling)
    kept = filling.make_customer(name="Kept")
    save_card(filling, kept, "pm_card_amex")
    filling.fill()
    filling.call("DELETE", f"/v1/customers/{done.customer}")

    filling.verify(repair=True)

    assert_clean(filling)
    assert {one.customer_id for one in rows(filling, PaymentMethod)} >= {kept}


def test_customer_s_lists_go_on_where_they_were_cut_off(
    filling: Filling, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = sorted(filling.make_customer(name=f"Customer {number}") for number in range(5))
    for customer in customers:
        save_card(filling, customer, "pm_card_visa")
    monkeypatch.setattr(listing, "CUSTOMERS_AT_ONCE", 2)
    monkeypatch.setattr(backfill, "LOT_PAGES_MAX", 1)

    def die_in_the_middle(progress: Progress) -> None:
        if progress.kind == "payment_method" and progress.objects == 2:
            raise Unavailable("Killed.")

    with pytest.raises(Unavailable):
        run_backfill(filling.runtime, report=die_in_the_middle)
    filling.standin.requests.clear()
    done = filling.fill()

    assert done.objects["payment_method"] == 5
    asked = {one["path"] for one in filling.standin.requests}
    assert not any(customer in path for path in asked for customer in customers[:2])
    assert len(rows(filling, PaymentMethod)) == 5
    assert_clean(filling)


@pytest.mark.parametrize("model", OF_PAYING, ids=lambda model: model.__tablename__)
def test_what_was_lost_here_is_missing_and_read_again(filling: Filling, model: type[Base]) -> None:
    do_business(filling)
    filling.fill()
    there = len(rows(filling, model))
    with filling.runtime.database.writing() as session:
        session.execute(delete(model))

    found = filling.verify(repair=True)

    assert {(one.how, one.fields) for one in found.named} == {("missing", ())}
    assert (len(found.named), found.unrepaired) == (there, 0)
    assert_clean(filling)


def test_what_is_wrong_here_is_different_and_what_is_too_much_is_extra(filling: Filling) -> None:
    do_business(filling)
    filling.fill()
    with filling.runtime.database.writing() as session:
        session.execute(update(Dispute).values(status="won"))
        session.execute(update(Charge).values(refunded_minor=3))
        session.execute(update(PaymentMethod).values(last4="0000"))
        for model in (PaymentMethod, CustomerBalanceTransaction):
            made = session.scalars(select(model).limit(1)).one()
            extra = {column.name: getattr(made, column.name) for column in model.__table__.columns}
            session.add(model(**extra | {"id": f"{extra['id']}x"}))

    found = filling.verify(repair=True)

    assert {(one.kind, one.how) for one in found.named} == {
        *(("dispute", "different"), ("charge", "different"), ("payment_method", "different")),
        *(("payment_method", "extra"), ("customer_balance_transaction", "extra")),
    }
    assert found.unrepaired == 0
    assert_clean(filling)
    extras = [one for one in rows(filling, PaymentMethod) if one.id.endswith("x")]
    assert [one.deleted_at is None for one in extras] == [False]


def test_a_charge_that_was_declined_says_why(filling: Filling) -> None:
    customer = filling.make_customer()
    save_card(filling, customer, "pm_card_chargeCustomerFail")
    with pytest.raises(StripeError, match="declined"):
        make_paid(filling, customer, 5_000)

    filling.fill()

    [charge] = rows(filling, Charge)
    assert (charge.status, charge.failure_code) == ("failed", "card_declined")
    assert "declined" in charge.failure_message


@pytest.mark.parametrize(
    ("denied", "endpoint"), [("disputes", "/v1/disputes"), ("billing_meters", "/v1/billing/meters")]
)
def test_a_permission_that_is_missing_is_named(
    filling: Filling, denied: str, endpoint: str
) -> None:
    do_business(filling)
    filling.standin.world.faults.set({"deny": [denied]})

    [why] = filling.fill().left_out.values()

    assert f"STRIPE_SECRET_KEY may not read {endpoint}" in why
    assert f"rak_{denied.removesuffix('s')}_read" in why
    filling.standin.world.faults.set({"deny": []})
    filling.fill()
    assert_clean(filling)


def test_a_kind_that_is_kept_since_an_upgrade_is_filled_too(filling: Filling) -> None:
    do_business(filling)
    filling.fill()
    with filling.runtime.database.writing() as session:
        assert is_filled(session)
        session.execute(delete(Dispute))
        session.execute(delete(BackfillStep).where(BackfillStep.kind == "dispute"))
        assert not is_filled(session)

    filling.standin.requests.clear()
    filling.fill()

    assert len(rows(filling, Dispute)) == 1
    assert {one["path"] for one in filling.standin.requests} == {"/v1/disputes"}
