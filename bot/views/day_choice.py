"""The fields in which somebody chooses a day: one of the likely ones by a press, or any other."""

from bot.queries.likely_days import LikelyDays
from bot.views.blocks import Block
from bot.views.fields import day_field, radio_field
from bot.views.text import day_text

# The names of the fields, and what the first says where the second has the day.
WHEN, OTHER_DAY = "when", "other_day"
ANOTHER = "other"


def day_choice(label: str, days: LikelyDays, *, hint: str = "") -> tuple[Block, Block]:
    """Both fields; a day in the second goes before the first."""
    choices = [(day.isoformat(), f"{name}, {day_text(day)}") for day, name in days.days]
    return (
        radio_field(
            WHEN, label, [*choices, (ANOTHER, "Another day")], initial=days.first.isoformat()
        ),
        day_field(OTHER_DAY, "The other day", is_optional=True, hint=hint),
    )
