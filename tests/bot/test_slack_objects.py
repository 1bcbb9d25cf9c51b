"""People, groups and channels as Slack sends them, odd ones included."""

from typing import Any

import pytest

from bot.slack_objects import (
    SlackChannel,
    SlackGroup,
    SlackPerson,
    read_channel,
    read_group,
    read_person,
)

USER: dict[str, Any] = {
    "id": "U1",
    "team_id": "T1",
    "name": "jamie",
    "profile": {"real_name": "Jamie Okafor", "email": "jamie@example.com"},
}
CHANNEL: dict[str, Any] = {"id": "C1", "name": "billing"}


def person(**changed: Any) -> SlackPerson:
    found = read_person({**USER, **changed})
    assert found is not None
    return found


def channel(**changed: Any) -> SlackChannel:
    found = read_channel({**CHANNEL, **changed})
    assert found is not None
    return found


def test_a_person_is_read() -> None:
    assert person() == SlackPerson(
        id="U1",
        team_ids=("T1",),
        name="jamie",
        real_name="Jamie Okafor",
        email="jamie@example.com",
        is_guest=False,
        is_bot=False,
        is_deactivated=False,
        is_stranger=False,
    )


@pytest.mark.parametrize("user", [None, [], "U1", {}, {"id": None}, {"id": "u1"}, {"id": "C1"}])
def test_nobody_is_read_where_nobody_is(user: Any) -> None:
    assert read_person(user) is None


def test_somebody_of_a_whole_organisation_is_in_each_of_its_workspaces() -> None:
    found = person(team_id="T9", enterprise_user={"id": "W1", "teams": ["T1", "T9", 7, ""]})

    assert found.team_ids == ("T9", "T1")
    assert person(team_id=None, profile={"team": "T2"}).team_ids == ("T2",)
    assert person(team_id=None).team_ids == ()


@pytest.mark.parametrize(
    ("changed", "flag"),
    [
        ({"is_restricted": True}, "is_guest"),
        ({"is_ultra_restricted": True}, "is_guest"),
        ({"is_bot": True}, "is_bot"),
        ({"is_workflow_bot": True}, "is_bot"),
        ({"id": "USLACKBOT"}, "is_bot"),
        ({"deleted": True}, "is_deactivated"),
        ({"is_stranger": True}, "is_stranger"),
    ],
)
def test_each_flag_is_read(changed: dict[str, Any], flag: str) -> None:
    assert getattr(person(**changed), flag)


def test_names_are_fit_for_a_database() -> None:
    found = person(name=None, profile={"display_name": "j\x00\ud800" + "x" * 400})

    assert found.name == "j" + "x" * 254
    assert person(name="", profile=None, real_name=None).real_name == "U1"


def test_a_group_is_read_with_its_members_where_slack_names_them() -> None:
    group = {"id": "S1", "handle": "team", "name": "Team", "date_delete": 0}

    assert read_group(group) == SlackGroup("S1", "team", "Team", is_disabled=False, members=None)
    known = read_group({**group, "users": ["U1", None, "x"], "date_delete": 17})
    assert known == SlackGroup("S1", "team", "Team", is_disabled=True, members=("U1",))
    assert read_group({"id": "U1"}) is None


@pytest.mark.parametrize(
    ("changed", "is_external"),
    [
        ({}, False),
        ({"is_shared": True, "is_org_shared": True}, False),
        ({"is_shared": True}, True),
        ({"is_ext_shared": True}, True),
        ({"is_pending_ext_shared": True}, True),
        ({"pending_shared": ["T2"]}, True),
        ({"is_ext_shared": False, "pending_shared": []}, False),
    ],
)
def test_a_channel_is_external_as_soon_as_others_are_invited(
    changed: dict[str, Any], *, is_external: bool
) -> None:
    assert channel(**changed).is_external is is_external


def test_a_direct_conversation_is_no_channel() -> None:
    assert channel(id="D1", name=None, is_im=True).is_direct
    assert channel(is_mpim=True).is_direct
    assert read_channel({"id": "U1"}) is None
