"""`/invoice <account> <month>` where there is none (I5), and the request to support."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bot.sandbox.stripe import StandIn
from tests.billing import Billing, Json, day, unix
from tests.bot.sandbox.stripe_desk import make_meter, make_price
from tests.deployment import ADMIN, SECRET_KEY, STRANGER, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import answered, grant, revoke
from tests.handlers.slack.pressing import forge, view_of
from tests.workspace import Person, Seen

TODAY = day("2026-11-22")


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """Accounts with months of the calendar, from the 15th or just now on, and single invoices."""
    stripe = StandIn(now=day("2026-08-03"), secret_key=SECRET_KEY, requests_per_second=None)
    billing = Billing(stripe)
    price = make_price(
        stripe,
        recurring={
            "interval": "month",
            "usage_type": "metered",
            "meter": make_meter(stripe)["id"],
        },
    )
    single = billing.customer("Single Calls", company="Single Calls", time_zone="Europe/Berlin")
    billing.customer("Quiet Calls", company="Quiet Calls")
    fifteenth = billing.customer("Fifteenth Calls", company="Fifteenth Calls")
    billing.invoice(single, ("Calls", 4_200))
    stripe.advance(datetime(2026, 8, 15, tzinfo=UTC))
    _subscribe(stripe, fifteenth, price)
    stripe.advance(day("2026-08-22") - timedelta(minutes=30))
    _subscribe(stripe, billing.customer("Drafty Calls", company="Drafty Calls"), price)
    stripe.advance(TODAY)
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


def _subscribe(stripe: StandIn, customer: str, price: Json) -> None:
    """Months that begin at this moment; each one's invoice stays a draft for an hour."""
    stripe.call(
        "POST",
        "/v1/subscriptions",
        {
            "customer": customer,
            "items": [{"price": price["id"]}],
            "collection_method": "send_invoice",
            "days_until_due": 30,
            "billing_cycle_anchor": unix(stripe.clock),
        },
    )


def ask(person: Person, text: str) -> Seen:
    """What the person sees after `/invoice TEXT`."""
    assert person.type("general", f"/invoice {text}")["ok"]
    return person.see("general")


def open_request(person: Person, text: str) -> Seen:
    """The modal behind the button of an empty month."""
    person.click(ask(person, text), "Ask support for it")
    return view_of(person)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("single 2026-11", "November 2026 is still open in Europe/Berlin; the invoice of Single"),
        ("single 2026-11", "appears after 30 Nov 2026"),
        ("single 2026-10", "October 2026 is closed since 1 Nov 2026 (Europe/Berlin), none issued"),
        (
            "single 2026-12",
            "has not begun in Europe/Berlin. The newest month to ask for is 2026-11",
        ),
        ("single 2026-03", "Single Calls’s first invoice is of 2026-08"),
        ("quiet 2026-10", "Quiet Calls has none yet"),
        ("fifteenth 2026-12", "the period of Fifteenth Calls runs until 14 Dec 2026 (UTC)"),
        ("fifteenth 2027-02", "The newest month to ask for is 2026-12"),
    ],
)
def test_an_empty_month_says_why(avery: Person, text: str, said: str) -> None:
    answer = ask(avery, text)

    assert answer.is_ephemeral
    assert said in answer.words
    assert "billing@tallyman.example" in answer.words


def test_a_draft_is_shown_to_those_who_may_see_it_and_only_told_of_to_others(
    desk: Tallyman, avery: Person
) -> None:
    jamie = desk.person("U0JAMIE")
    grant(avery, "@jamie viewer")

    shown, told = ask(avery, "drafty 2026-11"), ask(jamie, "drafty 2026-11")

    revoke(avery, "@jamie viewer")
    jamie.close()
    assert "Draft" in shown.words
    assert "November 2026 is closed, draft until 22 Nov 2026 12:30 UTC" in told.words
    assert "Ask support for it" not in told.buttons


def test_a_month_on_another_day_has_its_invoice(avery: Person) -> None:
    assert "14 Nov 2026" in ask(avery, "fifteenth 2026-11").words


@pytest.mark.parametrize("text", ["single 2026-11", "single 2026-12", "single 2026-03"])
def test_only_a_closed_month_is_for_support(avery: Person, text: str) -> None:
    assert "Ask support for it" not in ask(avery, text).buttons


def test_the_other_invoices_are_one_press_away(avery: Person) -> None:
    empty = ask(avery, "single 2026-10")

    avery.click(empty, "Other invoices")

    assert "1 invoice" in answered(avery, after=empty).words


def test_the_request_is_written_and_ready_to_send(avery: Person) -> None:
    view = open_request(avery, "single 2026-10")

    assert "Ask support" in view.words
    assert all(
        part in view.words
        for part in ("Single Calls", "October 2026", "none issued", "cus_", "+1 555 0100")
    )
    assert "mailto:billing@tallyman.example?subject=Missing%20invoice" in str(view.blocks)
    avery.dismiss()


def test_without_a_dialog_the_request_comes_as_a_message(desk: Tallyman, avery: Person) -> None:
    answer = ask(avery, "single 2026-10")
    desk.slack.faults.set({"error_next": 1, "methods": ["views.open"]})

    avery.click(answer, "Ask support for it")

    wait_until(lambda: "Missing invoice for 2026-10" in avery.see("general").words)
    desk.slack.faults.set({"error_next": 0, "methods": []})


@pytest.mark.parametrize(
    ("value", "user", "said"),
    [
        ("@99999|2026-10", ADMIN, "no such account"),
        ("@1|2026-13", ADMIN, "is no month"),
        ("@1", ADMIN, "names no month"),
        ("1|2026-10", ADMIN, "names no month"),
        ("@1|2026-10", STRANGER, "You have no role"),
    ],
)
def test_a_forged_request_is_refused(desk: Tallyman, value: str, user: str, said: str) -> None:
    assert said in forge(desk, "ask_support", value, user=user).words


def test_where_an_invoice_has_come_meanwhile_nothing_is_asked_for(
    desk: Tallyman, avery: Person
) -> None:
    button = ask(avery, "single 2026-10").find("Ask support for it")[1]
    account = button["value"].partition("|")[0]

    answer = forge(desk, "ask_support", f"{account}|2026-08")

    assert "There is an invoice for 2026-08 by now" in answer.words
