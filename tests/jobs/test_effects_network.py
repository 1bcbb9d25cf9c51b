"""The queue while the wire to PostgreSQL fails, though both ends are well (THREATS 113, 114)."""

from collections.abc import Callable, Iterator
from functools import partial

import pytest
from sqlalchemy import make_url

from bot import bells, database_waits
from bot.effects import Means
from jobs.effects import Pace, carrying_out
from tests.bot.effects.toy import KIND, Toy, World, make_means, promise, settled
from tests.following import wait_until
from tests.jobs.test_effects_faults import all_done, insist
from tests.relay import Relay, relaying

# Nobody finds in time by looking what a bell is not heard for.
PACE = Pace(threads=2, look_seconds=3600.0, failed_seconds=0.05)
STEP_SECONDS = 0.5


@pytest.fixture
def relay(database_url: str) -> Iterator[Relay]:
    """The wire."""
    address = make_url(database_url)
    with relaying(f"//{address.host}:{address.port}") as made:
        yield made


@pytest.fixture
def means(database_url: str, relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Iterator[Means]:
    """Means whose database is at the other end of it, and who wait for it as long as a test may."""
    monkeypatch.setattr(database_waits, "STEP_SECONDS_MAX", STEP_SECONDS)
    monkeypatch.setattr(bells, "ASK_SECONDS", STEP_SECONDS)
    monkeypatch.setattr(bells, "ANSWER_SECONDS", STEP_SECONDS)
    monkeypatch.setattr(bells, "LOST_SECONDS", 0.05)
    address = make_url(database_url).set(host="127.0.0.1", port=relay.port)
    made = make_means(address.render_as_string(hide_password=False))
    yield made
    made.slack.close()
    made.runtime.database.close()


@pytest.mark.parametrize("database_kind", ["postgresql"])
@pytest.mark.parametrize("fail", [Relay.fall_silent, Relay.reset])
def test_connections_that_fall_silent_or_are_reset_lose_nothing_and_double_nothing(
    means: Means, relay: Relay, fail: Callable[[Relay], None]
) -> None:
    database, world = means.runtime.database, World()
    with carrying_out(means, operations={KIND: Toy(world)}, pace=PACE):
        promise(database, "before")
        wait_until(lambda: all_done(database, 1))

        fail(relay)
        insist(partial(promise, database, "after"))

        wait_until(lambda: all_done(database, 2))
        promise(database, "heard again")
        wait_until(lambda: all_done(database, 3))
    assert set(world.done.values()) == {1}
    assert sorted(settled(database).values()) == [1] * 3
