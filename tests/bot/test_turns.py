"""Taking turns: one at a time, in the order of coming, and not for ever."""

import threading

import pytest

from bot.errors import Unavailable
from bot.turns import Turns
from tests.following import wait_until


def test_whoever_waits_comes_before_whoever_has_just_been_there() -> None:
    turns = Turns(wait_seconds_max=30)
    came: list[str] = []

    def come(name: str) -> None:
        with turns.taken():
            came.append(name)

    waiting = [threading.Thread(target=come, args=(name,)) for name in ("second", "third")]
    with turns.taken():
        for place, thread in enumerate(waiting):
            thread.start()
            wait_until(lambda place=place: turns.waiting > place)  # type: ignore[misc] # of no name
        came.append("first")
    come("first again")

    for thread in waiting:
        thread.join()
    assert came == ["first", "second", "third", "first again"]


def test_a_turn_that_does_not_come_is_given_up_and_nobody_waits_for_it() -> None:
    turns = Turns(wait_seconds_max=0.01)

    with turns.taken():
        thread_failed = []

        def come() -> None:
            with pytest.raises(Unavailable, match="busy"), turns.taken():
                pass
            thread_failed.append(True)

        thread = threading.Thread(target=come)
        thread.start()
        thread.join()

    assert thread_failed
    with turns.taken():
        assert turns.waiting == 0


def test_a_turn_ends_with_its_block_even_when_that_fails() -> None:
    turns = Turns(wait_seconds_max=0.01)

    with pytest.raises(KeyError), turns.taken():
        raise KeyError

    with turns.taken():
        assert turns.waiting == 0
