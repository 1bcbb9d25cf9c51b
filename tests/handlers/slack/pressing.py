"""Presses as nobody's screen offers them: signed by Slack, with any person, action and value."""

import json
from urllib.parse import urlencode

from tests.deployment import ADMIN, Tallyman
from tests.following import wait_until
from tests.workspace import Person, Seen

CHANNEL = "C0GENERAL"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def press(person: Person, card: Seen, label: str) -> Seen:
    """What comes below the card after a press of one of its buttons."""
    before = {seen.ts for seen in person.messages(CHANNEL)}
    assert person.click(card, label)["ok"]
    return _await_new(person, before)


def forge(desk: Tallyman, action_id: str, value: str, *, user: str = ADMIN) -> Seen:
    """What a person is shown after a press that carries this, as a message or as a modal."""
    person = desk.person(user)
    tickets = desk.slack.state.tickets
    token = tickets.give_response(user, CHANNEL)
    team = desk.desk.deployment.slack_team_id
    payload = {
        "type": "block_actions",
        "team": {"id": team},
        "user": {"id": user, "team_id": team},
        "channel": {"id": CHANNEL},
        "trigger_id": tickets.give_trigger(user),
        "response_url": desk.slack.state.response_url(token),
        "actions": [{"type": "button", "action_id": action_id, "block_id": "b", "value": value}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    before = {seen.ts for seen in person.messages(CHANNEL)}
    assert desk.slack.deliver(body, FORM | desk.slack.sign(body)).status == 200
    try:
        return _await_new(person, before)
    finally:
        person.close()


def links(message: Seen) -> list[str]:
    """The addresses that its buttons open."""
    return [
        element["url"]
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
        if "url" in element
    ]


def view_of(person: Person) -> Seen:
    """The modal that opens on a person's screen, soon."""
    found: list[Seen] = []

    def is_there() -> bool:
        found[:] = _views(person)
        return bool(found)

    wait_until(is_there)
    return found[-1]


def _await_new(person: Person, before: set[str]) -> Seen:
    found: list[Seen] = []

    def has_come() -> bool:
        found[:] = [one for one in person.messages(CHANNEL) if one.ts not in before]
        found.extend(_views(person))
        return bool(found)

    wait_until(has_come)
    for _ in _views(person):
        person.dismiss()
    return found[-1]


def _views(person: Person) -> list[Seen]:
    try:
        return [person.view()]
    except LookupError:
        return []
