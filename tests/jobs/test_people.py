"""People and groups are listed once an hour, however Slack behaves, and newer news stays."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from bot.clock import real_now
from bot.errors import Misconfigured, Unavailable
from bot.models import GroupMember, Person, SlackEvent, SyncMark, UserGroup
from bot.people import change_members, store_groups, store_people, take_event
from bot.runtime import Runtime, opened
from bot.sandbox.server import serving
from bot.sandbox.slack import StandIn, open_workspace
from bot.settings import Settings
from bot.slack_api import SlackAPI
from bot.slack_failures import RateLimited
from bot.slack_objects import SlackGroup, SlackPerson
from jobs import people
from tests.alerts import list_alerts
from tests.following import wait_until

TEAM = "T0TALLYMAN"
TOKEN = "xoxb-fake-tallyman"


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace and a database to list it into."""

    slack: StandIn
    api: SlackAPI
    runtime: Runtime

    def list(self) -> None:
        people.run(self.runtime, self.api, own_team_id=TEAM)

    def forget_when(self) -> None:
        """Let the next run be due."""
        with self.runtime.database.writing() as session:
            session.execute(delete(SyncMark))

    def person(self, person_id: str) -> Person:
        with self.runtime.database.reading() as session:
            return session.scalars(select(Person).where(Person.id == person_id)).one()

    def members(self) -> set[str]:
        with self.runtime.database.reading() as session:
            return set(session.scalars(select(GroupMember.person_id)))

    def calls(self, method: str) -> int:
        return sum(call.method == method for call in self.slack.calls)


@pytest.fixture
def place(database_url: str) -> Iterator[Place]:
    slack = open_workspace(StandIn("manifest.json", bot_token=TOKEN))
    with contextlib.ExitStack() as stack:
        url = stack.enter_context(serving(slack.app)).url
        settings = Settings(
            _env_file=None, database_url=database_url, stripe_secret_key="sk_test_fake"
        )
        runtime = stack.enter_context(opened(settings))
        api = stack.enter_context(contextlib.closing(SlackAPI(TOKEN, base_url=f"{url}/api/")))
        yield Place(slack, api, runtime)
        assert slack.problems == []


def told(person_id: str = "U0KIM", **changed: object) -> SlackPerson:
    facts = {
        "id": person_id,
        "team_ids": (TEAM,),
        "name": "kim",
        "real_name": "Kim Tanaka",
        "email": None,
        "is_guest": False,
        "is_bot": False,
        "is_deactivated": False,
        "is_stranger": False,
        **changed,
    }
    return SlackPerson(**facts)  # type: ignore[arg-type]  # the facts are of many types


def test_everybody_is_listed_with_what_keeps_them_from_having_a_role(place: Place) -> None:
    place.list()

    assert place.person("U0AVERY").real_name == "Avery Stone"
    assert place.person("U0AVERY").email == "avery@meridian-voice.example"
    assert place.person("U0NOOR").is_guest
    assert place.person("U0LEE").is_deactivated
    assert place.person("U0DANA").is_external
    assert place.person("U0TALLYBOT").is_bot
    assert place.members() == {"U0AVERY", "U0JAMIE"}


def test_a_workspace_of_many_pages_is_listed_whole(place: Place) -> None:
    for number in range(1_100):
        place.slack.add_person(f"colleague{number}", id=f"U1{number:05}")

    place.list()

    assert place.calls("users.list") == 3
    assert place.person("U101099").name == "colleague1099"


def test_within_the_hour_slack_is_not_asked_again(place: Place) -> None:
    place.list()
    place.list()
    assert place.calls("users.list") == place.calls("usergroups.list") == 1

    with place.runtime.database.writing() as session:
        for mark in session.scalars(select(SyncMark)):
            mark.real_at -= timedelta(minutes=61)
    place.list()
    assert place.calls("users.list") == place.calls("usergroups.list") == 2


def test_slack_is_given_the_time_that_it_asks_for(place: Place) -> None:
    place.slack.faults.set({"ratelimited_next": 2, "retry_after": 1})

    place.list()

    assert [call.status for call in place.slack.calls] == [429, 429, 200, 200]
    assert place.members()


def test_slack_is_not_waited_for_without_end(place: Place) -> None:
    place.slack.faults.set({"ratelimited_next": 1, "retry_after": 3600})

    with pytest.raises(RateLimited):
        place.list()

    assert place.calls("users.list") == 1


@pytest.mark.parametrize("fault", ["fail_before_next", "html_next", "truncate_next", "error_next"])
def test_a_bad_answer_leaves_what_was_known_and_is_asked_for_again(
    place: Place, fault: str
) -> None:
    place.list()
    place.forget_when()
    place.slack.faults.set({fault: 1})

    with pytest.raises(Unavailable):
        place.list()

    assert place.person("U0AVERY").real_name == "Avery Stone"
    place.list()
    assert place.calls("users.list") == 3


def test_a_scope_that_the_app_lacks_is_named(place: Place) -> None:
    place.slack.faults.set({"error_next": 1, "error_name": "missing_scope"})

    with pytest.raises(Misconfigured, match="lacks a scope"):
        place.list()
    # The stand-in counts it among what the bot did wrong, and here it was meant to.
    assert [problem.error for problem in place.slack.problems] == ["missing_scope"]
    place.slack.problems.clear()


def test_who_is_gone_from_a_group_and_which_group_is_gone_is_seen(place: Place) -> None:
    place.list()
    group = next(iter(place.slack.workspace.groups.values()))
    group.users = ["U0JAMIE"]
    place.slack.add_group("auditors", users=["U0KIM"])
    place.forget_when()

    age_everything(place)
    place.list()
    assert place.members() == {"U0JAMIE", "U0KIM"}

    place.slack.workspace.groups.pop(group.id)
    place.forget_when()
    age_everything(place)
    place.list()
    with place.runtime.database.reading() as session:
        disabled = session.scalars(select(UserGroup.id).where(UserGroup.is_disabled)).all()
    assert disabled == [group.id]


def age_everything(place: Place) -> None:
    with place.runtime.database.writing() as session:
        for row in (*session.scalars(select(UserGroup)), *session.scalars(select(Person))):
            row.seen_at -= timedelta(minutes=5)


def test_older_news_never_replaces_newer(place: Place) -> None:
    now = real_now()
    database = place.runtime.database
    with database.writing() as session:
        store_people(session, [told(is_deactivated=True)], own_team_id=TEAM, seen_at=now)
    with database.writing() as session:
        earlier = now - timedelta(seconds=1)
        store_people(session, [told(name="old")], own_team_id=TEAM, seen_at=earlier)
        group = SlackGroup("S1", "team", "Team", is_disabled=False, members=("U0KIM",))
        store_groups(session, [group], seen_at=now)
        change_members(session, "S1", added=["U0LEE"], removed=["U0KIM"], seen_at=earlier)

    assert place.person("U0KIM").is_deactivated
    assert place.person("U0KIM").name == "kim"
    assert place.members() == {"U0KIM"}


def test_what_changed_is_dated_and_what_stayed_keeps_its_date(place: Place) -> None:
    now = real_now()
    for seconds, name in ((0, "kim"), (1, "kim"), (2, "kimi"), (3, "kimi")):
        with place.runtime.database.writing() as session:
            seen_at = now + timedelta(seconds=seconds)
            store_people(session, [told(name=name)], own_team_id=TEAM, seen_at=seen_at)

    kim = place.person("U0KIM")
    assert (kim.changed_at, kim.seen_at) == (
        now + timedelta(seconds=2),
        now + timedelta(seconds=3),
    )


def test_an_event_is_taken_once_and_forgotten_after_a_day(place: Place) -> None:
    now = real_now()
    with place.runtime.database.writing() as session:
        assert take_event(session, "Ev1", now=now - timedelta(hours=25))
        assert take_event(session, "Ev2", now=now)
        assert not take_event(session, "Ev2", now=now)

    place.list()

    with place.runtime.database.reading() as session:
        assert session.scalars(select(SlackEvent.id)).all() == ["Ev2"]


def test_the_operators_are_told_while_people_are_not_kept_up(place: Place) -> None:
    place.slack.faults.set({"error_next": 1, "error_name": "fatal_error"})
    with people.keeping_people(place.runtime, place.api, TEAM):
        wait_for_alert(place)

    place.list()

    with place.runtime.database.reading() as session:
        assert list_alerts(session) == []


def wait_for_alert(place: Place) -> None:
    def is_told() -> bool:
        with place.runtime.database.reading() as session:
            return [alert.kind for alert in list_alerts(session)] == ["people_failing"]

    wait_until(is_told)
