"""The Home tab: published when somebody looks at it, and after each press in it that changes it.

Whoever opens it waits for nothing here: Slack shows what they were shown last, and then ours.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bot.errors import Unavailable
from bot.queries.home import get_home
from bot.queries.roles import find_subject
from bot.slack_views import publish_home
from bot.telemetry import get_logger
from bot.views.blocks import Message
from bot.views.home import home_card, home_view
from handlers.slack.accounts import chosen_account
from handlers.slack.context import Ask, Desk, answer
from handlers.slack.requests import Caller, Happening

log = get_logger("slack.home")

# Source: docs.slack.dev/reference/events/app_home_opened, read 2026-11.
HOME_OPENED = "app_home_opened"
HOME_TAB = "home"


def open_home(desk: Desk, happening: Happening) -> None:
    """Publish the Home tab of whoever has opened it, soon, unless they have the same already."""
    event = happening.event
    user_id = event.get("user")
    if event.get("tab") != HOME_TAB or not isinstance(user_id, str):
        return
    caller = Caller(
        team_id=happening.team_id,
        user_team_id=happening.team_id,
        user_id=user_id,
        channel_id=None,
        installed_enterprise_id=happening.installed_enterprise_id,
    )
    view = event.get("view")
    had = view if isinstance(view, Mapping) else {}
    try:
        desk.background.start(lambda: _renew(desk, caller, had))
    except Unavailable as busy:
        log.warning("home_unopened", user=user_id, why=busy.message)


def show_home(ask: Ask, page: int) -> Message:
    """Somebody's Home tab on today's state."""
    with ask.desk.runtime.database.reading() as session:
        home = get_home(session, page=page, sight=ask.sight)
        return home_card(home, chosen=chosen_account(ask, session))


def publish(desk: Desk, caller: Caller, wanted: str, work: Callable[[Ask], Message]) -> None:
    """Show somebody in their Home tab what comes of a press there; what fails is logged."""
    message = answer(desk, caller, wanted, work)
    _publish(desk, caller, home_view(message))


def renew_home(desk: Desk, caller: Caller, wanted: str) -> None:
    """Publish somebody's Home tab anew, soon: what stands in it was changed in a modal above it."""
    try:
        desk.background.start(lambda: publish(desk, caller, wanted, lambda ask: show_home(ask, 1)))
    except Unavailable as busy:
        log.warning("home_unrenewed", user=caller.user_id, why=busy.message)


def _renew(desk: Desk, caller: Caller, had: Mapping[str, Any]) -> None:
    if not had and _is_obstructed(desk, caller.user_id):
        return
    message = answer(desk, caller, HOME_OPENED, lambda ask: show_home(ask, 1))
    view = home_view(message)
    if had.get("private_metadata") == view["private_metadata"]:
        return
    # What somebody has just turned a page to is not replaced by what they opened before.
    hash_ = had.get("hash")
    _publish(desk, caller, view, hash_=hash_ if isinstance(hash_, str) else None)


def _is_obstructed(desk: Desk, user_id: str) -> bool:
    """Whether this is a guest, a bot, or somebody who left or is of another organisation."""
    with desk.runtime.database.looking() as reading:
        subject = find_subject(reading, user_id)
    return subject is not None and subject.obstacle is not None


def _publish(desk: Desk, caller: Caller, view: dict[str, Any], *, hash_: str | None = None) -> None:
    try:
        publish_home(desk.slack, caller.user_id, view, hash_=hash_)
    except Unavailable as failed:
        log.warning("home_unpublished", user=caller.user_id, why=failed.message)
