"""`/billing audit` (A4): whether the audit trail is whole, and how to get at it."""

from bot.access import Permission, require
from bot.queries.audit import get_audit_report
from bot.views.audit import audit_card
from bot.views.blocks import Message
from handlers.slack.context import Ask


def show_audit(ask: Ask) -> Message:
    """How the trail is doing now.

    Raises: NotAllowed for others than admins.
    """
    require(ask.actor, Permission.READ_AUDIT)
    runtime = ask.desk.runtime
    with runtime.database.looking() as session:
        return audit_card(get_audit_report(session, runtime.settings, sight=ask.sight))
