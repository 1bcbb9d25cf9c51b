"""Lists of open disputes: one row and one button each, page by page."""

from bot.money import money_text
from bot.queries.dispute_lists import DisputePage, DisputeRow
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.dispute_words import DISPUTE_EMOJI, reason_words
from bot.views.freshness import footing, freshness_warnings
from bot.views.text import (
    account_name,
    count_text,
    day_text,
    days_late_text,
    escape,
    fit,
    invoice_name,
    literal,
    plain,
)

# The longest that names may be in a row, where each column has half of the width.
ACCOUNT_MAX, OWNER_MAX = 80, 60


def dispute_list(page: DisputePage, *, title: str, list_text: str) -> Message:
    """One page of open disputes.

    Shape: `list_text` is the canonical text of the same question, for the buttons to other pages.
    """
    title = plain(title, limit=blocks.HEADER_TEXT_MAX)
    count = count_text(page.count, "open dispute") if page.count else "No open disputes"
    order = ", oldest first" if page.count > 1 else ""
    place = f"Page {page.page:,} of {page.pages:,}" if page.pages > 1 else ""
    parts = [
        blocks.header(title),
        blocks.section(blocks.mrkdwn(f"*{count}*{order}")),
        *freshness_warnings(page.freshness, page.zone),
        *(_row(place, row) for place, row in enumerate(page.rows)),
    ]
    if buttons := _page_buttons(page, list_text):
        parts.append(blocks.actions(buttons))
    parts.append(footing(page.freshness, page.zone, place=place))
    return Message(text=literal(f"{title}: {count}."), blocks=tuple(parts))


def _row(place: int, row: DisputeRow) -> Block:
    name = f"Dispute {row.id}"
    owner = escape(plain(row.owner, limit=OWNER_MAX))
    late = f", {days_late_text(row.invoice.days_late)}" if row.invoice.days_late else ""
    account = account_name(row.invoice.account, limit=ACCOUNT_MAX)
    return blocks.fields(
        [
            blocks.plain_text(f"{name} · {invoice_name(row.invoice)}\n{account}"),
            blocks.mrkdwn(
                f"{_amount(row)}{late}\n:{DISPUTE_EMOJI}: {escape(reason_words(row.reason))}\n"
                f"{owner}, since {day_text(row.opened_on)}"
            ),
        ],
        accessory=blocks.button(
            "Show",
            action_id=actions.action_id(actions.SHOW_DISPUTE, place),
            value=str(row.id),
            label=fit(f"Show {name}", blocks.BUTTON_LABEL_MAX),
        ),
    )


def _amount(row: DisputeRow) -> str:
    whole = row.invoice.remaining
    if row.part is None or row.part == row.invoice.total:
        return f"*{money_text(whole)}* to pay" if whole else f"*{money_text(row.invoice.total)}*"
    return f"*{money_text(row.part)}* of {money_text(row.invoice.total)}"


def _page_buttons(page: DisputePage, list_text: str) -> list[Element]:
    elements = []
    for text, place, number in (
        ("‹ Older", "previous", page.page - 1),
        ("Newer ›", "next", page.page + 1),
    ):
        if 1 <= number <= page.pages:
            name = actions.action_id(actions.SHOW_DISPUTES, place)
            value = actions.format_list_page(list_text, number)
            elements.append(blocks.button(text, action_id=name, value=value))
    return elements
