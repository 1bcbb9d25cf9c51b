"""A digest in the page, on the night in which the clocks of New York go ahead (issue 6).

Its hour comes an hour earlier in UTC than the day before; a payment strikes its line through.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.mirror.sweep import sweep
from jobs.timekeeping import look
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.handlers.slack.digesting import (
    DIGEST,
    ROOM,
    at_the_desk,
    close_views,
    digesting,
    set_up,
    wait_for_words,
)
from tests.handlers.slack.room import free_lanes
from tests.stories.conftest import PHONE, OpenWindow, Window
from tests.workspace import Person

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EVERY_DAY = ["1", "2", "3", "4", "5", "6", "7"]
# Eight in New York is 12:00 UTC from this day on, and was 13:00 until the day before.
AN_HOUR_BEFORE = datetime(2027, 3, 14, 11, 5, tzinfo=UTC)
PAYER = "Payer Ltd"


@pytest.fixture(scope="module")
def desk(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tallyman]:
    """A Tallyman over late payers, on a page whose panel turns that Stripe."""
    path = tmp_path_factory.mktemp("digest") / "tallyman.sqlite3"
    shutil.copy(sqlite_template, path)
    for opened in digesting(f"sqlite:///{path}"):
        opened.slack.state.stripe_url = opened.runtime.settings.stripe_api_base
        yield opened


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    yield from at_the_desk(desk)


@pytest.fixture
def window(desk: Tallyman, open_window: OpenWindow) -> Iterator[Window]:
    with open_window(desk.slack_url) as opened:
        opened.page.get_by_role("button", name=ROOM).click()
        expect(opened.page.locator("h1")).to_have_text(ROOM)
        yield opened


def look_for_digests(desk: Tallyman) -> int:
    """Hear of everything until now, and post what is due."""
    sweep(desk.runtime)
    desk.sync()
    free_lanes(desk)
    return look(desk.runtime, DIGEST)


def test_a_digest_comes_at_its_hour_after_the_clocks_changed_and_follows_a_payment(
    desk: Tallyman, avery: Person, window: Window, open_window: OpenWindow
) -> None:
    billing = Billing(desk.stripe)
    payer = billing.customer(PAYER, company=PAYER)
    invoice = billing.invoice(payer, ("Calls", 4_400), due=desk.stripe.clock)
    set_up(avery, find_zone="America/New_York", weekdays=EVERY_DAY)
    close_views(avery)
    desk.stripe.advance(AN_HOUR_BEFORE)
    look_for_digests(desk)
    shown = window.page.locator("#messages .message")
    expect(shown.filter(has_text="Past due · Sat 13 Mar 2027")).to_have_count(1)

    window.page.get_by_role("button", name="+ 1 hour").click()
    expect(window.find_text("1 hour later.")).to_be_visible()
    assert look_for_digests(desk) == 1

    digest = shown.filter(has_text="Past due · Sun 14 Mar 2027")
    expect(digest.locator("tr", has_text=PAYER)).to_contain_text("USD 44.00")
    window.page.get_by_role("button", name=f"Pay {invoice['number']}").click()
    expect(window.find_text(f"{invoice['number']}: paid.")).to_be_visible()
    wait_for_words(desk, avery, avery.messages(ROOM)[-1], "✓ paid")
    expect(digest.locator("tr", has_text=PAYER).locator("s").first).to_have_text(PAYER)
    expect(digest.get_by_text("✓ paid")).to_be_visible()
    assert look_for_digests(desk) == 0
    assert window.errors == []
    with open_window(f"{desk.slack_url}/#{avery.channel(ROOM)}", size=PHONE) as small:
        table = small.page.locator(".table-box").last
        expect(table.get_by_role("columnheader", name="Late")).to_be_visible()
        assert table.evaluate("node => node.scrollWidth - node.clientWidth") == 0
