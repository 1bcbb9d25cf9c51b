"""Reminding customers: once per account and day, at nine or when the quiet hours of it end."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot import mailing
from bot.clock import find_zone, real_now, zone_of
from bot.database_clock import database_now
from bot.local_hours import Subject
from bot.occurrences import Taken, end
from bot.operations import send_reminder
from bot.operations.send_reminder import Day
from bot.queries.reminder_terms import sending_hour
from bot.queries.reminders import find_on_since, plan_reminders
from bot.queries.sending_hours import list_sending_hours
from bot.queries.sight import sight_of_desk
from bot.queries.thanks import plan_thanks
from bot.runtime import Runtime


def list_subjects(session: Session, runtime: Runtime) -> Sequence[Subject]:
    """Every zone with each hour at which something is sent there; none while it is turned off."""
    del runtime
    on_since = find_on_since(session)
    if on_since is None:
        return []
    return [
        Subject(f"{zone} {hour:02}", zone, hour, since=on_since)
        for zone, hour in sorted(list_sending_hours(session))
        if find_zone(zone)
    ]


def run(runtime: Runtime, taken: Taken) -> None:
    """Promise what goes out to the accounts of one zone whose hour it is.

    Raises: Unavailable when the database does not answer, TakenOver.
    """
    zone, _, hour = taken.subject.rpartition(" ")
    settings, at = runtime.settings, runtime.clock.now()
    sight = sight_of_desk(settings, now=at, real_now=real_now())
    with runtime.database.reading() as session:
        has_mail = mailing.has_mail(settings)
        plan = plan_reminders(session, sight=sight, has_mail=has_mail, zone=zone, is_now=True)
        thanks = plan_thanks(session, sight=sight, has_mail=has_mail, zone=zone, is_now=True)
    # A day late at night is another day: steps and quiet hours go by the moment of sending.
    today = at.astimezone(zone_of(zone)).date()
    count = 0
    for planned in (*plan.planned, *thanks):
        if sending_hour(planned.terms.quiet_hours) != int(hour) or plan.on_since is None:
            continue
        with runtime.database.writing() as session:
            day = Day(today, at, database_now(session, real_now()))
            count += send_reminder.request(session, settings, planned, day)
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        end(session, taken, now=now, note=f"{count:,} sent, {len(plan.held):,} held")
