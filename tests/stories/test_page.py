"""The workspace page, by a real browser, before the stand-ins and a small real Bolt app."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect
from slack_bolt import Ack, BoltRequest, BoltResponse, Respond

from bot.sandbox.server import serving
from bot.sandbox.stripe import StandIn as Stripe
from tests.bot.sandbox.slack_desk import Desk, actions, button, open_desk, section
from tests.following import wait_until
from tests.stories.conftest import PHONE, OpenWindow, Window

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Json = dict[str, Any]
CHANNEL = "#C0BILLING"
HOSTILE = "&lt;!channel&gt; <javascript:alert(1)|press me> *Söhne &amp; Co*"
MONTHS = {
    "type": "static_select",
    "action_id": "choose_month",
    "placeholder": {"type": "plain_text", "text": "Choose a month"},
    "options": [
        {"text": {"type": "plain_text", "text": f"Month {number}"}, "value": f"m{number}"}
        for number in range(1, 13)
    ],
}
PROMISE = {
    "type": "modal",
    "callback_id": "record_promise",
    "title": {"type": "plain_text", "text": "Record a promise"},
    "submit": {"type": "plain_text", "text": "Save"},
    "blocks": [
        {
            "type": "input",
            "block_id": "amount",
            "label": {"type": "plain_text", "text": "Amount"},
            "element": {"type": "plain_text_input", "action_id": "amount"},
        }
    ],
}
SECOND_STEP = {
    **PROMISE,
    "title": {"type": "plain_text", "text": "Confirm a promise"},
    "blocks": [
        {
            "type": "input",
            "block_id": "who",
            "label": {"type": "plain_text", "text": "Who said so"},
            "element": {"type": "plain_text_input", "action_id": "who"},
        }
    ],
}
CONFIRM = {
    "title": {"type": "plain_text", "text": "Void it?"},
    "text": {"type": "mrkdwn", "text": "It will count *nothing*."},
    "confirm": {"type": "plain_text", "text": "Void"},
    "deny": {"type": "plain_text", "text": "Keep"},
    "style": "danger",
}


def cell(text: str) -> Json:
    return {"type": "raw_text", "text": text}


def card(status: str = "Open") -> list[Json]:
    head = ["Item", "Quantity", "Rate", "Amount"]
    rows = [head] + [
        [f"Calls, line {number}", "184,220 min", "0.0085", "1,565.87"] for number in range(8)
    ]
    return [
        {"type": "header", "text": {"type": "plain_text", "text": "ACME-0042"}},
        section(f"*{status}*"),
        section(HOSTILE),
        {
            "type": "table",
            "column_settings": [{"is_wrapped": True}] + [{"align": "right"}] * 3,
            "rows": [[cell(text) for text in row] for row in rows],
        },
        {"type": "image", "image_url": "https://elsewhere.example/logo.png", "alt_text": "Logo"},
        actions(
            button("Mark as paid", "mark_paid", style="primary"),
            button("Break", "break_down"),
            button("Void", "void_invoice", style="danger", confirm=CONFIRM),
            button("Promise", "record_promise"),
            MONTHS,
        ),
    ]


def answer(desk: Desk) -> None:
    """A bot that knows one invoice."""
    bolt = desk.bolt

    @bolt.command("/invoice")
    def shows_invoice(ack: Ack) -> None:
        ack(text="ACME-0042", blocks=card())

    @bolt.action("mark_paid")
    def clicked_mark_paid(ack: Ack, respond: Respond) -> None:
        ack()
        respond(text="ACME-0042", blocks=card("Paid"), replace_original=True)

    @bolt.action("void_invoice")
    def clicked_void_invoice(ack: Ack, respond: Respond) -> None:
        ack()
        respond(text="ACME-0042", blocks=card("Void"), replace_original=True)

    @bolt.action("choose_month")
    def chose_month(ack: Ack, respond: Respond, action: Json) -> None:
        ack()
        chosen = action["selected_option"]["text"]["text"]
        respond(text="ACME-0042", blocks=card(f"Of {chosen}"), replace_original=True)

    @bolt.action("record_promise")
    def clicked_record_promise(ack: Ack, body: Json) -> None:
        ack()
        desk.client.views_open(trigger_id=body["trigger_id"], view=PROMISE)

    @bolt.view("record_promise")
    def submitted_record_promise(ack: Ack, view: Json) -> None:
        # The second step has no amount.
        amounts = view["state"]["values"].get("amount", {"amount": {"value": "0"}})
        amount = amounts["amount"]["value"]
        if amount == "1000":
            ack(response_action="update", view=SECOND_STEP)
        elif amount.isdigit():
            ack()
        else:
            ack(response_action="errors", errors={"amount": "A number, please."})

    @bolt.action("break_down")
    def clicked_break_down(request: BoltRequest) -> BoltResponse:
        return BoltResponse(status=500, body=request.raw_body[:0])


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    stripe = Stripe(now=datetime(2026, 11, 22, 10, tzinfo=UTC))
    customer = stripe.call("POST", "/v1/customers", {"name": "<!channel> & Söhne"})
    about = {"customer": customer["id"], "currency": "eur"}
    terms = {"collection_method": "send_invoice", "days_until_due": "14"}
    invoice = stripe.call("POST", "/v1/invoices", about | terms)
    line = {"amount": "490892", "invoice": invoice["id"], "description": "Calls"}
    stripe.call("POST", "/v1/invoiceitems", about | line)
    stripe.call("POST", f"/v1/invoices/{invoice['id']}/finalize", {})
    with serving(stripe.app) as stripe_server, open_desk() as opened:
        stripe.public_url = stripe_server.url
        opened.slack.state.stripe_url = stripe_server.url
        answer(opened)
        yield opened


def last_message(page: Page) -> Locator:
    return page.locator("#messages .message").last


def ask(window: Window) -> Locator:
    """Type the command; the card that answers it."""
    page = window.page
    expect(page.locator("#messages")).to_have_attribute("aria-busy", "false")
    messages = page.locator("#messages .message")
    before = messages.count()
    window.type("/invoice 1001")
    expect(messages).to_have_count(before + 1)
    return messages.nth(before)


def test_a_command_is_completed_and_answered_by_a_card(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        box = window.page.get_by_role("combobox", name="Message")
        box.press_sequentially("/in")
        expect(window.page.get_by_role("option", name="/invoice")).to_be_visible()
        box.press("Tab")
        expect(box).to_have_value("/invoice ")
        expect(window.page.get_by_text("/invoice [number]")).to_be_visible()
        box.press_sequentially("1001")
        box.press("Enter")

        message = last_message(window.page)
        expect(message.get_by_text("Only visible to you")).to_be_visible()
        expect(message.get_by_role("heading", name="ACME-0042")).to_be_visible()
        amount = message.get_by_role("cell", name="1,565.87").first
        expect(amount).to_have_css("text-align", "right")
        expect(box).to_have_value("")
        box.press("ArrowUp")
        expect(box).to_have_value("/invoice 1001")
        assert window.errors == []


def test_a_press_changes_the_card_in_its_place(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        message = ask(window)
        count = window.page.locator("#messages .message").count()

        message.get_by_role("button", name="Mark as paid").click()

        expect(message.get_by_text("Paid", exact=True)).to_be_visible()
        expect(window.page.locator("#messages .message")).to_have_count(count)


def test_a_menu_is_worked_by_the_keyboard(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        message = ask(window)

        message.get_by_role("button", name="Choose a month").press("Enter")
        window.page.keyboard.type("1")
        expect(window.page.get_by_role("option")).to_have_count(4)
        window.page.keyboard.press("ArrowDown")
        window.page.keyboard.press("Enter")

        expect(message.get_by_text("Of Month 10")).to_be_visible()


def test_a_form_says_what_is_wrong_with_it(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        ask(window).get_by_role("button", name="Promise").click()
        form = window.page.get_by_role("dialog", name="Record a promise")
        amount = form.get_by_role("textbox", name="Amount")
        expect(amount).to_be_focused()

        amount.fill("soon")
        amount.press("Enter")
        expect(form.get_by_text("A number, please.")).to_be_visible()
        amount.fill("250")
        amount.press("Enter")

        expect(form).to_have_count(0)


def test_a_form_goes_on_with_fields_of_its_own(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        ask(window).get_by_role("button", name="Promise").click()
        window.page.get_by_role("textbox", name="Amount").fill("1000")
        window.page.keyboard.press("Enter")

        second = window.page.get_by_role("dialog", name="Confirm a promise")
        second.get_by_role("textbox", name="Who said so").fill("Ada")
        window.page.keyboard.press("Enter")

        expect(second).to_have_count(0)


def test_what_asks_for_confirmation_is_sent_only_then(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        message = ask(window)
        delivered = len(desk.slack.deliveries)

        message.get_by_role("button", name="Void").click()
        question = window.page.get_by_role("dialog", name="Void it?")
        question.get_by_role("button", name="Keep").click()
        expect(question).to_have_count(0)
        assert len(desk.slack.deliveries) == delivered

        message.get_by_role("button", name="Void").click()
        question.get_by_role("button", name="Void").click()
        wait_until(lambda: len(desk.slack.deliveries) > delivered)
        expect(message.get_by_text("Open", exact=True)).to_have_count(0)
        assert len(desk.slack.deliveries) == delivered + 1


def test_a_failing_press_is_marked_where_it_happened(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        message = ask(window)

        pressed = message.get_by_role("button", name="Break")
        pressed.click()

        mark = message.get_by_role("img", name=re.compile("This didn’t work"))
        expect(mark).to_be_visible()
        expect(last_message(window.page).get_by_text("Slackbot")).to_be_visible()
        expect(pressed).to_be_focused()


def test_a_private_answer_is_gone_for_somebody_else(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        ask(window)
        page = window.page
        page.get_by_role("button", name="Be somebody else").click()
        people = page.get_by_role("dialog", name="Be somebody else")
        expect(people.get_by_role("button", name=re.compile("Noor Haddad.*Guest"))).to_be_visible()
        expect(people.get_by_role("button", name="Lee Varga")).to_be_disabled()

        people.get_by_role("button", name="Jamie Okafor").click()

        expect(page.locator("#person")).to_contain_text("Jamie Okafor")
        expect(page.get_by_role("heading", name="ACME-0042")).to_have_count(0)
        expect(page.get_by_role("button", name=re.compile("^finance-private"))).to_have_count(0)


def test_what_arrives_escaped_calls_nobody(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        message = ask(window)

        expect(message.get_by_text("<!channel>")).to_be_visible()
        expect(message.get_by_text("Söhne & Co")).to_be_visible()
        expect(message.locator(".mention")).to_have_count(0)
        expect(message.locator("a[href^='javascript']")).to_have_count(0)


def test_a_phone_never_scrolls_sideways(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL, size=PHONE) as window:
        message = ask(window)
        page = window.page
        width = "node => node.scrollWidth - node.clientWidth"

        assert page.locator("html").evaluate(width) == 0
        assert page.locator("#messages").evaluate(width) == 0
        # The table is wider than the screen, so it scrolls in a box of its own.
        assert message.get_by_role("region", name="Table").evaluate(width) > 0

        opener = page.get_by_role("button", name="Channels", exact=True)
        opener.click()
        expect(page.get_by_role("button", name="general", exact=True)).to_be_focused()
        page.keyboard.press("Escape")
        expect(opener).to_be_focused()


def test_an_invoice_is_paid_from_the_panel(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        panel = window.page.get_by_role("complementary", name="First steps and Stripe")
        expect(panel.get_by_text("22 Nov 2026, 10:00 UTC")).to_be_visible()
        expect(panel.get_by_text("4,908.92 EUR")).to_be_visible()

        panel.get_by_role("button", name=re.compile("^Pay ")).click()
        expect(panel.get_by_text("No open invoices.")).to_be_visible()
        panel.get_by_role("button", name="1 month").click()

        expect(panel.get_by_text("22 Dec 2026, 10:00 UTC")).to_be_visible()


def test_nothing_is_asked_of_another_machine(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        message = ask(window)
        expect(message.get_by_role("link", name="Logo")).to_be_visible()
        expect(window.page.get_by_text("Stripe’s clock")).to_be_visible()

        assert window.origins == {desk.url, desk.slack.state.stripe_url}
