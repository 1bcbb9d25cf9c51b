"""Payment links without a mail server: Stripe's own e-mail, sent once, with no words of ours."""

from collections.abc import Iterator

import pytest

from bot.sandbox.stripe import StandIn
from tests.billing import Billing, Json, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.pressing import view_of
from tests.workspace import Person, Seen


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A Tallyman without a mail server."""
    stripe = StandIn(now=day("2026-11-16"), secret_key=SECRET_KEY, requests_per_second=None)
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.slack.state.is_rate_limited = False
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin; whatever a test breaks works again after it."""
    person = desk.person()
    yield person
    desk.stripe.world.faults.reset()
    person.dismiss()
    person.close()


def issue(desk: Tallyman, name: str) -> Json:
    """An invoice of a customer of its own, read into the mirror."""
    billing = Billing(desk.stripe)
    made = billing.invoice(billing.customer(name))
    assert desk.stripe.webhooks_idle(20)
    desk.sync()
    return made


def opened(person: Person, invoice: Json) -> Seen:
    """The first step of the dialog."""
    card = ask(person, f"/invoice {invoice['id']}")
    assert person.click(card, "Send payment link")["ok"]
    return view_of(person)


def count_sent(desk: Tallyman, invoice: Json) -> int:
    """How often Stripe has sent an invoice."""
    events = desk.stripe.call("GET", "/v1/events", {"type": "invoice.sent", "limit": "100"})
    return sum(one["data"]["object"]["id"] == invoice["id"] for one in events["data"])


def test_stripe_sends_its_own_mail_and_the_dialog_says_so(desk: Tallyman, avery: Person) -> None:
    made = issue(desk, "Stripe Ltd")
    before = count_sent(desk, made)

    form = opened(avery, made)
    avery.submit(way="stripe")
    preview = avery.view()
    avery.submit()
    wait_until(lambda: "on its way" in avery.view().words)

    assert "By Stripe’s e-mail to pay@stripeltd.example" in form.words
    assert "No text of yours goes with it" in preview.words
    assert count_sent(desk, made) == before + 1


def test_a_refusal_of_stripe_is_said(desk: Tallyman, avery: Person) -> None:
    made = issue(desk, "Denied Ltd")
    opened(avery, made)
    avery.submit(way="stripe")
    world = desk.stripe.world
    with world.lock:
        world.get("invoice", made["id"])["collection_method"] = "charge_automatically"

    avery.submit()
    wait_until(lambda: "Not sent" in avery.view().words)

    assert "You can only manually send an invoice" in avery.view().words


def test_without_an_address_a_link_can_be_copied(desk: Tallyman, avery: Person) -> None:
    made = issue(desk, "Addressless Ltd")
    desk.stripe.call("POST", f"/v1/customers/{made['customer']}", {"email": ""})
    assert desk.stripe.webhooks_idle(20)
    desk.sync()

    form = opened(avery, made)

    assert "Stripe has no e-mail address of this customer" in form.words
    assert "By Stripe" not in form.words
