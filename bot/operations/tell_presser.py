"""Tell somebody what has come of a dialog that they sent: once, in it or else in a message.

The dialog looks for the outcome by itself for a while. The message waits as long, and is spared
when the dialog has shown the same; it comes at once where that was closed, and after its time
where the dialog's process is gone.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import announcements, effects
from bot.operations import announce
from bot.slack_posting import Place
from bot.views.blocks import Message

# A dialog looks for OUTCOME_SECONDS_MAX (handlers.slack.submissions), and then has to be changed.
DIALOG_SECONDS = timedelta(seconds=12)


def request(
    session: Session,
    effect: effects.Effect,
    person: str,
    message: Message,
    *,
    key: str,
    now: datetime,
) -> None:
    """Promise the message about what has come of an effect, after its dialog had the time to."""
    dialog_until = effect.promised_at + DIALOG_SECONDS
    announce.request(
        session,
        Place(person),
        message,
        key=key,
        now=now,
        asked_by=person,
        press=None if effect.press is None else _press(effect.press),
        after=max(dialog_until - now, timedelta()) if effect.press else timedelta(),
    )


def spare(session: Session, dialog: str, *, now: datetime) -> None:
    """Do without the message: the dialog of this name has shown what it would say."""
    for spared in effects.spare(session, _press(dialog), now=now):
        announcements.leave(session, spared.payload["message"], now=now)


def hasten(session: Session, dialog: str, *, now: datetime) -> None:
    """Bring the message at once: the dialog of this name is closed."""
    effects.hasten(session, _press(dialog), now=now)


def _press(dialog: str) -> str:
    return f"{dialog}:told"
