"""Who may do what."""

import itertools
from collections.abc import Iterator
from types import MappingProxyType

import pytest
from pydantic import ValidationError
from sqlalchemy import insert, select

from bot.access import (
    NO_ROLE,
    NOT_COVERED,
    WHOLE_DESK,
    Actor,
    Permission,
    Role,
    Scope,
    find_actor,
    is_allowed,
    nobody,
    require,
    scope_for,
)
from bot.database import Database
from bot.errors import NotAllowed
from bot.models import Account, Grant
from bot.people import store_groups, store_people
from bot.queries.sight import sight_of
from bot.setting_values import ROLES
from bot.settings import Settings
from bot.slack_objects import SlackGroup, SlackPerson
from tests.build import NOW, make_customer

SETTINGS = Settings(_env_file=None, billing_admins=("U1ADMIN", "W2ADMIN"))
TEAM = "T1"


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = Database(database_url)
    yield opened
    opened.close()


def meet(database: Database, person_id: str, **changed: object) -> None:
    facts = {
        "id": person_id,
        "team_ids": (TEAM,),
        "name": "jamie",
        "real_name": "Jamie",
        "email": None,
        "is_guest": False,
        "is_bot": False,
        "is_deactivated": False,
        "is_stranger": False,
        **changed,
    }
    with database.writing() as session:
        store_people(session, [SlackPerson(**facts)], own_team_id=TEAM, seen_at=NOW)  # type: ignore[arg-type]  # the facts are of many types


def give(database: Database, person_id: str, role: str, account_id: int | None = None) -> None:
    with database.writing() as session:
        session.execute(
            insert(Grant).values(
                subject_id=person_id,
                role=role,
                account_id=account_id,
                granted_by="U1ADMIN",
                granted_at=NOW,
            )
        )


def find(database: Database, person_id: str) -> Actor | None:
    with database.looking() as reading:
        return find_actor(reading, SETTINGS, user_id=person_id, team_id=TEAM)


def actor(**rights: Scope) -> Actor:
    """Somebody with these roles, each with what it covers."""
    roles = {Role(name): scope for name, scope in rights.items()}
    return Actor("U9", TEAM, MappingProxyType(roles))


@pytest.mark.parametrize("user", ["U1ADMIN", "W2ADMIN"])
def test_a_first_admin_may_do_everything_everywhere(database: Database, user: str) -> None:
    meet(database, user)

    admin = find(database, user)

    assert admin is not None
    assert admin.scope is None
    for permission in Permission:
        require(admin, permission)


@pytest.mark.parametrize("user", ["U1ADMI", "U9", "U1ADMINS"])
def test_everybody_else_gets_one_text_whatever_they_ask_for(database: Database, user: str) -> None:
    meet(database, user)
    found = find(database, user)
    assert found == nobody(user, TEAM)

    for permission in Permission:
        with pytest.raises(NotAllowed) as refused:
            require(found, permission)
        assert refused.value.message == NO_ROLE


def test_the_settings_and_the_desk_know_the_same_roles() -> None:
    assert tuple(role.value for role in Role) == ROLES


def test_the_settings_give_roles_to_members_and_groups(database: Database) -> None:
    settings = Settings(
        _env_file=None, billing_admins="U1", billing_roles="S1=collector, U8=viewer"
    )
    for person in ("U7", "U8", "U9"):
        meet(database, person)
    group = SlackGroup("S1", "team", "Team", is_disabled=False, members=("U7", "U8"))
    with database.writing() as session:
        store_groups(session, [group], seen_at=NOW)

    with database.looking() as reading:
        found = [
            find_actor(reading, settings, user_id=person, team_id=TEAM)
            for person in ("U7", "U8", "U9")
        ]

    assert [one.roles for one in found if one] == [
        {Role.COLLECTOR},
        {Role.COLLECTOR, Role.VIEWER},
        frozenset(),
    ]
    assert [one.scope for one in found if one] == [None, None, frozenset()]


@pytest.mark.parametrize("value", ["U1", "U1=", "U1=boss", "=viewer", "jamie=viewer", "C1=viewer"])
def test_a_role_of_the_settings_has_to_be_one(value: str) -> None:
    with pytest.raises(ValidationError):
        Settings(_env_file=None, billing_roles=value)


def test_somebody_whom_slack_has_not_told_us_of_is_not_known(database: Database) -> None:
    assert find(database, "U1ADMIN") is None


def test_each_role_may_do_what_those_before_it_may() -> None:
    allowed = [
        {each for each in Permission if is_allowed(actor(**{role.value: None}), each)}
        for role in Role
    ]

    assert all(less <= more for less, more in itertools.pairwise(allowed))
    assert allowed[0] == {Permission.VIEW_INVOICES}
    assert allowed[-1] == set(Permission)


def test_an_admin_of_some_accounts_is_no_admin_of_the_desk() -> None:
    of_some = actor(admin=frozenset({7}))

    assert not any(is_allowed(of_some, each) for each in WHOLE_DESK)
    assert is_allowed(of_some, Permission.VIEW_DRAFTS)
    with pytest.raises(NotAllowed) as refused:
        require(of_some, Permission.MANAGE_ROLES)
    assert refused.value.message == NOT_COVERED


@pytest.mark.parametrize(
    ("rights", "scope", "drafts"),
    [
        ({}, frozenset(), False),
        ({"viewer": None}, None, False),
        ({"admin": None}, None, True),
        ({"viewer": frozenset({1})}, frozenset({1}), False),
        ({"viewer": frozenset({1}), "approver": frozenset({2})}, frozenset({1, 2}), False),
        ({"admin": frozenset({1})}, frozenset({1}), True),
        ({"admin": frozenset({1}), "viewer": frozenset({2})}, frozenset({1, 2}), False),
        ({"admin": frozenset({1}), "viewer": frozenset({1})}, frozenset({1}), True),
        ({"admin": frozenset({1}), "viewer": None}, None, False),
        ({"viewer": frozenset()}, frozenset(), False),
    ],
)
def test_what_an_actor_may_see_goes_into_the_sight(
    rights: dict[str, Scope], scope: Scope, *, drafts: bool
) -> None:
    person = actor(**rights)

    sight = sight_of(person, SETTINGS, now=NOW, real_now=NOW)

    assert (sight.scope, sight.drafts) == (scope, drafts)
    assert scope_for(person, Permission.VIEW_INVOICES) == scope


def test_a_grant_for_an_organisation_covers_its_companies(database: Database) -> None:
    east = make_customer(database, "Acme East", organisation="Acme", company="East")
    west = make_customer(database, "Acme West", organisation="Acme", company="West")
    other = make_customer(database, "Gulf")
    with database.reading() as session:
        wanted = select(Account.id).where(Account.kind == "organisation")
        organisation = session.scalars(wanted).one()
    meet(database, "U9")
    give(database, "U9", "viewer", organisation)

    found = find(database, "U9")

    assert found is not None
    assert found.scope == frozenset({organisation, east.account_id, west.account_id})
    assert found.scope is not None
    assert other.account_id not in found.scope


def test_a_role_of_a_later_version_gives_nothing(database: Database) -> None:
    meet(database, "U9")
    give(database, "U9", "treasurer")

    assert find(database, "U9") == nobody("U9", TEAM)


@pytest.mark.parametrize(
    "changed",
    [
        {"is_guest": True},
        {"is_bot": True},
        {"is_deactivated": True},
        {"is_stranger": True},
        {"team_ids": ("T2",)},
        {"team_ids": (), "is_stranger": True},
    ],
)
def test_who_is_no_full_member_is_nobody(database: Database, changed: dict[str, object]) -> None:
    meet(database, "U1ADMIN", **changed)

    assert find(database, "U1ADMIN") == nobody("U1ADMIN", TEAM)


def test_a_member_of_the_organisation_who_is_in_our_workspace_is_one_of_us(
    database: Database,
) -> None:
    meet(database, "U1ADMIN", team_ids=("T2", TEAM))

    found = find(database, "U1ADMIN")

    assert found is not None
    assert found.roles == {Role.ADMIN}
