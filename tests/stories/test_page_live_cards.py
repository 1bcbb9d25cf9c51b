"""A card in #billing is right in every window, whoever changes its invoice (G9, G10, D8).

That it takes less than two seconds is measured by tests/benchmarks/bench_effects.py.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, expect
from sqlalchemy import select

from bot.models import Invoice
from jobs.mirror import keeping_mirror
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.correcting import (
    COLLECTOR,
    at_stripe,
    correcting_desk,
    invoice_id,
    request,
)
from tests.handlers.slack.room import free_lanes
from tests.stories.conftest import PHONE, OpenWindow, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# The panel shows the newest invoices.
PAGE, PANEL, DASHBOARD, COLLEAGUE, OLD, SMALL = 1040, 1039, 1038, 1037, 1036, 1035


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tallyman]:
    """A Tallyman that follows Stripe by itself, on a page whose panel turns that Stripe."""
    path = tmp_path_factory.mktemp("live") / "tallyman.sqlite3"
    shutil.copy(sqlite_template, path)
    with correcting_desk(f"sqlite:///{path}", approval_limits="USD 5000") as opened:
        opened.slack.state.stripe_url = opened.runtime.settings.stripe_api_base
        with keeping_mirror(opened.runtime):
            admin = opened.person()
            ask(admin, "/billing channels allow #billing")
            admin.close()
            yield opened


@pytest.fixture(scope="module")
def window(desk: Tallyman, open_window: OpenWindow) -> Iterator[Window]:
    with open_window(f"{desk.slack_url}/#C0BILLING") as opened:
        expect(opened.page.locator("h1")).to_have_text("billing")
        yield opened


def share(desk: Tallyman, window: Window, number: int) -> Locator:
    """Share a card from a window; the card, once it stands there for everybody."""
    free_lanes(desk)
    window.type(f"/invoice {number} share")
    card = find_card(desk, window, number)
    expect(card).to_contain_text("to pay")
    return card


def find_card(desk: Tallyman, window: Window, number: int) -> Locator:
    """An invoice's card among the messages of a window."""
    name = str(at_stripe(desk, number)["number"])
    return window.page.locator("#messages .message", has_text=name).last


def expect_words(card: Locator, words: str) -> None:
    """See the card change by itself."""
    expect(card).to_contain_text(words)


def find_page(desk: Tallyman, number: int) -> str:
    """The address of an invoice's hosted page."""
    url = f"{desk.slack.state.stripe_url}/_sandbox/open_invoices"
    invoices = httpx.get(url, trust_env=False).json()["invoices"]
    name = at_stripe(desk, number)["number"]
    return str(next(one["hosted_invoice_url"] for one in invoices if one["number"] == name))


def status_of(desk: Tallyman, number: int) -> str:
    """An invoice's status by our copy of it."""
    with desk.runtime.database.reading() as session:
        found = select(Invoice.status).where(Invoice.short_number == number)
        return session.scalars(found).one()


def test_a_customer_pays_in_one_window_and_the_card_says_so_in_the_other(
    desk: Tallyman, window: Window, open_window: OpenWindow
) -> None:
    card = share(desk, window, PAGE)
    free_lanes(desk)

    with open_window(find_page(desk, PAGE)) as customer:
        customer.page.get_by_role("button", name=re.compile("^Pay ")).click()

    expect_words(card, "settled in full")
    expect(card.get_by_role("button", name="Send payment link")).to_have_count(0)


@pytest.mark.parametrize(
    ("number", "deed", "words"),
    [(PANEL, "Pay", "settled in full"), (DASHBOARD, "Void", "annulled, nothing to pay")],
)
def test_what_is_done_in_the_panel_shows_on_the_card(
    desk: Tallyman, window: Window, number: int, deed: str, words: str
) -> None:
    card = share(desk, window, number)
    free_lanes(desk)
    name = str(at_stripe(desk, number)["number"])
    # The panel looks for new invoices now and then, and at once when its window is looked at again.
    window.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    if deed == "Pay":
        window.page.get_by_role("button", name=f"Pay {name}").click()
    else:
        window.page.get_by_role("button", name=f"In the dashboard: {name}").click()
        window.page.get_by_role("menuitem", name=deed).click()

    expect_words(card, words)


def test_what_a_colleague_does_shows_on_the_card(desk: Tallyman, window: Window) -> None:
    card = share(desk, window, COLLEAGUE)
    free_lanes(desk)
    jamie = desk.person(COLLECTOR)

    request(jamie, COLLEAGUE)

    expect_words(card, "annulled, nothing to pay")
    jamie.close()


def test_an_old_button_says_why_there_is_nothing_to_do_any_more(
    desk: Tallyman, window: Window
) -> None:
    window.type(f"/invoice {OLD}")
    card = find_card(desk, window, OLD)
    expect_words(card, "to pay")
    desk.stripe.call(
        "POST", f"/v1/invoices/{invoice_id(desk, OLD)}/pay", {"paid_out_of_band": "true"}
    )
    wait_until(lambda: status_of(desk, OLD) == "paid")

    card.get_by_role("button", name="Send payment link").click()

    expect(window.find_text("is Paid: there is nothing to pay")).to_be_visible()


def test_on_a_phone_the_card_fits(desk: Tallyman, open_window: OpenWindow) -> None:
    with open_window(f"{desk.slack_url}/#C0BILLING", size=PHONE) as small:
        card = share(desk, small, SMALL)

        width = "node => node.scrollWidth - node.clientWidth"
        assert small.page.locator("html").evaluate(width) == 0
        assert card.evaluate(width) == 0


def test_nothing_went_wrong_in_the_window(window: Window) -> None:
    assert window.errors == []
