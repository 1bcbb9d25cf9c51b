"""Putting off the chase of an account, saying who does it, and asking to give invoices up (P4)."""

import contextlib
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from sqlalchemy import select

from bot.models import AccountTerms, Approval, Snooze
from bot.queries.pauses import find_pauses
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NO_ROLE, NOT_COVERED, ask
from tests.handlers.slack.correcting import card_for, submit_again
from tests.handlers.slack.pressing import forge, view_of
from tests.handlers.slack.promising import (
    APPROVER,
    COLLECTOR,
    STRANGER,
    TODAY,
    VIEWER,
    Firm,
    clear_screen,
    deed,
    deeds_of,
    next_firm,
    open_deed,
    promising_desk,
)
from tests.workspace import Person

WHY = "They change their bank."


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with promising_desk(shared_database_url) as tallyman:
        yield tallyman


@pytest.fixture
def people(desk: Tallyman) -> Iterator[Callable[[str], Person]]:
    """Whoever takes part, until the end of a test."""
    with contextlib.ExitStack() as stack:

        def come(user_id: str) -> Person:
            person = desk.person(user_id)
            stack.callback(person.close)
            stack.callback(clear_screen, person)
            return person

        yield come


@pytest.fixture
def jamie(people: Callable[[str], Person]) -> Person:
    """A collector."""
    return people(COLLECTOR)


@pytest.fixture
def firm(desk: Tallyman) -> Firm:
    """An account that no other test is about."""
    return next_firm(desk)


def snoozes_of(desk: Tallyman, firm: Firm) -> list[Snooze]:
    with desk.runtime.database.reading() as session:
        found = select(Snooze).where(Snooze.account_id == firm.account_id).order_by(Snooze.id)
        return list(session.scalars(found))


def owner_of(desk: Tallyman, firm: Firm) -> str | None:
    with desk.runtime.database.reading() as session:
        terms = session.get(AccountTerms, firm.account_id)
        return terms.owner_id if terms else None


def test_nobody_is_chased_until_the_day(desk: Tallyman, jamie: Person, firm: Firm) -> None:
    said = deed(jamie, firm, "Snooze", reason=WHY)
    submit_again(desk)

    [made] = snoozes_of(desk, firm)
    assert (made.until_on, made.reason) == (date(2026, 11, 23), WHY)
    assert "Nobody is chased there until 23 Nov 2026." in said.words
    assert WHY in said.words
    assert deeds_of(desk, firm) == ["snooze_account.done"]
    with desk.runtime.database.looking() as session:
        paused = find_pauses(session, firm.ids, now=TODAY)
    assert set(paused) == set(firm.ids)
    card = ask(jamie, f"/invoice {firm.invoices[0].number}")
    assert "Snoozed" in card.words
    assert "until 23 Nov 2026" in card.words


def test_a_snooze_is_bounded_and_needs_a_reason(desk: Tallyman, jamie: Person, firm: Firm) -> None:
    open_deed(jamie, firm, "Snooze")

    for filled, why in (
        ({"reason": ""}, "reason"),
        ({"reason": WHY, "other_day": "2026-11-16"}, "from tomorrow on"),
        ({"other_day": "2026-12-17"}, "within 30 days"),
    ):
        assert why in str(jamie.submit(**filled)), filled

    assert snoozes_of(desk, firm) == []


def test_the_same_debt_is_snoozed_three_times_at_most(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    for _ in range(3):
        deed(jamie, firm, "Snooze", reason=WHY)

    said = open_deed(jamie, firm, "Snooze")

    assert said.raw.get("submit") is None
    assert "Nobody is chased there until 23 Nov 2026." in said.words
    assert [one.ended_at is None for one in snoozes_of(desk, firm)] == [False, False, True]
    assert deeds_of(desk, firm) == ["snooze_account.done"] * 3


def test_a_snooze_is_ended_before_its_day(desk: Tallyman, jamie: Person, firm: Firm) -> None:
    deed(jamie, firm, "Snooze", reason=WHY)
    dialog = open_deed(jamie, firm, "Snooze")
    assert WHY in dialog.words

    jamie.press("End it now")
    wait_until(lambda: "The snooze has ended." in view_of(jamie).words)
    forge(desk, "end_snooze", str(snoozes_of(desk, firm)[0].id), user=COLLECTOR)

    assert deeds_of(desk, firm) == ["snooze_account.done", "end_snooze.done"]
    assert "Snoozed" not in ask(jamie, f"/invoice {firm.invoices[0].number}").words


def test_nobody_without_the_role_does_any_of_it(
    desk: Tallyman, people: Callable[[str], Person], firm: Firm
) -> None:
    robin = people(VIEWER)
    robin.click(ask(robin, f"/balance {firm.name}"), "More …")
    offered = view_of(robin).buttons
    clear_screen(robin)

    for label in ("Snooze", "Assign", "Write off", "Promise to pay"):
        assert label not in offered
    for action in ("snooze_account", "assign_owner", "write_off_account"):
        value = f"@{firm.account_id}"
        assert NOT_COVERED in forge(desk, action, value, user=VIEWER).words
        assert NO_ROLE in forge(desk, action, value, user=STRANGER).words
    assert "no such snooze" in forge(desk, "end_snooze", "99999", user=COLLECTOR).words


def test_who_looks_after_an_account_is_told_and_stands_on_its_invoices(
    desk: Tallyman, people: Callable[[str], Person], jamie: Person, firm: Firm
) -> None:
    sasha = people(APPROVER)

    said = deed(jamie, firm, "Assign", owner=APPROVER)
    submit_again(desk)

    assert "looks after it from now on" in said.words
    assert owner_of(desk, firm) == APPROVER
    assert f"look after *{firm.name}*" in card_for(sasha, firm.name).words
    assert "Sasha" in ask(jamie, f"/invoice {firm.invoices[0].number}").words
    assert deeds_of(desk, firm) == ["assign_owner.done"]


def test_only_somebody_with_a_role_for_the_account_looks_after_it(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    open_deed(jamie, firm, "Assign")

    assert "They have no role" in str(jamie.submit(owner=STRANGER))
    assert owner_of(desk, firm) is None


def test_several_invoices_are_asked_to_be_written_off_each_by_itself(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    chosen = list(firm.ids[:2])

    said = deed(
        jamie, firm, "Write off", invoices=chosen, reason="insolvent", note="They are bankrupt."
    )
    submit_again(desk)

    assert said.words.count("It waits for approval.") == 2
    with desk.runtime.database.reading() as session:
        asked = select(Approval).where(Approval.account_id == firm.account_id)
        found = session.scalars(asked.order_by(Approval.id)).all()
    assert [(one.kind, one.invoice_id, one.state) for one in found] == [
        ("mark_uncollectible", invoice_id, "waiting") for invoice_id in chosen
    ]
    assert deeds_of(desk, firm) == ["mark_uncollectible.requested"] * 2
