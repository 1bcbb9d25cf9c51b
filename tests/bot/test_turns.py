"""Taking turns: one at a time, in the order of coming, and not for ever."""

import threading

import pytest

from bot.errors import Unavailable
from bot.turns import Turns
from tests.following import wait_until


def test_whoever_waits_comes_before_whoever_has_just_been_there() -> None:
    turns = Turns()
    came: list[str] = []

    def come(name: str) -> None:
        with turns.taken(30):
            came.append(name)

    waiting = [threading.Thread(target=come, args=(name,)) for name in ("second", "third")]
    with turns.taken(30):
        for place, thread in enumerate(waiting):
            thread.start()
            wait_until(lambda place=place: turns.waiting > place)  # type: ignore[misc] # of no name
        came.append("first")
    come("first again")

    for thread in waiting:
        thread.join()
    assert came == ["first", "second", "third", "first again"]


def test_a_turn_that_does_not_come_is_given_up_and_nobody_waits_for_it() -> None:
    turns = Turns()

    with turns.taken(0.01):
        thread_failed = []

        def come() -> None:
            with pytest.raises(Unavailable, match="busy"), turns.taken(0.01):
                pass
            thread_failed.append(True)

        thread = threading.Thread(target=come)
        thread.start()
        thread.join()

    assert thread_failed
    with turns.taken(0.01):
        assert turns.waiting == 0


def test_a_turn_ends_with_its_block_even_when_that_fails() -> None:
    turns = Turns()

    with pytest.raises(KeyError), turns.taken(0.01):
        raise KeyError

    with turns.taken(0.01):
        assert turns.waiting == 0
