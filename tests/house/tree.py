"""Which files there are, for the tests about all of them."""

import ast
import functools
import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OURS = ("app.py", "bot/", "handlers/", "jobs/")


@functools.cache
def list_files(*suffixes: str) -> tuple[Path, ...]:
    """Every file that is in the repository or could be added to it, relative to its root."""
    return tuple(
        path
        for path in sorted(_list_by_git() or _list_by_walking())
        if (ROOT / path).is_file() and (not suffixes or path.suffix in suffixes)
    )


def _list_by_git() -> set[Path]:
    git = shutil.which("git")
    if not git:
        return set()
    listed = subprocess.run(
        [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return {Path(name) for name in listed.stdout.split("\0") if name}


def _list_by_walking() -> set[Path]:
    """Of an unpacked archive: all but what tools leave in folders of theirs."""
    found: set[Path] = set()
    for folder, folders, files in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)
        folders[:] = [
            name
            for name in folders
            if name in {".ci", ".github"} or not name.startswith((".", "__pycache__"))
        ]
        found.update(here / name for name in files)
    return found


def list_product_files(*suffixes: str) -> tuple[Path, ...]:
    """The same, without the tests, the migrations and what is no code."""
    return tuple(
        path
        for path in list_files(*suffixes)
        if str(path).startswith(OURS) and not str(path).startswith("bot/migrations/")
    )


@functools.cache
def read(path: Path) -> str:
    """The text of a file, "" for one that is no text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def parse(path: Path) -> ast.Module:
    """The syntax tree of a Python file.

    None is kept: with the trees of all files in memory, whatever runs after is slowed by them.
    """
    return ast.parse(read(path), filename=str(path))


@functools.cache
def list_imports(path: Path) -> frozenset[str]:
    """The full names of what a Python file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(parse(path)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return frozenset(names)


def is_in(name: str, package: str) -> bool:
    """Whether a dotted name is a package or something inside it."""
    return name == package or name.startswith(f"{package}.")
