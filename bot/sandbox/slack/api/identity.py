"""Who the token belongs to, and the team."""

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.records import Json
from bot.sandbox.slack.state import State


def test(_: State, arguments: Json) -> Json:
    """api.test."""
    if "error" in arguments:
        raise SlackError(arguments["error"], args=arguments)
    return {"args": arguments}


def auth_test(state: State, _: Json) -> Json:
    """auth.test."""
    team = state.workspace.team
    return {
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": state.workspace.people[state.app.bot_user_id].name,
        "team_id": team.id,
        "user_id": state.app.bot_user_id,
        "bot_id": state.app.bot_id,
        "is_enterprise_install": False,
    }


def team_info(state: State, arguments: Json) -> Json:
    """team.info."""
    team = state.workspace.team
    if arguments.get("team", team.id) != team.id:
        raise SlackError("team_not_found")
    return {
        "team": {
            "id": team.id,
            "name": team.name,
            "domain": team.domain,
            "email_domain": "",
            "icon": {"image_default": True},
        }
    }


def bots_info(state: State, arguments: Json) -> Json:
    """bots.info."""
    if arguments.get("bot") != state.app.bot_id:
        raise SlackError("bot_not_found")
    return {
        "bot": {
            "id": state.app.bot_id,
            "deleted": False,
            "name": state.app.name,
            "app_id": state.app.id,
            "user_id": state.app.bot_user_id,
        }
    }


def open_connection(state: State, _arguments: Json) -> Json:
    """apps.connections.open: an address for one connection, if the manifest has Socket Mode."""
    if not state.sockets.is_enabled:
        raise SlackError("not_allowed_token_type")
    _, _, here = (state.url or "http://127.0.0.1").partition("://")
    return {"url": f"ws://{here}/link/?ticket={state.sockets.give_ticket()}&app_id={state.app.id}"}
