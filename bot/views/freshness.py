"""How old the figures on a card are, and what must not be overlooked about them."""

from bot.queries.cards import Freshness
from bot.views import blocks
from bot.views.blocks import Block
from bot.views.text import as_of_text


def warning(text: str) -> Block:
    """A line that must not be overlooked."""
    return blocks.rich_text(blocks.emoji("warning"), blocks.text(f" {text}"))


def freshness_warnings(freshness: Freshness, zone: str) -> list[Block]:
    """What stands near the head of a card whose figures may be wrong by their age; [] else."""
    if freshness.as_of is None:
        return [_first_reading()]
    if freshness.is_stale:
        return [warning(f"This may be out of date: it is {as_of_text(freshness, zone)}.")]
    return []


def footing(freshness: Freshness, zone: str, *, place: str = "") -> Block:
    """The last line of a card: the moment of its figures, and before it where in a list one is."""
    age = as_of_text(freshness, zone)
    words = f"Stripe’s figures {age}" if freshness.as_of else age.capitalize()
    return blocks.context(blocks.mrkdwn(f"{place} · {words}" if place else words))


def _first_reading() -> Block:
    """What goes on before the first sweep is done: a minute of every new desk, and no fault."""
    words = (
        ":hourglass_flowing_sand: Stripe is being read for the first time. What is missing here "
        "comes in a minute or two: ask again then."
    )
    return blocks.section(blocks.mrkdwn(words))
