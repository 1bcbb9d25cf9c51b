"""What tests of /billing have in common: typing it, news from Slack, and forged requests."""

import contextlib
import itertools
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode

from tests import trail
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.workspace import Person, Seen

# Slack's own limit: whoever queued behind a service that is silent would wait far longer.
ACK_SECONDS_MAX = 3.0
NO_ROLE = "You have no role at this billing desk"
NOT_COVERED = "Your role does not cover that"
TEAM = "T0TALLYMAN"
GROUP = "S00000000"
_numbers = itertools.count(1)


def ask(person: Person, text: str, *, channel: str = "general") -> Seen:
    """What the person sees after a command."""
    assert person.type(channel, text)["ok"]
    return person.see(channel)


def grant(admin: Person, words: str) -> Seen:
    """Give a role as an admin does, and see that it is said."""
    seen = ask(admin, f"/billing roles grant {words}")
    assert "is now" in seen.words
    return seen


def revoke(admin: Person, words: str) -> Seen:
    """Take it away again."""
    seen = ask(admin, f"/billing roles revoke {words}")
    assert "is no longer" in seen.words
    return seen


def slack_user(person_id: str, **changed: Any) -> dict[str, Any]:
    """A user as Slack's events tell of them."""
    return {
        "id": person_id,
        "team_id": TEAM,
        "name": person_id.removeprefix("U0").lower(),
        "deleted": False,
        "is_bot": False,
        "is_restricted": False,
        "is_ultra_restricted": False,
        "profile": {"real_name": person_id.removeprefix("U0").title()},
        **changed,
    }


def tell(desk: Tallyman, kind: str, **fields: Any) -> bytes:
    """An event of this second; the body as it was sent."""
    body = json.dumps(
        {
            "type": "event_callback",
            "team_id": TEAM,
            "api_app_id": "A0TALLYMAN",
            "event_id": f"Ev{next(_numbers)}",
            "event_time": int(time.time()),
            "event": {"type": kind, **fields},
        }
    ).encode()
    deliver(desk, body)
    return body


def deliver(desk: Tallyman, body: bytes, *, kind: str = "application/json") -> None:
    """Bring signed bytes to the bot, which takes them."""
    headers = {"Content-Type": kind, **desk.slack.sign(body)}
    assert desk.slack.deliver(body, headers).status == 200


def tell_of(desk: Tallyman, person_id: str, **changed: Any) -> None:
    """The event that somebody's account has changed."""
    tell(desk, "user_change", user=slack_user(person_id, **changed))


def press_again(desk: Tallyman, **changed: Any) -> None:
    """Send the last press once more with parts of its payload changed, rightly signed."""
    press = next(one for one in reversed(desk.slack.deliveries) if one.kind == "block_actions")
    payload = json.loads(parse_qs(press.body.decode())["payload"][0])
    if "value" in changed:
        payload["actions"][0]["value"] = changed.pop("value")
    payload |= changed
    form = urlencode({"payload": json.dumps(payload)}).encode()
    deliver(desk, form, kind="application/x-www-form-urlencoded")


def refusals_of(desk: Tallyman, person_id: str) -> list[tuple[str, str]]:
    """What somebody was refused, with the reason, oldest first."""
    return trail.refusals_of(desk.runtime.database, person_id)


@contextlib.contextmanager
def silence(desk: Tallyman) -> Iterator[None]:
    """Let Slack's Web API take longer than anybody waits."""
    desk.slack.faults.set({"slow_seconds": 3.0})
    try:
        yield
    finally:
        desk.slack.faults.set({"slow_seconds": 0.0})


def answered(person: Person, channel: str = "general", *, after: Seen) -> Seen:
    """The answer to a press, which arrives by itself soon."""
    seen = after

    def is_answered() -> bool:
        nonlocal seen
        seen = person.see(channel)
        return seen.raw.get("changed_at") != after.raw.get("changed_at")

    wait_until(is_answered)
    return seen
