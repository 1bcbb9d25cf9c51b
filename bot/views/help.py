"""What a command understands, drawn from the same table that its grammar parses by."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.views import blocks
from bot.views.blocks import Element, Message
from bot.views.text import literal


@dataclass(frozen=True, slots=True)
class HelpLine:
    """One way to write a command, and what comes of it."""

    usage: str
    meaning: str


def help_card(command: str, lines: Sequence[HelpLine], notes: Sequence[str]) -> Message:
    """All ways to write one command, each with its meaning, and what goes for all of them."""
    words: list[Element] = []
    for line in lines:
        words.append(blocks.text(line.usage, is_code=True))
        words.append(blocks.text(f"\n{line.meaning}\n\n"))
    words.extend(blocks.text(f"{note}\n") for note in notes)
    essence = "; ".join(line.usage for line in lines)
    return Message(
        text=literal(f"How to use {command}: {essence}"),
        blocks=(blocks.header(f"How to use {command}"), blocks.rich_text(*words)),
    )
