"""What follows from a change can't be done: others go by, and somebody is told (THREATS 126)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from bot.clock import real_now
from bot.mirror.news import ATTEMPTS_MAX
from bot.models import Account, News
from jobs import sync
from jobs.following import follow_put_aside
from tests.deployment import Tallyman
from tests.handlers.slack.billing_desk import ask
from tests.handlers.slack.promising import (
    COLLECTOR,
    Firm,
    next_firm,
    promise,
    promising_desk,
    states_of,
)

# The zone data of a machine may lose a name that it had when the name was stored.
LOST_ZONE, ZONE = "Mars/Olympus", "UTC"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with promising_desk(shared_database_url) as tallyman:
        yield tallyman


def test_what_cant_be_followed_stops_no_other_and_is_done_once_it_can_be(desk: Tallyman) -> None:
    broken, *_ = firms = _promised(desk, 3)

    _pay(desk, *firms, broken=broken)

    assert [states_of(desk, one) for one in firms] == [["pending"], ["kept"], ["kept"]]
    _move(desk, broken, ZONE)
    _let_time_pass(desk)
    assert states_of(desk, broken) == ["kept"]
    assert _count_news(desk) == 0


def test_after_its_last_attempt_it_is_put_aside_until_a_process_starts(desk: Tallyman) -> None:
    (broken,) = _promised(desk, 1)
    avery = desk.person()
    _pay(desk, broken, broken=broken)

    for _ in range(ATTEMPTS_MAX):
        _let_time_pass(desk)

    words = ask(avery, "/billing sync").words
    assert "What follows from a change can’t be done" in words
    assert f"invoice {broken.ids[0]}" in words
    _move(desk, broken, ZONE)
    _let_time_pass(desk)
    assert states_of(desk, broken) == ["pending"]
    follow_put_aside(desk.runtime)
    desk.sync()
    assert states_of(desk, broken) == ["kept"]
    assert "can’t be done" not in ask(avery, "/billing sync").words
    avery.close()


def test_a_new_change_takes_along_what_was_put_off_before(desk: Tallyman) -> None:
    (broken,) = _promised(desk, 1)
    _pay(desk, broken, broken=broken)
    assert _count_news(desk) > 0
    _move(desk, broken, ZONE)

    desk.stripe.call("POST", f"/v1/invoices/{broken.ids[0]}", {"metadata": {"seen": "yes"}})
    assert desk.stripe.webhooks_idle(20)
    desk.sync()

    assert states_of(desk, broken) == ["kept"]
    assert _count_news(desk) == 0


def _promised(desk: Tallyman, count: int) -> list[Firm]:
    """Firms that have each promised to pay their first invoice."""
    firms = [next_firm(desk) for _ in range(count)]
    jamie = desk.person(COLLECTOR)
    for firm in firms:
        promise(jamie, firm, invoices=[firm.ids[0]])
    jamie.close()
    # What was promised is news of its own.
    desk.sync()
    return firms


def _pay(desk: Tallyman, *firms: Firm, broken: Firm) -> None:
    """All pay; once we have read it, a zone is lost that what follows for one of them needs."""
    for firm in firms:
        url = f"/v1/invoices/{firm.ids[0]}/pay"
        desk.stripe.call("POST", url, {"paid_out_of_band": "true"})
    assert desk.stripe.webhooks_idle(20)
    while sync.note(desk.runtime) or sync.read_again(desk.runtime):
        pass
    _move(desk, broken, LOST_ZONE)
    desk.sync()


def _move(desk: Tallyman, firm: Firm, zone: str) -> None:
    with desk.runtime.database.writing() as session:
        moving = update(Account).where(Account.id == firm.account_id)
        session.execute(moving.values(time_zone=zone))


def _let_time_pass(desk: Tallyman) -> None:
    """As if what was put off had waited long enough."""
    with desk.runtime.database.writing() as session:
        waiting = update(News).where(News.due_at.is_not(None))
        session.execute(waiting.values(due_at=real_now() - timedelta(seconds=1)))
    desk.sync()


def _count_news(desk: Tallyman) -> int:
    with desk.runtime.database.reading() as session:
        return session.scalar(select(func.count()).select_from(News)) or 0
