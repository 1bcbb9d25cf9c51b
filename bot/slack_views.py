"""What Slack shows on our word beside messages: modals."""

from typing import Any

from bot.slack_api import SlackAPI


def open_modal(slack: SlackAPI, trigger_id: str, view: dict[str, Any]) -> None:
    """Open a modal for somebody who has just pressed a button; never on the way of an answer.

    Raises: Unavailable when Slack refuses or does not answer.
    """
    slack.show("views.open", {"trigger_id": trigger_id, "view": view})
