"""Who reads along in a channel of the desk's own, such as that for disputes.

A setting names the channel, and nobody is asked when somebody else is let in there; so before
amounts are posted Slack is asked who its members are.
"""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import select

from bot.database import Database
from bot.errors import NotFound
from bot.models import Person
from bot.slack_api import SlackAPI
from bot.slack_objects import SlackPerson, is_user_id, read_person

# Source: docs.slack.dev/reference/methods/conversations.members: no more than 200 are advised.
MEMBERS_PER_PAGE, PAGES_MAX = 200, 10
# So many of whom nothing is known yet are looked up one by one.
STRANGERS_MAX = 20

GUEST = "A guest reads along in the channel."
OUTSIDER = "Somebody of another organisation reads along in the channel."
TOO_MANY = f"More than {MEMBERS_PER_PAGE * PAGES_MAX:,} people read in the channel."

_PEOPLE: Any = Person.__table__


def find_outsiders(
    slack: SlackAPI, database: Database, channel_id: str, *, own_team_id: str
) -> str | None:
    """Why a channel may see no amounts, by who is in it now; None where nothing is against it.

    Raises: NotFound for a channel that is gone; RateLimited, and Unavailable when Slack does not
        say.
    """
    members = set[str]()
    for page in _pages(slack, channel_id):
        members.update(page)
        if len(members) > MEMBERS_PER_PAGE * PAGES_MAX:
            return TOO_MANY
    columns = (_PEOPLE.c.id, _PEOPLE.c.is_guest, _PEOPLE.c.is_external)
    with database.looking() as reading:
        known = reading.connection().execute(select(*columns).where(_PEOPLE.c.id.in_(members)))
        people = {row.id: row for row in known}
    if any(row.is_external for row in people.values()):
        return OUTSIDER
    if any(row.is_guest for row in people.values()):
        return GUEST
    return _find_among(slack, sorted(members - set(people)), own_team_id)


def _find_among(slack: SlackAPI, strangers: Collection[str], own_team_id: str) -> str | None:
    """The same for those whom the list of people does not have yet."""
    if len(strangers) > STRANGERS_MAX:
        return OUTSIDER
    for person_id in strangers:
        try:
            person = read_person(slack.ask("users.info", {"user": person_id}).get("user"))
        except NotFound:
            return OUTSIDER
        if person is None or person.is_stranger or not _is_of(person, own_team_id):
            return OUTSIDER
        if person.is_guest:
            return GUEST
    return None


def _is_of(person: SlackPerson, own_team_id: str) -> bool:
    # Who is of no workspace that is named is of the one that was asked.
    return not person.team_ids or own_team_id in person.team_ids


def _pages(slack: SlackAPI, channel_id: str) -> Iterator[list[str]]:
    """The members of a channel, page by page; one more page than may be read at most."""
    cursor = None
    for _ in range(PAGES_MAX + 1):
        asked = {"channel": channel_id, "cursor": cursor, "limit": MEMBERS_PER_PAGE}
        answer = slack.ask("conversations.members", asked)
        found = answer.get("members")
        yield [one for one in found if is_user_id(one)] if isinstance(found, list) else []
        cursor = (answer.get("response_metadata") or {}).get("next_cursor")
        if not cursor:
            return
