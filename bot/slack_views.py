"""What Slack shows on our word beside messages: modals and Home tabs; never while somebody waits.

All of it raises Unavailable when Slack refuses or does not answer, RateLimited among it.
"""

from typing import Any

from bot.slack_api import SlackAPI

View = dict[str, Any]


def open_modal(slack: SlackAPI, trigger_id: str, view: View) -> str:
    """Open a modal for somebody who has just pressed a button; its id."""
    return _id_of(slack.show("views.open", {"trigger_id": trigger_id, "view": view}))


def push_modal(slack: SlackAPI, trigger_id: str, view: View) -> str:
    """Open a modal above the one that somebody has just pressed a button in; its id."""
    return _id_of(slack.show("views.push", {"trigger_id": trigger_id, "view": view}))


def update_modal(slack: SlackAPI, view_id: str, view: View, *, hash_: str | None = None) -> None:
    """Change what stands in a modal; with a hash, only if nothing else has changed it since."""
    given = {"hash": hash_} if hash_ else {}
    slack.show("views.update", {"view_id": view_id, "view": view, **given})


def publish_home(slack: SlackAPI, user_id: str, view: View, *, hash_: str | None = None) -> None:
    """Show somebody their Home tab; with a hash, only if nothing else was shown since."""
    given = {"hash": hash_} if hash_ else {}
    slack.show("views.publish", {"user_id": user_id, "view": view, **given})


def _id_of(view: View) -> str:
    return str(view.get("id", ""))
