"""What a log line, a repr or a file beside the database gives away (THREATS 80, 97 and 101)."""

import contextlib
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.database import Database, migrate
from bot.setting_values import parse_smtp_url
from bot.settings import Settings
from bot.telemetry import get_logger, start_logging

PASSWORD = "tell-nobody"
SECRETS: dict[str, Any] = {
    "slack_bot_token": "xoxb-tell-nobody",
    "slack_signing_secret": "tell-nobody-signing",
    "slack_app_token": "xapp-tell-nobody",
    "stripe_secret_key": "sk_test_tell_nobody",
    "stripe_webhook_secret": "whsec_tell_nobody,whsec_tell_nobody_either",
    "audit_key": "tell-nobody-this-audit-key-at-all-please",
    "smtp_url": "smtps://desk:tell-nobody@mail.example",
}


@pytest.fixture
def as_deployed() -> Iterator[None]:
    """Log lines as a deployment prints them."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    start_logging("INFO")
    yield
    structlog.reset_defaults()
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize("as_text", [repr, str])
def test_nobody_reads_a_secret_off_the_settings(as_text: Callable[[object], str]) -> None:
    settings = Settings(_env_file=None, **SECRETS)

    shown = as_text(settings) + as_text(parse_smtp_url(SECRETS["smtp_url"]))

    assert "nobody" not in shown


@pytest.mark.usefixtures("as_deployed")
def test_a_crash_is_logged_without_what_stood_in_its_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def crash(password: str) -> None:
        raise KeyError(len(password))

    try:
        crash(PASSWORD)
    except KeyError:
        get_logger("test").exception("it_crashed", token=SECRETS["slack_bot_token"])

    line = json.loads(capsys.readouterr().out)
    assert "KeyError: 11" in line["exception"]
    assert "tell-nobody" not in str(line)


@pytest.mark.usefixtures("as_deployed")
def test_what_comes_from_outside_never_makes_a_line_of_its_own(
    capsys: pytest.CaptureFixture[str],
) -> None:
    forged = 'x\n{"event": "all is well"}\r\n\u2028\x1b[2K'

    get_logger("test").info("asked", name=forged)

    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert json.loads(said)["event"] == "asked"
    assert "\x1b" not in said


def test_only_its_owner_reads_the_database_and_what_lies_beside_it(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/books/tallyman.sqlite3"
    migrate(url)
    with contextlib.closing(Database(url)) as database, database.writing() as session:
        session.connection().exec_driver_sql("UPDATE counters SET value = value")

        modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "books").iterdir()}

    written = {"tallyman.sqlite3", "tallyman.sqlite3-wal", "tallyman.sqlite3-shm"}
    assert written <= set(modes)
    assert {modes[name] for name in written} == {0o600}
