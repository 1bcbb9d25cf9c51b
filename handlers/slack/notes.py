"""Notes that people write in dialogs: what can't be kept, or should not be, is sent back."""

import re

from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission

# Of cards that are in use, in groups or not. Source: ISO/IEC 7812.
_LONG_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)", re.ASCII)


def read_note(submission: Submission, name: str, *, most: int, needed: str = "") -> str:
    """What was written in a field, "" for nothing.

    Shape: `needed` is what is said where nothing was written and something has to be.
    Raises: InvalidFields.
    """
    note = submission.text(name)
    if needed and not note:
        raise InvalidFields({name: needed})
    if len(note) > most:
        raise InvalidFields({name: f"That is too long: {most:,} characters fit."})
    if "\x00" in note or any("\ud800" <= sign <= "\udfff" for sign in note):
        raise InvalidFields({name: "That has characters in it which no text can have."})
    if has_card_number(note):
        # What was written is gone with this answer: it is neither kept nor logged.
        raise InvalidFields({name: "That looks like a card number. Leave it out: it is not kept."})
    return note


def has_card_number(text: str) -> bool:
    """Whether a number in it is as long as those of cards and has a check digit like theirs."""
    return any(_adds_up(re.sub(r"[ -]", "", found)) for found in _LONG_NUMBER.findall(text))


def _adds_up(digits: str) -> bool:
    """Whether the last digit is the one that the others ask for, by Luhn's formula."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(digits[::-1])]
    return sum(sum(divmod(number, 10)) for number in doubled) % 10 == 0
