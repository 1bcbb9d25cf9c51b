"""The files of the house keep their promises."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.house.manual import example_text
from tests.house.tree import ROOT, read

LOCKS = (Path("requirements.lock"), Path("tests/requirements.lock"))
PINNED = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)


def read_pins(lock: Path) -> dict[str, Version]:
    return {canonicalize_name(name): Version(pin) for name, pin in PINNED.findall(read(lock))}


def read_project() -> dict[str, list[Requirement]]:
    """What pyproject.toml asks for, per lock file."""
    project = tomllib.loads(read(Path("pyproject.toml")))
    asked = (project["project"]["dependencies"], project["dependency-groups"]["dev"])
    return {
        str(lock): [Requirement(line) for line in lines]
        for lock, lines in zip(LOCKS, asked, strict=True)
    }


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_every_locked_package_has_hashes(lock: Path) -> None:
    entries = re.split(r"\n(?=\S)", read(lock))

    bare = [entry for entry in entries if entry[0] != "#" and "--hash=sha256:" not in entry]

    assert read_pins(lock)
    assert bare == []


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_a_lock_says_nothing_about_where_packages_come_from(lock: Path) -> None:
    assert not re.search(r"://|--(extra-)?index-url|--find-links|file:|@", read(lock))


@pytest.mark.parametrize("lock", LOCKS, ids=str)
def test_a_lock_has_what_the_project_asks_for(lock: Path) -> None:
    pins = read_pins(lock)

    stale = [
        str(asked)
        for asked in read_project()[str(lock)]
        if asked.name not in pins or pins[asked.name] not in asked.specifier
    ]

    assert stale == [], "make lock puts that right."


def test_tests_run_with_the_versions_that_the_product_runs_with() -> None:
    product, tests = (read_pins(lock) for lock in LOCKS)

    assert {name for name in product.keys() & tests.keys() if product[name] != tests[name]} == set()


def test_the_example_of_settings_is_the_one_that_the_settings_write() -> None:
    assert read(Path(".env.example")) == example_text(), (
        "To write it anew: python -m tests.house.manual"
    )


def test_make_alone_explains_every_target() -> None:
    (targets,) = re.findall(r"^\.PHONY: (.+)$", read(Path("Makefile")), re.MULTILINE)

    said = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)

    explained = re.findall(r"^  ([a-z]+) +[A-Z].+$", said.stdout, re.MULTILINE)
    assert sorted(explained) == sorted(targets.split())


def test_the_changelog_has_a_place_for_what_is_not_released() -> None:
    assert re.search(r"^## \[?Unreleased\]?$", read(Path("CHANGELOG.md")), re.MULTILINE)


def test_the_procfile_starts_what_app_offers() -> None:
    processes = dict(line.split(": ") for line in read(Path("Procfile")).splitlines())

    assert processes == {
        "release": "python app.py migrate",
        "web": "python app.py web",
        "worker": "python app.py worker",
    }


def test_decisions_are_numbered_and_listed() -> None:
    folder = Path(".github/decisions")
    names = sorted(path.name for path in (ROOT / folder).glob("[0-9]*.md"))

    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert [name for name in names if name not in read(folder / "README.md")] == []
