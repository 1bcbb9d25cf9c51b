"""The parts of README that the product itself knows: its commands, its shell and its settings.

Each stands between two HTML comments. Run as `python -m tests.house.manual`, it writes them anew,
and `.env.example` with them; tests hold both files to what would be written.
"""

import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import typer
from pydantic import SecretStr

from bot.settings import REPLACED, REQUIRED, Settings
from handlers.cli import Ways, create_shell
from handlers.slack.commands import COMMANDS

README = Path(__file__).resolve().parents[2] / "README.md"
EXAMPLE = README.with_name(".env.example")


def commands_part() -> str:
    """Every way to write each command, as its own help has it."""
    rows = [(line.usage, line.meaning) for each in COMMANDS.values() for line in each.help_lines()]
    return _table(("In Slack", "What it gives"), ((f"`{one}`", two) for one, two in rows))


def shell_part() -> str:
    """Every command of the shell with its options, as --help has them."""
    rows = [("`python app.py`", "Everything in one process; the sandbox where nothing is set.")]
    for name, command in _shell_commands():
        options = [_option(each) for each in command.params if each.name != "help"]
        rows.append((f"`{' '.join(['python app.py', name, *options])}`", str(command.help)))
    return _table(("In a shell", "What it does"), rows)


def settings_part() -> str:
    """Every setting with its meaning, its default, and whether it is needed."""
    rows = []
    for field, info in Settings.model_fields.items():
        name = field.upper()
        default = "**needed**" if name in REQUIRED else _shown(info.default)
        rows.append((f"`{name}`", info.description or "", default))
    return _table(("Setting", "Meaning", "Default"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands_part,
    "shell": shell_part,
    "settings": settings_part,
}


def written_anew(text: str) -> str:
    """The text of README with each of these parts as it should be.

    Raises: ValueError for a part that has no place, or more than one.
    """
    for name, part in PARTS.items():
        begin, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
        if text.count(begin) != 1 or text.count(end) != 1:
            raise ValueError(f"README needs one place for its {name}.")
        before, _, rest = text.partition(begin)
        _, _, after = rest.partition(end)
        text = f"{before}{begin}\n{part()}\n{end}{after}"
    return text


def _shell_commands() -> Iterator[tuple[str, Any]]:
    """Every command by the words that call it; those of a group behind the group's name."""

    def unused(*_arguments: Any) -> Any:
        raise AssertionError("Nothing is started here.")

    ways = Ways(**dict.fromkeys(Ways.__dataclass_fields__, unused))
    shell: Any = typer.main.get_command(create_shell(ways))
    for name, command in shell.commands.items():
        inner = getattr(command, "commands", None)
        if inner is None:
            yield name, command
            continue
        if command.invoke_without_command:
            yield name, command
        yield from ((f"{name} {each}", one) for each, one in inner.items())


def _option(option: Any) -> str:
    if option.param_type_name == "argument":
        return str(option.name).upper()
    default = getattr(option.default, "value", option.default)
    value = "" if option.is_flag else f" {default or '…'}"
    return f"[{option.opts[0]}{value}]"


def _shown(default: Any) -> str:
    return f"`{default}`" if isinstance(default, int | float | str) and default != "" else ""


def example_text() -> str:
    """The text of `.env.example`: every setting with its meaning and default."""
    blocks = ["# Every setting of Tallyman. Copy this file to .env and fill in what is needed."]
    for name, field in Settings.model_fields.items():
        env_name = name.upper()
        needed = " Required." if env_name in REQUIRED and env_name != REPLACED else ""
        default = "" if _is_unwritten(field.default) else field.default
        mark = "" if env_name in REQUIRED else "# "
        blocks.append(f"# {field.description}{needed}\n{mark}{env_name}={default}")
    return "\n\n".join(blocks) + "\n"


def _is_unwritten(default: Any) -> bool:
    return default is None or isinstance(default, (SecretStr, tuple))


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    cells = ((cell.replace("|", "\\|") for cell in line) for line in lines)
    return "".join(f"| {' | '.join(line)} |\n" for line in cells)


if __name__ == "__main__":
    README.write_text(written_anew(README.read_text(encoding="utf-8")), encoding="utf-8")
    EXAMPLE.write_text(example_text(), encoding="utf-8")
    sys.stdout.write(f"{README.name} and {EXAMPLE.name} are written.\n")
