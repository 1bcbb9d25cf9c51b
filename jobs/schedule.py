"""The timetable: what is done by the clock once a day, when, and for whom.

What is done all the time stands beside it, in loops of its own: the mirror (jobs/sync.py), promised
calls (jobs/effects.py), usage (jobs/usage.py), people and groups (jobs/people.py).
"""

from jobs import (
    digest,
    months,
    past_due,
    past_due_notices,
    promises,
    purge,
    reminders,
    verify,
)
from jobs.timekeeping import Job

TIMETABLE = (
    Job(
        name=past_due.NAME,
        when="at 01:00",
        what="Records which invoices have become Past Due.",
        for_whom="each time zone of an account",
        list_subjects=past_due.list_subjects,
        run=past_due.run,
    ),
    Job(
        name="past_due_notices",
        when="at 08:00",
        what="Tells the owners of accounts which of their invoices have become Past Due.",
        for_whom="all owners together, in ACCOUNT_TIME_ZONE",
        list_subjects=past_due_notices.list_subjects,
        run=past_due_notices.run,
    ),
    Job(
        name="promises",
        when="at 01:00",
        what="Judges the promises to pay whose last day is over.",
        for_whom="each time zone in which a promise is pending",
        list_subjects=promises.list_subjects,
        run=promises.run,
    ),
    Job(
        name="digest",
        when="at the hour of each digest",
        what="Posts who is past due, and what has changed since the last digest.",
        for_whom="each channel that has a digest",
        list_subjects=digest.list_subjects,
        run=digest.run,
    ),
    Job(
        name="reminders",
        when="at 09:00 or after the quiet hours",
        what="Reminds customers of what is to be paid, by their own terms.",
        for_whom="each time zone of an account, by hours",
        list_subjects=reminders.list_subjects,
        run=reminders.run,
    ),
    Job(
        name="months",
        when="at 02:00",
        what="Sums up what was invoiced in past months and owed at their ends, for /balance.",
        for_whom="each time zone of an account",
        list_subjects=months.list_subjects,
        run=months.run,
    ),
    Job(
        name="verify",
        when="at 02:00",
        what="Compares the copy with Stripe, unless the night is over.",
        for_whom="the whole copy, in ACCOUNT_TIME_ZONE",
        list_subjects=verify.list_subjects,
        run=verify.run,
        reads_mirror=False,
    ),
    Job(
        name="purge",
        when="at 03:00",
        what="Forgets events of Stripe’s and calls that ended 90 days ago.",
        for_whom="the whole database, in ACCOUNT_TIME_ZONE",
        list_subjects=purge.list_subjects,
        run=purge.run,
        reads_mirror=False,
    ),
)
