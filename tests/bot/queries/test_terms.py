"""What holds for an account, and whom it is written to: its own, its organisation's, or for all."""

from datetime import datetime, time
from typing import Any

import pytest

from bot.database import Database
from bot.models import Account, Contact, CustomerChannel
from bot.queries.contacts import ContactLine, KnownFrom, list_contacts
from bot.queries.terms import Language, Preference, QuietHours, Source, Terms, find_terms
from bot.term_rows import write_terms
from tests.build import NOW, MadeCustomer, make_customer


def parent_of(database: Database, customer: MadeCustomer) -> int:
    with database.reading() as session:
        parent_id = session.get_one(Account, customer.account_id).parent_id
    assert parent_id is not None
    return parent_id


def set_terms(database: Database, account_id: int, **values: Any) -> None:
    with database.writing() as session:
        write_terms(session, account_id, values, by="U1", now=NOW)


def terms_of(database: Database, account_id: int) -> Terms:
    with database.looking() as reading:
        return find_terms(reading, [account_id])[account_id]


def contacts_of(database: Database, account_id: int) -> tuple[ContactLine, ...]:
    with database.looking() as reading:
        return list_contacts(reading, [account_id])[account_id]


def add_contact(database: Database, account_id: int, email: str) -> None:
    with database.writing() as session:
        session.add(
            Contact(
                account_id=account_id,
                name="Ada",
                email=email,
                folded=email.casefold(),
                added_by="U1",
                added_at=NOW,
            )
        )


def test_an_account_of_which_nothing_was_set_has_what_holds_for_all(database: Database) -> None:
    account_id = make_customer(database).account_id

    terms = terms_of(database, account_id)

    assert (terms.preference, terms.language) == (Preference.MAIL, Language.ENGLISH)
    assert (terms.cadence, terms.weekdays) == ((-3, 1, 7, 14, 30), frozenset({1, 2, 3, 4, 5}))
    assert terms.owner_id is None
    assert not terms.is_opted_out
    assert set(terms.sources.values()) == {Source.DEFAULT}


def test_a_company_goes_by_its_organisation_in_what_is_not_set_for_itself(
    database: Database,
) -> None:
    company = make_customer(database, organisation="Acme", company="East")
    organisation_id = parent_of(database, company)
    hours = {"quiet_from_hour": 20, "quiet_until_hour": 7}
    set_terms(database, organisation_id, owner_id="U2", language="de", is_opted_out=True, **hours)
    set_terms(database, company.account_id, language="en", cadence="14,3")

    terms = terms_of(database, company.account_id)

    assert (terms.owner_id, terms.language, terms.is_opted_out) == ("U2", Language.ENGLISH, True)
    assert (terms.quiet_hours, terms.cadence) == (QuietHours(20, 7), (3, 14))
    assert terms.sources["owner_id"] is Source.ORGANISATION
    assert terms.sources["language"] is Source.OWN
    assert terms.sources["preference"] is Source.DEFAULT


def test_a_channel_of_another_customer_is_named_as_not_theirs(database: Database) -> None:
    ours, other = make_customer(database).account_id, make_customer(database).account_id
    with database.writing() as session:
        session.add(
            CustomerChannel(
                channel_id="C1", owner_account_id=ours, name="acme", team_ids="T1", seen_at=NOW
            )
        )
    set_terms(database, ours, channel_id="C1")
    set_terms(database, other, channel_id="C1")

    mine, theirs = terms_of(database, ours).channel, terms_of(database, other).channel

    assert mine is not None
    assert mine.is_theirs
    assert theirs is not None
    assert not theirs.is_theirs


def test_terms_are_changed_one_by_one(database: Database) -> None:
    account_id = make_customer(database).account_id
    set_terms(database, account_id, owner_id="U2", preference="none")

    set_terms(database, account_id, preference=None)

    terms = terms_of(database, account_id)
    assert (terms.owner_id, terms.preference) == ("U2", Preference.MAIL)
    assert terms.sources["preference"] is Source.DEFAULT


@pytest.mark.parametrize(
    ("quiet", "hour", "is_quiet"),
    [
        (QuietHours(18, 8), 17, False),
        (QuietHours(18, 8), 18, True),
        (QuietHours(18, 8), 7, True),
        (QuietHours(18, 8), 8, False),
        (QuietHours(12, 14), 13, True),
        (QuietHours(12, 14), 14, False),
        (QuietHours(0, 0), 0, False),
    ],
)
def test_quiet_hours_may_go_over_midnight(quiet: QuietHours, hour: int, *, is_quiet: bool) -> None:
    moment = datetime.combine(NOW, time(hour, 59), tzinfo=NOW.tzinfo)

    assert quiet.has(moment) is is_quiet


def test_an_account_is_written_to_by_its_own_contacts_then_its_organisations_then_stripes(
    database: Database,
) -> None:
    company = make_customer(database, organisation="Acme", company="East", email="stripe@acme.com")
    organisation_id = parent_of(database, company)
    at_stripe = contacts_of(database, company.account_id)
    above_at_stripe = contacts_of(database, organisation_id)
    add_contact(database, organisation_id, "all@acme.com")
    wider = contacts_of(database, company.account_id)
    add_contact(database, company.account_id, "east@acme.com")

    own = contacts_of(database, company.account_id)

    found = [(line.email, line.known_from) for lines in (at_stripe, wider, own) for line in lines]
    assert found == [
        ("stripe@acme.com", KnownFrom.STRIPE),
        ("all@acme.com", KnownFrom.ORGANISATION),
        ("east@acme.com", KnownFrom.OWN),
    ]
    assert above_at_stripe == at_stripe
    assert at_stripe[0].about == company.id
