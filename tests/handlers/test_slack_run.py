"""What Slack's own command line finds here: `slack run` installs the app and starts it.

Source: slackapi/slack-cli, internal/hooks, read 2026-11: a hook is a line for the shell, with
options put behind it; its answer is what it prints; `start` gets both tokens of the local app.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import REQUIRED
from tests.house.tree import ROOT

TOKENS = {"SLACK_CLI_XOXB": "xoxb-fake-local", "SLACK_CLI_XAPP": "xapp-fake-local"}


def run_hook(name: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a hook as Slack's command line does."""
    line = json.loads((ROOT / ".slack/hooks.json").read_text("utf-8"))["hooks"][name]
    return subprocess.run(
        ["sh", "-c", f'{line} --source="here"'],
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def test_the_local_app_is_ours_by_socket_mode() -> None:
    ours = json.loads((ROOT / "manifest.json").read_text("utf-8"))

    told = json.loads(run_hook("get-manifest", ROOT).stdout)

    assert told.pop("settings") == ours.pop("settings") | {"socket_mode_enabled": True}
    assert told == ours


@pytest.mark.slow
def test_its_tokens_are_taken_and_only_what_slack_can_not_know_is_missed(tmp_path: Path) -> None:
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    (tmp_path / "app.py").symlink_to(ROOT / "app.py")

    started = run_hook("start", tmp_path, **TOKENS)

    missed = [line.split()[0] for line in started.stderr.splitlines()[:-1]]
    assert (started.returncode, missed) == (2, [one for one in REQUIRED if "SLACK" not in one])
