"""The manifest is the one list of commands and events; what is answered here is the same."""

import json
from pathlib import Path
from typing import Any

from handlers.slack.commands import COMMANDS
from handlers.slack.events import CHANGES

MANIFEST: dict[str, Any] = json.loads(
    (Path(__file__).parents[3] / "manifest.json").read_text(encoding="utf-8")
)
# What each event and each call of ours needs. Source: docs.slack.dev/reference, read 2026-11.
SCOPES = {"commands", "users:read", "users:read.email", "usergroups:read"} | {
    "channels:read",
    "groups:read",
}


def test_every_command_of_the_manifest_is_answered_and_no_other() -> None:
    listed = [one["command"] for one in MANIFEST["features"]["slash_commands"]]

    assert sorted(listed) == sorted(COMMANDS)


def test_every_event_of_the_manifest_is_taken_in_and_no_other() -> None:
    listed = MANIFEST["settings"]["event_subscriptions"]["bot_events"]

    assert sorted(listed) == sorted(CHANGES)


def test_people_and_channels_come_as_ids_where_a_command_names_them() -> None:
    escaping = {
        one["command"]: one["should_escape"] for one in MANIFEST["features"]["slash_commands"]
    }

    assert escaping == {"/invoice": False, "/billing": True}


def test_no_scope_is_asked_for_that_nothing_needs() -> None:
    assert set(MANIFEST["oauth_config"]["scopes"]["bot"]) == SCOPES
