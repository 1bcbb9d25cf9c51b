"""Reminders to customers: what would go out and what is held, and the switch for all of them."""

from bot import mailing
from bot.access import Permission, is_allowed
from bot.clock import real_now
from bot.errors import BadRequest
from bot.operations import switch_reminders
from bot.queries.dry_run import plan_messages
from bot.views.blocks import Message
from bot.views.reminders import OFF, ON, reminders_card
from handlers.slack.context import Ask


def show_reminders(ask: Ask, said: str = "") -> Message:
    """What has come of the accounts that this person may see."""
    settings = ask.desk.runtime.settings
    with ask.desk.runtime.database.looking() as session:
        plan = plan_messages(session, sight=ask.sight, has_mail=mailing.has_mail(settings))
    return reminders_card(
        plan,
        now=ask.sight.now,
        zone=ask.sight.zone,
        may_switch=is_allowed(ask.actor, Permission.SWITCH_REMINDERS),
        said=said,
    )


def switch(ask: Ask, value: str) -> Message:
    """Turn them on or off for the whole desk, and show how it stands.

    Raises: NotAllowed for others than admins of all accounts.
    """
    if value not in {ON, OFF}:
        raise BadRequest("This button is not understood any more. Ask anew: /billing reminders.")
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        is_changed = switch_reminders.request(
            session,
            ask.actor,
            runtime.settings,
            is_on=value == ON,
            business_at=ask.sight.now,
            now=real_now(),
        )
    verb = "are" if is_changed else "were already"
    return show_reminders(ask, f"Reminders {verb} {value}.")
