"""The night that decides promises: what came in time, what came late, and who is told (P5)."""

import contextlib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.mirror.sweep import sweep
from jobs.schedule import TIMETABLE
from jobs.timekeeping import look
from tests.billing import Billing, day
from tests.deployment import Tallyman
from tests.handlers.slack.billing_desk import ask, tell_of
from tests.handlers.slack.correcting import card_for, direct
from tests.handlers.slack.promising import (
    APPROVER,
    COLLECTOR,
    Firm,
    deed,
    deeds_of,
    hear,
    next_firm,
    promise,
    promises_of,
    promising_desk,
    states_of,
)

[PROMISES] = [job for job in TIMETABLE if job.name == "promises"]


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with promising_desk(shared_database_url) as tallyman:
        yield tallyman


def test_the_night_after_the_grace_day_decides_what_payments_have_not(desk: Tallyman) -> None:
    jamie, sasha = desk.person(COLLECTOR), desk.person(APPROVER)
    broken, partly, late, coming = firms = [next_firm(desk) for _ in range(4)]
    for firm in firms[:3]:
        promise(jamie, firm)
    promise(jamie, coming, when="other", other_day="2026-12-10")
    deed(jamie, broken, "Assign", owner=APPROVER)
    _pay(desk, partly, 0)

    # The promised day is over, and the grace day is not.
    _advance(desk, "2026-11-22")
    look(desk.runtime, PROMISES)
    assert states_of(desk, broken) == ["pending"]
    _advance(desk, "2026-11-24")
    _pay(desk, late, 0)
    _pay(desk, late, 1)
    look(desk.runtime, PROMISES)
    look(desk.runtime, PROMISES)

    assert [states_of(desk, one) for one in firms] == [
        ["broken"],
        ["partly_kept"],
        ["broken"],
        ["pending"],
    ]
    assert [(one.due_minor, one.paid_minor) for one in promises_of(desk, partly)] == [
        (15_000, 10_000)
    ]
    for person in (jamie, sasha):
        told = card_for(person, f"{broken.name} promised USD 150.00")
        assert "nothing has arrived, so it is chased again" in told.words
    assert "only USD 100.00 has arrived" in card_for(jamie, f"{partly.name} promised").words
    assert not [one for one in direct(sasha) if partly.name in one.words]
    assert deeds_of(desk, broken).count("judge_promise.done") == 1
    card = ask(jamie, f"/invoice {broken.invoices[0].number}")
    assert "Promised" not in card.words
    balance = ask(jamie, f"/balance {partly.name}")
    assert "0 of 1 promise, 66% of USD 150.00" in balance.words
    for person in (jamie, sasha):
        person.close()


def test_the_promise_after_a_broken_one_is_kept_by_what_comes_after_it(desk: Tallyman) -> None:
    jamie, firm = desk.person(COLLECTOR), next_firm(desk)
    promise(jamie, firm, invoices=[firm.ids[2]])
    _pay(desk, firm, 0)
    _pay(desk, firm, 1)
    _advance(desk, "2026-12-02")
    look(desk.runtime, PROMISES)
    assert states_of(desk, firm) == ["broken"]
    # It is not even due yet.
    assert "a promise to pay was not kept" in ask(jamie, f"/balance {firm.name}").words

    promise(jamie, firm, place=2, invoices=[firm.ids[2]])
    _pay(desk, firm, 2)

    hear(desk, lambda: states_of(desk, firm) == ["broken", "kept"])
    balance = ask(jamie, f"/balance {firm.name}")
    assert "Good" in balance.words
    assert "1 of 2 promises, 50% of USD 40.00" in balance.words
    jamie.close()


def test_a_broken_promise_is_told_to_those_who_stand_in_for_who_has_left(desk: Tallyman) -> None:
    jamie, firm = desk.person(COLLECTOR), next_firm(desk)
    deed(jamie, firm, "Assign", owner=APPROVER)
    promise(jamie, firm, when="other", other_day=f"{desk.stripe.clock:%Y-%m-%d}")
    for person in (COLLECTOR, APPROVER):
        tell_of(desk, person, deleted=True)

    _advance(desk, f"{desk.stripe.clock + timedelta(days=5):%Y-%m-%d}")
    look(desk.runtime, PROMISES)

    with contextlib.closing(desk.person()) as avery:
        told = card_for(avery, f"{firm.name} promised USD 150.00")
    assert "nothing has arrived, so it is chased again" in told.words
    for person in (COLLECTOR, APPROVER):
        tell_of(desk, person)
    jamie.close()


def _pay(desk: Tallyman, firm: Firm, place: int) -> None:
    """Pay one of its invoices, and hear of it."""
    number = firm.invoices[place].number
    Billing(desk.stripe).pay({"id": firm.ids[place]})
    person = desk.person(COLLECTOR)
    hear(desk, lambda: "settled in full" in ask(person, f"/invoice {number}").words)
    person.close()


def _advance(desk: Tallyman, text: str) -> None:
    """Go on to a day of which the mirror has heard everything."""
    desk.stripe.advance(day(text))
    sweep(desk.runtime)
    desk.sync()
