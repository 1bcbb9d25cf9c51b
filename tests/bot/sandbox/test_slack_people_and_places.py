"""People, groups, channels and threads, as the Web API shows them to the bot."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.bot.sandbox.slack_desk import Desk, error_of, open_desk

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


def test_a_person_s_id_means_the_direct_conversation(desk: Desk) -> None:
    posted = desk.client.chat_postMessage(channel="U0AVERY", text="for you")
    opened = desk.client.conversations_open(users="U0AVERY")
    three = error_of(desk, "conversations.open", users="U0AVERY,U0JAMIE")

    assert posted["channel"] == opened["channel"]["id"]
    assert opened["already_open"]
    assert three["needed"] == "mpim:write"
    assert error_of(desk, "conversations.open", users="U0NOBODY")["error"] == "user_not_found"


def test_people_are_shown_with_what_they_are(desk: Desk) -> None:
    members = {each["id"]: each for each in desk.client.users_list()["members"]}

    assert members["U0AVERY"]["is_admin"]
    assert members["U0AVERY"]["profile"]["email"] == "avery@meridian-voice.example"
    assert members["U0NOOR"]["is_restricted"]
    assert members["U0DANA"]["is_stranger"]
    assert members["U0DANA"]["team_id"] == "T0ACMECORP"
    assert members["U0LEE"]["deleted"]
    assert members["U0TALLYBOT"]["is_bot"]
    found = desk.client.users_lookupByEmail(email="AVERY@meridian-voice.example")
    assert found["user"]["id"] == "U0AVERY"
    for gone in ("lee@meridian-voice.example", "none@example.com"):
        assert error_of(desk, "users.lookupByEmail", email=gone)["error"] == "users_not_found"


def test_groups_and_their_people(desk: Desk) -> None:
    (group,) = desk.client.usergroups_list(include_users=True)["usergroups"]
    users = desk.client.usergroups_users_list(usergroup=group["id"])["users"]

    assert group["handle"] == "billing-team"
    assert users == group["users"] == ["U0AVERY", "U0JAMIE"]
    unknown = error_of(desk, "usergroups.users.list", usergroup="S0NONE")
    assert unknown["error"] == "no_such_subteam"


def test_lists_come_in_pages(desk: Desk) -> None:
    pages = [page["members"] for page in desk.client.users_list(limit=4)]
    ids = [each["id"] for page in pages for each in page]

    assert [len(page) for page in pages] == [4, 4, 1]
    assert len(set(ids)) == 9
    assert error_of(desk, "users.list", cursor="bm9uZQ==")["error"] == "invalid_cursor"
    assert error_of(desk, "users.list", cursor="%%%")["error"] == "invalid_cursor"


def test_channels_are_shown_as_far_as_the_bot_may_know_them(desk: Desk) -> None:
    listed = desk.client.conversations_list(types="public_channel,private_channel")["channels"]
    by_name = {each["name"]: each for each in listed}

    public = {"general", "billing", "support", "acme-shared", "spring-launch"}
    assert set(by_name) == public | {"disputes"}
    assert by_name["acme-shared"]["is_ext_shared"]
    assert not by_name["general"]["is_member"]
    assert by_name["spring-launch"]["is_archived"]
    assert error_of(desk, "conversations.list", types="secret")["error"] == "invalid_types"
    assert error_of(desk, "conversations.list", types="mpim")["needed"] == "mpim:read"
    private = error_of(desk, "conversations.info", channel="G0FINANCE")
    assert private["error"] == "channel_not_found"
    assert "U0AVERY" in desk.client.conversations_members(channel="C0BILLING")["members"]


def test_history_and_threads(desk: Desk) -> None:
    first = desk.client.chat_postMessage(channel="C0ACMESHARED", text="first")["ts"]
    answer = desk.client.chat_postMessage(channel="C0ACMESHARED", text="answer", thread_ts=first)
    last = desk.client.chat_postMessage(
        channel="C0ACMESHARED",
        text="last",
        metadata={"event_type": "card", "event_payload": {"id": "k1"}},
    )["ts"]

    history = desk.client.conversations_history(channel="C0ACMESHARED", include_all_metadata=True)
    assert [each["text"] for each in history["messages"]] == ["last", "first"]
    assert history["messages"][0]["metadata"]["event_payload"] == {"id": "k1"}
    assert history["messages"][1]["reply_count"] == 1
    since = desk.client.conversations_history(channel="C0ACMESHARED", oldest=first)
    assert [each["ts"] for each in since["messages"]] == [last]
    assert "metadata" not in since["messages"][0]
    whole = desk.client.conversations_history(
        channel="C0ACMESHARED", oldest=first, latest=last, inclusive=True
    )
    assert len(whole["messages"]) == 2

    thread = desk.client.conversations_replies(channel="C0ACMESHARED", ts=first)
    assert [each["ts"] for each in thread["messages"]] == [first, answer["ts"]]
    outside = error_of(desk, "conversations.history", channel="C0GENERAL")
    assert outside["error"] == "not_in_channel"
