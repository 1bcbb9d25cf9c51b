"""Lists of invoices: one row and one button each, page by page."""

from collections.abc import Iterable, Iterator

from bot.money import money_text
from bot.queries.cards import InvoicePage, InvoiceRow, Status
from bot.views import actions, blocks
from bot.views.blocks import Block, Message
from bot.views.chargebacks import NAME as CHARGEBACK
from bot.views.dispute_words import DISPUTE_EMOJI
from bot.views.freshness import footing, freshness_warnings
from bot.views.invoice import STATUS_EMOJI, status_words
from bot.views.text import (
    account_name,
    amounts_text,
    count_text,
    day_text,
    days_late_text,
    escape,
    fit,
    invoice_name,
    literal,
    plain,
)

# The longest that an account's name may be in a row, where it has half of the width.
NAME_MAX = 80


def invoice_list(page: InvoicePage, *, title: str, list_text: str) -> Message:
    """One page of a list.

    Shape: `title` says in words what was asked for and may hold names from outside; `list_text`
    is the canonical text of the same question, which the buttons for the other pages carry.
    """
    title = plain(title, limit=blocks.HEADER_TEXT_MAX)
    count = _count_words(page)
    place = f"Page {page.page:,} of {page.pages:,}" if page.pages > 1 else ""
    parts = [
        blocks.header(title),
        blocks.section(blocks.mrkdwn(f"*{count}*{', newest first' if page.count > 1 else ''}")),
        *freshness_warnings(page.freshness, page.zone),
        *invoice_rows(page.rows),
    ]
    if page.pages > 1:
        parts.append(_page_buttons(page, list_text))
    parts.append(footing(page.freshness, page.zone, place=place))
    return Message(text=literal(f"{title}: {count}."), blocks=tuple(parts), is_shareable=True)


def invoice_rows(
    rows: Iterable[InvoiceRow], *, action: str = actions.SHOW_INVOICE
) -> Iterator[Block]:
    """One block per invoice, with its day of issue and a button that shows it, or part of it."""
    for place, row in enumerate(rows):
        name = "Draft" if row.status is Status.DRAFT and not row.number else invoice_name(row)
        day = day_text(row.issued_on or row.created_on)
        status = escape(status_words(row.status, row.status_text))
        late = f", {days_late_text(row.days_late)}" if row.days_late else ""
        mark = f" · :warning: {CHARGEBACK}" if row.is_charged_back else ""
        mark += f" · :{DISPUTE_EMOJI}: Disputed" if row.is_disputed else ""
        yield blocks.fields(
            [
                blocks.plain_text(f"{name} · {day}\n{account_name(row.account, limit=NAME_MAX)}"),
                blocks.mrkdwn(
                    f"*{money_text(row.total)}*\n:{STATUS_EMOJI[row.status]}: {status}{late}{mark}"
                    f"{_left_to_pay(row)}"
                ),
            ],
            accessory=blocks.button(
                "Show",
                action_id=actions.action_id(action, place),
                value=row.id,
                label=fit(f"Show {name}", blocks.BUTTON_LABEL_MAX),
            ),
        )


def _left_to_pay(row: InvoiceRow) -> str:
    """What remains of an invoice of which a part is paid or credited; "" for others."""
    is_owed = row.status in {Status.OPEN, Status.PAST_DUE}
    return f"\n{money_text(row.remaining)} to pay" if is_owed and row.remaining != row.total else ""


def _count_words(page: InvoicePage) -> str:
    if not page.count:
        return "No invoices"
    words = count_text(page.count, "invoice")
    if page.past_due_count == page.count:
        words += f", {'all ' if page.count > 1 else ''}Past Due"
    elif page.past_due_count:
        words += f", {page.past_due_count:,} of them Past Due"
    if page.to_pay:
        words += f" · {amounts_text(page.to_pay)} to pay"
    return words


def _page_buttons(page: InvoicePage, list_text: str) -> Block:
    elements = []
    for text, place, number in (
        ("‹ Newer", "previous", page.page - 1),
        ("Older ›", "next", page.page + 1),
    ):
        if 1 <= number <= page.pages:
            name = actions.action_id(actions.LIST_PAGE, place)
            value = actions.format_list_page(list_text, number)
            elements.append(blocks.button(text, action_id=name, value=value))
    return blocks.actions(elements)
