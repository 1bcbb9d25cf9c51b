"""People whom Slack has not told us about yet: asked for once, when they are first met."""

from bot.clock import real_now
from bot.people import CLOCKS_APART, drop_missing_groups, store_groups, store_people
from bot.runtime import Runtime
from bot.slack_api import SlackAPI
from bot.slack_directory import find_slack_person, list_slack_groups
from bot.slack_objects import is_user_id


def meet_person(runtime: Runtime, slack: SlackAPI, person_id: str, *, own_team_id: str) -> bool:
    """Ask Slack who somebody is and write it down; whether there is such a person.

    Raises: Unavailable when Slack does not say so within a second.
    """
    if not is_user_id(person_id):
        return False
    seen_at = real_now() - CLOCKS_APART
    person = find_slack_person(slack, person_id)
    if person is None or person.id != person_id:
        return False
    with runtime.database.writing() as session:
        store_people(session, [person], own_team_id=own_team_id, seen_at=seen_at)
    return True


def meet_groups(runtime: Runtime, slack: SlackAPI) -> None:
    """Ask Slack for its user groups and write them down.

    Raises: Unavailable when Slack does not say so within a second.
    """
    seen_at = real_now() - CLOCKS_APART
    groups = list_slack_groups(slack, is_urgent=True)
    with runtime.database.writing() as session:
        store_groups(session, groups, seen_at=seen_at)
        drop_missing_groups(session, [group.id for group in groups], seen_at=seen_at)
