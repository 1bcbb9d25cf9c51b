"""What the manifest subscribes to is what is taken in, and the other way round."""

import json
from pathlib import Path
from typing import Any

from bot.views import actions
from handlers.slack.events import CHANGES, REPLIES

MANIFEST: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "manifest.json").read_text(encoding="utf-8")
)


def test_every_event_of_the_manifest_is_taken_in_and_no_other() -> None:
    listed = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

    assert sorted(listed) == sorted([*CHANGES, *REPLIES])


def test_the_shortcut_of_the_manifest_opens_a_dispute() -> None:
    shortcuts = [(one["type"], one["callback_id"]) for one in MANIFEST["features"]["shortcuts"]]

    assert shortcuts == [("message", actions.OPEN_DISPUTE)]


def test_people_and_channels_come_as_ids_where_a_command_names_them() -> None:
    escaping = {
        one["command"]: one["should_escape"] for one in MANIFEST["features"]["slash_commands"]
    }

    assert escaping == {"/invoice": False, "/balance": False, "/usage": False, "/billing": True}
