"""Modals: triggers, the stack, hashes, submissions."""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_bolt import Ack
from slack_sdk.errors import SlackApiError

from tests.bot.sandbox.slack_blocks import modal, plain
from tests.bot.sandbox.slack_desk import Desk, actions, button, error_of, open_desk, page
from tests.workspace import PATIENCE_SECONDS

Json = dict[str, Any]


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


def opened(desk: Desk) -> str:
    """The id of the modal that a command opened."""
    with desk.person() as avery:
        assert avery.type("general", "/invoice 1")["ok"]
    return next(iter(desk.slack.state.views))


def test_a_trigger_opens_one_view_while_slack_is_patient(desk: Desk) -> None:
    opened(desk)
    used = desk.heard[0]["trigger_id"]
    fresh = desk.slack.state.tickets.give_trigger("U0AVERY")
    desk.clock.now += PATIENCE_SECONDS

    assert (
        error_of(desk, "views.open", trigger_id=used, view=modal())["error"]
        == "exchanged_trigger_id"
    )
    assert (
        error_of(desk, "views.open", trigger_id=fresh, view=modal())["error"]
        == "expired_trigger_id"
    )
    assert (
        error_of(desk, "views.open", trigger_id="1.2.x", view=modal())["error"]
        == "invalid_trigger_id"
    )
    assert error_of(desk, "views.open", view=modal())["error"] == "invalid_arguments"


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
    assert error_of(desk, "views.update", **again, hash=old)["error"] == "hash_conflict"
    assert error_of(desk, "views.update", view_id="V0", view=modal())["error"] == "not_found"
    assert error_of(desk, "views.update", view=modal())["error"] == "invalid_arguments"
    assert error_of(desk, "views.update", **again | {"view": {"type": "modal"}})["error"] == (
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


def test_a_message_takes_no_view_block_and_a_modal_no_table(desk: Desk) -> None:
    table = {"type": "table", "rows": [[{"type": "raw_text", "text": "x"}]]}
    trigger = desk.slack.state.tickets.give_trigger("U0AVERY")
    view = {"type": "modal", "title": plain("T"), "blocks": [table]}
    assert (
        error_of(desk, "views.open", trigger_id=trigger, view=view)["error"] == "invalid_arguments"
    )

    alert = {"type": "alert", "text": plain("Careful")}
    message = {"channel": "C0BILLING", "text": "x", "blocks": [alert, actions(button("x", "x"))]}
    assert error_of(desk, "chat.postMessage", **message)["error"] == "invalid_blocks"
