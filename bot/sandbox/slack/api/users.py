"""People and groups, as far as the app's scopes show them."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.sandbox.slack.api.paging import take_page
from bot.sandbox.slack.api.places import known_person
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json, Person, UserGroup
from bot.sandbox.slack.state import State

USUAL_PAGE = 1_000


def info(state: State, arguments: Json) -> Json:
    """users.info."""
    return {"user": _person(state, known_person(state, arguments["user"]))}


def list_all(state: State, arguments: Json) -> Json:
    """users.list: people of this team and of those it shares channels with, gone ones too."""
    everybody = list(state.workspace.people.values())
    page, metadata = take_page(everybody, arguments, usual=USUAL_PAGE)
    return {
        "members": [_person(state, each) for each in page],
        "cache_ts": int(state.clock()),
        "response_metadata": metadata,
    }


def lookup_by_email(state: State, arguments: Json) -> Json:
    """users.lookupByEmail: only people of this team who are still there."""
    wanted = arguments["email"].casefold()
    for each in state.workspace.people.values():
        if each.email.casefold() == wanted and each.kind in ("member", "guest"):
            return {"user": _person(state, each)}
    raise SlackError("users_not_found")


def list_groups(state: State, arguments: Json) -> Json:
    """usergroups.list."""
    groups = [
        each
        for each in state.workspace.groups.values()
        if arguments.get("include_disabled") or not each.is_disabled
    ]
    return {"usergroups": [_group(state, each, arguments) for each in groups]}


def list_group_users(state: State, arguments: Json) -> Json:
    """usergroups.users.list."""
    group = state.workspace.groups.get(arguments["usergroup"])
    if group is None or (group.is_disabled and not arguments.get("include_disabled")):
        raise SlackError("no_such_subteam")
    return {"users": group.users}


def _person(state: State, person: Person) -> Json:
    zone = ZoneInfo(person.time_zone)
    moment = datetime.fromtimestamp(state.clock(), zone)
    offset = moment.utcoffset()
    profile = {
        "title": person.title,
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": person.name,
        "display_name_normalized": person.name,
        "team": person.team_id,
    }
    if "users:read.email" in state.manifest.scopes and person.email:
        profile["email"] = person.email
    is_external = person.kind == "external"
    shown: Json = {
        "id": person.id,
        "team_id": person.team_id,
        "name": person.name,
        "deleted": person.kind == "deactivated",
        "color": person.color.lstrip("#"),
        "real_name": person.real_name,
        "tz": person.time_zone,
        "tz_label": moment.tzname(),
        "tz_offset": int(offset.total_seconds()) if offset is not None else 0,
        "profile": profile,
        "is_bot": person.kind == "bot",
        "is_app_user": False,
        "updated": int(state.clock()),
    }
    if is_external:
        shown["is_stranger"] = True
    if person.kind != "deactivated":
        shown |= {
            "is_admin": person.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": person.kind == "guest",
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
        }
    return shown


def _group(state: State, group: UserGroup, arguments: Json) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": state.workspace.team.id,
        "is_usergroup": True,
        "name": group.name,
        "handle": group.handle,
        "is_external": False,
        "date_delete": int(state.clock()) if group.is_disabled else 0,
    }
    if arguments.get("include_users"):
        shown["users"] = group.users
    if arguments.get("include_count"):
        shown["user_count"] = len(group.users)
    return shown
