"""The fields by which a dialog asks for a part of an invoice: all, an amount, or some lines."""

from collections.abc import Sequence

from bot.money import money_text
from bot.queries.correctable import CorrectableLine
from bot.views.blocks import Block
from bot.views.fields import (
    CHOICES_MAX,
    RADIO_MAX,
    many_field,
    radio_field,
    text_field,
    ticks_field,
)
from bot.views.text import fit, line_name, plain

# The names of the fields; those of the lines have their place behind a colon.
WHAT, AMOUNT, LINES = "what", "amount", "lines"
WHOLE, SOME, TICKED = "whole", "amount", "lines"
AMOUNT_CHARACTERS_MAX = 40
DESCRIPTION_MAX = 44
# More lines than these are not all in sight, but found in menus by typing a part of one.
IN_SIGHT_MAX = 40
# As many as a dialog holds with ease: each is some 200 bytes of the 250,000 that Slack takes.
LINES_MAX = 500


def what_field(
    label: str, *, whole: str, ticked: str, initial: str = WHOLE, hint: str = ""
) -> Block:
    """All of it, an amount, or lines; without words for these, lines are not on offer."""
    choices = [(WHOLE, whole), (SOME, "An amount")]
    if ticked:
        choices.append((TICKED, ticked))
    return radio_field(WHAT, label, choices, initial=initial, hint=hint)


def amount_field(label: str, hint: str) -> Block:
    """The amount, where it is one."""
    return text_field(
        AMOUNT, label, hint=hint, is_optional=True, characters_max=AMOUNT_CHARACTERS_MAX
    )


def line_fields(lines: Sequence[CorrectableLine], *, hint: str) -> list[Block]:
    """The lines to choose, some in each field: all in sight where they are few, else in menus."""
    choices = [
        (line.id, f"{line_text(line.description)} · {money_text(line.worth)}") for line in lines
    ]
    field, most = (
        (ticks_field, RADIO_MAX) if len(lines) <= IN_SIGHT_MAX else (many_field, CHOICES_MAX)
    )
    groups = [choices[at : at + most] for at in range(0, len(choices), most)]
    return [
        field(
            line_field(place),
            "Lines" if place == 0 else f"Lines from {place * most + 1} on",
            group,
            hint=hint if place == 0 else "",
            is_optional=True,
        )
        for place, group in enumerate(groups)
    ]


def line_field(place: int) -> str:
    """The name of a field of lines, from 0 on."""
    return f"{LINES}:{place}"


def line_text(description: str) -> str:
    """A line by its own words, where there is little room."""
    return fit(line_name(plain(description)), DESCRIPTION_MAX)
