"""What the workspace page reads and writes."""

import json
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_bolt import Ack

from bot.sandbox.slack.records import Hint
from tests.bot.sandbox.slack_desk import Desk, actions, button, open_desk, page

Json = dict[str, Any]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def get(desk: Desk, path: str) -> Json:
    found: Json = httpx.get(f"{desk.url}{path}", trust_env=False).json()
    return found


def test_the_state_is_the_workspace_as_one_person_sees_it(desk: Desk) -> None:
    desk.slack.state.stripe_url = "http://127.0.0.1:1"
    state = get(desk, "/page/state?as=U0ROBIN")

    assert state["team"] == {
        "id": "T0TALLYMAN",
        "name": "Meridian Voice",
        "domain": "meridian-voice",
    }
    assert state["me"]["real_name"] == "Robin Lindqvist"
    assert {each["kind"] for each in state["users"]} == {
        "member",
        "guest",
        "external",
        "bot",
        "deactivated",
    }
    names = [each["name"] for each in state["channels"]]
    assert "finance-private" not in names
    assert "Jamie Okafor" not in names
    assert state["commands"][0] == {
        "command": "/invoice",
        "description": "Look up",
        "usage_hint": "[number]",
    }
    assert state["bot"]["user_id"] == "U0TALLYBOT"
    assert state["stripe"] == "http://127.0.0.1:1"
    assert state["hints"] == []


def test_unread_messages_are_counted_until_they_are_looked_at(desk: Desk) -> None:
    desk.slack.state.is_rate_limited = False
    desk.client.chat_postMessage(channel="C0BILLING", text="one")

    def unread(person: str) -> int:
        channels = get(desk, f"/page/state?as={person}")["channels"]
        return int(next(each["unread"] for each in channels if each["id"] == "C0BILLING"))

    assert (unread("U0AVERY"), unread("U0JAMIE")) == (1, 1)
    get(desk, "/page/messages?as=U0AVERY&channel=C0BILLING")
    assert (unread("U0AVERY"), unread("U0JAMIE")) == (0, 1)
    two = desk.client.chat_postMessage(channel="C0BILLING", text="two")["ts"]
    looked = get(desk, "/page/messages?as=U0AVERY&channel=C0BILLING")
    assert [each["ts"] > looked["read_until"] for each in looked["messages"]] == [False, True]
    assert looked["messages"][1]["ts"] == two
    assert unread("U0JAMIE") == 2
    assert page(desk, "read", person="U0JAMIE", channel="C0BILLING") == {"ok": True}
    assert unread("U0JAMIE") == 0


def test_a_hint_is_for_some_and_ticked_once_it_was_followed(desk: Desk) -> None:
    desk.slack.hints[:] = [
        Hint("One invoice", text="/invoice 1001", people=("U0AVERY",)),
        Hint("Nobody has that command", text="/balance"),
        Hint("From the complaint", shortcut="open_dispute", channel="C0SUPPORT", ts="1.000001"),
        Hint("Be a guest", person="U0NOOR"),
    ]

    def hints(person: str, was: str = "") -> dict[str, bool]:
        found = get(desk, f"/page/state?as={person}&was={was}")["hints"]
        return {each["text"] or each["shortcut"] or each["person"]: each["done"] for each in found}

    assert hints("U0AVERY") == {"/invoice 1001": False, "open_dispute": False, "U0NOOR": False}
    assert hints("U0NOOR", was="U0AVERY") == {"open_dispute": False}
    with desk.person() as avery:
        avery.type("general", " /INVOICE   1001")
    assert hints("U0AVERY") == {"/invoice 1001": True, "open_dispute": False, "U0NOOR": True}


def test_what_slackbot_said_is_still_there_after_a_reload(desk: Desk) -> None:
    with desk.person() as avery:
        avery.type("general", "/nothing")
        asked = avery.type("general", "hello")["ts"]

    (notice,) = get(desk, "/page/notices?as=U0AVERY")["notices"]
    assert notice["text"] == "/nothing is not a valid command."
    assert notice["channel"] == "C0GENERAL"
    assert 0 < float(notice["ts"]) < float(asked)
    assert get(desk, "/page/notices?as=U0JAMIE")["notices"] == []


def test_a_file_is_handed_out_where_its_message_says(desk: Desk) -> None:
    content = b"number,calls\n+1 212,3\n"
    shared = desk.client.files_upload_v2(
        channel="C0BILLING", content=content, filename="Söhne, calls.csv", title="Calls"
    )
    assert shared["files"] == [{"id": shared["files"][0]["id"], "title": "Calls"}]
    with desk.person() as avery:
        (file,) = avery.see("billing").raw["files"]

    answer = httpx.get(file["url_private_download"], trust_env=False)
    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert (file["name"], file["size"]) == ("Söhne, calls.csv", len(content))
    assert (file["mimetype"], file["filetype"]) == ("text/csv", "csv")
    unknown = file["url_private"].replace("/files/", "/files/x")
    assert httpx.get(unknown, trust_env=False).status_code == 404


def test_a_thread_is_counted_and_read(desk: Desk) -> None:
    with desk.person() as avery:
        parent = avery.type("general", "question")["ts"]
        avery.type("general", "answer", thread_ts=parent)
        thread = avery.messages("general", thread_ts=parent)
        (first,) = avery.messages("general")

    assert [each.text for each in thread] == ["question", "answer"]
    assert first.raw["reply_count"] == 1


def test_what_one_may_not_see_one_does_not_get(desk: Desk) -> None:
    assert get(desk, "/page/messages?as=U0ROBIN&channel=G0FINANCE")["error"] == "channel_not_found"
    assert get(desk, "/page/messages?as=U0DANA&channel=C0GENERAL")["error"] == "channel_not_found"
    assert get(desk, "/page/state?as=")["me"]["id"] == "U0AVERY"
    assert get(desk, "/page/state?as=U0TALLYBOT")["error"] == "user_is_bot"
    assert get(desk, "/page/state?as=U0NOBODY")["error"] == "user_not_found"


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/page/type", b"[]", 400),
        ("/page/type", b"{", 400),
        ("/page/type", b"{}", 400),
        ("/page/view/submit", b'{"as": "U0AVERY", "view_id": "V1"}', 200),
        ("/page/nothing", b'{"as": "U0AVERY"}', 404),
    ],
)
def test_a_malformed_call_is_refused(desk: Desk, path: str, content: bytes, status: int) -> None:
    answer = httpx.post(f"{desk.url}{path}", content=content, trust_env=False)

    assert (answer.status_code, answer.json()["ok"]) == (status, False)


def test_no_file_outside_the_page_is_handed_out(desk: Desk) -> None:
    for path in (
        "/static/../server.py",
        "/static/..%2fserver.py",
        "/static/%2fetc/passwd",
        "/static/css/..%2f..%2fserver.py",
        "/static/",
        "/static/%00",
    ):
        answer = httpx.get(f"{desk.url}{path}", trust_env=False)
        assert answer.status_code == 404, path


def test_the_stream_tells_everything_that_happens(desk: Desk) -> None:
    @desk.bolt.action("go")
    def pressed(ack: Ack) -> None:
        ack()

    heard: list[Json] = []
    is_open = threading.Event()

    def listen() -> None:
        address = f"{desk.url}/page/stream?as=U0AVERY"
        with httpx.stream("GET", address, timeout=100, trust_env=False) as answer:
            for line in answer.iter_lines():
                is_open.set()
                if line.startswith("data: "):
                    heard.append(json.loads(line.removeprefix("data: ")))
                if heard and heard[-1]["type"] == "state":
                    return

    listener = threading.Thread(target=listen)
    listener.start()
    assert is_open.wait(100)
    posted = desk.client.chat_postMessage(
        channel="C0BILLING", text="x", blocks=[actions(button("Go", "go"))]
    )
    place = {"channel": "C0BILLING", "ts": posted["ts"]}
    with desk.person() as avery:
        avery.click(avery.see("billing"), "Go")
        avery.type("billing", "/nothing")
    desk.client.chat_update(**place, text="y")
    desk.client.chat_delete(**place)
    desk.client.chat_postEphemeral(channel="C0BILLING", user="U0JAMIE", text="not for Avery")
    desk.slack.add_channel("new", members=["U0AVERY"])
    listener.join(100)

    assert [each["type"] for each in heard] == [
        "message",
        "working",
        "working",
        "notice",
        "changed",
        "removed",
        "state",
    ]
    assert heard[0]["message"]["ts"] == posted["ts"]
    assert heard[1] == {"type": "working", **place, "action_id": "go", "on": True}
    assert heard[3]["kind"] == "error"
    assert heard[4]["message"]["edited"]
    assert heard[5] == {"type": "removed", **place}
