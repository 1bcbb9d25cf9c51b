"""Modals, App Home, looked-up options and shortcuts."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack
from slack_sdk.errors import SlackApiError

from tests.bot.sandbox.slack_desk import Desk, actions, button, open_desk, section
from tests.workspace import Person

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def modal(title: str = "Void", **more: Any) -> Json:
    return {
        "type": "modal",
        "callback_id": "void_invoice",
        "title": plain(title),
        "submit": plain("Void"),
        "blocks": [
            {
                "type": "input",
                "block_id": "note",
                "label": plain("Note"),
                "element": {"type": "plain_text_input", "action_id": "note"},
            },
            {
                "type": "input",
                "block_id": "account",
                "optional": True,
                "label": plain("Account"),
                "element": {
                    "type": "external_select",
                    "action_id": "account",
                    "min_query_length": 2,
                },
            },
            {"type": "actions", "block_id": "more", "elements": [button("More", "more")]},
        ],
        **more,
    }


@pytest.fixture
def desk() -> Iterator[Desk]:
    with open_desk() as opened:
        opened.slack.state.is_rate_limited = False

        @opened.bolt.command("/invoice")
        def shown(ack: Ack, command: Json) -> None:
            opened.heard.append(command)
            opened.client.views_open(trigger_id=command["trigger_id"], view=modal())
            ack()

        yield opened


def page(desk: Desk, name: str, **sent: Any) -> Json:
    with desk.person(sent.pop("person", "U0AVERY")) as person:
        return person._post(name, {"as": person.id, **sent})


def opened(desk: Desk) -> str:
    """The id of the modal that a command opened."""
    with desk.person() as avery:
        assert avery.type("general", "/invoice 1")["ok"]
    return next(iter(desk.slack.state.views))


def error_of(desk: Desk, method: str, **arguments: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        desk.client.api_call(method, json=arguments)
    return str(refused.value.response["error"])


def test_a_trigger_opens_one_view_within_three_seconds(desk: Desk) -> None:
    opened(desk)
    used = desk.heard[0]["trigger_id"]
    fresh = desk.slack.state.tickets.give_trigger("U0AVERY")
    desk.clock.now += 3.1

    assert error_of(desk, "views.open", trigger_id=used, view=modal()) == "exchanged_trigger_id"
    assert error_of(desk, "views.open", trigger_id=fresh, view=modal()) == "expired_trigger_id"
    assert error_of(desk, "views.open", trigger_id="1.2.x", view=modal()) == "invalid_trigger_id"
    assert error_of(desk, "views.open", view=modal()) == "invalid_arguments"


def test_a_submission_carries_what_was_typed_and_may_be_sent_back(desk: Desk) -> None:
    @desk.bolt.view("void_invoice")
    def submitted(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        note = body["view"]["state"]["values"]["note"]["note"]["value"]
        if note == "short":
            ack(response_action="errors", errors={"note": "Say more."})
        else:
            ack()

    view_id = opened(desk)

    def submit(note: str | None) -> Json:
        return page(desk, "view/submit", view_id=view_id, state={"note": {"note": {"value": note}}})

    assert submit("")["errors"] == {"note": "Please complete this required field."}
    assert submit("short") == {"ok": False, "error": "errors", "errors": {"note": "Say more."}}
    assert submit("issued twice") == {"ok": True}
    assert submit("again")["error"] == "not_found"
    body = desk.heard[-1]
    assert body["type"] == "view_submission"
    assert body["view"]["callback_id"] == "void_invoice"
    assert body["view"]["id"] == view_id
    assert desk.slack.problems == []


def test_a_submission_may_update_push_or_clear_and_nothing_else(desk: Desk) -> None:
    answers: Iterator[Json] = iter(
        [
            {"response_action": "update", "view": modal("Sure?")},
            {"response_action": "push", "view": modal("Really?")},
            {"response_action": "errors", "errors": {"nowhere": "x"}},
            {"response_action": "explode"},
            {"response_action": "clear"},
        ]
    )

    @desk.bolt.view("void_invoice")
    def submitted(ack: Ack) -> None:
        ack(**next(answers))

    first = opened(desk)
    typed = {"note": {"note": {"value": "x"}}}
    assert page(desk, "view/submit", view_id=first, state=typed)["response_action"] == "update"
    assert desk.slack.state.views[first].body["title"]["text"] == "Sure?"
    assert page(desk, "view/submit", view_id=first, state=typed)["response_action"] == "push"
    second = list(desk.slack.state.views)[-1]
    assert desk.slack.state.views[second].previous_id == first
    for _ in range(2):
        refused = page(desk, "view/submit", view_id=second, state=typed)
        assert refused["error"] == "invalid_arguments"
    assert page(desk, "view/submit", view_id=second, state=typed)["response_action"] == "clear"

    assert desk.slack.state.views == {}
    assert len(desk.slack.problems) == 2


def test_at_most_three_views_stand_on_each_other(desk: Desk) -> None:
    opened(desk)

    def push() -> Any:
        trigger = desk.slack.state.tickets.give_trigger("U0AVERY")
        return desk.client.views_push(trigger_id=trigger, view=modal())

    push()
    push()
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        push()


def test_an_update_by_an_old_hash_is_refused_and_typed_words_stay(desk: Desk) -> None:
    view_id = opened(desk)
    old = desk.slack.state.views[view_id].hash
    typed = {"type": "plain_text_input", "value": "kept"}
    asked = {"view_id": view_id, "block_id": "note", "action_id": "note", "element": typed}
    assert page(desk, "view/act", **asked) == {"ok": True}

    updated = desk.client.views_update(view_id=view_id, hash=old, view=modal("New"))["view"]

    assert updated["state"]["values"]["note"]["note"]["value"] == "kept"
    assert updated["hash"] != old
    again = {"view_id": view_id, "view": modal()}
    assert error_of(desk, "views.update", **again, hash=old) == "hash_conflict"
    assert error_of(desk, "views.update", view_id="V0", view=modal()) == "not_found"
    assert error_of(desk, "views.update", view=modal()) == "invalid_arguments"
    assert error_of(desk, "views.update", **again | {"view": {"type": "modal"}}) == (
        "invalid_arguments"
    )


def test_a_press_in_a_modal_carries_the_view(desk: Desk) -> None:
    @desk.bolt.action("more")
    def more(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    view_id = opened(desk)
    pressed = {"view_id": view_id, "block_id": "more", "action_id": "more"}
    assert page(desk, "view/act", **pressed, element={"type": "button"})["ok"]

    body = desk.heard[-1]
    assert body["container"] == {"type": "view", "view_id": view_id}
    assert body["view"]["hash"] == desk.slack.state.views[view_id].hash
    assert "response_url" not in body
    assert "channel" not in body


def test_closing_tells_the_bot_where_it_asked_for_that(desk: Desk) -> None:
    @desk.bolt.view_closed("void_invoice")
    def closed(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    quiet = opened(desk)
    page(desk, "view/close", view_id=quiet)
    trigger = desk.slack.state.tickets.give_trigger("U0AVERY")
    told = desk.client.views_open(trigger_id=trigger, view=modal(notify_on_close=True))
    page(desk, "view/close", view_id=told["view"]["id"], clear=True)

    assert [each["type"] for each in desk.heard[1:]] == ["view_closed"]
    assert desk.heard[-1]["is_cleared"] is True
    assert desk.slack.state.views == {}


def test_options_are_looked_up_and_only_offered_ones_count(desk: Desk) -> None:
    offered = {"text": plain("Acme"), "value": "acct_1"}

    @desk.bolt.options("account")
    def options(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        many = [offered | {"value": str(number)} for number in range(101)]
        ack(options=many if body["value"] == "all" else [offered])

    view_id = opened(desk)
    place = {"view_id": view_id, "block_id": "account", "action_id": "account"}
    chosen = {"type": "external_select", "selected_option": offered}
    assert page(desk, "view/act", **place, element=chosen)["error"] == "option_not_found"

    assert page(desk, "options", **place, value="a")["options"] == []
    assert page(desk, "options", **place, value="ac") == {"ok": True, "options": [offered]}
    assert page(desk, "view/act", **place, element=chosen) == {"ok": True}
    assert page(desk, "options", **place, value="all")["error"] == "invalid_arguments"

    assert desk.heard[1]["type"] == "block_suggestion"
    assert desk.heard[1]["value"] == "ac"
    assert len(desk.slack.problems) == 1


def test_a_person_fills_a_modal_in_as_they_see_it(desk: Desk) -> None:
    @desk.bolt.view("void_invoice")
    def submitted(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    with desk.person() as avery:
        avery.type("general", "/invoice 1")
        assert avery.view().words.splitlines() == ["Void", "Void", "Note", "Account", "More"]
        assert avery.submit(note="issued twice") == {"ok": True}
        avery.type("general", "/invoice 1")
        avery.dismiss()
        with pytest.raises(LookupError):
            avery.view()

    values = desk.heard[1]["view"]["state"]["values"]
    assert values["note"]["note"]["value"] == "issued twice"
    assert values["account"]["account"]["selected_option"] is None


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


def test_the_app_home_is_published_to_one_person(desk: Desk) -> None:
    @desk.bolt.event("app_home_opened")
    def home(event: Json) -> None:
        desk.heard.append(event)
        desk.client.views_publish(
            user_id=event["user"], view={"type": "home", "blocks": [section("Welcome")]}
        )

    assert page(desk, "home/open", tab="home")["view"] is None
    give_up_at = time.monotonic() + 5
    while not desk.slack.state.views and time.monotonic() < give_up_at:
        time.sleep(0.02)
    (view,) = desk.slack.state.views.values()
    assert (view.person, view.kind) == ("U0AVERY", "home")
    assert page(desk, "home/open")["view"]["blocks"][0]["text"]["text"] == "Welcome"
    wrong = {"user_id": "U0AVERY", "view": modal()}
    assert error_of(desk, "views.publish", **wrong) == "invalid_arguments"


def test_a_shortcut_brings_the_message_along_from_a_thread_too(desk: Desk) -> None:
    @desk.bolt.shortcut("open_dispute")
    def dispute(ack: Ack, body: Json) -> None:
        desk.heard.append(body)
        ack()

    with desk.person() as avery:
        parent = avery.type("general", "ACME-0042 is wrong")["ts"]
        reply = avery.type("general", "very wrong", thread_ts=parent)["ts"]
        shown = _shortcut(avery, reply)
        hidden = avery.type("general", "/invoice 1")
        assert hidden["ok"]

    assert shown == {"ok": True}
    body = desk.heard[0]
    assert body["type"] == "message_action"
    assert body["callback_id"] == "open_dispute"
    assert body["message"]["text"] == "very wrong"
    assert body["message"]["thread_ts"] == parent
    assert body["message_ts"] == reply
    assert body["trigger_id"]
    assert body["response_url"]


def _shortcut(person: Person, ts: str) -> Json:
    place = {"as": person.id, "channel": "C0GENERAL", "ts": ts}
    return person._post("shortcut", place | {"callback_id": "open_dispute"})


def test_a_message_takes_no_view_block_and_a_modal_no_table(desk: Desk) -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    trigger = desk.slack.state.tickets.give_trigger("U0AVERY")
    view = {"type": "modal", "title": plain("T"), "blocks": [table]}
    assert error_of(desk, "views.open", trigger_id=trigger, view=view) == "invalid_arguments"

    alert = {"type": "alert", "text": plain("Careful")}
    message = {"channel": "C0BILLING", "text": "x", "blocks": [alert, actions(button("x", "x"))]}
    assert error_of(desk, "chat.postMessage", **message) == "invalid_blocks"
