"""A digest of many accounts in many currencies, with names as long as Stripe takes them (P2)."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.money import Money
from bot.term_rows import write_terms
from jobs.timekeeping import look
from tests.build import make_customer, make_invoice
from tests.deployment import Tallyman, deployed
from tests.handlers.slack.billing_desk import answered
from tests.handlers.slack.digesting import (
    DIGEST,
    MONDAY,
    add_digest,
    rows_of,
    wait_for_posts,
)
from tests.workspace import Person, Seen

ROOM, HOUR = "extremes", 13
CURRENCIES = ("usd", "eur", "jpy", "kwd", "gbp")
ACCOUNTS = 20


@pytest.fixture(scope="module")
def desk(shared_database_url: str) -> Iterator[Tallyman]:
    with deployed(shared_database_url, now=MONDAY) as made:
        database = made.runtime.database
        for number in range(ACCOUNTS):
            name = f"{number:03} " + "<!channel> *Ünïcode* & Söhne " * 10
            customer = make_customer(database, name)
            late_on = MONDAY.date() - timedelta(days=1 + number)
            due = Money(1_234_567, CURRENCIES[number % len(CURRENCIES)])
            make_invoice(database, due=due, customer=customer, due_on=late_on)
            if number == ACCOUNTS - 1:
                # The longest late of all.
                with database.writing() as session:
                    terms = {"preference": "none"}
                    write_terms(session, customer.account_id, terms, by="U0AVERY", now=MONDAY)
        add_digest(made, ROOM, hour=HOUR, since=MONDAY)
        yield made
        assert made.slack.problems == []


@pytest.fixture(scope="module")
def avery(desk: Tallyman) -> Iterator[Person]:
    person = desk.person()
    yield person
    person.close()


@pytest.fixture(scope="module")
def digest(desk: Tallyman, avery: Person) -> Seen:
    """The one of the first day."""
    desk.runtime.clock.follow(MONDAY.replace(hour=HOUR, minute=1))
    assert look(desk.runtime, DIGEST) == 1
    return wait_for_posts(desk, avery, 1, channel=ROOM)


def test_every_currency_has_its_sum_and_its_ages(digest: Seen) -> None:
    for code, amount in (
        *(("USD", "12,345.67"), ("EUR", "12,345.67"), ("JPY", "1,234,567")),
        *(("KWD", "1,234.567"), ("GBP", "12,345.67")),
    ):
        assert f"{code} by age:" in digest.words
        assert any(row[1] == f"{code} {amount}" for row in rows_of(digest))


def test_it_has_pages_that_say_how_much_there_is(avery: Person, digest: Seen) -> None:
    assert f"accounts 1 to 15 of {ACCOUNTS}, the longest late first" in digest.words

    avery.click(digest, "More accounts ›")
    second = answered(avery, ROOM, after=digest)

    assert second.is_ephemeral
    assert f"accounts 16 to 20 of {ACCOUNTS}" in second.words
    assert not {row[0] for row in rows_of(second)} & {row[0] for row in rows_of(digest)}


def test_who_wants_no_messages_is_marked(digest: Seen) -> None:
    assert "opted out" in rows_of(digest)[0][0]


def test_nothing_in_a_name_is_a_command_to_slack(digest: Seen) -> None:
    assert "<!channel>" not in digest.text
