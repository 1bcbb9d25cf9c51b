"""Facts about every file: sizes, names, and what must not be written in one."""

import ast
import io
import re
import tokenize
from pathlib import Path

from tests.house.tree import list_files, list_product_files, parse, read

FILE_LINES_MAX = 300
FUNCTION_LINES_MAX = 50

TOP_LEVEL = {
    *("bot", "handlers", "jobs", "tests", "app.py"),
    *("Makefile", "Procfile", "manifest.json", "pyproject.toml", "requirements.lock"),
    *("README.md", "CHANGELOG.md", "LICENSE"),
}

# Names that fit everything say nothing.
EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|common|misc|managers?|services?)$")

# Written in two halves, so that this file does not contain them.
REGISTRY_HOSTS = (
    *("pypi" + ".org", "python" + "hosted.org", "npmjs" + ".org", "npmjs" + ".com"),
    *("deb.debian" + ".org", "proxy.golang" + ".org", "crates" + ".io"),
)
EXEMPTION = re.compile(
    r"#\s*(noqa(:\s*[A-Z]+\d+(,\s*[A-Z]+\d+)*)?|type:\s*ignore(\[[^\]]*\])?)(?P<reason>.*)$"
)
PATH_OF_A_MACHINE = re.compile(r"(?<![\w.])/(home|Users|root|work)/[\w.]")


def test_the_top_level_holds_what_the_design_names() -> None:
    strangers = {
        path.parts[0] for path in list_files() if not path.parts[0].startswith(".")
    } - TOP_LEVEL

    assert strangers == set()


def test_a_file_can_be_read_in_one_sitting() -> None:
    long = {
        str(path): lines
        for path in list_product_files(".py", ".js", ".css", ".html")
        if (lines := read(path).count("\n")) > FILE_LINES_MAX
    }

    assert long == {}


def test_a_function_fits_a_screen() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in list_product_files(".py")
        for node in ast.walk(parse(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or node.lineno) - node.lineno >= FUNCTION_LINES_MAX
    ]

    assert long == []


def test_every_name_says_something() -> None:
    empty = [
        str(path) for path in list_files() if any(EMPTY_NAMES.search(part) for part in _stems(path))
    ]

    assert empty == []


def _stems(path: Path) -> list[str]:
    return [*path.parts[:-1], path.stem]


def test_no_file_names_a_package_registry() -> None:
    named = [
        f"{path} names {host}"
        for path in list_files()
        for host in REGISTRY_HOSTS
        if host in read(path)
    ]

    assert named == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    named = [
        f"{path}: {found.group()}"
        for path in list_files()
        for found in PATH_OF_A_MACHINE.finditer(read(path))
    ]

    assert named == []


def test_every_exemption_from_a_check_says_why() -> None:
    bare = [
        f"{path}: {comment}"
        for path in list_files(".py")
        if "noqa" in read(path) or "ignore" in read(path)
        for comment in list_comments(path)
        if (exemption := EXEMPTION.search(comment)) and not exemption["reason"].strip(" -#")
    ]

    assert bare == []


def list_comments(path: Path) -> list[str]:
    tokens = tokenize.generate_tokens(io.StringIO(read(path)).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]
