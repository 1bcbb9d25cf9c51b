"""Why nobody is chased for a while, by the days of the account."""

import itertools
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.database import Database
from bot.models import Account, PromisedInvoice, PromiseToPay, Snooze
from bot.queries.pauses import find_account_pauses, find_pauses
from tests.build import NOW, MadeCustomer, make_customer, make_invoice, usd

_presses = itertools.count(1)
FRIDAY, MONDAY = date(2026, 11, 27), date(2026, 11, 30)


def make_promise(
    database: Database, customer: MadeCustomer, *invoice_ids: str, **changes: Any
) -> int:
    fields = {
        "currency": "usd",
        "amount_minor": 500,
        "promised_on": FRIDAY,
        "grace_on": MONDAY,
        "note": "",
        "said_by": "",
        "said_where": "",
        "recorded_by": "U1",
        "recorded_at": NOW,
        "press": f"press {next(_presses)}",
        "state": "pending",
    }
    with database.writing() as session:
        promise = PromiseToPay(account_id=customer.account_id, **(fields | changes))
        session.add(promise)
        session.flush()
        for invoice_id in invoice_ids:
            session.add(
                PromisedInvoice(
                    promise_id=promise.id,
                    invoice_id=invoice_id,
                    paid_before_minor=0,
                    remaining_minor=500,
                    paid_in_time_minor=0,
                )
            )
        return promise.id


def make_snooze(database: Database, account_id: int, *, until_on: date) -> None:
    with database.writing() as session:
        session.add(
            Snooze(
                account_id=account_id,
                until_on=until_on,
                reason="",
                snoozed_by="U1",
                snoozed_at=NOW,
                press=f"press {next(_presses)}",
            )
        )


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/Los_Angeles"])
def test_a_promise_pauses_until_the_end_of_its_grace_day_where_the_account_is(
    database: Database, zone: str
) -> None:
    customer = make_customer(database, zone=zone)
    promised = make_invoice(database, customer=customer, due=usd(500))
    other = make_invoice(database, customer=customer, due=usd(700))
    number = make_promise(database, customer, promised)
    end = datetime(2026, 12, 1, tzinfo=ZoneInfo(zone))

    with database.looking() as session:
        before = find_pauses(session, [promised, other], now=end - timedelta(seconds=1))
        of_account = find_account_pauses(
            session, [customer.account_id], now=end - timedelta(days=1)
        )
        after = find_pauses(session, [promised, other], now=end)
        none_left = find_account_pauses(session, [customer.account_id], now=end)

    assert set(before) == {promised}
    mark = before[promised].promise
    assert mark is not None
    assert (mark.id, mark.amount, mark.promised_on) == (number, usd(500), FRIDAY)
    assert of_account[customer.account_id].promises == (mark,)
    assert after == {}
    assert none_left == {}


@pytest.mark.parametrize("state", ["kept", "broken", "partly_kept", "cancelled"])
def test_what_has_ended_pauses_nothing(database: Database, state: str) -> None:
    customer = make_customer(database)
    promised = make_invoice(database, customer=customer, due=usd(500))
    make_promise(database, customer, promised, state=state)

    with database.looking() as session:
        assert find_pauses(session, [promised], now=NOW) == {}


def test_a_snoozed_organisation_pauses_its_companies_until_the_day_begins(
    database: Database,
) -> None:
    east = make_customer(database, organisation="Acme", company="East", zone="Asia/Tokyo")
    other = make_customer(database, zone="Asia/Tokyo")
    invoice = make_invoice(database, customer=east, due=usd(500))
    foreign = make_invoice(database, customer=other, due=usd(500))
    with database.reading() as reading:
        organisation = reading.get_one(Account, east.account_id).parent_id
    assert organisation is not None
    make_snooze(database, organisation, until_on=FRIDAY)
    until = datetime(2026, 11, 27, tzinfo=ZoneInfo("Asia/Tokyo"))

    with database.looking() as session:
        ids = [invoice, foreign]
        before = find_pauses(session, ids, now=until - timedelta(seconds=1))
        after = find_pauses(session, ids, now=until)
        accounts = find_account_pauses(session, [organisation, east.account_id], now=NOW)

    assert {key: pause.snoozed_until for key, pause in before.items()} == {invoice: FRIDAY}
    assert after == {}
    assert set(accounts) == {organisation, east.account_id}


def test_the_longer_of_two_snoozes_counts(database: Database) -> None:
    east = make_customer(database, organisation="Acme", company="East")
    invoice = make_invoice(database, customer=east, due=usd(500))
    with database.reading() as reading:
        organisation = reading.get_one(Account, east.account_id).parent_id
    assert organisation is not None
    make_snooze(database, organisation, until_on=MONDAY)
    make_snooze(database, east.account_id, until_on=FRIDAY)

    with database.looking() as session:
        assert find_pauses(session, [invoice], now=NOW)[invoice].snoozed_until == MONDAY
