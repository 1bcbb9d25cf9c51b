"""Cards that stay in a channel: posted once, and right whoever changes their invoice (G1, G10)."""

import uuid
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from sqlalchemy import select

from bot.models import Invoice
from tests.billing import day
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import answered, ask
from tests.handlers.slack.dying import call_and_die, get_last, go_on, hold_calls, list_pending
from tests.handlers.slack.pressing import view_of
from tests.handlers.slack.promising import clear_screen
from tests.handlers.slack.room import (
    ROOM,
    at_work,
    count_pending,
    effect_of_share,
    free_lanes,
    let_time_pass,
    open_room,
    pay,
    pay_quietly,
    posted,
    share,
    shown,
)
from tests.workspace import Person

UPDATE = "update_announcement"


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with open_room(shared_database_url) as opened:
        yield opened


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    with at_work(desk) as person:
        yield person


def test_a_shared_card_is_a_message_of_its_own(desk: Tallyman, avery: Person) -> None:
    kim = desk.person("U0KIM")

    card = share(desk, avery, 1001)

    assert "USD 100.00" in card.words
    assert "Shared by <@U0AVERY>" in card.words
    assert card.buttons == ["Send payment link", "Dispute", "Promise to pay", "Open in Stripe"]
    assert any(one.ts == card.ts for one in kim.messages(ROOM))
    kim.close()


def test_what_goes_with_a_message_tells_other_apps_nothing(desk: Tallyman, avery: Person) -> None:
    share(desk, avery, 1001)

    sent = [one.arguments for one in list(desk.slack.calls) if one.method == "chat.postMessage"]
    mark = sent[-1]["metadata"]["event_payload"]
    assert list(mark) == ["k"]
    assert str(uuid.UUID(mark["k"])) == mark["k"]
    assert sent[-1]["unfurl_links"] is sent[-1]["unfurl_media"] is False


def test_a_posted_card_follows_its_invoice(desk: Tallyman, avery: Person) -> None:
    card = share(desk, avery, 1002)
    count = len(posted(desk))

    pay(desk, 1002)

    wait_until(lambda: "settled in full" in shown(avery, card))
    assert len(posted(desk)) == count


def test_a_promise_shows_on_a_posted_card_and_goes_with_it(desk: Tallyman, avery: Person) -> None:
    card = share(desk, avery, 1012)
    assert avery.click(card, "Promise to pay")["ok"]
    view_of(avery)
    assert avery.submit(amount="1")["ok"]

    wait_until(lambda: "USD 1.00 by 20 Nov 2026" in shown(avery, card))
    wait_until(lambda: "Cancel promise …" in view_of(avery).buttons)
    avery.press("Cancel promise …")
    wait_until(lambda: "chased again from then on" in view_of(avery).words)
    assert avery.submit()["ok"]

    wait_until(lambda: "USD 1.00 by 20 Nov 2026" not in shown(avery, card))
    clear_screen(avery)


def test_a_payment_shows_before_the_new_day_of_all_other_cards(
    desk: Tallyman, avery: Person
) -> None:
    card = share(desk, avery, 1014)
    wait_until(lambda: not list_pending(desk))
    hold_calls(desk, "slack")
    desk.stripe.advance(desk.stripe.clock + timedelta(days=1))
    desk.sync()
    wait_until(lambda: len(list_pending(desk, UPDATE)) > 1)
    before = len(desk.slack.calls)

    pay_quietly(desk, 1014)
    wait_until(lambda: not all(row.is_patient for row in list_pending(desk, UPDATE)))
    free_lanes(desk)

    # The others are older, and each has to wait for a turn of its own.
    wait_until(lambda: "settled in full" in shown(avery, card))
    updates = [one for one in list(desk.slack.calls)[before:] if one.method == "chat.update"]
    assert updates[0].arguments["ts"] == card.ts
    go_on(desk)
    wait_until(lambda: not list_pending(desk))


def test_a_posted_card_shows_the_new_day_although_nothing_happened(
    desk: Tallyman, avery: Person
) -> None:
    card = share(desk, avery, 1011)
    assert "due in" in card.words
    free_lanes(desk)
    count = len(posted(desk))
    desk.sync()

    desk.stripe.advance(day("2026-12-14"))
    desk.sync()

    wait_until(lambda: "Past Due" in shown(avery, card))
    assert "3 days late" in shown(avery, card)
    assert len(posted(desk)) == count


@pytest.mark.parametrize("honours_client_msg_id", [False, True])
@pytest.mark.parametrize("fault", ["lose_answer_next", "fail_after_next", "html_next"])
def test_after_a_lost_answer_it_looks_before_it_posts_again(
    desk: Tallyman, avery: Person, fault: str, *, honours_client_msg_id: bool
) -> None:
    desk.slack.state.honours_client_msg_id = honours_client_msg_id
    before = len(posted(desk))
    desk.slack.faults.set({fault: 1, "methods": ["chat.postMessage"]})

    avery.type(ROOM, "/invoice 1003 share")
    wait_until(lambda: effect_of_share(desk).last_error is not None)
    let_time_pass(desk)
    wait_until(lambda: effect_of_share(desk).state == "done")

    assert len(posted(desk)) == before + 1


@pytest.mark.parametrize("fault", [{"fail_before_next": 1}, {"ratelimited_next": 1}])
def test_what_slack_did_not_take_is_posted_later(
    desk: Tallyman, avery: Person, fault: dict[str, int]
) -> None:
    before = len(posted(desk))
    desk.slack.faults.set({**fault, "retry_after": 0, "methods": ["chat.postMessage"]})

    avery.type(ROOM, "/invoice 1004 share")
    wait_until(
        lambda: not (desk.slack.faults.fail_before_next + desk.slack.faults.ratelimited_next)
    )
    let_time_pass(desk)
    wait_until(lambda: effect_of_share(desk).state == "done")

    assert len(posted(desk)) == before + 1


def test_where_slack_refuses_the_blocks_the_words_are_posted(desk: Tallyman, avery: Person) -> None:
    desk.slack.faults.set(
        {"error_next": 1, "error_name": "invalid_blocks", "methods": ["chat.postMessage"]}
    )

    card = share(desk, avery, 1005)

    assert "USD 100.04" in card.words
    assert card.buttons == []
    desk.slack.problems.clear()


def test_a_message_that_was_taken_away_is_left_alone(desk: Tallyman, avery: Person) -> None:
    card = share(desk, avery, 1006)
    count = len(posted(desk))
    channel = desk.slack.find_channel(ROOM).id
    message = desk.slack.workspace.find_message(channel, card.ts)
    assert message is not None
    desk.slack.workspace.remove(message)

    pay(desk, 1006)
    wait_until(lambda: count_pending(desk) == 0)

    assert len(posted(desk)) == count - 1
    assert "message is gone" not in ask(avery, "/billing sync").words


def test_many_changes_become_one_update(desk: Tallyman, avery: Person) -> None:
    card = share(desk, avery, 1007)
    desk.slack.faults.set({"slow_seconds": 0.2, "methods": ["conversations.info"]})
    with desk.runtime.database.reading() as session:
        invoice = session.scalars(select(Invoice.id).where(Invoice.short_number == 1007)).one()

    for number in range(6):
        desk.stripe.call("POST", f"/v1/invoices/{invoice}", {"description": f"Change {number}"})
        assert desk.stripe.webhooks_idle(20)
        desk.sync()
    pay(desk, 1007)
    wait_until(lambda: "settled in full" in shown(avery, card))

    updates = [one for one in desk.slack.calls if one.method == "chat.update"]
    assert len([one for one in updates if one.arguments["ts"] == card.ts]) <= 2


def test_a_change_whose_worker_died_shows_and_posts_nothing_again(
    desk: Tallyman, avery: Person
) -> None:
    card = share(desk, avery, 1008)
    wait_until(lambda: not list_pending(desk))
    count = len(posted(desk))
    hold_calls(desk, "slack")
    pay_quietly(desk, 1008)
    wait_until(lambda: bool(list_pending(desk, UPDATE)))

    call_and_die(desk, list_pending(desk, UPDATE)[0])

    assert "settled in full" in shown(avery, card)
    go_on(desk)
    wait_until(lambda: not list_pending(desk))
    assert get_last(desk, UPDATE).state == "done"
    assert "settled in full" in shown(avery, card)
    assert len(posted(desk)) == count


def test_a_change_whose_answer_was_lost_is_made_again(desk: Tallyman, avery: Person) -> None:
    card = share(desk, avery, 1013)
    count = len(posted(desk))
    desk.slack.faults.set({"lose_answer_next": 1, "methods": ["chat.update"]})

    pay(desk, 1013)
    wait_until(lambda: get_last(desk, UPDATE).last_error is not None)
    go_on(desk)

    wait_until(lambda: not list_pending(desk))
    assert get_last(desk, UPDATE).attempts > 1
    assert "settled in full" in shown(avery, card)
    assert len(posted(desk)) == count


def test_what_could_not_be_posted_waits_for_a_persons_decision(
    desk: Tallyman, avery: Person
) -> None:
    before = len(posted(desk))
    desk.slack.faults.set(
        {"error_next": 1, "error_name": "restricted_action", "methods": ["chat.postMessage"]}
    )
    avery.type(ROOM, "/invoice 1009 share")
    wait_until(lambda: effect_of_share(desk).state == "dead")
    ready = httpx.get(f"{desk.url}/readyz", trust_env=False).json()
    assert (ready["ready"], ready["failed_work"]) == (True, 1)

    card = ask(avery, "/billing sync")
    assert "keep me from posting there" in card.words
    avery.click(card, "retry_effect:0")
    assert "It is being tried again" in answered(avery, after=card).words

    wait_until(lambda: effect_of_share(desk).state == "done")
    assert len(posted(desk)) == before + 1


def test_a_dead_end_is_dismissed_once(desk: Tallyman, avery: Person) -> None:
    desk.slack.faults.set(
        {"error_next": 1, "error_name": "restricted_action", "methods": ["chat.postMessage"]}
    )
    avery.type(ROOM, "/invoice 1010 share")
    wait_until(lambda: effect_of_share(desk).state == "dead")
    card = ask(avery, "/billing sync")

    avery.click(card, "dismiss_effect:0")
    dismissed = answered(avery, after=card)

    assert "It will not be done" in dismissed.words
    assert "Could not be done" not in dismissed.words
    assert effect_of_share(desk).decided_by == "U0AVERY"
