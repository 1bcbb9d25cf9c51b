"""Messages as modals: what a modal may not hold is said in what it may."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.views import dialogs
from bot.views.blocks import Block, Cell, Element, Message, emoji, rich_text, text

# Source: docs.slack.dev/reference/block-kit/blocks, where each block says its surfaces, 2026-11.
MODAL_BLOCKS = frozenset(
    {"actions", "alert", "card", "context", "divider", "header", "image", "input"}
    | {"rich_text", "section", "video"}
)
TABLES = frozenset({"table", "data_table"})
# What a chart draws stands in the text beside it too.
LEFT_OUT = frozenset({"data_visualization"})
TITLE = "Billing desk"
# A table of words and amounts needs no names for its columns where they stand in lines.
PAIR = 2


def modal_of(message: Message) -> dict[str, Any]:
    """A message as a modal; its header, where it is short enough, is the modal's title.

    Raises: ValueError for a block that no modal holds and that has no other form here.
    """
    title, shown = TITLE, list(message.blocks)
    if len(shown) > 1 and shown[0]["type"] == "header":
        words = shown[0]["text"]["text"]
        if len(words) <= dialogs.VIEW_TITLE_MAX:
            title, shown = words, shown[1:]
    modal = dialogs.modal(title, [fitted for block in shown for fitted in _fitted(block)])
    return modal if message.form is None else dialogs.with_form(modal, message.form)


def waiting_modal(said: str = "Asking Stripe …") -> dict[str, Any]:
    """What stands in a modal until the answer is there."""
    words = rich_text(emoji("hourglass_flowing_sand"), text(f" {said}"))
    return dialogs.modal(TITLE, [words])


def _fitted(block: Block) -> Iterator[Block]:
    kind = block["type"]
    if kind in MODAL_BLOCKS:
        yield block
    elif kind in TABLES:
        yield _listed(block["rows"])
    elif kind not in LEFT_OUT:
        raise ValueError(f"a modal holds no {kind}")


def _listed(rows: Sequence[Sequence[Cell]]) -> Block:
    """The rows of a table as lines: those in bold begin a part, the others stand below as a list.

    Shape: in the order of the table; its head is left out where it has two columns.
    """
    parts: list[Element] = []
    shown = rows[1:] if len(rows[0]) == PAIR and len(rows) > 1 else rows
    for row in shown:
        line = {"type": "rich_text_section", "elements": _joined(row)}
        if _is_bold(row[0]):
            parts.append(line)
        elif parts and parts[-1]["type"] == "rich_text_list":
            parts[-1]["elements"].append(line)
        else:
            parts.append({"type": "rich_text_list", "style": "bullet", "elements": [line]})
    return {"type": "rich_text", "elements": parts}


def _joined(row: Sequence[Cell]) -> list[Element]:
    elements = _elements(row[0])
    for cell in row[1:]:
        elements += [text(" — "), *_elements(cell)]
    return elements


def _elements(cell: Cell) -> list[Element]:
    """What a cell says, on one line."""
    if cell["type"] == "rich_text":
        found = [each for part in cell["elements"] for each in part["elements"]]
    else:
        found = [text(str(cell.get("text", cell.get("value"))))]
    return [_on_one_line(each) for each in found]


def _on_one_line(element: Element) -> Element:
    if element["type"] != "text":
        return element
    return element | {"text": element["text"].replace("\n", " · ")}


def _is_bold(cell: Cell) -> bool:
    return cell["type"] == "rich_text" and bool(_elements(cell)[0].get("style", {}).get("bold"))
