"""What somebody chose of an invoice in a dialog: all of it, an amount, or some of its lines."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.errors import BadRequest
from bot.money import Money, parse_typed_amount
from bot.queries.correctable import CorrectableLine
from bot.views.fields import RADIO_MAX
from bot.views.part_fields import AMOUNT, SOME, TICKED, WHAT, line_field
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission


@dataclass(frozen=True, slots=True)
class ChosenPart:
    """An amount, or lines with the amount that they come to; neither for the whole invoice."""

    amount: Money | None = None
    lines: tuple[CorrectableLine, ...] = ()


def read_part(
    submission: Submission,
    lines: Sequence[CorrectableLine],
    *,
    most: Money,
    too_much: Callable[[Money], str],
) -> ChosenPart:
    """What was chosen of an invoice with these lines.

    Shape: what lines come to may be more than `most`; a typed amount may not.
    Raises: InvalidFields, also where what was filled in does not go with what was chosen.
    """
    what, ticked = submission.text(WHAT), ticked_lines(submission, lines)
    if what != SOME and submission.text(AMOUNT):
        raise InvalidFields({AMOUNT: "Choose “An amount” above, or leave this empty."})
    if what != TICKED and ticked:
        raise InvalidFields({line_field(0): "Choose “Whole lines” above, or tick none."})
    if what == SOME:
        return ChosenPart(_typed(submission, most, too_much))
    if what != TICKED:
        return ChosenPart()
    if not ticked:
        raise InvalidFields({line_field(0): "Tick the lines that it is about."})
    return ChosenPart(worth_of(ticked, most.currency), tuple(ticked))


def worth_of(lines: Sequence[CorrectableLine], currency: str) -> Money:
    """What lines come to, with the discount and the tax of each."""
    return Money(sum(line.worth.minor for line in lines), currency)


def ticked_lines(submission: Submission, lines: Sequence[CorrectableLine]) -> list[CorrectableLine]:
    """The lines that were ticked, in the order of the invoice."""
    fields = range(0, len(lines), RADIO_MAX)
    ids = {
        one
        for place, _ in enumerate(fields)
        for one in submission.ticked.get(line_field(place), ())
    }
    return [line for line in lines if line.id in ids]


def _typed(submission: Submission, most: Money, too_much: Callable[[Money], str]) -> Money:
    try:
        amount = parse_typed_amount(submission.text(AMOUNT), currency=most.currency)
    except BadRequest as unclear:
        raise InvalidFields({AMOUNT: unclear.message}) from None
    if amount.minor > most.minor:
        raise InvalidFields({AMOUNT: too_much(amount)})
    return amount
