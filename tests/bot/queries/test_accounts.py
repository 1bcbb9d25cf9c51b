"""Accounts by what people call them."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.database import Database
from bot.errors import BadRequest
from bot.mirror.names import fold
from bot.queries.accounts import (
    AccountsFound,
    find_account,
    find_accounts,
    list_nearest_accounts,
)
from bot.queries.cards import AccountRef
from bot.queries.invoices import find_invoice_card
from bot.queries.sight import Sight
from tests.build import NOW, make_customer, make_invoice, make_sight

# "Acme" with a Cyrillic first letter, and in full-width letters.
CYRILLIC, FULL_WIDTH = "\u0410cme", "\uff21\uff23\uff2d\uff25"


def found(database: Database, text: str, sight: Sight | None = None) -> AccountsFound:
    with database.reading() as session:
        return find_accounts(session, text, sight=sight or make_sight())


def nearest(database: Database, text: str, sight: Sight | None = None) -> list[str]:
    with database.reading() as session:
        refs = list_nearest_accounts(session, text, sight=sight or make_sight())
    return [ref.path[-1] for ref in refs]


def ids_of(refs: tuple[AccountRef, ...]) -> list[int]:
    return [ref.id for ref in refs]


@pytest.mark.parametrize(
    "text",
    [
        "cus_Acme",
        *("Acme", "acme", " ACME "),
        *("pay@acme.com", "Pay@ACME.com", "<mailto:pay@acme.com|pay@acme.com>"),
        *("acme.com", "@acme.com", "https://www.acme.com/", "<http://acme.com|acme.com>"),
    ],
)
def test_what_fits_one_account_exactly_gives_it(database: Database, text: str) -> None:
    acme = make_customer(database, "Acme", id="cus_Acme", email="pay@acme.com")
    make_customer(database, "Acme Holding", email="pay@acme.example")

    only = found(database, text).only

    assert only == AccountRef(acme.account_id, "customer", ("Acme",), "UTC", ("cus_Acme",))


def test_the_case_of_a_customer_id_counts(database: Database) -> None:
    first = make_customer(database, "One", id="cus_AbC")
    second = make_customer(database, "Two", id="cus_aBc")

    assert ids_of(found(database, "cus_AbC").exact) == [first.account_id]
    assert ids_of(found(database, "cus_aBc").exact) == [second.account_id]


def test_a_part_of_names_gives_those_accounts_newest_first(database: Database) -> None:
    made = [
        make_customer(database, f"Acme {number}", created_at=NOW - timedelta(days=number))
        for number in range(12)
    ]
    make_customer(database, "Other")

    answer = found(database, "cme")

    assert answer.exact == ()
    assert ids_of(answer.partial) == [customer.account_id for customer in made[:10]]
    assert answer.partial_count == 12
    assert answer.only is None


def test_two_accounts_of_one_name_are_told_apart_by_their_customers(database: Database) -> None:
    older = make_customer(database, "Acme", created_at=NOW - timedelta(days=2))
    newer = make_customer(database, "Acme", created_at=NOW - timedelta(days=1))

    answer = found(database, "acme")

    assert [ref.customer_ids for ref in answer.exact] == [(newer.id,), (older.id,)]
    assert (answer.exact_count, answer.has_lookalikes, answer.only) == (2, False, None)


@pytest.mark.parametrize("typed", ["Acme", "acme", CYRILLIC, FULL_WIDTH])
@pytest.mark.parametrize("other", [CYRILLIC, FULL_WIDTH])
def test_names_that_look_alike_are_all_listed_with_a_warning(
    database: Database, typed: str, other: str
) -> None:
    accounts = [make_customer(database, name).account_id for name in ("Acme", other)]

    answer = found(database, typed)

    assert sorted(ids_of(answer.exact)) == accounts
    assert answer.has_lookalikes
    assert answer.only is None


def test_a_name_that_only_looks_like_the_text_is_not_taken_for_it(database: Database) -> None:
    acme = make_customer(database, "Acme")

    answer = found(database, CYRILLIC)

    assert ids_of(answer.exact) == [acme.account_id]
    assert answer.has_lookalikes
    assert answer.only is None


def test_an_organisation_and_its_only_company_of_one_name_are_one(database: Database) -> None:
    make_customer(database, organisation="Acme", company="Acme")

    only = found(database, "Acme").only

    assert only is not None
    assert (only.kind, only.path) == ("organisation", ("Acme",))


def test_an_organisation_with_more_than_that_company_is_not_one_with_it(
    database: Database,
) -> None:
    make_customer(database, organisation="Acme", company="Acme")
    make_customer(database, organisation="Acme", company="East")

    assert sorted(ref.path for ref in found(database, "Acme").exact) == [
        ("Acme",),
        ("Acme", "Acme"),
    ]


def test_an_organisation_with_customers_of_its_own_is_not_one_with_its_company(
    database: Database,
) -> None:
    make_customer(database, organisation="Acme", company="Acme")
    make_customer(database, "Head office", organisation="Acme")

    assert found(database, "Acme").exact_count == 2


def test_an_organisation_shows_the_first_customers_in_it(database: Database) -> None:
    made = [
        make_customer(database, organisation="Acme", company=f"Company {number}")
        for number in range(5)
    ]

    only = found(database, "acme").only

    assert only is not None
    assert only.customer_ids == tuple(customer.id for customer in made[:3])


def test_a_company_called_like_its_organisation_in_other_letters_is_no_lookalike(
    database: Database,
) -> None:
    make_customer(database, organisation="Acme", company="ACME")
    make_customer(database, organisation="Acme", company="East")

    answer = found(database, "acme")

    assert (answer.exact_count, answer.has_lookalikes) == (2, False)


def test_a_name_of_three_hundred_letters_is_found(database: Database) -> None:
    name = "Ä" * 300
    long = make_customer(database, name[:255])

    only = found(database, name).only

    assert only is not None
    assert only.id == long.account_id


@pytest.mark.parametrize("account_id", [0, -1, 2**31, 2**63, 10**18])
def test_a_number_that_no_account_can_have_finds_none(database: Database, account_id: int) -> None:
    with database.reading() as session:
        assert find_account(session, account_id, sight=make_sight()) is None


def test_an_account_is_found_by_its_number_within_the_scope(database: Database) -> None:
    made = make_customer(database, "Acme")

    with database.reading() as session:
        found_one = find_account(session, made.account_id, sight=make_sight())
        hidden = find_account(session, made.account_id, sight=make_sight(scope=frozenset()))

    assert found_one is not None
    assert (found_one.path, hidden) == (("Acme",), None)


def test_a_number_may_be_the_name_of_an_account(database: Database) -> None:
    named = make_customer(database, "1234").account_id
    other = make_customer(database, "Somebody else")
    make_invoice(database, customer=other, short_number=1234)
    scopes = (None, frozenset({named, other.account_id}), frozenset({other.account_id}))

    with database.looking() as session:
        found = [
            find_invoice_card(session, " 1234 ", sight=make_sight(scope=scope)) for scope in scopes
        ]

    assert [one.is_doubtful for one in found] == [True, True, False]
    assert [one.card is None for one in found] == [True, True, False]


def test_a_domain_of_many_is_counted_whole(database: Database) -> None:
    for number in range(12):
        make_customer(database, email=f"{number}@acme.com")

    answer = found(database, "acme.com")

    assert (len(answer.exact), answer.exact_count) == (10, 12)


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1 --", "A_me", "{0.__class__}", "%s%n"])
def test_signs_of_the_database_are_only_letters(database: Database, text: str) -> None:
    make_customer(database, "Acme")
    odd = make_customer(database, f"of {text} from")

    assert ids_of(found(database, text).partial) == [odd.account_id]


@given(
    names=st.lists(st.text("aA%_\\é ", min_size=1, max_size=5), max_size=5),
    text=st.text("aA%_\\é", min_size=1, max_size=3),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_search_is_the_filter_of_all_names(
    database: Database, names: list[str], text: str
) -> None:
    made = {make_customer(database, name).account_id: name for name in names}
    sight = make_sight(scope=frozenset(made))

    answer = found(database, text, sight)

    if not answer.exact:
        assert set(ids_of(answer.partial)) == {
            account for account, name in made.items() if fold(text) in fold(name)
        }
        assert fold(text) not in {fold(name) for name in names}
    else:
        assert answer.exact_count >= sum(fold(text) == fold(name) for name in names)


@pytest.mark.parametrize("text", ["\x00", "Ac\x00me", "\ud800"])
def test_what_no_database_keeps_is_refused(database: Database, text: str) -> None:
    with pytest.raises(BadRequest):
        found(database, text)
    with pytest.raises(BadRequest):
        nearest(database, text)


def test_outside_the_scope_there_is_no_account(database: Database) -> None:
    own = make_customer(database, "Acme", email="pay@acme.com")
    other = make_customer(database, "Acme", email="pay@acme.com")
    hidden = make_customer(database, "Hidden", email="h@hidden.com")
    sight = make_sight(scope=frozenset({own.account_id}))

    for text in ("Acme", "acme.com", "pay@acme.com"):
        assert ids_of(found(database, text, sight).exact) == [own.account_id]
    for text in (hidden.id, other.id, "Hidden", "hidden.com", "h@hidden.com", "idde"):
        assert found(database, text, sight) == AccountsFound((), 0, (), 0, has_lookalikes=False)
    assert nearest(database, "Hiden", sight) == []


def test_the_nearest_names_come_first(database: Database) -> None:
    for name in ("Globex", "Initech", "Acme GmbH", "Acme Labs"):
        make_customer(database, name)

    assert nearest(database, "Globx")[0] == "Globex"
    assert set(nearest(database, "akme")) == {"Acme GmbH", "Acme Labs"}
    assert nearest(database, "zzzzzz") == []


def test_at_most_five_nearest_names_are_given(database: Database) -> None:
    for number in range(9):
        make_customer(database, f"Acme {number}")

    assert len(nearest(database, "Acne")) == 5
    assert nearest(database, "") == []
