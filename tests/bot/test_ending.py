"""Signals end a process in order, whatever it is at."""

import subprocess
import sys

import pytest

from tests.house.tree import ROOT

# Python drops an exception that is raised while it collects garbage.
DROPPED_ONCE = """
import contextlib, gc, os, signal, time
from bot.ending import end_on_signals, hearing

def send(phase, info):
    gc.callbacks.clear()
    os.kill(os.getpid(), signal.{name})

end_on_signals()
with contextlib.ExitStack() as stack, hearing():
    stack.callback(print, "taken down")
    gc.callbacks.append(send)
    gc.collect()
    print("dropped")
    time.sleep(60)
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_signal_that_python_drops_is_heard_all_the_same(name: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-u", "-c", DROPPED_ONCE.format(name=name)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert ended.stdout.split("\n") == ["dropped", "taken down", ""]
    assert ended.returncode == 0
