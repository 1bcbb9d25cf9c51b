"""What has become of the timetable's jobs, for those who look after Tallyman."""

from collections.abc import Sequence
from datetime import timedelta

from bot.queries.jobs import JobReport
from bot.views import blocks
from bot.views.blocks import Block
from bot.views.text import age_text, count_text, plain

# What people call each job.
JOB_NAMES = {
    "past_due": "Invoices judged Past Due",
    "past_due_notices": "Owners told of what is Past Due",
    "digest": "Digests posted",
    "reminders": "Customers reminded",
    "promises": "Promises judged",
    "months": "Past months summed up",
    "verify": "Copy compared with Stripe",
    "purge": "Old work forgotten",
}
# A timetable fits a page: more jobs than this are summed up.
JOBS_SHOWN_MAX = 12


def timetable_section(jobs: Sequence[JobReport]) -> list[Block]:
    """One line per job: when it was done last, when it is due next, and what went wrong lately.

    Shape: [] before a worker has looked at any.
    """
    if not jobs:
        return []
    lines = [_line(job) for job in jobs[:JOBS_SHOWN_MAX]]
    if rest := jobs[JOBS_SHOWN_MAX:]:
        lines.append(f"and {len(rest):,} more: python app.py jobs")
    return [
        blocks.divider(),
        blocks.section(blocks.mrkdwn("*Done by the clock*")),
        blocks.section(blocks.plain_text("\n".join(lines))),
    ]


def _line(job: JobReport) -> str:
    name = JOB_NAMES.get(job.name, plain(job.name.replace("_", " ").capitalize(), limit=40))
    if not job.is_looked_after:
        return f"{name}: no worker looks after it"
    troubles = [
        f"{count_text(count, 'day')} {what}"
        for count, what in (
            (job.waiting_count, "to be tried again"),
            (job.failed_count, "given up this week"),
            (job.skipped_count, "skipped this week"),
        )
        if count
    ]
    parts = [_last(job), _next(job.next_in), *troubles]
    return f"{name}: {' · '.join(part for part in parts if part)}"


def _last(job: JobReport) -> str:
    if job.last_age is None:
        return "not yet"
    return f"{'left out ' if job.is_left_out else ''}{age_text(job.last_age)} ago"


def _next(pause: timedelta | None) -> str:
    if pause is None:
        return ""
    return f"next in {age_text(pause)}" if pause else "due now"
