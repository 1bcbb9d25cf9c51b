"""Processes of the product that begin with its imports behind them.

Importing all of it takes two seconds of a processor, and the tests start some hundred processes.
So a Python of its own imports it once, and forks whenever one is wanted: that child is a process
like any other, with an id, an environment, a folder and an end of its own. Whatever still runs when
the one who asked is gone is killed.
"""

import contextlib
import functools
import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
APP = ROOT / "app.py"
# What app.py and the libraries import only where a process needs it.
LATER = (
    *("alembic.command", "alembic.config", "requests", "stripe", "uvicorn"),
    *("bot.mirror.verify", "bot.postgres_connection", "handlers.http.server"),
    *("jobs.first_fill", "jobs.sync", "jobs.usage", "jobs.schedule", "jobs.clockwork"),
)
LOOK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Child:
    """A process that was forked, as subprocess.Popen would show it."""

    pid: int
    ask: Callable[[dict[str, Any]], Any]

    def poll(self) -> int | None:
        """Its exit code, negative for the signal that killed it; None while it runs."""
        code: int | None = self.ask({"poll": self.pid})
        return code

    def wait(self, seconds: float) -> int:
        """Wait for its end; its exit code.

        Raises: subprocess.TimeoutExpired.
        """
        give_up_at = time.monotonic() + seconds
        while (code := self.poll()) is None:
            if time.monotonic() > give_up_at:
                raise subprocess.TimeoutExpired(str(self.pid), seconds)
            time.sleep(LOOK_SECONDS)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it at once, and wait for that."""
        self.send_signal(signal.SIGKILL)
        while self.poll() is None:
            time.sleep(LOOK_SECONDS)


class Nursery:
    """The way to the Python that forks."""

    def __init__(self) -> None:
        self._asking = threading.Lock()
        self._python = subprocess.Popen(
            [sys.executable, "-u", "-m", "tests.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            # Ctrl-C reaches every process of a terminal; these end with the tests that began them.
            start_new_session=True,
        )

    def start(
        self,
        *words: str,
        folder: Path,
        environment: Mapping[str, str],
        output: Path,
        errors: Path | None = None,
        program: Callable[..., object] | None = None,
    ) -> Child:
        """`python app.py …` in a folder, or a function of the tests with these words instead.

        Without `errors` they go where its output goes.
        """
        wanted = {"words": words, "folder": str(folder), "environment": dict(environment)}
        if program is not None:
            wanted |= {"program": [program.__module__, program.__qualname__]}
        wanted |= {"output": str(output), "errors": str(errors or output)}
        return Child(self._ask({"start": wanted}), self._ask)

    def _ask(self, request: dict[str, Any]) -> Any:
        assert self._python.stdin is not None
        assert self._python.stdout is not None
        with self._asking:
            self._python.stdin.write(json.dumps(request) + "\n")
            self._python.stdin.flush()
            answer = self._python.stdout.readline()
        assert answer, "The Python that forks has ended; why, stands above."
        return json.loads(answer)


_making = threading.Lock()


def nursery() -> Nursery:
    """The one of this process, which ends with it; also where several ask at once."""
    with _making:
        return _make_nursery()


@functools.cache
def _make_nursery() -> Nursery:
    return Nursery()


def keep() -> Callable[[], object] | None:
    """Fork when one is asked for; in a child, what it is to do."""
    for name in ("app", *LATER):
        importlib.import_module(name)
    gc.freeze()
    running: dict[int, int | None] = {}
    for line in sys.stdin:
        request = json.loads(line)
        if "start" in request:
            pid = os.fork()
            if pid == 0:
                return _become(**request["start"])
            running[pid] = None
            print(pid, flush=True)
        else:
            print(json.dumps(_poll(running, request["poll"])), flush=True)
    for pid, code in running.items():
        if code is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    return None


def _poll(running: dict[int, int | None], pid: int) -> int | None:
    if running[pid] is None:
        ended, status = os.waitpid(pid, os.WNOHANG)
        running[pid] = os.waitstatus_to_exitcode(status) if ended else None
    return running[pid]


def _become(
    *,
    words: list[str],
    folder: str,
    environment: dict[str, str],
    output: str,
    errors: str,
    program: tuple[str, str] | None = None,
) -> Callable[[], object]:
    """Turn a fork into what a shell would have started."""
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    for number, path in ((0, os.devnull), (1, output), (2, errors)):
        flags = os.O_RDWR if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        opened = os.open(path, flags, 0o644)
        os.dup2(opened, number)
        os.close(opened)
    sys.argv = [str(APP), *words]
    if program is None:
        return functools.partial(sys.modules["app"].main)
    module, name = program
    return functools.partial(getattr(importlib.import_module(module), name), *words)


if __name__ == "__main__" and (work := keep()) is not None:
    work()
