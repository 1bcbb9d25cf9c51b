"""Charging a balance when something is in the way: rights, repeats, other people, and Stripe."""

from collections.abc import Iterator

import pytest

from bot.sandbox.stripe.control import CONTROLS
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NOT_COVERED, ask, grant, refusals_of, revoke
from tests.handlers.slack.charging import (
    GOOD,
    Debts,
    accounts,
    close_dialogs,
    follow,
    go_on,
    hold_charges,
    indebted,
    invoices,
    kill_a_worker,
    opened,
    results,
    seen_in,
    send_again,
    sent,
    statuses,
    taken,
    told,
)
from tests.handlers.slack.pressing import forge
from tests.workspace import Person

JAMIE = "U0JAMIE"
TWO: Debts = [(GOOD, [10_000, 20_000])]
# Each test has an account of its own.
BOOK: dict[str, Debts] = dict.fromkeys(
    (
        *("Asked twice", "Asked by two", "Paid elsewhere", "Voided", "Credited", "Under way"),
        *("Failing", "Silent", "Detached", "Losing a role", "Forged", "Covered", "Elsewhere"),
        *("Charged back", "Charged in time"),
    ),
    TWO,
) | {"Killed": [(GOOD, [10_000, 20_000, 30_000])]}


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A Tallyman over these accounts."""
    with indebted(shared_database_url, BOOK) as tallyman:
        yield tallyman


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin."""
    person = desk.person()
    yield person
    desk.stripe.world.faults.reset()
    close_dialogs(person)
    person.close()


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """Somebody whose role the test gives."""
    person = desk.person(JAMIE)
    yield person
    close_dialogs(person)
    person.close()


def test_only_approvers_and_admins_may_and_each_only_for_their_accounts(
    desk: Tallyman, avery: Person, jamie: Person
) -> None:
    covered, elsewhere = (f"@{accounts(desk)[name]}" for name in ("Covered", "Elsewhere"))
    grant(avery, '@jamie collector "Covered"')
    assert "Charge balance" not in ask(jamie, "/balance covered").buttons

    assert NOT_COVERED in forge(desk, "charge_balance", covered, user=JAMIE).words
    missing = forge(desk, "charge_balance", elsewhere, user=JAMIE).words

    assert "There is no such account any more." in missing
    assert refusals_of(desk, JAMIE)[-2:] == [
        ("refused", f"charge_balance {covered}"),
        ("missed", f"charge_balance {elsewhere}"),
    ]
    revoke(avery, '@jamie collector "Covered"')
    grant(avery, '@jamie approver "Covered"')
    opened(jamie, "Covered")
    assert "USD 300.00 charged" in sent(jamie).words
    revoke(avery, '@jamie approver "Covered"')


def test_no_other_amount_is_ever_charged(desk: Tallyman, avery: Person) -> None:
    account = accounts(desk)["Forged"]
    assert "This button names no account." in forge(desk, "charge_balance", f"@{account}|500").words
    opened(avery, "Forged")
    hold_charges(desk)
    avery.submit()

    for subject in (f"@{account}|usd|500|{'0' * 16}", f"@{account}|usd|30000|{'0' * 16}"):
        view = send_again(desk, subject=subject, view_id="V0OTHER")
        assert "Nothing was charged. Please look again." in view
        assert "Only whole invoices are charged here. About a part of one, turn to support." in view
    assert "This dialog names no balance." in send_again(desk, subject="500", view_id="V0OTHER")

    go_on(desk)
    wait_until(lambda: statuses(desk, "Forged") == ["paid", "paid"])
    assert taken(desk, "Forged") == [10_000, 20_000]


def test_a_dialog_that_is_sent_twice_is_one_charge(desk: Tallyman, avery: Person) -> None:
    opened(avery, "Asked twice")
    hold_charges(desk)
    avery.submit()

    assert "Charging invoice 1 of 2" in send_again(desk)

    go_on(desk)
    seen_in(avery, lambda view: "USD 300.00 charged" in view.words)
    assert "USD 300.00 charged" in send_again(desk)
    assert taken(desk, "Asked twice") == [10_000, 20_000]


def test_two_people_at_once_make_one_charge(desk: Tallyman, avery: Person, jamie: Person) -> None:
    grant(avery, "@jamie approver")
    opened(avery, "Asked by two")
    opened(jamie, "Asked by two")
    hold_charges(desk)

    avery.submit()
    jamie.submit()

    assert "Avery Stone is charging this balance at the moment" in jamie.view().words
    go_on(desk)
    seen_in(avery, lambda view: "USD 300.00 charged" in view.words)
    assert taken(desk, "Asked by two") == [10_000, 20_000]
    revoke(avery, "@jamie approver")


def test_what_was_paid_meanwhile_is_passed_over(desk: Tallyman, avery: Person) -> None:
    opened(avery, "Paid elsewhere")
    first, _second = invoices(desk, "Paid elsewhere")
    Billing(desk.stripe).pay(first)

    shown = sent(avery)

    assert "It was paid meanwhile. Nothing was charged." in shown.words
    assert "USD 200.00 of USD 300.00 charged" in shown.words
    assert taken(desk, "Paid elsewhere") == [20_000]


def test_what_was_voided_or_is_another_amount_by_now_is_passed_over(
    desk: Tallyman, avery: Person
) -> None:
    opened(avery, "Voided")
    Billing(desk.stripe).void(invoices(desk, "Voided")[0])
    assert "It is void by now. Nothing was charged." in sent(avery).words
    opened(avery, "Credited")
    credited = {"invoice": invoices(desk, "Credited")[0]["id"], "amount": "1000"}
    desk.stripe.call("POST", "/v1/credit_notes", credited)

    shown = sent(avery)

    assert "USD 90.00 of it remain, not USD 100.00. Nothing was charged." in shown.words
    assert taken(desk, "Voided") == taken(desk, "Credited") == [20_000]


def test_while_a_payment_is_under_way_no_other_is_begun(desk: Tallyman, avery: Person) -> None:
    world = desk.stripe.world
    (payment,) = world.table("invoice_payment").where(invoice=invoices(desk, "Under way")[0]["id"])
    intent = world.table("payment_intent").get(payment["payment"]["payment_intent"])
    world.change(intent, {"status": "processing"})
    opened(avery, "Under way")

    shown = sent(avery)

    assert "Another payment of it is under way. Nothing was charged." in shown.words
    assert taken(desk, "Under way") == [20_000]


@pytest.mark.parametrize(
    ("account", "fault"), [("Failing", "fail_after_next"), ("Silent", "lose_answer_next")]
)
def test_an_answer_that_fails_or_is_lost_after_the_deed_charges_nothing_twice(
    desk: Tallyman, avery: Person, account: str, fault: str
) -> None:
    opened(avery, account)
    desk.stripe.world.faults.set({fault: 1, "fail_path": "/v1/invoices/"})
    avery.submit()
    wait_until(lambda: statuses(desk, account)[0] == "paid")

    def is_over() -> bool:
        go_on(desk)
        return "USD 300.00 charged" in avery.view().words

    wait_until(is_over)
    assert results(desk, account) == ["charged", "charged"]
    assert taken(desk, account) == [10_000, 20_000]


def test_a_method_that_was_detached_meanwhile_stops_it(desk: Tallyman, avery: Person) -> None:
    opened(avery, "Detached")
    customer = invoices(desk, "Detached")[0]["customer"]
    methods = desk.stripe.call("GET", f"/v1/customers/{customer}/payment_methods")["data"]
    desk.stripe.call("POST", f"/v1/payment_methods/{methods[0]['id']}/detach")

    shown = sent(avery)

    assert "Stripe says: The payment method does not belong to" in shown.words
    assert results(desk, "Detached") == ["refused", "not_tried"]
    assert taken(desk, "Detached") == []


def test_the_right_is_read_again_when_each_invoice_has_its_turn(
    desk: Tallyman, avery: Person, jamie: Person
) -> None:
    grant(avery, "@jamie approver")
    opened(jamie, "Losing a role")
    hold_charges(desk)
    jamie.submit()
    revoke(avery, "@jamie approver")

    go_on(desk)

    wait_until(lambda: results(desk, "Losing a role") == ["refused", "not_tried"])
    assert "may not charge this account any more." in told(jamie, "Losing a role").words
    assert taken(desk, "Losing a role") == []


def test_wherever_a_worker_dies_each_invoice_is_charged_once(desk: Tallyman, avery: Person) -> None:
    opened(avery, "Killed")
    hold_charges(desk)
    avery.submit()

    kill_a_worker(desk, 0, has_charged=True)
    kill_a_worker(desk, 1, has_charged=False)
    kill_a_worker(desk, 2, has_charged=True)

    wait_until(lambda: results(desk, "Killed") == ["charged"] * 3)
    assert taken(desk, "Killed") == [10_000, 20_000, 30_000]
    go_on(desk)


def test_what_was_charged_before_the_right_was_lost_is_told_as_charged(
    desk: Tallyman, avery: Person, jamie: Person
) -> None:
    grant(avery, "@jamie approver")
    opened(jamie, "Charged in time")
    hold_charges(desk)
    jamie.submit()

    kill_a_worker(desk, 0, has_charged=True, meanwhile=lambda: revoke(avery, "@jamie approver"))

    wait_until(lambda: results(desk, "Charged in time")[:1] == ["charged"])
    go_on(desk)
    wait_until(lambda: results(desk, "Charged in time") == ["charged", "refused"])


def test_what_a_bank_has_taken_back_is_left_out_and_named(desk: Tallyman, avery: Person) -> None:
    first, second = invoices(desk, "Charged back")
    methods = desk.stripe.call("GET", f"/v1/customers/{first['customer']}/payment_methods")["data"]
    part = {"amount": "4000", "currency": "usd", "customer": first["customer"], "confirm": "true"}
    part["payment_method"] = methods[0]["id"]
    intent = desk.stripe.call("POST", "/v1/payment_intents", part)
    path = f"/v1/invoices/{first['id']}/attach_payment"
    desk.stripe.call("POST", path, {"payment_intent": intent["id"]})
    CONTROLS["POST", "dispute"](desk.stripe, {"charge": intent["latest_charge"]})
    follow(desk)

    dialog = opened(avery, "Charged back")

    left_out = dialog.words.partition("Left out")[2]
    assert first["number"] in left_out
    assert "a bank has taken a payment of it back" in left_out
    assert second["number"] not in left_out
