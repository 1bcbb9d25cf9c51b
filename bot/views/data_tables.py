"""The table that people sort and leaf through, and what stands in its cells.

Source: Slack's reference of the data table block, read 2026-11. Cells hold no buttons.
"""

from collections.abc import Sequence

from bot.views import blocks
from bot.views.blocks import Block, Cell, Element

# Its head included; one source says more, and this is what all agree on.
ROWS_MAX = 101
COLUMNS_MAX = 20
CHARACTERS_MAX = 10_000
PAGE_ROWS_MAX = 100


def data_table(caption: str, rows: Sequence[Sequence[Cell]], *, page_rows: int) -> Block:
    """A table whose first row is its head, shown so many rows at a time.

    Raises: ValueError for more than Slack takes, and for rows of different lengths.
    """
    if not 1 < len(rows) <= ROWS_MAX or not 0 < len(rows[0]) <= COLUMNS_MAX:
        raise ValueError(f"a table of {len(rows)} rows by {len(rows[0])} columns is none")
    if len({len(row) for row in rows}) > 1:
        raise ValueError("the rows of a table differ in their length")
    if not 0 < page_rows <= PAGE_ROWS_MAX:
        raise ValueError(f"a page can't have {page_rows} rows")
    if sum(len(_words(cell)) for row in rows for cell in row) > CHARACTERS_MAX:
        raise ValueError(f"a table holds {CHARACTERS_MAX} characters")
    return {
        "type": "data_table",
        "caption": blocks.plain_text(caption)["text"],
        "rows": [list(row) for row in rows],
        "page_size": page_rows,
    }


def number_cell(value: int, text: str) -> Cell:
    """A cell that is sorted by a number and shows a text."""
    return {"type": "raw_number", "value": value, "text": text}


def struck(content: str) -> Element:
    """A piece of rich text that is struck through: it was so, and is over."""
    return blocks.text(content) | {"style": {"strike": True}}


def _words(cell: Cell) -> str:
    if cell["type"] != "rich_text":
        return str(cell["text"])
    return "".join(each.get("text", "") for part in cell["elements"] for each in part["elements"])
