"""All that would go out to customers by the clock: reminders and thanks, and what is held."""

from dataclasses import replace

from bot.database import Reading
from bot.queries.reminders import Plan, plan_reminders
from bot.queries.sight import Sight
from bot.queries.thanks import plan_thanks


def plan_messages(session: Reading, *, sight: Sight, has_mail: bool) -> Plan:
    """What has come of all that somebody may see, whatever hour it is where it goes."""
    plan = plan_reminders(session, sight=sight, has_mail=has_mail)
    thanks = plan_thanks(session, sight=sight, has_mail=has_mail)
    return replace(plan, planned=(*plan.planned, *thanks))
