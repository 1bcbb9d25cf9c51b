"""Our own tables of Slack's rules against the reference data, both ways as far as it goes."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.slack.api.calls import HANDLERS
from bot.sandbox.slack.api.table import CALLS_PER_MINUTE, METHODS
from bot.sandbox.slack.block_kit.blocks import BLOCKS
from bot.sandbox.slack.block_kit.limits import LIMITS, MESSAGE_LIMITS
from bot.sandbox.slack.block_kit.surfaces import SURFACES

FOLDER = os.environ.get("REFERENCE_DIR", "")
pytestmark = [
    pytest.mark.reference,
    pytest.mark.skipif(not FOLDER, reason="REFERENCE_DIR names no folder with Slack's data"),
]
# What the reference knows of an argument's type, in the words of our table.
WORD = {"string": "string", "boolean": "boolean", "number": "number", "integer": "number"}
# These come as JSON, whether their type says string, array or nothing at all.
AS_JSON = {"blocks", "attachments", "metadata", "view", "files", "file_ids"}


def read(name: str) -> Any:
    return json.loads((Path(FOLDER) / name).read_text("utf-8"))


def test_the_limits_are_the_reference_s_both_ways() -> None:
    assert read("slack-block-limits.json") == LIMITS


def test_what_we_add_contradicts_no_limit() -> None:
    reference = read("slack-block-limits.json")

    for path, added in MESSAGE_LIMITS.items():
        owner, _, name = path.partition(".")
        stated = reference.get(owner, {}).get(name, {})
        assert not set(stated) & set(added), path


def test_the_surfaces_are_the_reference_s_both_ways() -> None:
    reference = {name: frozenset(kinds) for name, kinds in read("slack-surfaces.json").items()}

    assert reference == SURFACES
    assert set(BLOCKS) == set().union(*reference.values())


def test_every_method_is_one_of_slack_s_and_has_a_handler() -> None:
    assert set(METHODS) <= set(read("slack-methods.json"))
    assert set(HANDLERS) == set(METHODS)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_takes_what_slack_takes(name: str) -> None:
    method, reference = METHODS[name], read("slack-methods.json")[name]

    assert set(method.args) <= set(reference["args"])
    assert set(method.required) == set(reference["required"]) - {"token"}
    assert set(method.scopes) == set(reference["scope"].get("bot", []))
    for argument, kind in method.args.items():
        known = reference["args"][argument]
        types = {known} if isinstance(known, str) else set(known)
        if argument in AS_JSON:
            assert kind == "json", argument
        elif types - {"null"}:
            assert kind in {WORD[each] for each in types - {"null"}}, argument


@pytest.mark.parametrize("name", sorted(METHODS))
def test_a_method_is_limited_as_slack_limits_it(name: str) -> None:
    tier = int(read("slack-methods.json")[name]["rate_limits"].removeprefix("t"))

    assert METHODS[name].tier == (tier if tier in CALLS_PER_MINUTE else 0)


def test_the_one_undocumented_argument_is_client_msg_id() -> None:
    extra = {name: set(method.extra) for name, method in METHODS.items() if method.extra}

    assert extra == {"chat.postMessage": {"client_msg_id"}}


def test_the_app_s_own_scopes_are_known_to_slack() -> None:
    manifest = json.loads((Path(__file__).parents[3] / "manifest.json").read_text("utf-8"))
    known = {
        scope
        for method in read("slack-methods.json").values()
        if isinstance(method["scope"], dict)
        for scope in method["scope"].get("bot", [])
    }

    # These come with commands and with an event; no method asks for them.
    of_no_method = {"commands", "app_mentions:read"}
    assert set(manifest["oauth_config"]["scopes"]["bot"]) - of_no_method <= known
