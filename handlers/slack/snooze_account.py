"""Putting off the chase of an account (P4), and ending that before its day."""

from datetime import timedelta

from bot.access import Permission, require_for
from bot.operations import end_snooze, snooze_account
from bot.operations.snooze_account import NewSnooze
from bot.queries.likely_days import days_to_wait
from bot.queries.snoozes import SNOOZES_MAX, Snoozable, get_snoozable
from bot.views.action_values import parse_account, parse_end_snooze, parse_seen
from bot.views.blocks import Message
from bot.views.snooze_forms import REASON, REASON_MAX, snooze_form, snoozed
from bot.views.text import day_text
from handlers.slack.chosen_days import read_day
from handlers.slack.context import Ask
from handlers.slack.notes import read_note
from handlers.slack.requests import Submission

SNOOZED = "Nobody is chased there until {}."
ENDED = "The snooze has ended. Whoever is late is chased again."
ANOTHER = "That snooze had ended before. Another one stands."


def ask_to_snooze(ask: Ask, value: str) -> Message:
    """The dialog that asks until when, and why.

    Raises: NotFound, NotAllowed; Refused where nothing is past due, or it was snoozed too often.
    """
    found = _find(ask, parse_account(value))
    days_max = ask.desk.runtime.settings.snooze_days_max
    if found.standing is None:
        snooze_account.check(found)
    elif found.late_since is None or found.taken >= SNOOZES_MAX:
        return snoozed(found, SNOOZED.format(day_text(found.standing.until_on)))
    return snooze_form(found, days=days_to_wait(found.today, days_max=days_max), days_max=days_max)


def submitted_snooze(ask: Ask, submission: Submission) -> Message:
    """Snooze it; the same dialog again changes nothing.

    Raises: InvalidFields, and what opening the dialog raises.
    """
    runtime = ask.desk.runtime
    value, seen = parse_seen(submission.subject)
    found = _find(ask, parse_account(value))
    days_max = runtime.settings.snooze_days_max
    until_on = read_day(
        submission,
        first=found.today + timedelta(days=1),
        last=found.today + timedelta(days=days_max),
        why=f"Choose a day from tomorrow on, and within {days_max} days.",
    )
    reason = read_note(submission, REASON, most=REASON_MAX, needed="Say why in a few words.")
    seen_id = int(seen) if seen and seen.isdecimal() else None
    wanted = NewSnooze(found.account.id, until_on, reason, seen_id)
    with runtime.database.writing() as session:
        snooze_account.request(
            session,
            ask.actor,
            runtime.settings,
            wanted,
            press=submission.view_id,
            sight=ask.sight,
        )
    return snoozed(_find(ask, found.account.id), SNOOZED.format(day_text(until_on)))


def pressed_end_snooze(ask: Ask, value: str) -> Message:
    """End a snooze at once: the press is confirmed where it is made.

    Raises: NotFound, NotAllowed, Refused.
    """
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        account_id = end_snooze.request(
            session,
            ask.actor,
            runtime.settings,
            parse_end_snooze(value),
            sight=ask.sight,
        )
    found = _find(ask, account_id)
    return snoozed(found, ANOTHER if found.standing else ENDED)


def _find(ask: Ask, account_id: int) -> Snoozable:
    with ask.desk.runtime.database.looking() as session:
        found = get_snoozable(session, account_id, sight=ask.sight)
    require_for(ask.actor, Permission.SNOOZE_ACCOUNT, account_id=account_id)
    return found
