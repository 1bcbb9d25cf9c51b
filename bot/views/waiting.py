"""Corrections that wait for approval: a line on their invoice's card, and a list of them."""

from collections.abc import Iterator

from bot.money import money_text
from bot.queries.cards import InvoiceCard, WaitingCorrection
from bot.queries.waiting import WaitingPage, WaitingRow
from bot.views import actions, blocks
from bot.views.blocks import Block, Element, Message
from bot.views.corrections import correction_title, words_of
from bot.views.freshness import footing, freshness_warnings
from bot.views.text import (
    account_name,
    count_text,
    escape,
    fit,
    invoice_name,
    literal,
    moment_text,
    plain,
)

EMOJI = "hourglass_flowing_sand"
NAME_MAX, ACCOUNT_MAX = 60, 80
TITLE = "Waits for approval"
# The canonical text of the list, which its pages are asked for by.
LIST_TEXT = "approvals"


def waiting_lines(card: InvoiceCard) -> Iterator[Block]:
    """What is under way to correct an invoice, each with a button that shows the request."""
    for place, one in enumerate(card.waiting):
        title = correction_title(one.kind, invoice_name(card))
        said = f":{EMOJI}: *{escape(title)}* · {_standing(one, card.account.time_zone)}"
        show = _show(one, "Show request", place)
        yield blocks.section(blocks.mrkdwn(said), accessory=show)


def waiting_list(page: WaitingPage) -> Message:
    """One page of what waits for approval."""
    count = f"{page.count:,} waiting" if page.count else "Nothing waits for approval"
    order = ", what expires first at the top" if page.count > 1 else ""
    place = f"Page {page.page:,} of {page.pages:,}" if page.pages > 1 else ""
    parts = [
        blocks.header(TITLE),
        blocks.section(blocks.mrkdwn(f"*{count}*{order}")),
        *freshness_warnings(page.freshness, page.zone),
        *(_row(place, row) for place, row in enumerate(page.rows)),
    ]
    if buttons := _page_buttons(page):
        parts.append(blocks.actions(buttons))
    parts.append(footing(page.freshness, page.zone, place=place))
    return Message(text=literal(f"{TITLE}: {count.lower()}."), blocks=tuple(parts))


def waiting_count_text(count: int) -> str:
    """How many wait, in a few words."""
    return f"{count_text(count, 'correction')} {'waits' if count == 1 else 'wait'} for approval"


def _standing(one: WaitingCorrection, zone: str) -> str:
    by = escape(plain(one.asked_by, limit=NAME_MAX))
    if one.until is None:
        return f"asked by {by}, is being done"
    return f"asked by {by}, waits for approval until {moment_text(one.until, zone)}"


def _row(place: int, row: WaitingRow) -> Block:
    one, invoice = row.correction, row.invoice
    title = correction_title(one.kind, invoice_name(invoice))
    account = account_name(invoice.account, limit=ACCOUNT_MAX)
    amount = f"*{money_text(one.amount)}* {words_of(one.kind).amount}"
    asked = f"Asked by {escape(plain(one.asked_by, limit=NAME_MAX))}"
    if one.until is None:
        standing = f"{asked}, is being done"
    else:
        standing = f"{asked}\nUntil {moment_text(one.until, invoice.account.time_zone)}"
    return blocks.fields(
        [blocks.plain_text(f"{title}\n{account}"), blocks.mrkdwn(f"{amount}\n{standing}")],
        accessory=_show(one, "Show", place),
    )


def _show(one: WaitingCorrection, text: str, place: int) -> Element:
    return blocks.button(
        text,
        action_id=actions.action_id(actions.SHOW_REQUEST, place),
        value=str(one.id),
        label=fit(f"Show request {one.id}", blocks.BUTTON_LABEL_MAX),
    )


def _page_buttons(page: WaitingPage) -> list[Element]:
    return [
        blocks.button(
            text,
            action_id=actions.action_id(actions.SHOW_REQUESTS, place),
            value=actions.format_list_page(LIST_TEXT, number),
        )
        for text, place, number in (
            ("‹ Previous", "previous", page.page - 1),
            ("Next ›", "next", page.page + 1),
        )
        if 1 <= number <= page.pages
    ]
