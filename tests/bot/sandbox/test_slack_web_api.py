"""The Web API, called by Slack's own client."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.bot.sandbox.slack_desk import Desk, error_of, make_manifest, open_desk, section

Json = dict[str, Any]


@pytest.fixture(scope="module")
def shared() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


@pytest.fixture
def desk(shared: Desk) -> Iterator[Desk]:
    shared.slack.state.is_rate_limited = False
    shared.slack.calls.clear()
    shared.slack.problems.clear()
    yield shared
    shared.slack.faults.reset()
    shared.slack.state.honours_client_msg_id = False


def test_the_token_says_who_is_there(desk: Desk) -> None:
    known = desk.client.auth_test()

    assert (known["team_id"], known["user_id"]) == ("T0TALLYMAN", "U0TALLYBOT")
    assert desk.client.team_info()["team"]["domain"] == "meridian-voice"
    assert desk.client.bots_info(bot="B0TALLYMAN")["bot"]["user_id"] == "U0TALLYBOT"
    for token, error in (("xoxb-other", "invalid_auth"), ("", "not_authed")):
        with pytest.raises(SlackApiError, match=error):
            WebClient(token, base_url=f"{desk.url}/api/").auth_test()
    with pytest.raises(SlackApiError, match="not_allowed_token_type"):
        desk.client.apps_connections_open(app_token="xapp-fake-tallyman")


def test_a_call_is_checked_before_it_is_done(desk: Desk) -> None:
    unknown = error_of(desk, "chat.postMesage", channel="C0BILLING")
    wrong = error_of(desk, "chat.postMessage", text="x", chanel="C0BILLING", unfurl_links="perhaps")

    assert unknown == {"ok": False, "error": "unknown_method", "req_method": "chat.postMesage"}
    assert wrong["error"] == "invalid_arguments"
    assert wrong["response_metadata"]["messages"] == [
        "[ERROR] invalid additional property: chanel [json-pointer:/chanel]",
        "[ERROR] missing required field: channel [json-pointer:/channel]",
        "[ERROR] must provide a boolean [json-pointer:/unfurl_links]",
    ]


def test_arguments_come_as_json_as_a_form_or_in_the_address(desk: Desk) -> None:
    head = {"Authorization": "Bearer xoxb-fake-tallyman"}
    address = f"{desk.url}/api/users.info"
    asked = [
        httpx.get(address, params={"user": "U0AVERY"}, headers=head, trust_env=False),
        httpx.post(address, data={"user": "U0AVERY"}, headers=head, trust_env=False),
        httpx.post(address, json={"user": "U0AVERY"}, headers=head, trust_env=False),
        httpx.post(address, files={"user": (None, "U0AVERY")}, headers=head, trust_env=False),
        httpx.post(
            address,
            data={"user": "U0AVERY", "token": "xoxb-fake-tallyman"},
            trust_env=False,
        ),
    ]
    broken = httpx.post(
        address,
        content=b"[",
        headers=head | {"Content-Type": "application/json"},
        trust_env=False,
    )

    assert [each.json()["user"]["name"] for each in asked] == ["avery"] * 5
    assert broken.json()["error"] == "invalid_json"
    assert all("token" not in call.arguments for call in desk.slack.calls)


def test_a_missing_scope_is_named() -> None:
    with open_desk(make_manifest(scopes=["commands", "chat:write"])) as poor:
        refused = error_of(poor, "users.info", user="U0AVERY")

    assert refused == {
        "ok": False,
        "error": "missing_scope",
        "needed": "users:read",
        "provided": "commands,chat:write",
    }


def test_a_message_is_posted_changed_and_taken_away(desk: Desk) -> None:
    posted = desk.client.chat_postMessage(
        channel="#billing",
        text="first",
        blocks=[section("first")],
        metadata={"event_type": "card", "event_payload": {"id": "k1"}},
    )
    place = {"channel": posted["channel"], "ts": posted["ts"]}

    kept = desk.client.chat_update(**place, text="second")
    assert kept["message"]["blocks"][0]["text"]["text"] == "first"
    assert kept["message"]["metadata"]["event_payload"] == {"id": "k1"}
    assert kept["message"]["edited"]["user"] == "U0TALLYBOT"
    bare = desk.client.chat_update(**place, text="second", blocks=[])
    assert "blocks" not in bare["message"]

    link = desk.client.chat_getPermalink(channel=place["channel"], message_ts=place["ts"])
    wanted = f"https://meridian-voice.slack.com/archives/C0BILLING/p{place['ts'].replace('.', '')}"
    assert link["permalink"] == wanted

    desk.client.chat_delete(**place)
    assert error_of(desk, "chat.delete", **place)["error"] == "message_not_found"


@pytest.mark.parametrize(
    ("channel", "error"),
    [
        ("C0GENERAL", "not_in_channel"),
        ("G0FINANCE", "channel_not_found"),
        ("D0AVERYJAMIE", "channel_not_found"),
        ("C0NOWHERE", "channel_not_found"),
        ("C0SPRING", "is_archived"),
        ("U0LEE", "user_disabled"),
    ],
)
def test_the_bot_posts_only_where_it_may(desk: Desk, channel: str, error: str) -> None:
    assert error_of(desk, "chat.postMessage", channel=channel, text="x")["error"] == error


def test_an_ephemeral_message_is_for_one_member_and_is_not_kept(desk: Desk) -> None:
    desk.client.chat_postEphemeral(channel="C0SUPPORT", user="U0ROBIN", text="psst")

    with desk.person("U0ROBIN") as robin, desk.person() as avery:
        assert robin.see("support").is_ephemeral
        assert avery.messages("support") == []
    assert desk.client.conversations_info(channel="C0SUPPORT")["channel"]["is_member"]
    history = desk.client.conversations_history(channel="C0SUPPORT")
    assert history["messages"] == []
    outside = error_of(desk, "chat.postEphemeral", channel="C0BILLING", user="U0KIM", text="psst")
    assert outside["error"] == "user_not_in_channel"


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({}, "no_text"),
        ({"text": ""}, "no_text"),
        ({"text": "x", "markdown_text": "y"}, "markdown_text_conflict"),
        ({"text": "x", "thread_ts": "1.2"}, "thread_not_found"),
        ({"text": "x", "metadata": {"event_type": "x"}}, "invalid_metadata_format"),
        ({"text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
        ({"text": "x", "blocks": [section("y" * 3001)]}, "invalid_blocks"),
    ],
)
def test_a_message_slack_refuses(desk: Desk, more: Json, error: str) -> None:
    assert error_of(desk, "chat.postMessage", channel="C0BILLING", **more)["error"] == error


def test_long_text_is_cut_off_when_posted_and_refused_when_changed(desk: Desk) -> None:
    posted = desk.client.chat_postMessage(channel="C0BILLING", text="x" * 40_001)
    place = {"channel": "C0BILLING", "ts": posted["ts"]}

    assert len(posted["message"]["text"]) == 40_000
    assert error_of(desk, "chat.update", **place, text="x" * 4_001)["error"] == "msg_too_long"


def test_only_its_own_messages_may_a_bot_change(desk: Desk) -> None:
    with desk.person() as avery:
        ts = avery.type("billing", "mine")["ts"]

    place = {"channel": "C0BILLING", "ts": ts}
    assert error_of(desk, "chat.update", **place, text="x")["error"] == "cant_update_message"
    assert error_of(desk, "chat.delete", **place)["error"] == "cant_delete_message"


def test_a_client_msg_id_is_honoured_only_where_that_was_switched_on(desk: Desk) -> None:
    sent: Json = {"channel": "C0BILLING", "text": "once", "client_msg_id": "k-1"}

    twice = [desk.client.chat_postMessage(**sent)["ts"] for _ in range(2)]
    desk.slack.state.honours_client_msg_id = True
    once = [desk.client.chat_postMessage(**sent)["ts"] for _ in range(2)]

    assert len(set(twice)) == 2
    assert len(set(once)) == 1


def test_one_post_a_second_and_channel(desk: Desk) -> None:
    desk.slack.state.is_rate_limited = True
    desk.clock.now += 100

    desk.client.chat_postMessage(channel="C0BILLING", text="1")
    desk.client.chat_postMessage(channel="C0SUPPORT", text="another channel")
    with pytest.raises(SlackApiError, match="ratelimited") as refused:
        desk.client.chat_postMessage(channel="#billing", text="2")
    desk.clock.now += 1
    desk.client.chat_postMessage(channel="C0BILLING", text="2")

    assert refused.value.response.status_code == 429
    assert refused.value.response.headers["Retry-After"] == "1"


def test_so_many_calls_a_minute_and_method(desk: Desk) -> None:
    desk.slack.state.is_rate_limited = True
    desk.clock.now += 100

    for _ in range(20):
        desk.client.usergroups_list()
    refused = error_of(desk, "usergroups.list")
    desk.clock.now += 60
    desk.client.usergroups_list()

    assert refused["error"] == "ratelimited"


def test_a_file_is_uploaded_in_three_steps(desk: Desk) -> None:
    shared = desk.client.files_upload_v2(
        channel="C0BILLING", filename="calls.csv", content="a,b\n1,2\n", title="Calls"
    )

    assert shared["files"][0]["title"] == "Calls"
    with desk.person() as avery:
        assert avery.see("billing").raw["files"][0]["name"] == "calls.csv"
    never_sent = desk.client.files_getUploadURLExternal(filename="x", length=3)
    refused = error_of(desk, "files.completeUploadExternal", files=[{"id": never_sent["file_id"]}])
    assert refused["error"] == "file_not_found"
    wrong = httpx.post(never_sent["upload_url"], content=b"12345", trust_env=False)
    assert wrong.status_code == 404
