"""All lines of an invoice, page by page, with the sums of the parts they belong to."""

from collections.abc import Iterator, Sequence

from bot.money import money_text
from bot.queries.cards import InvoiceCard, Line, LinePart
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.freshness import footing, warning
from bot.views.invoice import Dashboard
from bot.views.invoice_table import (
    Row,
    bold_row,
    head,
    line_facts,
    line_words,
    part_name,
    two_columns,
)
from bot.views.text import (
    account_name,
    count_text,
    invoice_name,
    literal,
    plain,
)

# So many stay below Slack's limit for all characters of a message, as long as
# their descriptions are cut.
PAGE_LINES_MAX = 40
DESCRIPTION_MAX = 80

PlacedLine = tuple[LinePart, Line]


def invoice_lines(card: InvoiceCard, *, page: int, dashboard: Dashboard) -> Message:
    """One page of an invoice's lines, from 1 on; a page beyond the last one is the last."""
    lines = [(part, line) for part in card.parts for line in part.lines]
    pages = max(1, -(-len(lines) // PAGE_LINES_MAX))
    page = min(page, pages)
    start = (page - 1) * PAGE_LINES_MAX
    shown = lines[start : start + PAGE_LINES_MAX]

    title = f"Lines of {invoice_name(card)}"
    numbers = f"Lines {start + 1:,} to {start + len(shown):,} of {count_text(len(lines), 'line')}"
    place = f"{numbers if shown else 'No lines'} · page {page} of {pages}"
    rows = [head(), *_rows(card, shown, before=lines[start - 1 : start])]
    if page == pages:
        rows.append(bold_row("Total", card.total))
    parts = [
        blocks.header(title),
        blocks.section(blocks.plain_text(f"{account_name(card.account)}\n{place}")),
        *([warning("Deleted at Stripe.")] if card.is_deleted else []),
        two_columns(rows),
        _buttons(card, page, pages, dashboard),
        footing(card.freshness, card.account.time_zone),
    ]
    text = literal(f"{title}, {account_name(card.account)}: {place}.")
    return Message(text=text, blocks=tuple(parts))


def _rows(
    card: InvoiceCard, shown: Sequence[PlacedLine], *, before: Sequence[PlacedLine]
) -> Iterator[Row]:
    """The lines in their order, and wherever a part begins or goes on, its name and sum."""
    current = before[0][0] if before else None
    for index, (part, line) in enumerate(shown):
        if part is not current or index == 0:
            remark = ", continued" if part is current else ""
            yield bold_row(part_name(part.part), part.subtotal, remark)
            current = part
        facts = [plain(line_words(line), limit=DESCRIPTION_MAX), *line_facts(line, card)]
        # Plain cells: forty rich ones would weigh more than some limits allow.
        yield blocks.cell(" · ".join(facts)), blocks.cell(money_text(line.amount))


def _buttons(card: InvoiceCard, page: int, pages: int, dashboard: Dashboard) -> Block:
    elements: list[Element] = []
    for text, place, number in (
        ("‹ Previous lines", "previous", page - 1),
        ("Next lines ›", "next", page + 1),
    ):
        if 1 <= number <= pages:
            name = actions.action_id(actions.SHOW_INVOICE_LINES, place)
            value = actions.format_show_invoice_lines(card.id, number)
            elements.append(blocks.button(text, action_id=name, value=value))
    elements.append(
        blocks.button("Back to the invoice", action_id=actions.SHOW_INVOICE, value=card.id)
    )
    url = dashboard.invoice_url(card.id)
    elements.append(blocks.link_button("Open in Stripe", action_id=actions.OPEN_IN_STRIPE, url=url))
    return blocks.actions(elements)
