"""One desk for the tests that only look: a book with an invoice in every state."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.sandbox.stripe import StandIn
from tests.billing import Billing, day
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.workspace import Person

TODAY = day("2026-11-16")


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    """A whole Tallyman over a book that is told below."""
    stripe = StandIn(now=day("2026-08-03"), secret_key=SECRET_KEY, requests_per_second=None)
    tell_book(Billing(stripe))
    with deployed(shared_database_url, now=stripe.clock, stripe=stripe) as tallyman:
        tallyman.backfill()
        yield tallyman
        assert tallyman.slack.problems == []


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin."""
    person = desk.person()
    yield person
    person.close()


def tell_book(billing: Billing) -> None:
    """Short numbers go by the moment of issue: the first invoice finalized is 1001."""
    east = billing.customer(
        "Acme East Inc.", organisation="Acme", company="Acme East", time_zone="Europe/Berlin"
    )
    west = billing.customer(
        "Acme West LLC", organisation="Acme", company="Acme West", time_zone="America/Denver"
    )
    tokyo = billing.customer("日本コール", company="日本コール", time_zone="Asia/Tokyo")
    kuwait = billing.customer("Gulf Calls", company="Gulf Calls", time_zone="Asia/Kuwait")
    nasty = billing.customer("<!channel> & <https://evil.example|Pay here>")
    billing.customer("Zenith Telecom", company="Zenith Telecom")
    billing.customer("Greek Zenith", company="\N{GREEK CAPITAL LETTER ZETA}enith Telecom")
    steps: list[tuple[str, Callable[[], Any]]] = [
        ("2026-08-04", lambda: billing.pay(billing.invoice(east, ("Calls in July", 12_345)))),
        ("2026-09-01", lambda: billing.void(billing.invoice(east, ("Mistaken", 99_900)))),
        ("2026-09-02", lambda: billing.write_off(billing.invoice(west, ("Calls", 5_000)))),
        ("2026-10-01", lambda: billing.invoice(east, ("Calls", 100_000), due=day("2026-11-04"))),
        ("2026-10-02", lambda: billing.invoice(west, ("Calls", 25_050), due=TODAY)),
        ("2026-10-03", lambda: billing.invoice(tokyo, ("Calls", 123_456), currency="jpy")),
        ("2026-10-04", lambda: billing.invoice(kuwait, ("Calls", 1_234_567), currency="kwd")),
        ("2026-10-05", lambda: billing.invoice(nasty, ("{0.__class__} %s%n", 700))),
        ("2026-10-06", lambda: billing.invoice(west, *long_lines(), due=day("2026-12-01"))),
    ]
    for when, happens in steps:
        billing.stripe.advance(day(when))
        happens()
    for number in range(11):
        billing.stripe.advance(day(f"2026-10-{10 + number}"))
        billing.invoice(east, (f"Porting {number}", 1_000 + number), due=day("2026-12-24"))
    billing.stripe.advance(TODAY)
    billing.invoice(west, ("Not sent yet", 4_200), finalize=False)


def long_lines() -> list[tuple[str, int]]:
    """More lines than Stripe embeds and than one page of lines shows; one of them negative."""
    return [(f"Number {n:03d}", 100 + n) for n in range(59)] + [("Goodwill", -2_500)]
