"""Fresh links to the PDF and the receipts of an invoice, for the person who asked alone."""

from bot.mirror.documents import Receipts
from bot.money import money_text
from bot.views import actions, blocks
from bot.views.blocks import Message
from bot.views.text import literal

FRESH_NOTE = "Fresh from Stripe, and valid for a limited time. Press again for a new link."


def pdf_link(title: str, *, url: str) -> Message:
    """The PDF of an invoice, one press away."""
    head = f"{title} as a PDF"
    button = blocks.link_button("Open the PDF", action_id=actions.OPEN_INVOICE_PDF, url=url)
    return Message(
        text=literal(f"{head} is ready."),
        blocks=(
            blocks.rich_text(blocks.emoji("page_facing_up"), blocks.text(f" {head}", is_bold=True)),
            blocks.actions([button]),
            blocks.context(blocks.plain_text(FRESH_NOTE)),
        ),
    )


def customer_page_link(customer: str, *, url: str) -> Message:
    """The page on which a customer changes how they pay, to open and to copy."""
    head = f"Link for {customer} to change how they pay"
    button = blocks.link_button("Open the page", action_id=actions.OPEN_CUSTOMER_PAGE, url=url)
    note = (
        "Only you see this. It opens the customer’s own page at Stripe and runs out within minutes:"
        " pass it on at once, to nobody else. For that reason it is not sent by e-mail."
    )
    return Message(
        text=literal(f"{head}: ready."),
        blocks=(
            blocks.rich_text(blocks.emoji("credit_card"), blocks.text(f" {head}", is_bold=True)),
            blocks.preformatted(url),
            blocks.actions([button]),
            blocks.context(blocks.plain_text(note)),
        ),
    )


def receipt_links(title: str, receipts: Receipts) -> Message:
    """The receipts of an invoice's payments, a button for each."""
    several = len(receipts.found) > 1
    head = f"{'Receipts' if several else 'Receipt'} of {title}"
    buttons = [
        blocks.link_button(
            f"Open the receipt of {money_text(receipt.paid)}",
            action_id=actions.action_id(actions.OPEN_RECEIPT, place if several else None),
            url=receipt.url,
        )
        for place, receipt in enumerate(receipts.found)
    ]
    note = "There are more of them in Stripe. " if receipts.has_more else ""
    return Message(
        text=literal(f"{head}: ready."),
        blocks=(
            blocks.rich_text(blocks.emoji("receipt"), blocks.text(f" {head}", is_bold=True)),
            blocks.actions(buttons),
            blocks.context(blocks.plain_text(f"{note}{FRESH_NOTE}")),
        ),
    )
