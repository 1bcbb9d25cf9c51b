"""Corrections that wait for somebody else: asked, decided, told, and never by one person (D6)."""

import contextlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.models import Approval
from bot.operations.approve_correction import OWN
from jobs import approvals
from tests.deployment import ADMIN, Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import grant, refusals_of, revoke, tell_of
from tests.handlers.slack.correcting import (
    APPROVER,
    COLLECTOR,
    SECOND,
    at_stripe,
    card_for,
    correcting_desk,
    count_calls,
    decide,
    deeds_of,
    direct,
    hear_of_state,
    invoice_id,
    request,
    submit_again,
    title_of,
    wait_for_state,
)
from tests.handlers.slack.pressing import forge, view_of
from tests.workspace import Person


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with correcting_desk(shared_database_url) as tallyman:
        yield tallyman


@pytest.fixture
def people(desk: Tallyman) -> Iterator[Callable[[str], Person]]:
    """Whoever takes part, until the end of a test."""
    with contextlib.ExitStack() as stack:

        def come(user_id: str) -> Person:
            person = desk.person(user_id)
            stack.callback(person.close)
            return person

        yield come


@pytest.fixture
def jamie(people: Callable[[str], Person]) -> Person:
    """The one who asks."""
    return people(COLLECTOR)


@pytest.fixture
def sasha(people: Callable[[str], Person]) -> Person:
    """One who may approve."""
    return people(APPROVER)


@pytest.fixture
def robin(people: Callable[[str], Person]) -> Person:
    """Another who may approve."""
    return people(SECOND)


@pytest.fixture
def kim(people: Callable[[str], Person]) -> Person:
    """Somebody without a role."""
    return people("U0KIM")


@pytest.fixture
def avery(people: Callable[[str], Person]) -> Person:
    """The admin."""
    return people(ADMIN)


def buttons(person: Person, words: str) -> list[str]:
    """What somebody can press on their card by now."""
    return card_for(person, words).buttons


def request_id(desk: Tallyman, number: int) -> str:
    """The number of the newest request about an invoice."""
    newest = (
        select(Approval.id)
        .where(Approval.invoice_id == invoice_id(desk, number))
        .order_by(Approval.id.desc())
    )
    with desk.runtime.database.reading() as session:
        return str(session.scalars(newest.limit(1)).one())


@contextlib.contextmanager
def as_known(desk: Tallyman, person: str, *, profile: dict[str, Any], like: str) -> Iterator[None]:
    """Let Slack tell that somebody has an e-mail address, which another one has too."""
    address = profile["email"].strip().lower()
    tell_of(desk, like, profile={"real_name": "Sasha Moreau", "email": address})
    tell_of(desk, person, profile=profile)
    yield
    tell_of(desk, person, profile={"real_name": "Robin", "email": "robin@tallyman.example"})


def test_what_is_approved_is_done_and_everybody_is_told(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    said = request(jamie, 1001)
    assert "Waits for approval" in said.words
    card = card_for(sasha, title_of(desk, 1001))
    assert "The customer was billed twice." in card.words
    assert at_stripe(desk, 1001)["status"] == "open"

    decide(sasha, card, "Approve …")

    wait_for_state(desk, 1001, "done")
    assert at_stripe(desk, 1001)["status"] == "void"
    card_for(jamie, f"Invoice {at_stripe(desk, 1001)['number']} is void.")
    wait_until(lambda: "Approved by" in card_for(sasha, title_of(desk, 1001)).words)
    assert deeds_of(desk, 1001) == [
        ("void_invoice.requested", COLLECTOR),
        ("void_invoice.approved", APPROVER),
        ("void_invoice.settled", ""),
    ]


def test_what_is_rejected_is_not_done_and_the_asker_hears_why(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1002)
    card = card_for(sasha, title_of(desk, 1002))

    said = decide(sasha, card, "Reject …", words="Credit it instead.")

    assert "Rejected" in said.words
    told = card_for(jamie, f"{title_of(desk, 1002)}: rejected.")
    assert "Credit it instead." in told.words
    assert at_stripe(desk, 1002)["status"] == "open"
    assert deeds_of(desk, 1002)[-1] == ("void_invoice.rejected", APPROVER)
    wait_until(lambda: buttons(sasha, title_of(desk, 1002)) == ["Show the invoice"])


def test_a_rejection_needs_a_reason(desk: Tallyman, jamie: Person, sasha: Person) -> None:
    request(jamie, 1003)
    sasha.click(card_for(sasha, title_of(desk, 1003)), "Reject …")
    view_of(sasha)

    sent = sasha.submit(words="  ")

    assert sent["errors"] == {"words": "Say why, in a few words."}
    sasha.dismiss()
    wait_for_state(desk, 1003, "waiting")


def test_a_question_and_its_answer_stand_on_the_cards_and_in_the_trail(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1004)
    title = title_of(desk, 1004)
    decide(sasha, card_for(sasha, title), "Ask …", words="Which of the two is right?")

    question = card_for(jamie, f"asks about *{title}*")
    assert "Which of the two is right?" in question.words
    decide(jamie, question, "Answer", words="The one of September.")

    card_for(sasha, f"answers about *{title}*")
    wait_until(lambda: "The one of September." in card_for(sasha, title).words)
    assert deeds_of(desk, 1004)[1:] == [
        ("void_invoice.questioned", APPROVER),
        ("void_invoice.answered", COLLECTOR),
    ]
    wait_for_state(desk, 1004, "waiting")


def test_what_is_withdrawn_can_be_approved_by_nobody(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1005)
    title = title_of(desk, 1005)
    card = card_for(sasha, title)

    decide(jamie, card_for(jamie, title), "Withdraw")

    said = decide(sasha, card, "Approve …")
    assert "withdrawn" in said.words
    assert at_stripe(desk, 1005)["status"] == "open"
    assert deeds_of(desk, 1005)[-1] == ("void_invoice.withdrawn", COLLECTOR)


def test_only_who_asked_can_withdraw(desk: Tallyman, jamie: Person) -> None:
    request(jamie, 1006)
    number = request_id(desk, 1006)

    said = forge(desk, "withdraw_correction", number, user=APPROVER)

    assert "Only the person who asked for this can do that." in said.words
    assert refusals_of(desk, APPROVER)[-1][0] == "refused"
    wait_for_state(desk, 1006, "waiting")


def test_an_approver_who_asks_needs_another_one(
    desk: Tallyman, sasha: Person, robin: Person
) -> None:
    request(sasha, 1007)
    assert buttons(sasha, title_of(desk, 1007)) == ["Withdraw", "Show the invoice"]

    said = forge(desk, "approve_correction", request_id(desk, 1007), user=APPROVER)

    assert OWN in said.words
    assert refusals_of(desk, APPROVER)[-1] == (
        "refused",
        f"approve_correction {request_id(desk, 1007)}",
    )
    decide(robin, card_for(robin, title_of(desk, 1007)), "Approve …")
    wait_for_state(desk, 1007, "done")


def test_a_second_slack_account_of_the_same_address_is_the_same_person(
    desk: Tallyman, sasha: Person, robin: Person
) -> None:
    request(sasha, 1008)
    card = card_for(robin, title_of(desk, 1008))
    profile = {"real_name": "Robin", "email": " SASHA@tallyman.example"}
    with as_known(desk, SECOND, profile=profile, like=APPROVER):
        said = decide(robin, card, "Approve …")

        assert OWN in said.words
        assert refusals_of(desk, SECOND)[-1][0] == "refused"
    wait_for_state(desk, 1008, "waiting")
    assert at_stripe(desk, 1008)["status"] == "open"


def test_nobody_decides_after_72_hours(desk: Tallyman, jamie: Person, sasha: Person) -> None:
    request(jamie, 1009)
    request(jamie, 1010)
    card = card_for(sasha, title_of(desk, 1009))
    desk.stripe.advance(desk.stripe.clock + timedelta(hours=73))

    pressed = decide(sasha, card, "Approve …")
    approvals.run(desk.runtime)

    assert "nobody decided within 72 hours" in pressed.words
    for number in (1009, 1010):
        wait_for_state(desk, number, "expired")
        card_for(jamie, f"{title_of(desk, number)}: expired")
        assert deeds_of(desk, number)[-1] == ("void_invoice.expired", "")
    assert approvals.run(desk.runtime) == 0


def test_a_request_is_out_of_date_once_its_invoice_has_changed(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1011)
    title = title_of(desk, 1011)
    card_for(sasha, title)
    desk.stripe.call(
        "POST",
        "/v1/credit_notes",
        {"invoice": invoice_id(desk, 1011), "amount": "1000", "reason": "order_change"},
    )

    hear_of_state(desk, 1011, "stale")

    told = card_for(jamie, f"{title}: not done, because the invoice has changed")
    assert "to pay USD 100.10 is now USD 90.10" in told.words
    assert told.buttons == ["Ask anew", "Show the invoice"]
    late = forge(desk, "approve_correction", request_id(desk, 1011), user=APPROVER)
    assert "because the invoice has changed" in late.words
    assert deeds_of(desk, 1011)[-1] == ("void_invoice.outdated", "")
    jamie.click(told, "Ask anew")
    assert "USD 90.10 → \nUSD 0.00" in view_of(jamie).words
    jamie.dismiss()


def test_the_invoice_is_read_again_before_anything_is_done(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1012)
    title = title_of(desk, 1012)
    card = card_for(sasha, title)
    # Nothing of this has come to the mirror yet.
    desk.stripe.world.faults.set({"webhook_drop_all": True})
    desk.stripe.call(
        "POST", f"/v1/invoices/{invoice_id(desk, 1012)}/pay", {"paid_out_of_band": "true"}
    )

    decide(sasha, card, "Approve …")

    for person in (jamie, sasha):
        told = card_for(person, f"{title}: not done, because the invoice has changed")
        assert "Open is now Paid" in told.words
    assert deeds_of(desk, 1012)[-1] == ("void_invoice.refused", "")
    assert at_stripe(desk, 1012)["status"] == "paid"
    desk.stripe.world.faults.reset()


def test_a_right_that_is_lost_before_the_press_counts_no_more(
    desk: Tallyman, jamie: Person, avery: Person, kim: Person
) -> None:
    grant(avery, "@kim approver")
    request(jamie, 1013)
    card = card_for(kim, title_of(desk, 1013))
    revoke(avery, "@kim approver")

    said = decide(kim, card, "Approve …")

    assert "You have no role at this billing desk" in said.words
    wait_for_state(desk, 1013, "waiting")


def test_what_somebody_asked_who_may_no_more_is_not_approved(
    desk: Tallyman, sasha: Person, avery: Person, kim: Person
) -> None:
    grant(avery, "@kim collector")
    request(kim, 1014)
    card = card_for(sasha, title_of(desk, 1014))
    revoke(avery, "@kim collector")

    said = decide(sasha, card, "Approve …")

    assert "Who asked for this may not do so any more." in said.words
    assert at_stripe(desk, 1014)["status"] == "open"


def test_a_right_that_is_lost_between_approval_and_deed_counts_no_more(
    desk: Tallyman, jamie: Person, avery: Person, kim: Person
) -> None:
    grant(avery, "@kim approver")
    request(jamie, 1015)
    card = card_for(kim, title_of(desk, 1015))
    # The look before the call fails once, and is repeated a moment later.
    desk.stripe.world.faults.set({"rate_limit_next": 1})

    decide(kim, card, "Approve …")
    revoke(avery, "@kim approver")

    wait_for_state(desk, 1015, "failed")
    told = card_for(jamie, f"{title_of(desk, 1015)}: not done.")
    assert "may not do so any more" in told.words
    assert at_stripe(desk, 1015)["status"] == "open"
    desk.stripe.world.faults.reset()


def test_of_two_who_approve_at_once_one_does_it(
    desk: Tallyman, jamie: Person, sasha: Person, robin: Person
) -> None:
    request(jamie, 1016)
    both = (sasha, robin)
    for person in both:
        person.click(card_for(person, title_of(desk, 1016)), "Approve …")
        view_of(person)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda person: person.submit(), both))

    wait_for_state(desk, 1016, "done")
    said = [action for action, _ in deeds_of(desk, 1016)]
    assert said.count("void_invoice.approved") == said.count("void_invoice.settled") == 1
    assert count_calls(desk, 1016, "void") == 1
    for person in both:
        person.dismiss()


def test_of_approve_and_reject_at_once_one_holds(
    desk: Tallyman, jamie: Person, sasha: Person, robin: Person
) -> None:
    request(jamie, 1017)
    card = card_for(robin, title_of(desk, 1017))
    robin.click(card, "Approve …")
    view_of(robin)

    decide(sasha, card_for(sasha, title_of(desk, 1017)), "Reject …", words="No.")
    robin.submit()

    assert "rejected. ‘No.’" in robin.view().words
    assert at_stripe(desk, 1017)["status"] == "open"
    robin.dismiss()


def test_the_same_dialog_delivered_twice_decides_once(
    desk: Tallyman, jamie: Person, sasha: Person
) -> None:
    request(jamie, 1018)
    decide(sasha, card_for(sasha, title_of(desk, 1018)), "Approve …")

    submit_again(desk)

    wait_for_state(desk, 1018, "done")
    assert [action for action, _ in deeds_of(desk, 1018)].count("void_invoice.approved") == 1
    assert count_calls(desk, 1018, "void") == 1


def test_who_has_no_role_decides_nothing(desk: Tallyman, jamie: Person) -> None:
    request(jamie, 1019)

    said = forge(desk, "approve_correction", request_id(desk, 1019), user="U0KIM")

    assert "You have no role at this billing desk" in said.words
    wait_for_state(desk, 1019, "waiting")


@pytest.mark.parametrize(
    ("changed", "number"),
    [({"deleted": True}, 1020), ({"is_restricted": True}, 1021), ({"team_id": "T0OTHER"}, 1022)],
    ids=["who left", "guest", "other organisation"],
)
def test_an_approver_who_is_no_full_member_any_more_decides_nothing(
    desk: Tallyman, jamie: Person, changed: dict[str, Any], number: int
) -> None:
    request(jamie, number)
    tell_of(desk, SECOND, **changed)

    said = forge(desk, "approve_correction", request_id(desk, number), user=SECOND)

    assert "You have no role at this billing desk" in said.words
    wait_for_state(desk, number, "waiting")
    tell_of(desk, SECOND)


@pytest.mark.parametrize("value", ["999999", "1|2", "in_1", ""])
def test_a_forged_number_leads_nowhere(desk: Tallyman, value: str) -> None:
    said = forge(desk, "approve_correction", value or "x", user=APPROVER)

    assert "There is no such request." in said.words or "names no request" in said.words


def test_who_sees_other_accounts_only_is_told_of_nothing(
    desk: Tallyman, jamie: Person, avery: Person, kim: Person
) -> None:
    grant(avery, "@kim approver for Beta")
    request(jamie, 1023)

    said = forge(desk, "approve_correction", request_id(desk, 1023), user="U0KIM")

    assert "There is no such request." in said.words
    assert all(title_of(desk, 1023) not in one.words for one in direct(kim))
    revoke(avery, "@kim approver for Beta")
