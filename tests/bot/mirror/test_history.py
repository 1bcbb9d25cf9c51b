"""A history ends the same, whatever order its states were seen in."""

import itertools
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.mirror.history import Seen, Sureness, digest_of, merge

START = datetime(2026, 10, 1, 12, tzinfo=UTC)
SEEN = datetime(2026, 11, 22, tzinfo=UTC)


def seen(
    status: str,
    *,
    second: int = 0,
    paid: int = 0,
    due: int = 1000,
    seen_after: int = 0,
    sureness: Sureness = Sureness.EXACT,
) -> Seen:
    """A state in a second after START; what differs in it makes it another."""
    amounts = (1000, due, paid, due - paid)
    return Seen(
        status=status,
        currency="usd",
        total_minor=amounts[0],
        due_minor=amounts[1],
        paid_minor=amounts[2],
        remaining_minor=amounts[3],
        due_at=None,
        lines_digest=None,
        digest=digest_of(status, amounts, None, "lines"),
        effective_at=START + timedelta(seconds=second),
        seen_at=SEEN + timedelta(seconds=seen_after),
        source="event:evt_1",
        sureness=sureness,
    )


def statuses(history: list[Seen]) -> list[str]:
    return [state.status for state in history]


def said(history: list[Seen]) -> list[tuple[str, datetime]]:
    return [(state.digest, state.effective_at) for state in history]


def merged_one_by_one(sights: list[Seen]) -> list[Seen]:
    history: list[Seen] = []
    for sight in sights:
        history = merge(history, [sight], current=None)
    return history


def test_one_second_from_draft_to_paid_ends_right_in_every_order() -> None:
    sights = [
        seen("draft", due=0),
        seen("draft"),
        seen("open"),
        seen("open", paid=400),
        seen("paid", paid=1000),
    ]

    histories = [merged_one_by_one(list(order)) for order in itertools.permutations(sights)]

    assert statuses(histories[0]) == ["draft", "draft", "open", "open", "paid"]
    assert {tuple(said(history)) for history in histories} == {tuple(said(histories[0]))}


def test_the_same_sight_again_adds_nothing() -> None:
    history = merge([], [seen("open")], current=None)

    again = merge(history, [seen("open"), seen("open", second=5)], current=None)

    assert said(again) == said(history)


def test_an_earlier_sight_moves_the_state_back() -> None:
    history = merge([], [seen("open", second=9)], current=None)

    earlier = merge(history, [seen("open", second=2, seen_after=60)], current=None)

    assert [state.effective_at.second for state in earlier] == [2]
    assert earlier[0].seen_at == SEEN


@given(
    st.lists(
        st.builds(
            seen,
            st.sampled_from(["draft", "open", "paid", "void", "something_new"]),
            second=st.integers(0, 3),
            paid=st.sampled_from([0, 500]),
        ),
        min_size=1,
        max_size=6,
        # A state that comes back after another one needs a sight of its own to be told apart.
        unique_by=lambda sight: sight.digest,
    ),
    st.randoms(),
)
def test_any_order_of_events_makes_one_history(sights: list[Seen], random: Random) -> None:
    shuffled = [*sights, *sights]
    random.shuffle(shuffled)

    history = merged_one_by_one(shuffled)

    assert said(history) == said(merge([], sights, current=None))
    times = [state.effective_at for state in history]
    assert times == sorted(set(times))


def read(status: str, *, second: int, seen_after: int = 0, **changes: int) -> Seen:
    return seen(status, second=second, seen_after=seen_after, sureness=Sureness.READ, **changes)


def test_an_event_that_comes_after_the_read_says_when_it_really_was() -> None:
    history = merge([], [seen("open")], current=None)
    history = merge(history, [], current=read("open", second=500, paid=400))

    history = merge(history, [seen("open", second=100, paid=400)], current=None)

    assert [(state.status, state.effective_at.replace(microsecond=0)) for state in history] == [
        ("open", START),
        ("open", START + timedelta(seconds=100)),
    ]


def test_a_read_tells_which_of_two_events_in_one_second_was_the_later_one() -> None:
    first, second = seen("open", due=1000), seen("open", due=900)
    for sights in ([first, second], [second, first]):
        history = merge([], sights, current=None)

        for current in (first, second, first):
            history = merge(history, [], current=current._replace(sureness=Sureness.READ))
            assert history[-1].digest == current.digest
            assert len(history) == 2


def test_what_was_read_is_the_newest_even_when_stripes_clock_is_ahead() -> None:
    history = merge([], [seen("open", second=9_999_999)], current=None)

    history = merge(history, [], current=read("open", second=0, paid=500, seen_after=-60))

    assert [state.paid_minor for state in history] == [0, 500]


def test_a_draft_read_late_still_comes_before_the_open_invoice() -> None:
    history = merge([], [], current=read("draft", second=-3600))
    history = merge(history, [], current=read("draft", second=-3600, due=500, seen_after=60))

    history = merge(history, [], current=read("open", second=0))

    assert statuses(history) == ["draft", "draft", "open"]


@pytest.mark.parametrize("late", [True, False])
def test_an_exact_beginning_replaces_the_assumed_one(late: bool) -> None:  # noqa: FBT001 - a case
    told = seen("open", due=1000, sureness=Sureness.TOLD)
    exact = seen("open", due=900)

    history = merge([], [told if late else exact], current=None)
    history = merge(history, [exact if late else told], current=None)

    assert [state.due_minor for state in history] == [900]
