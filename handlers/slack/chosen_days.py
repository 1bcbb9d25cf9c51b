"""Reading the day that somebody chose: one of the likely ones, or another."""

from datetime import date

from bot.views.day_choice import ANOTHER, OTHER_DAY, WHEN
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission


def read_day(submission: Submission, *, first: date, last: date, why: str) -> date:
    """The day, which lies between these two.

    Raises: InvalidFields, saying `why` of a day that lies outside.
    """
    other = submission.day(OTHER_DAY)
    chosen = other or submission.day(WHEN)
    if chosen is None:
        is_other = submission.text(WHEN) == ANOTHER
        raise InvalidFields({OTHER_DAY if is_other else WHEN: "Choose the day."})
    if not first <= chosen <= last:
        raise InvalidFields({OTHER_DAY if other is not None else WHEN: why})
    return chosen
