"""How the shell says what goes wrong, and the codes that it ends with."""

import contextlib
from collections.abc import Iterator

import typer
from rich.console import Console

from bot.errors import BotError, Misconfigured

# What the shell tells whoever called it: a setting is wrong, another fault, the books differ.
EXIT_MISCONFIGURED = 2
EXIT_FAILED = 1
EXIT_DRIFT = 3
# As shells have it: 128 and the number of Ctrl-C's signal.
EXIT_STOPPED = 130


@contextlib.contextmanager
def spoken() -> Iterator[None]:
    """Say what goes wrong in a sentence, and end with a code that tells the kind."""
    try:
        yield
    except BotError as failed:
        # The terminal breaks long lines by itself; a file or a pipe gets them whole.
        say = Console(stderr=True, highlight=False).print
        say(failed.message, style="red", markup=False, soft_wrap=True)
        is_setting = isinstance(failed, Misconfigured)
        raise typer.Exit(EXIT_MISCONFIGURED if is_setting else EXIT_FAILED) from None
    except KeyboardInterrupt:
        Console(stderr=True).print("Stopped. The same command can be given again.")
        raise typer.Exit(EXIT_STOPPED) from None
