"""The workspace page at work: first steps, searches, files, threads, keys, Stripe's side.

One window for all of them, because a browser is slow to open; each goes where it needs to be.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from slack_bolt import Ack

from bot.sandbox.server import serving
from bot.sandbox.slack.records import Hint, Message
from bot.sandbox.stripe import StandIn as Stripe
from tests.bot.sandbox.slack_desk import Desk, open_desk, section
from tests.bot.sandbox.stripe_desk import act, make_customer, make_open
from tests.following import wait_until
from tests.stories.conftest import PHONE, OpenWindow, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Json = dict[str, Any]
SWITCHES = 14
LOST = "Slack posts, but its answer gets lost, once"
DECLINED = "Banks decline every saved card"
TYPE_QUICKLY = """(field, text) => {
  for (let typed = 1; typed <= text.length; typed += 1) {
    field.value = text.slice(0, typed);
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}"""
ACCOUNTS = ("Acme East", "Acme West", "Borealis Berlin")


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


SEARCH = {
    "type": "section",
    "text": {"type": "mrkdwn", "text": "Whose numbers?"},
    "accessory": {
        "type": "multi_external_select",
        "action_id": "accounts",
        "placeholder": plain("Accounts"),
        "min_query_length": 2,
    },
}


def answer(desk: Desk) -> None:
    """A bot that finds accounts and takes complaints."""

    @desk.bolt.command("/invoice")
    def shows_invoice(ack: Ack) -> None:
        ack(text="ACME-0042", blocks=[section("ACME-0042")])

    @desk.bolt.options("accounts")
    def finds_accounts(ack: Ack, payload: Json) -> None:
        desk.heard.append(payload)
        options = [
            {"text": plain(name), "value": name}
            for name in ACCOUNTS
            if payload["value"].lower() in name.lower()
        ]
        if options:
            ack(option_groups=[{"label": plain("Customers"), "options": options}])
        else:
            ack(options=[])

    @desk.bolt.action("accounts")
    def chose_accounts(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    @desk.bolt.shortcut("open_dispute")
    def opens_dispute(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()


@pytest.fixture(scope="module")
def stripe() -> Stripe:
    made = Stripe(now=datetime(2026, 11, 22, 10, tzinfo=UTC))
    customer = make_customer(made, "pm_card_visa", name="Riverside")
    act(made, make_open(made, customer, 17_141), "pay")
    make_open(made, customer, 4_000)
    return made


@pytest.fixture(scope="module")
def desk(stripe: Stripe) -> Iterator[Desk]:
    with serving(stripe.app) as stripe_server, open_desk() as opened:
        opened.slack.state.stripe_url = stripe_server.url
        opened.slack.hints[:] = [
            Hint("One invoice", text="/invoice 1234", channel="C0BILLING"),
            Hint("Be the auditor", person="U0NOOR"),
        ]
        answer(opened)
        yield opened


@pytest.fixture(scope="module")
def window(desk: Desk, open_window: OpenWindow) -> Iterator[Window]:
    with open_window(desk.url) as opened:
        yield opened


def go_to(window: Window, channel: str) -> Page:
    """Open a channel as its button in the sidebar does; the page, once it has its messages."""
    page = window.page
    page.get_by_role("button", name=re.compile(f"^{channel}\\b")).click()
    expect(page.locator("h1")).to_have_text(channel)
    expect(page.locator("#messages")).to_have_attribute("aria-busy", "false")
    return page


def panel(page: Page) -> Locator:
    return page.get_by_role("complementary", name="First steps and Stripe")


def test_a_first_step_is_typed_and_then_ticked(window: Window) -> None:
    page = go_to(window, "general")

    panel(page).get_by_role("button", name="/invoice 1234 One invoice").click()
    box = page.get_by_role("combobox", name="Message")
    expect(box).to_have_value("/invoice 1234")
    expect(box).to_be_focused()
    expect(page.locator("h1")).to_have_text("billing")
    page.keyboard.press("Enter")

    expect(panel(page).get_by_text("1 of 2 done.")).to_be_visible()
    panel(page).get_by_text("1 more").click()
    expect(panel(page).get_by_role("button", name="/invoice 1234 One invoice Done")).to_be_visible()


def test_a_search_asks_the_app_after_a_pause_and_keeps_what_was_found(
    desk: Desk, window: Window
) -> None:
    page = go_to(window, "billing")
    desk.client.chat_postMessage(channel="C0BILLING", text="Whose?", blocks=[SEARCH])
    menu = page.get_by_role("button", name="Accounts").last
    menu.press("Enter")
    search = page.get_by_role("combobox", name="Search Accounts")
    found = page.get_by_role("listbox", name="Accounts")
    expect(found.get_by_text("Type at least 2 characters.")).to_be_visible()
    desk.heard.clear()

    # At once, as a machine that is busy makes pauses of its own between keys.
    search.evaluate(TYPE_QUICKLY, "acme")
    expect(page.get_by_role("option")).to_have_count(2)
    expect(found.get_by_text("Customers", exact=True)).to_be_visible()
    assert [each["value"] for each in desk.heard] == ["acme"]
    search.press("ArrowDown")
    search.press("Enter")
    search.fill("nobody")
    expect(found.get_by_text("Nothing matches.")).to_be_visible()
    search.fill("boreal")
    expect(page.get_by_role("option")).to_have_count(1)
    search.press("Enter")
    search.press("Escape")

    expect(page.get_by_role("button", name="Acme West, Borealis Berlin")).to_be_focused()
    wait_until(lambda: "actions" in desk.heard[-1])
    chosen = desk.heard[-1]["actions"][0]["selected_options"]
    assert [each["value"] for each in chosen] == ["Acme West", "Borealis Berlin"]


def test_a_file_shows_its_size_and_is_downloaded(desk: Desk, window: Window) -> None:
    page = go_to(window, "billing")

    desk.client.files_upload_v2(
        channel="C0BILLING", content="x" * 2_048, filename="calls.csv", title="Call records"
    )

    file = page.locator(".block-file").last
    expect(file.get_by_text("Call records")).to_be_visible()
    expect(file.get_by_text("CSV · 2.0 KB")).to_be_visible()
    with page.expect_download() as waited:
        file.get_by_role("link", name="Download Call records").click()
    assert waited.value.path().read_text() == "x" * 2_048


def test_a_shortcut_is_used_on_an_answer_in_a_thread(desk: Desk, window: Window) -> None:
    workspace = desk.slack.workspace
    complaint = Message("1.000001", "C0SUPPORT", "U0ROBIN", "Acme complains")
    workspace.post(complaint)
    workspace.post(
        Message("1.000002", "C0SUPPORT", "U0KIM", "about ACME-0042", thread_ts=complaint.ts)
    )
    page = go_to(window, "support")
    page.get_by_role("button", name="1 reply").click()
    thread = page.get_by_role("complementary", name="Thread")
    desk.heard.clear()

    thread.get_by_text("about ACME-0042").hover()
    thread.get_by_role("button", name="More actions").last.click()
    page.get_by_role("menuitem", name="Open a dispute").click()

    expect(page.get_by_role("menuitem")).to_have_count(0)
    wait_until(lambda: len(desk.heard) > 0)
    assert desk.heard[0]["message"]["text"] == "about ACME-0042"
    page.keyboard.press("Escape")


def test_a_line_stands_before_what_is_new(desk: Desk, window: Window) -> None:
    page = go_to(window, "general")
    workspace = desk.slack.workspace
    workspace.post(Message(workspace.next_ts(), "C0BILLING", "U0JAMIE", "said meanwhile"))
    unread = page.get_by_role("button", name=re.compile("^billing, 1 unread"))
    expect(unread).to_be_visible()

    go_to(window, "billing")

    expect(page.locator(".new-line + .message")).to_contain_text("said meanwhile")
    go_to(window, "general")
    go_to(window, "billing")
    expect(page.locator(".new-line")).to_have_count(0)


def test_what_slackbot_said_survives_a_reload(window: Window) -> None:
    page = go_to(window, "general")
    window.type("/nothing")
    said = window.find_text("/nothing is not a valid command.")
    expect(said).to_be_visible()

    page.reload()

    expect(said).to_be_visible()


def test_the_arrows_go_through_messages_and_channels(window: Window) -> None:
    page = go_to(window, "billing")
    page.locator("#messages").focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#messages .message").last).to_be_focused()
    page.keyboard.press("Home")
    expect(page.locator("#messages .message").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Message")).to_be_focused()

    page.get_by_role("button", name="general", exact=True).focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#channels .channel").nth(1)).to_be_focused()


def test_the_bank_takes_a_payment_back_and_an_invoice_is_voided(
    stripe: Stripe, window: Window
) -> None:
    page = go_to(window, "billing")
    side = panel(page)
    side.get_by_text("Card payments").click()
    side.get_by_role("button", name=re.compile("^Charge back ")).click()
    expect(side.get_by_text("charged back; the bank wants an answer")).to_be_visible()
    expect(side.get_by_text("needs a response")).to_be_visible()
    side.get_by_role("button", name=re.compile("^Lost ")).click()
    expect(side.get_by_text("the customer keeps the money")).to_be_visible()

    side.get_by_role("button", name=re.compile("^In the dashboard")).click()
    page.get_by_role("menuitem", name="Void").click()
    expect(side.get_by_text("voided in the dashboard")).to_be_visible()

    statuses = [each["status"] for each in stripe.world.table("invoice")]
    assert statuses == ["paid", "void"]
    assert [each["status"] for each in stripe.world.table("dispute")] == ["lost"]


def test_a_switch_says_what_it_does_from_now_on(stripe: Stripe, window: Window) -> None:
    page = go_to(window, "billing")
    panel(page).get_by_text("Break something").click()
    slow = panel(page).get_by_role("switch", name=re.compile("^Stripe is slow"))

    slow.check()
    expect(panel(page).get_by_text("Stripe is slow: from now on.")).to_be_visible()
    assert stripe.world.faults.slow_seconds == {"/v1": 4}
    slow.uncheck()
    expect(panel(page).get_by_text("Stripe is slow: no more.")).to_be_visible()
    assert stripe.world.faults.slow_seconds == {}


def test_every_switch_says_what_it_does(desk: Desk, stripe: Stripe, window: Window) -> None:
    page = go_to(window, "billing")
    switches = panel(page).locator(".switch")

    expect(switches).to_have_count(SWITCHES)
    expect(switches.locator(".switch-note")).to_have_count(SWITCHES)
    for label in (LOST, DECLINED):
        panel(page).get_by_role("switch", name=re.compile(f"^{label}")).check()
        expect(panel(page).get_by_text(f"{label}: from now on.")).to_be_visible()

    assert stripe.world.faults.decline_all
    assert desk.slack.faults.lose_post_next == 1
    for label in (LOST, DECLINED):
        panel(page).get_by_role("switch", name=re.compile(f"^{label}")).uncheck()
        expect(panel(page).get_by_text(f"{label}: no more.")).to_be_visible()
    assert desk.slack.faults.lose_post_next == 0


def test_on_a_phone_nothing_of_the_panel_is_cut_off(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url, size=PHONE) as small:
        small.page.get_by_role("button", name="First steps and Stripe").click()
        expect(small.page.get_by_role("button", name="Next renewal")).to_be_visible()

        width = "node => node.scrollWidth - node.clientWidth"
        assert small.page.locator("#panel").evaluate(width) == 0
        assert small.page.locator("html").evaluate(width) == 0


def test_nothing_went_wrong_in_the_window_and_nothing_left_the_machine(
    desk: Desk, window: Window
) -> None:
    assert window.errors == []
    assert window.origins <= {desk.url, desk.slack.state.stripe_url}
