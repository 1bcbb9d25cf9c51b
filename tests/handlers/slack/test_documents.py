"""PDF and receipt (I7): read from Stripe at the press, and nobody else waits for it."""

import time
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select

from bot.mirror.documents import may_show
from bot.models import StaleObject
from tests.billing import Billing, Json
from tests.deployment import STRANGER, Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ACK_SECONDS_MAX, grant, revoke
from tests.handlers.slack.pressing import forge, links, press
from tests.trail import refusals_of
from tests.workspace import Person, Seen

# From the press to the answer: two seconds for Stripe, and a little for us and for Slack.
# What somebody waits for a link: two seconds for Stripe, and as much again on a busy machine.
PATIENCE_SECONDS = 4.0


@pytest.fixture
def billing(desk: Tallyman) -> Billing:
    """The company at the stand-in."""
    return Billing(desk.stripe)


@pytest.fixture
def healed(desk: Tallyman) -> Iterator[None]:
    """Whatever a test breaks at Stripe works again after it."""
    yield
    desk.stripe.world.faults.reset()


def follow(desk: Tallyman) -> None:
    """Have the mirror know what Stripe's webhooks have told until now."""
    assert desk.stripe.webhooks_idle(20)
    desk.sync()


def issue(desk: Tallyman, billing: Billing, name: str, *lines: tuple[str, int]) -> Json:
    """An invoice of a customer of its own, read into the mirror."""
    made = billing.invoice(billing.customer(name), *lines)
    follow(desk)
    return made


def card_of(person: Person, invoice: Json) -> Seen:
    """The card that /invoice shows."""
    assert person.type("general", f"/invoice {invoice['id']}")["ok"]
    return person.see("general")


def pay_by_card(desk: Tallyman, invoice: Json) -> None:
    """Pay with a card that works."""
    customer = invoice["customer"]
    path = "/v1/payment_methods/pm_card_visa/attach"
    method = desk.stripe.call("POST", path, {"customer": customer})
    path = f"/v1/invoices/{invoice['id']}/pay"
    desk.stripe.call("POST", path, {"payment_method": method["id"]})


def test_a_card_holds_no_address_of_a_document(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    made = issue(desk, billing, "No Links Ltd")

    card = card_of(avery, made)

    assert "PDF" in card.buttons
    assert made["invoice_pdf"] not in str(card.raw)


def test_the_pdf_is_fresh_and_for_the_asker_alone(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    made = issue(desk, billing, "Paper Ltd")
    card = card_of(avery, made)

    answer = press(avery, card, "PDF")

    assert answer.is_ephemeral
    assert made["number"] in answer.words
    assert links(answer) == [made["invoice_pdf"]]
    assert "PDF" in avery.messages("general")[-2].buttons


def test_a_receipt_is_found_through_the_payment(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    made = issue(desk, billing, "Card Payer Ltd", ("Calls", 4_200))
    pay_by_card(desk, made)
    follow(desk)

    answer = press(avery, card_of(avery, made), "Receipt")

    assert "USD 42.00" in answer.words
    assert len(links(answer)) == 1
    assert "/receipts/payment/" in links(answer)[0]


def test_an_unpaid_invoice_has_no_receipt_yet(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    card = card_of(avery, issue(desk, billing, "Slow Payer Ltd"))

    answer = press(avery, card, "Receipt")

    assert "no receipt yet" in answer.words
    assert not links(answer)


def test_a_transfer_has_no_receipt_at_stripe(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    made = issue(desk, billing, "Transfer Ltd")
    billing.pay(made)
    follow(desk)

    answer = press(avery, card_of(avery, made), "Receipt")

    assert "paid outside Stripe: no receipt there" in answer.words


def _void(desk: Tallyman, invoice: Json) -> None:
    Billing(desk.stripe).void(invoice)


@pytest.mark.parametrize(
    ("happens", "said"), [(_void, "is void"), (pay_by_card, "")], ids=["void", "paid"]
)
def test_a_press_on_an_old_card_tells_todays_state_and_the_next_card_shows_it(
    desk: Tallyman,
    avery: Person,
    billing: Billing,
    happens: Callable[[Tallyman, Json], None],
    said: str,
) -> None:
    made = issue(desk, billing, "Changes Its Mind Ltd")
    old_card = card_of(avery, made)
    happens(desk, made)
    assert ": Open" in card_of(avery, made).text

    answer = press(avery, old_card, "Receipt")

    assert said in answer.words
    assert ": Open" not in card_of(avery, made).text
    follow(desk)


def test_many_lines_are_read_whole_afterwards(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    made = issue(desk, billing, "Long List Ltd", *[(f"Line {n}", 100) for n in range(12)])

    press(avery, card_of(avery, made), "PDF")

    with desk.runtime.database.reading() as session:
        waiting = select(StaleObject.id).where(StaleObject.object_id == made["id"])
        assert session.scalar(waiting) is not None
    follow(desk)
    assert "Line 11" in card_of(avery, made).words


@pytest.mark.usefixtures("healed")
@pytest.mark.parametrize(
    "fault",
    [
        {"black_hole": True},
        {"slow_seconds": {"/v1/invoices": 30.0}},
        {"slow_seconds": {"/v1/invoice_payments": 30.0}},
        {"rate_limit_next": 50},
    ],
    ids=["silent", "slow", "slow_at_the_end", "too_much"],
)
def test_a_stripe_that_does_not_answer_is_said_in_time(
    desk: Tallyman, avery: Person, billing: Billing, fault: Json
) -> None:
    made = issue(desk, billing, "Patient Ltd")
    pay_by_card(desk, made)
    follow(desk)
    card = card_of(avery, made)
    assert desk.stripe.world.faults.set(fault) == []

    began = time.monotonic()
    answer = press(avery, card, "Receipt")

    assert time.monotonic() - began < PATIENCE_SECONDS
    assert "Stripe did not answer. Try again in a minute." in answer.words
    assert not links(answer)


@pytest.mark.usefixtures("healed")
def test_commands_stay_fast_while_many_wait_for_stripe(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    card = card_of(avery, issue(desk, billing, "Busy Ltd"))
    desk.stripe.world.faults.set({"black_hole": True})

    acknowledged = []
    for _ in range(20):
        began = time.monotonic()
        assert avery.click(card, "PDF")["ok"]
        acknowledged.append(time.monotonic() - began)
    began = time.monotonic()
    words = card_of(avery, {"id": "1004"}).words

    assert time.monotonic() - began < ACK_SECONDS_MAX
    assert "Past Due" in words
    assert max(acknowledged) < ACK_SECONDS_MAX
    wait_until(lambda: "Try again" in avery.see("general").words)


def test_a_forged_press_of_a_stranger_gives_nothing_away(desk: Tallyman, billing: Billing) -> None:
    made = issue(desk, billing, "Private Ltd")

    answer = forge(desk, "show_invoice_pdf", made["id"], user=STRANGER)

    assert "You have no role" in answer.words
    assert not links(answer)
    wanted = [words for _, words in refusals_of(desk.runtime.database, STRANGER)]
    assert f"show_invoice_pdf {made['id']}" in wanted


def test_a_press_reaches_no_further_than_the_role_of_whoever_presses(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    customer = billing.customer("Near Ltd", company="Near Ltd")
    near, far = billing.invoice(customer), billing.invoice(billing.customer("Far Ltd"))
    follow(desk)
    grant(avery, "@jamie viewer Near Ltd")

    allowed = forge(desk, "show_invoice_pdf", near["id"], user="U0JAMIE")
    refused = forge(desk, "show_invoice_pdf", far["id"], user="U0JAMIE")

    revoke(avery, "@jamie viewer Near Ltd")
    assert links(allowed) == [near["invoice_pdf"]]
    assert "There is no such invoice" in refused.words
    assert not links(refused)


@pytest.mark.parametrize("value", ["", "in_", "../in_1", "in_1|2", "cus_1", "in_" + "x" * 300])
def test_a_forged_value_is_refused(desk: Tallyman, value: str) -> None:
    for action in ("show_invoice_pdf", "show_receipt"):
        assert "names no invoice" in forge(desk, action, value).words


def test_an_invoice_that_does_not_exist_here_is_not_asked_for(desk: Tallyman) -> None:
    assert "There is no such invoice" in forge(desk, "show_receipt", "in_nowhere").words


def test_an_address_elsewhere_is_never_shown(
    desk: Tallyman, avery: Person, billing: Billing
) -> None:
    made = issue(desk, billing, "Wrong Host Ltd")
    card = card_of(avery, made)
    world = desk.stripe.world
    with world.lock:
        world.get("invoice", made["id"])["invoice_pdf"] = "https://evil.example/pdf"

    answer = press(avery, card, "PDF")

    assert "evil.example" not in str(answer.raw)
    assert "not on its own hosts" in answer.words


STRIPE, STAND_IN = "https://api.stripe.com", "http://127.0.0.1:4010"


@pytest.mark.parametrize(
    ("url", "api_base", "is_shown"),
    [
        ("https://invoice.stripe.com/i/acct_1/live_x?s=ap", STRIPE, True),
        ("https://pay.stripe.com/invoice/acct_1/live_x/pdf?s=ap", STRIPE, True),
        ("https://files.stripe.com/links/x", STRIPE, True),
        ("https://pay.stripe.com:443/receipts/payment/x", STRIPE, True),
        ("https://pay.stripe.com:8443/receipts/payment/x", STRIPE, False),
        ("http://pay.stripe.com/receipts/payment/x", STRIPE, False),
        ("https://pay.stripe.com.evil.example/x", STRIPE, False),
        ("https://evil.example/pay.stripe.com/x", STRIPE, False),
        ("https://pay.stripe.com@evil.example/x", STRIPE, False),
        ("https://evil.example\\@pay.stripe.com/x", STRIPE, False),
        ("https://pay.stripe.com/x|<!channel>", STRIPE, False),
        ("https://pay.stripe.com/x\nhttps://evil.example", STRIPE, False),
        ("https://pay.stripe.com:99999999/x", STRIPE, False),
        ("javascript:alert(1)//pay.stripe.com/", STRIPE, False),
        ("http://127.0.0.1:4010/i/acct_1/x/pdf", STRIPE, False),
        ("http://127.0.0.1:4010/i/acct_1/x/pdf", STAND_IN, True),
        ("http://localhost:4010/i/acct_1/x/pdf", STAND_IN, True),
        ("http://localhost:4010/i/acct_1/x/pdf", STRIPE, False),
        ("http://localhost.evil.example/x/pdf", STAND_IN, False),
        ("https://pay.stripe.com/" + "x" * 3000, STRIPE, False),
    ],
)
def test_only_addresses_on_stripes_hosts_are_shown(
    url: str, api_base: str, *, is_shown: bool
) -> None:
    assert may_show(url, api_base=api_base) is is_shown
