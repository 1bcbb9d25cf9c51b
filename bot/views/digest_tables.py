"""The lines of a digest: as a table that people sort, as a plain one, and as lines of text.

The first is what they get; the others are for a Slack that refuses it.
"""

from collections.abc import Sequence

from bot.money import digits_of
from bot.queries.digest_cards import Change, DigestLine
from bot.views import blocks
from bot.views.blocks import Block, Cell, Element
from bot.views.data_tables import data_table, number_cell, struck
from bot.views.digest_words import line_amounts, line_days, line_marks, line_name

# On a phone the last one may lie beyond the edge, and the order of the lines says it too.
HEAD = ("Account", "Past due", "Late")
CAPTION = "Who is past due, the longest late first"
URGENT_CAPTION = "Who is past due: promises first, then the longest late"
# So many rows are in sight at a time.
ROWS_IN_SIGHT = 10


def sortable_lines(lines: Sequence[DigestLine]) -> Block:
    """A table that is sorted by any column and leafed through."""
    head = [blocks.cell(word) for word in HEAD]
    rows = [
        (_who(line), _sortable_amount(line), number_cell(line.days_late, line_days(line)))
        for line in lines
    ]
    is_urgent = lines[0].broken is not None or lines[0].is_due_today
    caption = URGENT_CAPTION if is_urgent else CAPTION
    return data_table(caption, [head, *rows], page_rows=ROWS_IN_SIGHT)


def plain_lines(lines: Sequence[DigestLine]) -> Block:
    """A table that stands as it is."""
    head = [blocks.cell(word) for word in HEAD]
    rows = [(_who(line), _amount(line), blocks.cell(line_days(line))) for line in lines]
    return blocks.table([head, *rows], align=("left", "right", "right"), wrapped=(0,))


def written_lines(lines: Sequence[DigestLine]) -> Block:
    """No table at all."""
    elements: list[Element] = []
    for line in lines:
        amounts = line_amounts(line).replace("\n", ", ")
        words = f"{line_name(line)}: {amounts}, {line_days(line)}"
        marks = line_marks(line)
        is_over = line.change is Change.OVER
        elements.append(struck(words) if is_over else blocks.text(words))
        elements.append(blocks.text(f" · {marks}\n" if marks else "\n"))
    return blocks.rich_text(*elements)


def _who(line: DigestLine) -> Cell:
    """The account, and below it what is to be known before anybody chases it."""
    name, marks = line_name(line), line_marks(line)
    if line.change is Change.OVER:
        return blocks.rich_text(struck(name), blocks.text(f"\n{marks}"))
    # The dot keeps them apart where a cell is shown on one line.
    return blocks.cell(f"{name}\n· {marks}" if marks else name)


def _amount(line: DigestLine) -> Cell:
    words = line_amounts(line)
    return blocks.rich_text(struck(words)) if line.change is Change.OVER else blocks.cell(words)


def _sortable_amount(line: DigestLine) -> Cell:
    if line.change is Change.OVER or len(line.amounts) > 1:
        return _amount(line)
    amount = line.amounts[0]
    # Whole units, so that a currency without decimals does not look a hundred times as large.
    return number_cell(amount.minor // 10 ** digits_of(amount.currency), line_amounts(line))


# The best first.
FORMS = (sortable_lines, plain_lines, written_lines)
