"""What corrections of an invoice are called, and how what they change is shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.views import blocks
from bot.views.blocks import Block, Element
from bot.views.text import plain

NAME_MAX = 60
TEXT_MAX = 150
NOTE_MAX = 1_000


@dataclass(frozen=True, slots=True)
class CorrectionWords:
    """A correction in words; {} stands for the invoice's number.

    Shape: `title` as somebody asks for it, `done` once it is so, and what its `amount` is.
    """

    title: str
    done: str
    amount: str = "less to be paid"


# By the operation that does it.
WORDS: Mapping[str, CorrectionWords] = {
    "void_invoice": CorrectionWords("Void invoice {}", "Invoice {} is void."),
    "mark_uncollectible": CorrectionWords(
        "Mark invoice {} uncollectible", "Invoice {} is marked uncollectible.", "given up"
    ),
    "issue_credit_note": CorrectionWords(
        "Credit invoice {}", "The credit note for invoice {} is issued.", "credited"
    ),
    "record_payment": CorrectionWords(
        "Record a payment of invoice {}", "The payment of invoice {} is recorded.", "received"
    ),
    "record_promise": CorrectionWords(
        "Promise to pay invoice {}", "The promise to pay invoice {} is recorded.", "promised"
    ),
}


def correction_title(kind: str, number: str) -> str:
    """What is asked for: "Void invoice ACME-0042"."""
    words = words_of(kind)
    return words.title.replace("{}", plain(number, limit=NAME_MAX))


def correction_done(kind: str, number: str) -> str:
    """The same once it is done: "Invoice ACME-0042 is void."."""
    words = words_of(kind)
    return words.done.replace("{}", plain(number, limit=NAME_MAX))


def changes_table(changes: Sequence[tuple[str, str, str]]) -> Block:
    """What is so before, and what will be so after."""
    rows = [[blocks.cell(title) for title in ("What changes", "Before → after")]]
    rows += [
        [
            blocks.cell(plain(name, limit=TEXT_MAX)),
            blocks.rich_text(
                blocks.text(f"{plain(before, limit=TEXT_MAX)} → "),
                blocks.text(plain(after, limit=TEXT_MAX), is_bold=True),
            ),
        ]
        for name, before, after in changes
    ]
    return blocks.table(rows, align=("left", "left"), wrapped=(0, 1))


def changes_lines(changes: Sequence[tuple[str, str, str]]) -> Block:
    """The same in a dialog, which holds no table."""
    words: list[Element] = []
    for place, (name, before, after) in enumerate(changes):
        start = "\n" if place else ""
        words.append(blocks.text(f"{start}{plain(name, limit=TEXT_MAX)}: ", is_bold=True))
        words.append(blocks.text(f"{plain(before, limit=TEXT_MAX)} → "))
        words.append(blocks.text(plain(after, limit=TEXT_MAX), is_bold=True))
    return blocks.rich_text(*words)


def facts_lines(facts: Sequence[tuple[str, str]]) -> Block:
    """What a correction is, one fact on each line."""
    words: list[Element] = []
    for place, (name, fact) in enumerate(facts):
        start = "\n" if place else ""
        words.append(blocks.text(f"{start}{plain(name, limit=TEXT_MAX)}: ", is_bold=True))
        words.append(blocks.text(plain(fact, limit=TEXT_MAX)))
    return blocks.rich_text(*words)


def note_block(note: str) -> list[Block]:
    """The note of who asks, as it was written; nothing where there is none."""
    if not note.strip():
        return []
    words = plain(note, limit=NOTE_MAX)
    return [blocks.rich_text(blocks.emoji("memo"), blocks.text(f" ‘{words}’"))]


def words_of(kind: str) -> CorrectionWords:
    """What a kind of correction is called."""
    if kind in WORDS:
        return WORDS[kind]
    # Asked for by a newer version, and seen by this one.
    deed = plain(kind.replace("_", " ").capitalize(), limit=NAME_MAX)
    return CorrectionWords(f"{deed}: invoice {{}}", f"{deed}: done for invoice {{}}.")
