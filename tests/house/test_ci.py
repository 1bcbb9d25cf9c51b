"""What .ci/run demands, and that nothing can hide from it by being skipped or tried again."""

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.house.tree import ROOT, list_files

DEMANDING = """
import pytest

@pytest.mark.browser
def test_with_a_browser(): pass

@pytest.mark.reference
def test_with_the_reference(): pass
"""


UNSTEADY = """
from pathlib import Path
import pytest

@pytest.mark.parametrize("number", range({count}))
def test_that_passes_in_the_end(number):
    past = Path(f"past-{{number}}")
    tries = len(past.read_text()) + 1 if past.exists() else 1
    past.write_text("x" * tries)
    assert tries > {failures}

def test_that_always_passes(): pass
"""

MAKEFILE = """
test:
	@exec {python} -m pytest $(ARGS)
"""


def test_every_file_of_tests_is_in_a_folder_that_is_run() -> None:
    told = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    folders = told["tool"]["pytest"]["ini_options"]["testpaths"]

    left_out = [
        str(path)
        for path in list_files(".py")
        if path.name.startswith("test_") and not any(path.is_relative_to(one) for one in folders)
    ]

    assert left_out == []


@pytest.mark.parametrize("script", [".ci/run", ".ci/test"])
def test_ci_can_be_run(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    subprocess.run(["bash", "-n", script], cwd=ROOT, check=True)


def run_tests(folder: Path, source: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What .ci/test makes of these tests."""
    (folder / ".ci").mkdir()
    shutil.copy(ROOT / ".ci/test", folder / ".ci/test")
    (folder / "Makefile").write_text(MAKEFILE.format(python=sys.executable))
    (folder / "pyproject.toml").write_text("[tool.pytest.ini_options]\n")
    (folder / "test_some.py").write_text(source)
    return subprocess.run(
        [".ci/test", *arguments],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_fails_once_is_named_and_does_not_refuse_a_change(tmp_path: Path) -> None:
    source = UNSTEADY.format(count=1, failures=1)

    ran = run_tests(tmp_path, source, "-p xdist", "--numprocesses=1", "--dist=loadfile")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    said = ran.stderr.splitlines()
    assert said[-2].startswith("== FAILED ONCE")
    assert said[-1] == "test_some.py::test_that_passes_in_the_end[0]"
    assert " 1 passed in" in ran.stdout.splitlines()[-1]


def test_what_fails_twice_refuses_a_change(tmp_path: Path) -> None:
    ran = run_tests(tmp_path, UNSTEADY.format(count=1, failures=2))

    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "== FAILED TWICE" in ran.stderr
    assert " 1 failed in" in ran.stdout.splitlines()[-1]


def test_more_than_a_few_failures_are_not_tried_again(tmp_path: Path) -> None:
    ran = run_tests(tmp_path, UNSTEADY.format(count=6, failures=1))

    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert ran.stderr.splitlines()[-1] == "6 tests failed; more than 5 are not tried again."


@pytest.mark.parametrize(
    ("source", "arguments"),
    [
        pytest.param("import nothing_like_it", ["-p xdist", "-n 1"], id="unreadable"),
        pytest.param("import nothing_like_it", [], id="unreadable-alone"),
        pytest.param("def test_it():\n  import pytest; pytest.exit('Off.', 3)", [], id="ended"),
    ],
)
def test_a_run_that_was_broken_off_is_not_tried_again(
    tmp_path: Path, source: str, arguments: list[str]
) -> None:
    ran = run_tests(tmp_path, source, *arguments)

    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "broken off" in ran.stderr.splitlines()[-1]


@pytest.mark.parametrize(("ci", "outcome"), [("true", "2 errors"), ("", "2 skipped")])
def test_what_others_skip_for_want_of_means_fails_in_ci(
    tmp_path: Path, ci: str, outcome: str
) -> None:
    (tmp_path / "test_demanding.py").write_text(DEMANDING)
    without_means = {"PATH": str(tmp_path), "CI": ci, "PYTHONDONTWRITEBYTECODE": "1"}

    pytest_here = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    ran = subprocess.run(
        [*pytest_here, "-c", "pyproject.toml", "--rootdir", str(tmp_path), str(tmp_path)],
        cwd=ROOT,
        env=without_means,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ran.stdout.splitlines()[-1].startswith(outcome), ran.stdout + ran.stderr
