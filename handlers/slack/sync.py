"""`/billing sync` (A4): how the mirror is doing, for those who operate it."""

from collections.abc import Callable

from bot.access import Permission, require
from bot.operations import (
    confirm_effect,
    dismiss_alert,
    dismiss_effect,
    repeat_effect,
    retry_effect,
    retry_object,
)
from bot.queries.sync import get_sync_report
from bot.views import action_values
from bot.views.blocks import Message
from bot.views.sync import sync_card
from handlers.slack.context import Ask

DISMISSED = "Dismissed. It comes back if it happens again."
DISMISSED_BEFORE = "That alert was over already."
RETRIED = "It is being read from Stripe again."
READ_BEFORE = "That has been read from Stripe meanwhile."
TRIED_AGAIN = "It is being tried again, after a look whether it has happened."
CLOSED = "Dismissed. It will not be done."
CONFIRMED = "Noted: it was posted. It stays as it is, since I don’t know where it stands."
REPEATED = "It is being posted again."
DECIDED_BEFORE = "Somebody has decided about that already."


def show_sync(ask: Ask, *, note: str = "") -> Message:
    """How the mirror is doing now.

    Raises: NotAllowed for somebody who does not operate it.
    """
    require(ask.actor, Permission.OPERATE)
    with ask.desk.runtime.database.looking() as session:
        return sync_card(get_sync_report(session, sight=ask.sight), note=note)


def dismiss(ask: Ask, value: str) -> Message:
    """Clear an alert, with the name of who has looked at it; raises as the card does."""
    require(ask.actor, Permission.OPERATE)
    alert_id = action_values.parse_dismiss_alert(value)
    runtime, now = ask.desk.runtime, ask.sight.real_now
    with runtime.database.writing() as session:
        was_open = dismiss_alert.request(
            session, ask.actor, runtime.settings, alert_id=alert_id, now=now
        )
    return show_sync(ask, note=DISMISSED if was_open else DISMISSED_BEFORE)


def retry(ask: Ask, value: str) -> Message:
    """Have an object read again at once; raises as the card does."""
    require(ask.actor, Permission.OPERATE)
    stale_id = action_values.parse_retry_object(value)
    runtime, now = ask.desk.runtime, ask.sight.real_now
    with runtime.database.writing() as session:
        still_waits = retry_object.request(
            session, ask.actor, runtime.settings, stale_id=stale_id, now=now
        )
    return show_sync(ask, note=RETRIED if still_waits else READ_BEFORE)


def retry_dead_end(ask: Ask, value: str) -> Message:
    """Have a promised call tried again; raises as the card does."""
    return _decide(ask, value, retry_effect.request, TRIED_AGAIN)


def dismiss_dead_end(ask: Ask, value: str) -> Message:
    """Let a promised call be; raises as the card does."""
    return _decide(ask, value, dismiss_effect.request, CLOSED)


def confirm_dead_end(ask: Ask, value: str) -> Message:
    """Close a promised call that somebody has seen to have happened; raises as the card does."""
    return _decide(ask, value, confirm_effect.request, CONFIRMED)


def repeat_dead_end(ask: Ask, value: str) -> Message:
    """Have a promised call made that has not happened; raises as the card does."""
    return _decide(ask, value, repeat_effect.request, REPEATED)


def _decide(ask: Ask, value: str, request: Callable[..., bool], note: str) -> Message:
    require(ask.actor, Permission.OPERATE)
    effect_id = action_values.parse_effect(value)
    runtime, now = ask.desk.runtime, ask.sight.real_now
    with runtime.database.writing() as session:
        was_dead = request(session, ask.actor, runtime.settings, effect_id=effect_id, now=now)
    return show_sync(ask, note=note if was_dead else DECIDED_BEFORE)
