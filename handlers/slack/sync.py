"""`/billing sync` (A4): how the mirror is doing, for those who operate it."""

from bot.access import Permission, require
from bot.alerts import dismiss_alert as clear_by_hand
from bot.database_clock import database_now
from bot.mirror.stale import retry_now
from bot.queries.sync import get_sync_report
from bot.telemetry import get_logger
from bot.views import actions
from bot.views.blocks import Message
from bot.views.sync import sync_card
from handlers.slack.context import Ask

log = get_logger("slack.sync")

DISMISSED = "Dismissed. It comes back if it happens again."
DISMISSED_BEFORE = "That alert was over already."
RETRIED = "It is being read from Stripe again."
READ_BEFORE = "That has been read from Stripe meanwhile."


def show_sync(ask: Ask, *, note: str = "") -> Message:
    """How the mirror is doing now.

    Raises: NotAllowed for somebody who does not operate it.
    """
    require(ask.actor, Permission.OPERATE)
    with ask.desk.runtime.database.looking() as session:
        return sync_card(get_sync_report(session, sight=ask.sight), note=note)


def dismiss_alert(ask: Ask, value: str) -> Message:
    """Clear an alert, with the name of who has looked at it; raises as the card does."""
    require(ask.actor, Permission.OPERATE)
    alert_id = actions.parse_dismiss_alert(value)
    with ask.desk.runtime.database.writing() as session:
        now = database_now(session, ask.sight.real_now)
        was_open = clear_by_hand(session, alert_id, by=ask.actor.user_id, now=now)
    if was_open:
        log.info("alert_dismissed", alert=alert_id, user=ask.actor.user_id)
    return show_sync(ask, note=DISMISSED if was_open else DISMISSED_BEFORE)


def retry_object(ask: Ask, value: str) -> Message:
    """Have an object read again at once; raises as the card does."""
    require(ask.actor, Permission.OPERATE)
    stale_id = actions.parse_retry_object(value)
    with ask.desk.runtime.database.writing() as session:
        now = database_now(session, ask.sight.real_now)
        still_waits = retry_now(session, stale_id, now=now)
    log.info("object_retried", stale=stale_id, user=ask.actor.user_id)
    return show_sync(ask, note=RETRIED if still_waits else READ_BEFORE)
