"""Presses in messages, and the response URLs that answer them."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_bolt import Ack
from starlette.responses import JSONResponse

from tests.bot.sandbox.slack_desk import (
    Desk,
    Json,
    actions,
    answering,
    button,
    make_manifest,
    open_desk,
    section,
)

MENU = {
    "type": "static_select",
    "action_id": "month",
    "placeholder": {"type": "plain_text", "text": "Month"},
    "options": [
        {"text": {"type": "plain_text", "text": name}, "value": value}
        for name, value in (("October", "2026-10"), ("November", "2026-11"))
    ],
}


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:

        @opened.bolt.command("/invoice")
        def shown(ack: Ack) -> None:
            ack(text="card", blocks=card())

        @opened.bolt.action({"type": "block_actions", "action_id": "next"})
        @opened.bolt.action({"type": "block_actions", "action_id": "month"})
        def pressed(ack: Ack, body: Json) -> None:
            opened.heard.append(body)
            ack()

        yield opened


def card() -> list[dict[str, Any]]:
    return [section("*1234*"), actions(button("Next", "next", value="in_1"), MENU)]


def respond(desk: Desk, body: dict[str, Any], **message: Any) -> httpx.Response:
    assert body["response_url"].startswith(desk.url)
    return httpx.post(body["response_url"], json=message, trust_env=False)


def test_a_press_in_an_ephemeral_answer_carries_no_message(desk: Desk) -> None:
    with desk.person() as avery:
        avery.type("general", "/invoice 1")
        seen = avery.see()
        assert avery.click(seen, "Next") == {"ok": True}

    (body,) = desk.heard
    assert "message" not in body
    assert body["container"] == {
        "type": "message",
        "message_ts": seen.ts,
        "channel_id": "C0GENERAL",
        "is_ephemeral": True,
    }
    assert body["user"] == {
        "id": "U0AVERY",
        "username": "avery",
        "name": "avery",
        "team_id": "T0TALLYMAN",
    }
    assert body["team"] == {"id": "T0TALLYMAN", "domain": "meridian-voice"}
    assert body["channel"] == {"id": "C0GENERAL", "name": "general"}
    assert body["api_app_id"] == "A0TALLYMAN"
    (action,) = body["actions"]
    assert action["type"] == "button"
    assert action["value"] == "in_1"
    assert action["block_id"] == seen.blocks[1]["block_id"]
    assert action["text"] == {"type": "plain_text", "text": "Next", "emoji": True}
    assert float(action["action_ts"]) > float(seen.ts)
    assert desk.slack.problems == []


def test_a_press_in_a_posted_message_carries_it_with_its_blocks(desk: Desk) -> None:
    posted = desk.client.chat_postMessage(channel="C0BILLING", text="card", blocks=card())

    with desk.person("U0JAMIE") as jamie:
        jamie.click(jamie.see("billing"), "next")

    (body,) = desk.heard
    assert body["message"]["ts"] == posted["ts"]
    assert body["message"]["bot_id"] == "B0TALLYMAN"
    assert body["message"]["blocks"] == posted["message"]["blocks"]
    assert body["container"]["is_ephemeral"] is False


def test_a_choice_is_looked_up_in_the_message_and_kept_as_state(desk: Desk) -> None:
    desk.client.chat_postMessage(channel="C0BILLING", text="card", blocks=card())

    with desk.person("U0JAMIE") as jamie:
        seen = jamie.see("billing")
        block_id, _ = seen.find("month")
        forged = {"type": "static_select", "selected_option": {"value": "1999-01"}}
        refused = jamie._act(seen, block_id, {"action_id": "month"}, forged)
        assert refused == {"ok": False, "error": "option_not_found"}
        assert jamie._act(seen, block_id, {"action_id": "void"}, {})["error"] == "action_not_found"
        jamie.choose(seen, "Month", "November")
        jamie.click(seen, "Next")

    chosen, pressed = desk.heard
    assert chosen["actions"][0]["selected_option"]["value"] == "2026-11"
    held = pressed["state"]["values"][block_id]["month"]
    assert held["selected_option"]["text"]["text"] == "November"


def test_what_the_browser_sends_is_not_believed_in_form_either(desk: Desk) -> None:
    desk.client.chat_postMessage(channel="C0BILLING", text="card", blocks=card())

    with desk.person("U0JAMIE") as jamie:
        seen = jamie.see("billing")
        sent = {
            "as": "U0JAMIE",
            "channel": seen.channel,
            "ts": seen.ts,
            "block_id": seen.blocks[1]["block_id"],
            "action_id": "next",
        }
        answer = jamie._http.request("POST", "/page/act", json=sent | {"element": "button"})
        other = {"value": "in_2", "text": "Void", "type": "overflow"}
        assert jamie._post("act", sent | {"element": other})["ok"]

    assert answer.status == 400
    assert desk.heard[0]["actions"][0]["value"] == "in_1"


def test_feedback_carries_the_button_that_was_pressed(desk: Desk) -> None:
    @desk.bolt.action("useful")
    def useful(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    def part(text: str, value: str) -> Json:
        return {"text": {"type": "plain_text", "text": text}, "value": value}

    buttons = {
        "type": "feedback_buttons",
        "action_id": "useful",
        "positive_button": part("Good", "1"),
        "negative_button": part("Bad", "0"),
    }
    block = {"type": "context_actions", "elements": [buttons]}
    desk.client.chat_postMessage(channel="C0BILLING", text="card", blocks=[block])
    with desk.person() as avery:
        seen = avery.see("billing")
        block_id, element = seen.find("useful")
        avery._act(seen, block_id, element, {"type": "feedback_buttons", "value": "0"})

    assert desk.heard[0]["actions"][0]["value"] == "0"


def test_an_app_without_interactivity_hears_of_no_press() -> None:
    with open_desk(make_manifest(is_interactive=False)) as desk, desk.person() as avery:
        desk.client.chat_postMessage(channel="C0BILLING", text="card", blocks=card())
        assert avery.click(avery.see("billing"), "Next")["error"] == "not_interactive"
        assert len(avery.notices()) == 1
        assert desk.slack.deliveries == []


def test_a_button_for_some_is_not_there_for_others(desk: Desk) -> None:
    hidden = button("Void", "next", visible_to_user_ids=["U0AVERY"])
    desk.client.chat_postMessage(channel="C0BILLING", text="card", blocks=[actions(hidden)])

    with desk.person("U0JAMIE") as jamie, desk.person() as avery:
        assert jamie.click(jamie.see("billing"), "Void")["error"] == "action_not_found"
        assert avery.click(avery.see("billing"), "Void")["ok"]


def test_people_of_another_team_press_with_their_own_team_id(desk: Desk) -> None:
    desk.client.chat_postMessage(channel="C0ACMESHARED", text="card", blocks=card())

    with desk.person("U0DANA") as dana:
        dana.click(dana.see(), "Next")

    (body,) = desk.heard
    assert body["user"]["team_id"] == "T0ACMECORP"
    assert body["team"]["id"] == "T0TALLYMAN"


def test_only_the_response_url_of_a_press_replaces_an_ephemeral_answer(desk: Desk) -> None:
    with desk.person() as avery:
        avery.type("general", "/invoice 1")
        seen = avery.see()
        updated = desk.client.api_call  # The Web API does not even find it.
        with pytest.raises(Exception, match="message_not_found"):
            updated("chat.update", json={"channel": seen.channel, "ts": seen.ts, "text": "new"})

        avery.click(seen, "Next")
        assert respond(desk, desk.heard[0], text="new", replace_original=True).text == "ok"
        assert [each.text for each in avery.messages("general")] == ["new"]
        assert avery.see().is_ephemeral

        assert respond(desk, desk.heard[0], text="beside").status_code == 200
        assert [each.text for each in avery.messages("general")] == ["new", "beside"]

        respond(desk, desk.heard[0], delete_original=True)
        assert [each.text for each in avery.messages("general")] == ["beside"]


def test_a_response_url_holds_five_times_and_thirty_minutes(desk: Desk) -> None:
    with desk.person() as avery:
        avery.type("general", "/invoice 1")
        avery.click(avery.see(), "Next")
        avery.click(avery.see(), "Next")
    first, second = desk.heard

    statuses = [respond(desk, first, text=str(number)).status_code for number in range(6)]
    desk.clock.now += 30 * 60
    late = respond(desk, second, text="late")

    assert statuses == [200] * 5 + [404]
    assert late.json() == {"ok": False, "error": "expired_url"}
    unknown = httpx.post(f"{desk.url}/response/none", json={"text": "x"}, trust_env=False)
    assert unknown.status_code == 404


def test_what_slack_does_not_take_changes_nothing_and_is_recorded(desk: Desk) -> None:
    with desk.person() as avery:
        avery.type("general", "/invoice 1")
        avery.click(avery.see(), "Next")
        empty = respond(desk, desk.heard[0], blocks=[section("")], replace_original=True)
        nothing = respond(desk, desk.heard[0], text="")
        broken = httpx.post(desk.heard[0]["response_url"], content=b"{", trust_env=False)

        assert empty.json()["error"] == "invalid_blocks"
        assert nothing.json()["error"] == "no_text"
        assert broken.json()["error"] == "invalid_payload"
        assert [each.text for each in avery.messages("general")] == ["card"]
    assert len(desk.slack.problems) == 3


def test_a_command_s_response_url_cannot_replace_its_first_answer(desk: Desk) -> None:
    urls = []

    @desk.bolt.command("/who")
    def who(ack: Ack, command: Json) -> None:
        urls.append(command["response_url"])
        ack("first")

    with desk.person() as avery:
        avery.type("general", "/who")
        httpx.post(urls[0], json={"text": "second", "replace_original": True}, trust_env=False)
        httpx.post(urls[0], json={"text": "all", "response_type": "in_channel"}, trust_env=False)

        assert [each.text for each in avery.messages("general")] == ["first", "second", "all"]
    with desk.person("U0ROBIN") as robin:
        assert [each.text for each in robin.messages("general")] == ["all"]


def test_an_ack_of_a_press_shows_nothing_of_its_body(desk: Desk) -> None:
    desk.client.chat_postMessage(channel="C0BILLING", text="card", blocks=card())

    with (
        answering(lambda _request, _body: JSONResponse({"text": "x"})) as url,
        desk.person() as avery,
    ):
        desk.slack.request_url = url
        assert avery.click(avery.see("billing"), "Next")["ok"]
        assert avery.see("billing").text == "card"

    assert [each.error for each in desk.slack.problems] == ["ack_body_ignored"]


def test_a_press_that_nobody_takes_leaves_a_warning(desk: Desk) -> None:
    desk.client.chat_postMessage(
        channel="C0BILLING",
        text="card",
        blocks=[actions(button("Elsewhere", "unheard", url="https://example.com"))],
    )

    with desk.person() as avery:
        assert avery.click(avery.see("billing"), "Elsewhere")["error"] == "dispatch_failed"
        assert len(avery.notices()) == 1
