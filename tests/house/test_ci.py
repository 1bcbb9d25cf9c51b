"""What .ci/run demands, and that nothing can hide from it by being skipped."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.tree import ROOT

DEMANDING = """
import pytest

@pytest.mark.browser
def test_with_a_browser(): pass

@pytest.mark.reference
def test_with_the_reference(): pass
"""


def test_ci_can_be_run() -> None:
    assert os.access(ROOT / ".ci/run", os.X_OK)
    subprocess.run(["bash", "-n", ".ci/run"], cwd=ROOT, check=True)


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
