"""Who imports whom: the contracts in pyproject.toml, and what they can't say."""

import re
from pathlib import Path

import pytest
from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.house.tree import ROOT, is_in, list_files, list_imports, list_product_files, read

PACKAGES = ("bot", "handlers", "jobs")
# app.py puts the parts together; what they know, ask and show is none of its business.
NOT_FOR_APP = ("bot.operations", "bot.queries", "bot.views")
# Data is read as JSON or CSV. Whoever reads one of these runs what is written in it.
RUNS_WHAT_IT_READS = ("dill", "marshal", "pickle", "shelve", "yaml", "sqlalchemy.PickleType")
STORES_PICKLES = ("apscheduler.jobstores.sqlalchemy", "apscheduler.jobstores.redis")

# A wait is measured by time.monotonic; what time it is, is known to one module.
ASKS_THE_TIME = re.compile(r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time(_ns)?)\(")
MAY_ASK = ("bot/clock.py", "bot/sandbox/")


def list_python_files() -> list[Path]:
    return list(list_files(".py"))


def test_the_import_contracts_are_kept(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)

    status = lint_imports(no_logo=True, no_cache=True)

    assert status == EXIT_STATUS_SUCCESS, capsys.readouterr().out


def test_nothing_imports_app() -> None:
    importers = [
        str(path)
        for path in list_python_files()
        if path.parts[0] in PACKAGES and any(is_in(name, "app") for name in list_imports(path))
    ]

    assert importers == []


def test_app_leaves_questions_and_deeds_to_the_parts_it_puts_together() -> None:
    reached = [
        name
        for name in list_imports(Path("app.py"))
        if any(is_in(name, package) for package in NOT_FOR_APP)
    ]

    assert reached == []


def test_nothing_that_is_read_can_run() -> None:
    found = [
        f"{path} imports {name}"
        for path in list_python_files()
        for name in list_imports(path)
        if any(is_in(name, banned) for banned in (*RUNS_WHAT_IT_READS, *STORES_PICKLES))
    ]

    assert found == []


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = [
        str(path)
        for path in list_product_files(".py")
        if ASKS_THE_TIME.search(read(path)) and not str(path).startswith(MAY_ASK)
    ]

    assert asking == []


def test_nothing_is_mocked() -> None:
    mocking = [
        str(path)
        for path in list_python_files()
        if any(is_in(name, "unittest.mock") for name in list_imports(path))
    ]

    assert mocking == [], "The stand-ins are there for that."
