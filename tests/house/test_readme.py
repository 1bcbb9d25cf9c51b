"""README says what the product says of itself, and the manifest asks for what it uses."""

import ast
import json
import os
import re
from pathlib import Path

import pytest

from handlers.slack.commands import COMMANDS
from tests.house.manual import settings_part, shell_part, written_anew
from tests.house.tree import ROOT, list_product_files, parse, read

README = Path("README.md")
MANIFEST = json.loads(read(Path("manifest.json")))
PICTURE_BYTES_MAX = 300_000


def test_readme_is_as_the_product_would_write_it() -> None:
    text = read(README)

    assert text == written_anew(text), "To write it anew: python -m tests.house.manual"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_way_to_write_a_command_stands_in_readme(command: str) -> None:
    lines = COMMANDS[command].help_lines()
    missing = [line.usage for line in lines if f"`{line.usage}`" not in read(README)]

    assert missing == []


def test_the_shell_and_the_settings_are_all_there() -> None:
    shell, settings = shell_part(), settings_part()

    example = re.findall(r"^(?:# )?([A-Z_]+)=", read(Path(".env.example")), re.MULTILINE)
    assert re.findall(r"^\| `([A-Z_]+)`", settings, re.MULTILINE) == example
    for process in re.findall(r"python app\.py (\w+)", read(Path("Procfile"))):
        assert f"`python app.py {process}`" in shell


def test_what_readme_links_to_is_there() -> None:
    targets = re.findall(r"\]\(([^)]+)\)", read(README))

    gone = [target for target in targets if "//" not in target and not (ROOT / target).is_file()]

    assert targets
    assert gone == []


def test_the_picture_is_small_enough_to_be_looked_at() -> None:
    assert 0 < (ROOT / ".github/workspace.png").stat().st_size < PICTURE_BYTES_MAX


def test_the_manifest_has_the_commands_that_are_answered_and_no_others() -> None:
    commands = [each["command"] for each in MANIFEST["features"]["slash_commands"]]

    assert sorted(commands) == sorted(COMMANDS)


def test_the_manifest_names_one_address_that_readme_says_to_replace() -> None:
    addresses = set(re.findall(r'"(https://[^"]+)"', read(Path("manifest.json"))))

    assert addresses == {"https://example.com/slack/events"}
    assert "s#https://example.com#" in read(README)


@pytest.mark.reference
def test_the_manifest_asks_for_the_scopes_that_are_used_and_no_others() -> None:
    methods = json.loads(Path(os.environ["REFERENCE_DIR"], "slack-methods.json").read_text("utf-8"))

    wanted = set(MANIFEST["oauth_config"]["scopes"]["bot"])

    # Addresses come with people only where this is asked for beside users:read.
    used = {"commands", "users:read.email"}
    if "app_mention" in MANIFEST["settings"]["event_subscriptions"]["bot_events"]:
        used.add("app_mentions:read")
    for name in _called_of_slack(set(methods)):
        alternatives = set(methods[name]["scope"].get("bot", []))
        assert not alternatives or alternatives & wanted, name
        used |= alternatives
    assert wanted <= used


def _called_of_slack(methods: set[str]) -> set[str]:
    """The Web API methods that the product calls: auth.test for auth_test, others by their name."""
    called = set()
    for path in list_product_files(".py"):
        if str(path).startswith("bot/sandbox/"):
            continue
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Constant) and node.value in methods:
                called.add(node.value)
            if isinstance(node, ast.Attribute) and node.attr.replace("_", ".") in methods:
                called.add(node.attr.replace("_", "."))
    return called
