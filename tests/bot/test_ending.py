"""Signals end a process in order and in time, whatever it is at."""

import contextlib
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from bot.ending import ending_together
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


# A thread that is no daemon, such as one of a pool, holds up the end of Python itself.
HELD_UP = """
import contextlib, os, signal, threading
import bot.ending
from bot.ending import end_on_signals, ending_together, hearing

bot.ending.GONE_SECONDS_MAX = 0.5
end_on_signals()
with contextlib.ExitStack() as stack, hearing():
    stack.callback(print, "taken down")
    threading.Thread(target=threading.Event().wait).start()
    os.kill(os.getpid(), signal.SIGTERM)
    threading.Event().wait()
"""


def test_a_thread_that_waits_for_ever_holds_up_nobody() -> None:
    ended = subprocess.run(
        [sys.executable, "-u", "-c", HELD_UP],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert ended.stdout == "taken down\n"
    assert ended.returncode == 0


def test_what_a_process_does_ends_side_by_side() -> None:
    all_are_ending = threading.Barrier(3)
    ended = []

    @contextlib.contextmanager
    def keeping(name: str) -> Iterator[str]:
        try:
            yield name
        finally:
            # In turn, the first would wait here for the others for ever.
            all_are_ending.wait(50)
            ended.append(name)

    with ending_together(seconds_max=50) as together:
        assert [together.enter(keeping(name)) for name in "abc"] == ["a", "b", "c"]

    assert sorted(ended) == ["a", "b", "c"]


def test_one_limit_holds_for_all_that_end() -> None:
    never = threading.Event()

    with ending_together(seconds_max=0.01) as together:
        together.stops += [never.wait] * 3

    assert not never.is_set()
    never.set()
