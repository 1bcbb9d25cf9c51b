"""What a command understands, drawn from the same table that its grammar parses by."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.views import blocks
from bot.views.blocks import Message
from bot.views.text import literal


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One way to write a command, and what comes of it."""

    usage: str
    meaning: str


def help_card(command: str, lines: Sequence[HelpLine], notes: Sequence[str]) -> Message:
    """All ways to write one command, each with its meaning, and what goes for all of them."""
    rows = [(blocks.cell("Write"), blocks.cell("To get"))]
    for line in lines:
        usage = blocks.rich_text(blocks.text(line.usage, is_code=True))
        rows.append((usage, blocks.cell(line.meaning)))
    shown = [
        blocks.header(f"How to use {command}"),
        blocks.table(rows, align=("left", "left"), wrapped=(0, 1)),
        *(blocks.context(blocks.plain_text(note)) for note in notes),
    ]
    essence = "; ".join(line.usage for line in lines)
    text = literal(f"How to use {command}: {essence}")
    return Message(text=text, blocks=tuple(shown), is_shareable=True)
