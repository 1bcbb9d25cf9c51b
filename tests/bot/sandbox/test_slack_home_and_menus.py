"""App Home, shortcuts, and menus whose options the bot looks up."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack

from tests.bot.sandbox.slack_blocks import modal, plain
from tests.bot.sandbox.slack_desk import Desk, actions, error_of, open_desk, page, section
from tests.following import wait_until
from tests.workspace import Person

Json = dict[str, Any]


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        yield opened


def open_modal(desk: Desk) -> str:
    trigger = desk.slack.state.tickets.give_trigger("U0AVERY")
    return str(desk.client.views_open(trigger_id=trigger, view=modal())["view"]["id"])


def run_shortcut(person: Person, channel: str, ts: str) -> Json:
    place = {"as": person.id, "channel": person.channel(channel), "ts": ts}
    return person._post("shortcut", place | {"callback_id": "open_dispute"})


def test_options_are_looked_up_and_only_offered_ones_count(desk: Desk) -> None:
    offered = {"text": plain("Acme"), "value": "acct_1"}

    @desk.bolt.options("account")
    def options(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        many = [offered | {"value": str(number)} for number in range(101)]
        ack(options=many if body["value"] == "all" else [offered])

    view_id = open_modal(desk)
    place = {"view_id": view_id, "block_id": "account", "action_id": "account"}
    chosen = {"type": "external_select", "selected_option": offered}
    assert page(desk, "view/act", **place, element=chosen)["error"] == "option_not_found"

    assert page(desk, "options", **place, value="a")["options"] == []
    assert page(desk, "options", **place, value="ac") == {"ok": True, "options": [offered]}
    assert page(desk, "view/act", **place, element=chosen) == {"ok": True}
    assert page(desk, "options", **place, value="all")["error"] == "invalid_arguments"

    assert desk.heard[0]["type"] == "block_suggestion"
    assert desk.heard[0]["value"] == "ac"
    assert len(desk.slack.problems) == 1


def test_a_looked_up_option_is_chosen_in_a_message(desk: Desk) -> None:
    offered = {"text": plain("Acme"), "value": "acct_1"}

    @desk.bolt.options("account")
    def options(ack: Ack) -> None:
        ack(options=[offered])

    @desk.bolt.action("account")
    def chosen(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    menu = {"type": "external_select", "action_id": "account", "placeholder": plain("Account")}
    desk.client.chat_postMessage(channel="C0BILLING", text="x", blocks=[actions(menu)])
    with desk.person() as avery:
        assert avery.choose(avery.see("billing"), "Account", "Acme") == {"ok": True}

    assert desk.heard[0]["actions"][0]["selected_option"] == offered


def test_what_was_found_by_an_earlier_search_may_stay_chosen(desk: Desk) -> None:
    @desk.bolt.options("accounts")
    def options(ack: Ack, payload: Json) -> None:
        ack(options=[{"text": plain(payload["value"]), "value": payload["value"]}])

    @desk.bolt.action("accounts")
    def chosen(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    menu = {"type": "multi_external_select", "action_id": "accounts", "min_query_length": 1}
    blocks = [{"type": "section", "block_id": "b", "text": plain("Whose?"), "accessory": menu}]
    posted = desk.client.chat_postMessage(channel="C0BILLING", text="x", blocks=blocks)
    about = {"channel": "C0BILLING", "ts": posted["ts"], "block_id": "b", "action_id": "accounts"}
    for typed in ("acme", "borealis"):
        assert page(desk, "options", **about, value=typed)["options"][0]["value"] == typed
    both = [{"text": plain(each), "value": each} for each in ("acme", "borealis")]

    answer = page(desk, "act", **about, element={"selected_options": both})
    never = [{"text": plain("zenith"), "value": "zenith"}]
    refused = page(desk, "act", **about, element={"selected_options": never})

    assert answer == {"ok": True}
    assert refused["error"] == "option_not_found"
    assert desk.heard[0]["actions"][0]["selected_options"] == both


def test_the_app_home_is_published_to_one_person(desk: Desk) -> None:
    @desk.bolt.event("app_home_opened")
    def home(event: Json) -> None:
        desk.heard.append(event)
        desk.client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [section("Welcome")]}
        )

    assert page(desk, "home/open", tab="home")["view"] is None
    wait_until(lambda: bool(desk.slack.state.views))
    (view,) = desk.slack.state.views.values()
    assert (view.person, view.kind) == ("U0AVERY", "home")
    assert page(desk, "home/open")["view"]["blocks"][0]["text"]["text"] == "Welcome"
    wrong = {"user_id": "U0AVERY", "view": modal()}
    assert error_of(desk, "views.publish", **wrong)["error"] == "invalid_arguments"


def test_a_shortcut_brings_the_message_along_from_a_thread_too(desk: Desk) -> None:
    @desk.bolt.shortcut("open_dispute")
    def dispute(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    with desk.person() as avery:
        parent = avery.type("general", "ACME-0042 is wrong")["ts"]
        reply = avery.type("general", "very wrong", thread_ts=parent)["ts"]
        shown = run_shortcut(avery, "general", reply)
        desk.client.chat_postEphemeral(channel="C0BILLING", user="U0AVERY", text="only you")
        hidden = run_shortcut(avery, "billing", avery.see("billing").ts)

    assert shown == {"ok": True}
    assert hidden["error"] == "message_not_found"
    body = desk.heard[0]
    assert body["type"] == "message_action"
    assert body["callback_id"] == "open_dispute"
    assert body["message"]["text"] == "very wrong"
    assert body["message"]["thread_ts"] == parent
    assert body["message_ts"] == reply
    assert body["trigger_id"]
    assert body["response_url"]


def test_the_bot_hears_of_the_tab_and_of_what_it_published_before(desk: Desk) -> None:
    @desk.bolt.event("app_home_opened")
    def home(event: Json) -> None:
        desk.heard.append(event)

    view = {"type": "home", "blocks": [section("Welcome")], "private_metadata": "seen"}
    desk.client.views_publish(user_id="U0AVERY", view=view)
    assert page(desk, "home/open", tab="messages")["ok"]
    assert page(desk, "home/open", tab="elsewhere")["error"] == "invalid_arguments"
    assert page(desk, "home/open", tab="home")["view"]["private_metadata"] == "seen"

    wait_until(lambda: len(desk.heard) == 2)
    heard = {event["tab"]: event for event in desk.heard}
    assert heard["home"]["view"]["private_metadata"] == "seen"
    assert "view" not in heard["messages"]


def test_a_home_is_published_to_people_there_are_and_not_over_newer_ones(desk: Desk) -> None:
    view = {"type": "home", "blocks": [section("Welcome")]}
    first = desk.client.views_publish(user_id="U0AVERY", view=view)["view"]["hash"]
    desk.client.views_publish(user_id="U0AVERY", view=view, hash=first)

    late = error_of(desk, "views.publish", user_id="U0AVERY", view=view, hash=first)
    nobody = error_of(desk, "views.publish", user_id="U0NOBODY", view=view)
    alert = {"type": "home", "blocks": [{"type": "alert", "text": plain("Only in modals")}]}
    wrong = error_of(desk, "views.publish", user_id="U0AVERY", view=alert)

    assert late["error"] == "hash_conflict"
    assert nobody["error"] == "user_not_found"
    assert wrong["error"] == "invalid_arguments"
