"""How an invoice came about, as one table: parts with their lines, the total, what was paid.

Two columns only, so that a phone shows both; what a line counts stands under its name.
"""

from collections.abc import Iterator

from bot.money import Money, money_text
from bot.queries.cards import InvoiceCard, Line, LinePart, Status
from bot.views import blocks
from bot.views.blocks import Block, Cell
from bot.views.text import count_text, line_name, period_text, plain, units_text

# More lines than this stand on pages of their own, and the card sums them up.
LINES_INLINE_MAX = 12
# The longest that the description of a line may be on the card.
DESCRIPTION_MAX = 100

PART_NAMES = {
    "usage": "Usage",
    "fixed": "Fixed fees",
    "adjustment": "Adjustments",
    "tax": "Tax",
}

Row = tuple[Cell, Cell]


def is_inline(card: InvoiceCard) -> bool:
    """Whether the card itself shows every line."""
    return card.lines_count <= LINES_INLINE_MAX


def invoice_table(card: InvoiceCard) -> Block:
    """The parts of an invoice, with all their lines where these are few, and the sums below."""
    rows = [head()]
    for part in card.parts:
        rows.extend(_part_rows(part, card) if is_inline(card) else [_sum_row(part)])
    rows.extend(_total_rows(card))
    return two_columns(rows)


def two_columns(rows: list[Row]) -> Block:
    """A table with words on the left, which may break, and amounts on the right, which may not."""
    return blocks.table(rows, align=("left", "right"), wrapped=(0,))


def head() -> Row:
    """The first row of such a table."""
    return blocks.cell("Line"), blocks.cell("Amount")


def bold_row(name: str, amount: Money, remark: str = "") -> Row:
    """A sum: its name in bold, a remark beside it in plain, its amount in bold."""
    words = [blocks.text(name, is_bold=True)]
    if remark:
        words.append(blocks.text(remark))
    return blocks.rich_text(*words), blocks.rich_text(blocks.text(money_text(amount), is_bold=True))


def part_name(part: str) -> str:
    """What people call a part of an invoice."""
    return PART_NAMES.get(part, plain(part, limit=40))


def line_facts(line: Line, card: InvoiceCard) -> Iterator[str]:
    """What a line counts, and its days where they are not those of the whole invoice."""
    units = units_text(line.quantity, line.unit_amount, line.unit_label, line.amount)
    if units:
        yield units
    is_period = line.first_day == card.first_day and line.last_day == card.last_day
    # Tax is for the whole invoice, whatever days Stripe writes beside it.
    if not is_period and line.part != "tax":
        yield period_text(line.first_day, line.last_day)


def _part_rows(part: LinePart, card: InvoiceCard) -> Iterator[Row]:
    if len(part.lines) == 1:
        yield bold_row(part_name(part.part), part.subtotal, "\n" + _line_text(part.lines[0], card))
        return
    yield bold_row(part_name(part.part), part.subtotal)
    for line in part.lines:
        words = blocks.rich_text(blocks.text(_line_text(line, card)))
        yield words, blocks.cell(money_text(line.amount))


def _line_text(line: Line, card: InvoiceCard) -> str:
    facts = " · ".join(line_facts(line, card))
    description = plain(line_words(line), limit=DESCRIPTION_MAX)
    return f"{description}\n{facts}" if facts else description


def line_words(line: Line) -> str:
    """A line's own words; its figures stand beside them, exact, and are not said twice."""
    return line.description if line.quantity is None else line_name(line.description)


def _sum_row(part: LinePart) -> Row:
    lines = count_text(len(part.lines), "line")
    return bold_row(part_name(part.part), part.subtotal, f" · {lines}")


def _total_rows(card: InvoiceCard) -> Iterator[Row]:
    tax = card.inclusive_tax
    yield bold_row("Total", card.total, f"\nincludes {money_text(tax)} of tax" if tax else "")
    if card.status is Status.DRAFT:
        return
    applied = card.credit_balance_applied
    if applied:
        yield blocks.cell(_balance_words(card)), blocks.cell(money_text(-applied))
    if card.credit_notes:
        yield blocks.cell("Credit notes"), blocks.cell(money_text(-card.credit_notes))
    yield blocks.cell("Paid"), blocks.cell(money_text(-card.paid))
    if card.overpaid:
        yield blocks.cell("Overpaid, now credit"), blocks.cell(money_text(card.overpaid))
    if card.status is not Status.VOID:
        yield bold_row("Remaining", card.remaining)


def _balance_words(card: InvoiceCard) -> str:
    """What the customer's balance has to do with an invoice; one field at Stripe has all of it."""
    if card.credit_balance_applied.minor > 0:
        return "Left for the next invoice" if card.is_carried_over else "Credit balance applied"
    return "Added to the credit balance" if card.total.minor < 0 else "Owed from before"
