"""Every deed where all are alike: refused, repeated, killed, and Stripe saying no or nothing.

What each of them says and checks by itself is in its own file; here all are asked for together.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from sqlalchemy import select

from bot import stripe_wire
from bot.models import Effect, Invoice
from bot.sandbox.mail.mailbox import Mailbox
from bot.sandbox.stripe import StandIn
from tests.billing import day
from tests.deed_counts import Case, Outside
from tests.deeds import AT_STRIPE, SETTINGS, tell_cases
from tests.deployment import SECRET_KEY, Tallyman, deployed
from tests.following import wait_until
from tests.handlers.slack.billing_desk import NOT_COVERED, deliver, grant, refusals_of
from tests.handlers.slack.dying import call_and_die, go_on, hold_calls, list_pending
from tests.handlers.slack.letters import tidy
from tests.handlers.slack.pressing import forge
from tests.handlers.slack.room import free_lanes
from tests.workspace import Person, Seen

# One who may do as much as the admin, one who only looks on, and one of another account.
JAMIE, VIEWER, ELSEWHERE = "U0JAMIE", "U0ROBIN", "U0SASHA"
NOTHING = "There is no such"
# The buttons that open the dialogs, and what they carry.
BUTTONS = {
    "send_payment_link": "{invoice}",
    "void_invoice": "{invoice}",
    "mark_uncollectible": "{invoice}",
    "issue_credit_note": "{invoice}",
    "record_payment": "{invoice}",
    "open_dispute": "{invoice}",
    "charge_balance": "@{account}",
    "send_balance_links": "@{account}|usd",
}
FORM = "application/x-www-form-urlencoded"
SITUATIONS = 7
# A balance of two invoices is charged by two calls, and a part is reported and then attached.
WRITES = len(AT_STRIPE) + 2
ANSWER_SECONDS_MAX = 1.0
SAID = "The parameters were valid, but the request failed."


@pytest.fixture(scope="module")
def cases() -> dict[str, list[Case]]:
    """What is left to do each deed to."""
    return {}


@pytest.fixture(scope="module")
def desk(shared_database_url: str, cases: dict[str, list[Case]]) -> Iterator[Tallyman]:
    """A Tallyman that does not wait long for Stripe."""
    stripe = StandIn(now=day("2026-11-16"), secret_key=SECRET_KEY, requests_per_second=None)
    cases.clear()
    cases.update(tell_cases(stripe, AT_STRIPE, SITUATIONS))
    told: dict[str, Any] = {name.lower(): value for name, value in SETTINGS.items()}
    told["billing_roles"] = f"{JAMIE}=approver,{VIEWER}=viewer"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stripe_wire, "READ_SECONDS", ANSWER_SECONDS_MAX)
        with deployed(shared_database_url, now=stripe.clock, stripe=stripe, **told) as tallyman:
            tallyman.slack.state.is_rate_limited = False
            tallyman.backfill()
            with contextlib.closing(tallyman.person()) as admin:
                grant(admin, '@sasha approver "whole 00"')
            yield tallyman
            assert tallyman.slack.problems == []


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    """The billing admin; whatever a test breaks works again after it."""
    free_lanes(desk)
    person = desk.person()
    yield person
    desk.stripe.world.faults.reset()
    person.close()


@pytest.fixture
def jamie(desk: Tallyman) -> Iterator[Person]:
    """Somebody who may do as much."""
    person = desk.person(JAMIE)
    yield person
    person.close()


@pytest.fixture
def case_of(desk: Tallyman, avery: Person, cases: dict[str, list[Case]]) -> dict[str, Case]:
    """One case for each deed, by its name, with everything done that comes before it."""
    taken = {deed.name: cases[deed.name].pop() for deed in AT_STRIPE}
    for deed in AT_STRIPE:
        if deed.prepare is not None:
            deed.prepare(avery, taken[deed.name])
    wait_until(lambda: list_pending(desk) == [])
    return taken


def test_what_a_worker_did_before_it_died_is_not_done_again(
    desk: Tallyman, avery: Person, case_of: dict[str, Case]
) -> None:
    hold_calls(desk)
    ask_for_all(avery, case_of)

    for deed in AT_STRIPE:
        let_workers_die(desk, case_of[deed.name])

    finish(desk)
    assert counts(desk, case_of) == once()


@pytest.mark.parametrize("fault", ["silent_after_next", "fail_after_next", "fail_before_next"])
def test_whatever_stripe_answers_it_is_done_once(
    desk: Tallyman, avery: Person, case_of: dict[str, Case], fault: str
) -> None:
    desk.stripe.world.faults.set({fault: WRITES})

    ask_for_all(avery, case_of)

    finish(desk)
    assert getattr(desk.stripe.world.faults, fault) == 0
    assert counts(desk, case_of) == once()


def test_what_stripe_refuses_is_not_done_and_told(
    desk: Tallyman, avery: Person, case_of: dict[str, Case]
) -> None:
    desk.stripe.world.faults.set({"refuse_next": len(AT_STRIPE)})

    ask_for_all(avery, case_of)

    finish(desk)
    assert {name: done[0] for name, done in counts(desk, case_of).items()} == dict.fromkeys(
        case_of, 0
    )
    ends = list_ends(desk, case_of)
    assert set(ends) == {deed.kinds[0] for deed in AT_STRIPE}
    assert all(SAID in why for why in ends.values())


def test_two_people_at_once_and_a_dialog_sent_twice_do_it_once(
    desk: Tallyman, avery: Person, jamie: Person, case_of: dict[str, Case]
) -> None:
    hold_calls(desk)
    in_other_names = {}

    for deed in AT_STRIPE:
        typed = [(who, deed.open(who, case_of[deed.name]) or {}) for who in (avery, jamie)]
        together(lambda one: one[0].submit(**one[1]), typed)
        sent = last_dialogs(desk, 2)
        together(lambda body: deliver(desk, body, kind=FORM), sent)
        in_other_names[deed.name] = [send_as(desk, who, sent[0]) for who in (VIEWER, ELSEWHERE)]
        for who in (avery, jamie):
            tidy(who)

    finish(desk)
    assert counts(desk, case_of) == once()
    for looking_on, outside in in_other_names.values():
        assert NOT_COVERED in looking_on
        assert NOTHING in outside


def test_a_forged_press_opens_no_dialog_for_those_who_may_not(
    desk: Tallyman, cases: dict[str, list[Case]]
) -> None:
    invoice = cases["void"].pop().invoice["id"]
    account = account_of(desk, invoice)
    said = {
        (action, who): forge(desk, action, value.format(invoice=invoice, account=account), user=who)
        for action, value in BUTTONS.items()
        for who in (VIEWER, ELSEWHERE)
    }

    for action in BUTTONS:
        assert NOT_COVERED in said[action, VIEWER].words, action
        assert NOTHING in said[action, ELSEWHERE].words, action
    assert len(refusals_of(desk, VIEWER)) >= len(BUTTONS)


def ask_for_all(person: Person, case_of: dict[str, Case]) -> None:
    """Ask for every deed, one after the other."""
    for deed in AT_STRIPE:
        deed.ask(person, case_of[deed.name])


def counts(desk: Tallyman, case_of: dict[str, Case]) -> dict[str, list[int]]:
    """How often each part of each deed has happened."""
    outside = Outside(desk.stripe, desk.slack, Mailbox())
    return {deed.name: deed.count(outside, case_of[deed.name]) for deed in AT_STRIPE}


def once() -> dict[str, list[int]]:
    """Each part of each deed once."""
    return {deed.name: [1] * deed.parts for deed in AT_STRIPE}


def finish(desk: Tallyman) -> None:
    """Wait until nothing is promised any more."""

    def is_all_over() -> bool:
        go_on(desk)
        return not list_pending(desk)

    wait_until(is_all_over)


def let_workers_die(desk: Tallyman, case: Case) -> None:
    """Have each call about an account's invoices made by a worker that dies right after it."""
    subjects = {f"invoice:{one['id']}" for one in case.invoices}
    while found := [one for one in list_pending(desk) if one.subject in subjects]:
        call_and_die(desk, found[0])
        wait_until(partial(is_over, desk, found[0].id))


def is_over(desk: Tallyman, effect_id: int) -> bool:
    """Whether nobody has to make a call any more."""
    return effect_id not in {one.id for one in list_pending(desk)}


def list_ends(desk: Tallyman, case_of: dict[str, Case]) -> dict[str, str]:
    """What was wrong with each call that came to nothing, by its kind."""
    subjects = {f"invoice:{one['id']}" for case in case_of.values() for one in case.invoices}
    ended = select(Effect).where(
        Effect.subject.in_(subjects), Effect.state.in_(["refused", "dead"])
    )
    with desk.runtime.database.reading() as session:
        return {one.kind: one.last_error or "" for one in session.scalars(ended)}


def together(do: Callable[[Any], None], each: Sequence[Any]) -> None:
    """Do it with each of these at the same moment."""
    with ThreadPoolExecutor(len(each)) as threads:
        list(threads.map(do, each))


def last_dialogs(desk: Tallyman, count: int) -> list[bytes]:
    """The last dialogs that were sent, as they were."""
    sent = [one.body for one in desk.slack.deliveries if one.kind == "view_submission"]
    return sent[-count:]


def send_as(desk: Tallyman, user_id: str, body: bytes) -> str:
    """Send a dialog in another person's name, rightly signed; what it says then."""
    payload = json.loads(parse_qs(body.decode())["payload"][0])
    payload["user"]["id"], payload["view"]["id"] = user_id, f"V0{user_id}"
    form = urlencode({"payload": json.dumps(payload)}).encode()
    delivery = desk.slack.deliver(form, {"Content-Type": FORM, **desk.slack.sign(form)})
    view = json.loads(delivery.answer)["view"]
    return Seen(view | {"text": "", "ephemeral": True}).words


def account_of(desk: Tallyman, invoice_id: str) -> int:
    """The account that an invoice belongs to."""
    with desk.runtime.database.reading() as session:
        return session.scalars(select(Invoice.account_id).where(Invoice.id == invoice_id)).one()
