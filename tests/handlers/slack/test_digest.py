"""The digest of a channel from its first morning on (P2, P3, P4): posted once, and true all day."""

from collections.abc import Iterator

import pytest

from jobs.timekeeping import look
from tests.billing import Billing
from tests.deployment import Tallyman
from tests.following import wait_until
from tests.handlers.slack.billing_desk import answered, ask
from tests.handlers.slack.digesting import (
    DIGEST,
    ROOM,
    again,
    at_the_desk,
    digest_posts,
    digesting,
    effects_of,
    next_morning,
    posts,
    rows_of,
    set_up,
    struck_in,
    wait_for_posts,
    wait_for_words,
)
from tests.handlers.slack.pressing import view_of
from tests.trail import entries_of
from tests.workspace import Person, Seen


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    yield from digesting(shared_database_url)


@pytest.fixture
def avery(desk: Tallyman) -> Iterator[Person]:
    yield from at_the_desk(desk)


@pytest.fixture
def morning(desk: Tallyman, avery: Person) -> Seen:
    """The digest of the next morning, in a channel that has one."""
    if not digest_posts(desk):
        set_up(avery, weekdays=["1", "2", "3", "4", "5", "6", "7"])
        avery.dismiss()
    before = len(posts(desk))
    assert next_morning(desk) == 1
    return wait_for_posts(desk, avery, before + 1)


def names_in(message: Seen) -> list[str]:
    return [row[0].partition("\n")[0] for row in rows_of(message)]


def test_it_names_each_late_account_once_the_longest_late_first(morning: Seen) -> None:
    assert "Past due · Tue 17 Nov 2026" in morning.words
    assert rows_of(morning) == [
        ["Oldest Ltd", "USD 900.00", "58 d"],
        ["Middle GmbH", "USD 400.00", "28 d"],
        ["Yen KK", "JPY 500,000", "16 d"],
        ["Acme › Acme East", "USD 50.00", "15 d"],
        ["Newest Inc", "USD 123.00", "5 d"],
    ]
    assert "USD 1,473.00" in morning.words
    assert "JPY 500,000" in morning.words
    assert "USD by age:" in morning.words
    assert "Since" not in morning.words


def test_it_is_posted_once_a_day_however_often_anybody_looks(desk: Tallyman, morning: Seen) -> None:
    assert [look(desk.runtime, DIGEST) for _ in range(3)] == [0, 0, 0]

    days = [post.day for post in digest_posts(desk)]
    assert len(set(days)) == len(days)
    assert posts(desk)[-1].ts == morning.ts


def test_the_next_one_says_what_has_changed(desk: Tallyman, avery: Person, morning: Seen) -> None:
    billing = Billing(desk.stripe)
    fresh = billing.customer("Fresh Ltd", company="Fresh Ltd")
    billing.invoice(fresh, ("Calls", 7_700), due=desk.stripe.clock)
    newest = billing.customer("Payer Ltd", company="Payer Ltd")
    paid = billing.invoice(newest, ("Calls", 3_300), due=desk.stripe.clock)
    before = len(posts(desk))
    next_morning(desk)
    second = wait_for_posts(desk, avery, before + 1)
    billing.pay(paid)
    next_morning(desk)
    third = wait_for_posts(desk, avery, before + 2)

    assert "2 new" in second.words
    assert ["Fresh Ltd\n· ● new", "USD 77.00", "1 d"] in rows_of(second)
    assert "Paid since" in third.words
    assert "USD 33.00 by Payer Ltd" in third.words
    assert "new" not in " ".join(row[0] for row in rows_of(third))
    assert morning.words == again(avery, morning).words


def test_a_payment_strikes_its_line_through(desk: Tallyman, avery: Person, morning: Seen) -> None:
    billing = Billing(desk.stripe)
    payer = billing.customer("Striker Ltd", company="Striker Ltd")
    invoice = billing.invoice(payer, ("Calls", 4_400), due=desk.stripe.clock)
    before = len(posts(desk))
    next_morning(desk)
    today = wait_for_posts(desk, avery, before + 1)
    assert "Striker Ltd" in names_in(today)

    billing.pay(invoice)

    changed = wait_for_words(desk, avery, today, "✓ paid")
    assert struck_in(changed) == ["Striker Ltd", "USD 44.00"]
    assert len(posts(desk)) == before + 1
    assert names_in(changed) == names_in(today)
    _, menu = changed.find("show_account_deeds:digest")
    assert not any("Striker" in each["text"]["text"] for each in menu["options"])
    assert again(avery, morning).words == morning.words


def test_the_menu_opens_what_can_be_done_about_an_account(avery: Person, morning: Seen) -> None:
    _, menu = morning.find("show_account_deeds:digest")
    label = next(one["text"]["text"] for one in menu["options"] if "Middle" in one["text"]["text"])

    assert avery.choose(morning, "show_account_deeds:digest", label)["ok"]

    dialog = view_of(avery)
    assert "Middle GmbH" in dialog.words
    assert "Send payment links" in dialog.buttons


def test_a_dispute_is_marked_in_todays_digest(desk: Tallyman, avery: Person, morning: Seen) -> None:
    answer = ask(avery, "/invoice list entity:Newest status:past_due")
    avery.click(answer, "Show")
    card = answered(avery, after=answer)
    avery.click(card, "Dispute")
    view_of(avery)
    avery.submit(reason="pricing_wrong_rate")

    changed = wait_for_words(desk, avery, morning, "disputed")

    assert any(row[0].startswith("Newest Inc\n· disputed") for row in rows_of(changed))


def test_who_has_seen_it_stands_below_it(desk: Tallyman, avery: Person, morning: Seen) -> None:
    avery.click(morning, "Seen")

    changed = wait_for_words(desk, avery, morning, "Seen by Avery")

    avery.click(changed, "Seen")
    wait_until(lambda: "already" in avery.see(ROOM).words)
    assert "see_digest.done" in {one.action for one in entries_of(desk.runtime.database)}


def test_the_digest_of_another_day_says_so_to_whoever_presses(
    desk: Tallyman, avery: Person, morning: Seen
) -> None:
    before = len(posts(desk))
    next_morning(desk)
    wait_for_posts(desk, avery, before + 1)

    avery.click(morning, "Seen")

    wait_until(lambda: "The day of that digest is over" in avery.see(ROOM).words)


def test_it_is_in_the_audit_trail_and_has_an_anchor_of_it(desk: Tallyman, morning: Seen) -> None:
    wait_until(lambda: effects_of(desk)[-1].state == "done")

    recorded = [one.action for one in entries_of(desk.runtime.database)]
    assert "post_digest.settled" in recorded
    assert "audit " in morning.words.splitlines()[-1]
