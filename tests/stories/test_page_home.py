"""The app's Home tab on the workspace page, by a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from slack_bolt import Ack

from tests.bot.sandbox.slack_desk import Desk, actions, button, open_desk, section
from tests.stories.conftest import PHONE, OpenWindow

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Json = dict[str, Any]
CHANNEL = "#C0BILLING"
MORE = {
    "type": "overflow",
    "action_id": "more",
    "options": [{"text": {"type": "plain_text", "text": "Count up"}, "value": "up"}],
}


def home_of(desk: Desk, person: str, count: int) -> None:
    blocks = [section(f"{person} has counted to {count}"), actions(button("Open", "open"), MORE)]
    desk.client.views_publish(user_id=person, view={"type": "home", "blocks": blocks})


def modal(words: str) -> Json:
    title = {"type": "plain_text", "text": "A card"}
    return {"type": "modal", "title": title, "blocks": [section(words)]}


def answer(desk: Desk) -> None:
    """A bot with a Home tab that counts."""
    bolt = desk.bolt

    @bolt.event("app_home_opened")
    def opened(event: Json) -> None:
        if event["tab"] == "home" and "view" not in event:
            home_of(desk, event["user"], 0)

    @bolt.action("open")
    def clicked_open(ack: Ack, body: Json) -> None:
        ack()
        desk.client.views_open(trigger_id=body["trigger_id"], view=modal("From Home"))

    @bolt.action("more")
    def chose_more(ack: Ack, body: Json) -> None:
        ack()
        home_of(desk, body["user"]["id"], 1)


@pytest.fixture(scope="module")
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        answer(opened)
        yield opened


def open_app(page: Page) -> None:
    page.get_by_role("navigation", name="Workspace").get_by_role("button", name="Tallyman").click()


def test_the_home_tab_is_published_pressed_and_renewed(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL) as window:
        page = window.page
        open_app(page)
        home = page.get_by_role("tabpanel", name="Home")
        expect(home.get_by_text("U0AVERY has counted to 0")).to_be_visible()

        home.get_by_role("button", name="More").click()
        page.get_by_role("menuitem", name="Count up").click()
        expect(home.get_by_text("U0AVERY has counted to 1")).to_be_visible()
        home.get_by_role("button", name="Open").press("Enter")
        expect(page.get_by_role("dialog").get_by_text("From Home")).to_be_visible()
        page.keyboard.press("Escape")

        desk.client.chat_postMessage(channel="U0AVERY", text="Read me")
        entry = page.get_by_role("button", name="Tallyman, 1 unread")
        expect(entry).to_be_visible()
        page.get_by_role("tab", name="Home").press("ArrowRight")
        expect(window.find_text("Read me")).to_be_visible()
        expect(entry).to_have_count(0)
        assert window.errors == []


def test_one_person_never_sees_the_home_tab_of_another(desk: Desk, open_window: OpenWindow) -> None:
    with open_window(desk.url + CHANNEL, size=PHONE) as window:
        page = window.page
        page.get_by_role("button", name="Channels").click()
        open_app(page)
        home = page.get_by_role("tabpanel", name="Home")
        expect(home.get_by_text("U0AVERY has counted")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]

        page.get_by_role("button", name="Channels").click()
        page.get_by_role("button", name="Be somebody else").click()
        page.get_by_role("dialog").get_by_role("button", name="Sasha Moreau").click()

        expect(home.get_by_text("U0SASHA has counted to 0")).to_be_visible()
        assert window.errors == []
