"""Recording promises to pay, taking them back, and how payments keep them (P5)."""

import contextlib
from collections.abc import Callable, Iterator

import pytest

from bot import stripe_api, stripe_wire
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NO_ROLE, NOT_COVERED, ask
from tests.handlers.slack.correcting import card_for, decide, submit_again
from tests.handlers.slack.dying import (
    call_and_die,
    get_last,
    go_on,
    holding_subject,
    list_pending,
)
from tests.handlers.slack.pressing import forge, view_of
from tests.handlers.slack.promising import (
    APPROVER,
    COLLECTOR,
    FRIDAY,
    SECOND,
    STRANGER,
    VIEWER,
    Firm,
    clear_screen,
    deed,
    deeds_of,
    hear,
    next_firm,
    open_promise,
    promise,
    promises_of,
    promising_desk,
    states_of,
)
from tests.workspace import Person, Seen

# As long as a Stripe that says nothing is waited for.
ANSWER_SECONDS_MAX = 1.0


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stripe_wire, "READ_SECONDS", ANSWER_SECONDS_MAX)
        with promising_desk(shared_database_url, promise_limits="USD 160") as tallyman:
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
        desk.stripe.world.faults.reset()


@pytest.fixture
def jamie(people: Callable[[str], Person]) -> Person:
    """A collector."""
    return people(COLLECTOR)


@pytest.fixture
def firm(desk: Tallyman) -> Firm:
    """An account that no other test is about."""
    return next_firm(desk)


def test_one_press_promises_all_that_is_past_due_by_friday(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    said = deed(jamie, firm, "Promise to pay")

    [made] = promises_of(desk, firm)
    assert (made.amount_minor, made.promised_on.isoformat()) == (15_000, FRIDAY)
    assert made.grace_on.isoformat() == "2026-11-23"
    assert "USD 150.00" in said.words
    assert deeds_of(desk, firm) == ["record_promise.done"]
    card = ask(jamie, f"/invoice {firm.invoices[0].number}")
    assert "Promised" in card.words
    assert "USD 150.00 by 20 Nov 2026" in card.words
    assert "Show promise" in card.buttons
    assert "Promise to pay" not in card.buttons
    later = ask(jamie, f"/invoice {firm.invoices[2].number}")
    assert "Promised" not in later.words
    balance = ask(jamie, f"/balance {firm.name}")
    assert "USD 150.00 by 20 Nov 2026" in balance.words


def test_from_the_card_of_an_invoice_it_is_about_that_invoice(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    open_promise(jamie, firm, place=1)

    jamie.submit()

    assert [made.amount_minor for made in promises_of(desk, firm)] == [SECOND]


def test_a_part_of_one_invoice_by_another_day_with_who_said_it(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    promise(
        jamie,
        firm,
        invoices=[firm.ids[1]],
        amount="20",
        when="other",
        other_day="2026-12-05",
        said_by="Erin <!channel>",
        said_where="A call",
        note="After the payment run.",
    )

    [made] = promises_of(desk, firm)
    assert (made.amount_minor, made.promised_on.isoformat()) == (2_000, "2026-12-05")
    assert made.grace_on.isoformat() == "2026-12-07"
    assert (made.said_by, made.said_where) == ("Erin <!channel>", "A call")
    card = ask(jamie, f"/invoice {firm.invoices[1].number}")
    jamie.click(card, "Show promise")
    shown = view_of(jamie)
    assert "Erin" in shown.words
    assert "After the payment run." in shown.words
    assert "Jamie Okafor" in shown.words


def test_what_can_not_be_promised_is_named_below_its_field(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    open_promise(jamie, firm)

    for filled, why in (
        ({"amount": "100.01"}, "Only USD 100.00 is to pay"),
        ({"amount": "a lot"}, "is no amount"),
        ({"amount": "1", "when": "other"}, "Choose the day"),
        ({"other_day": "2026-11-15"}, "from today on"),
        ({"other_day": "2027-11-15"}, "within 180 days"),
        ({"other_day": FRIDAY, "note": "4242 4242 4242 4242"}, "looks like a card number"),
    ):
        answered = jamie.submit(**filled)
        assert why in str(answered), filled

    assert promises_of(desk, firm) == []


def test_the_same_dialog_twice_is_one_promise(desk: Tallyman, jamie: Person, firm: Firm) -> None:
    promise(jamie, firm)
    submit_again(desk)

    assert states_of(desk, firm) == ["pending"]
    assert deeds_of(desk, firm) == ["record_promise.done"]


def test_a_new_promise_takes_the_place_of_the_one_before(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    promise(jamie, firm, invoices=[firm.ids[0]])
    # From the card of an invoice that the first one is not about.
    promise(jamie, firm, place=1, amount="10")

    assert states_of(desk, firm) == ["cancelled", "pending"]
    assert promises_of(desk, firm)[0].cancelled_why == "Another promise has taken its place."


def test_a_promise_is_taken_back_until_its_day_is_over(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    promise(jamie, firm)
    card = ask(jamie, f"/invoice {firm.invoices[0].number}")
    jamie.click(card, "Show promise")
    wait_until(lambda: "Cancel promise …" in view_of(jamie).buttons)
    jamie.press("Cancel promise …")
    wait_until(lambda: "Cancel this promise?" in str(view_of(jamie).raw["title"]))
    assert jamie.submit(why="It was another customer.")["ok"]
    said = jamie.view()
    submit_again(desk)

    assert "The promise is cancelled." in said.words
    assert states_of(desk, firm) == ["cancelled"]
    assert deeds_of(desk, firm) == ["record_promise.done", "cancel_promise.done"]
    assert "Promised" not in ask(jamie, f"/invoice {firm.invoices[0].number}").words


def test_nobody_without_the_role_records_one_not_even_by_a_forged_press(
    desk: Tallyman, people: Callable[[str], Person], firm: Firm
) -> None:
    robin = people(VIEWER)
    card = ask(robin, f"/invoice {firm.invoices[0].number}")

    assert "Promise to pay" not in card.buttons
    for value in (firm.ids[0], f"@{firm.account_id}|usd"):
        assert NOT_COVERED in forge(desk, "record_promise", value, user=VIEWER).words
        assert NO_ROLE in forge(desk, "record_promise", value, user=STRANGER).words
    assert "names no balance" in forge(desk, "record_promise", "@0|usd", user=COLLECTOR).words
    assert "no such promise" in forge(desk, "show_promise", "99999", user=COLLECTOR).words
    assert promises_of(desk, firm) == []


def test_a_payment_keeps_a_promise_at_once_and_who_recorded_it_is_told(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    promise(jamie, firm)
    billing, left = Billing(desk.stripe), "USD 50.00 by 20 Nov 2026"

    billing.pay({"id": firm.ids[0]})
    hear(desk, lambda: left in ask(jamie, f"/balance {firm.name}").words)
    assert states_of(desk, firm) == ["pending"]
    billing.pay({"id": firm.ids[1]})

    hear(desk, lambda: states_of(desk, firm) == ["kept"])
    assert "it has arrived" in card_for(jamie, f"{firm.name} promised USD 150.00").words
    assert deeds_of(desk, firm) == ["record_promise.done", "judge_promise.done"]
    balance = ask(jamie, f"/balance {firm.name}")
    assert "1 of 1 promise, 100% of USD 150.00" in balance.words
    # It is about two invoices, and stands in the history of each.
    for invoice in firm.invoices[:2]:
        history = ask(jamie, f"/invoice history {invoice.number}")
        assert "Record promise" in history.words
        assert "Judge promise" in history.words


def test_a_void_invoice_lowers_what_is_promised_and_no_more_than_that(
    desk: Tallyman, jamie: Person, firm: Firm
) -> None:
    promise(jamie, firm)
    billing, left = Billing(desk.stripe), "USD 50.00 by 20 Nov 2026"

    billing.void({"id": firm.ids[0]})
    hear(desk, lambda: left in ask(jamie, f"/balance {firm.name}").words)
    assert states_of(desk, firm) == ["pending"]
    billing.void({"id": firm.ids[1]})

    hear(desk, lambda: states_of(desk, firm) == ["cancelled"])
    assert promises_of(desk, firm)[0].cancelled_why == "Nothing of its invoices is left to pay."


def test_more_than_the_limit_waits_for_somebody_else(
    desk: Tallyman, people: Callable[[str], Person], jamie: Person, firm: Firm
) -> None:
    sasha = people(APPROVER)

    said = promise(jamie, firm, invoices=list(firm.ids), note="They pay it all.")

    assert "those who may approve it have been told" in said.words
    assert promises_of(desk, firm) == []
    card = card_for(sasha, f"Promise to pay invoice {firm.invoices[0].number}")
    assert "USD 170.00" in card.words
    assert "20 Nov 2026" in card.words
    decide(sasha, card, "Approve …")
    wait_until(lambda: states_of(desk, firm) == ["pending"])
    [made] = promises_of(desk, firm)
    assert (made.amount_minor, made.recorded_by) == (17_000, COLLECTOR)
    assert deeds_of(desk, firm) == [
        "record_promise.requested",
        "record_promise.approved",
        "record_promise.settled",
    ]


def test_a_promise_that_was_approved_too_late_is_not_recorded(
    desk: Tallyman, people: Callable[[str], Person], jamie: Person, firm: Firm
) -> None:
    sasha = people(APPROVER)
    promise(jamie, firm, invoices=list(firm.ids), note="They pay it all.")
    card = card_for(sasha, f"Promise to pay invoice {firm.invoices[0].number}")

    # Not the invoice that the request hangs on.
    Billing(desk.stripe).pay({"id": firm.ids[1]})
    hear(desk, lambda: "USD 120.00" in ask(jamie, f"/balance {firm.name}").words)
    decide(sasha, card, "Approve …")

    told = card_for(jamie, "not done. Nothing of")
    assert str(firm.invoices[1].number) in told.words
    assert promises_of(desk, firm) == []


@pytest.fixture
def card(people: Callable[[str], Person], jamie: Person, firm: Firm) -> Seen:
    """What asks the approver for a promise of more than the limit."""
    promise(jamie, firm, invoices=list(firm.ids), note="They pay it all.")
    return card_for(people(APPROVER), f"Promise to pay invoice {firm.invoices[0].number}")


def test_an_approval_that_is_sent_twice_records_one_promise(
    desk: Tallyman, people: Callable[[str], Person], firm: Firm, card: Seen
) -> None:
    decide(people(APPROVER), card, "Approve …")
    submit_again(desk)

    wait_until(lambda: not list_pending(desk))
    assert states_of(desk, firm) == ["pending"]
    assert deeds_of(desk, firm).count("record_promise.settled") == 1


def test_a_promise_whose_worker_died_is_recorded_once(
    desk: Tallyman, people: Callable[[str], Person], firm: Firm, card: Seen
) -> None:
    with holding_subject(desk, f"invoice:{firm.ids[0]}"):
        decide(people(APPROVER), card, "Approve …")
        [promised] = list_pending(desk, "record_promise")
        call_and_die(desk, promised)
        assert promises_of(desk, firm) == []

    wait_until(lambda: states_of(desk, firm) == ["pending"])
    assert get_last(desk, "record_promise").attempts > 1
    assert deeds_of(desk, firm).count("record_promise.settled") == 1


@pytest.mark.parametrize("fault", [{"deny": ["invoices"]}, {"black_hole": True}])
def test_a_promise_is_recorded_once_stripe_says_how_the_invoice_is(
    desk: Tallyman,
    people: Callable[[str], Person],
    firm: Firm,
    card: Seen,
    monkeypatch: pytest.MonkeyPatch,
    fault: dict[str, object],
) -> None:
    desk.stripe.world.faults.set(fault)
    with monkeypatch.context() as patch:
        patch.setattr(stripe_api, "GIVE_UP_SECONDS", ANSWER_SECONDS_MAX)
        decide(people(APPROVER), card, "Approve …")
        wait_until(lambda: get_last(desk, "record_promise").last_error is not None)
    assert promises_of(desk, firm) == []
    desk.stripe.world.faults.reset()

    go_on(desk)

    wait_until(lambda: states_of(desk, firm) == ["pending"])
    assert deeds_of(desk, firm).count("record_promise.settled") == 1


def test_a_person_may_send_a_link_all_the_same_and_is_told_of_the_promise(
    jamie: Person, firm: Firm
) -> None:
    promise(jamie, firm)
    card = ask(jamie, f"/invoice {firm.invoices[0].number}")

    jamie.click(card, "Send payment link")

    assert "promised USD 150.00 by 20 Nov 2026" in view_of(jamie).words
    assert view_of(jamie).raw.get("submit") is not None


def test_the_deeds_of_an_account_record_one_too(desk: Tallyman, jamie: Person, firm: Firm) -> None:
    said = deed(jamie, firm, "Promise to pay", amount="1")

    assert "USD 1.00" in said.words
    assert states_of(desk, firm) == ["pending"]
