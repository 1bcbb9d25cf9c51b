"""What has come of a deed that was promised, as the dialog that asked for it shows it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.views.blocks import Message
from handlers.slack.context import Ask
from handlers.slack.requests import Submission


@dataclass(frozen=True, slots=True)
class Underway:
    """How far a deed of several steps is: shown, and looked for again."""

    message: Message


# None while nobody knows anything new.
Outcome = Callable[[Ask, Submission], Message | Underway | None]
