"""What can be done with an invoice, in one table: the buttons on its card, by right and by state.

Each deed opens a dialog under its own action. Those that are needed daily are buttons; the rest
stand behind three dots, where a choice means the same as a press on a button of that deed.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from bot.access import Permission
from bot.queries.cards import InvoiceCard, Status
from bot.views import actions, blocks
from bot.views.blocks import Block, Element


@dataclass(frozen=True, slots=True)
class InvoiceDeed:
    """One deed: who may do it, and with which invoices; what it is about is always an invoice.

    Shape: at most five that are no buttons can be offered at once, as Slack holds no more there.
    """

    action: str
    label: str
    right: Permission
    is_offered: Callable[[InvoiceCard], bool]
    is_button: bool = False
    style: str | None = None


def is_disputable(card: InvoiceCard) -> bool:
    """Whether a customer may contest an invoice, and nobody has said so yet."""
    contestable = {Status.OPEN, Status.PAST_DUE, Status.PAID, Status.UNCOLLECTIBLE}
    return card.status in contestable and card.dispute is None


def is_owed(card: InvoiceCard) -> bool:
    """Whether an invoice is issued and something of it is to be paid."""
    return card.status in {Status.OPEN, Status.PAST_DUE} and card.remaining.minor > 0


def is_voidable(card: InvoiceCard) -> bool:
    """Whether an invoice is issued, not void, and nothing of it is paid."""
    voidable = {Status.OPEN, Status.PAST_DUE, Status.UNCOLLECTIBLE}
    return card.status in voidable and not card.paid.minor


def is_payable(card: InvoiceCard) -> bool:
    """Whether something of it may still be paid; a written-off invoice may be, too."""
    return is_owed(card) or (card.status is Status.UNCOLLECTIBLE and card.remaining.minor > 0)


def is_creditable(card: InvoiceCard) -> bool:
    """Whether something of it is left to credit, and no bank wants a payment of it back."""
    if any(not one.is_harmless for one in card.chargebacks):
        return False
    kept = card.paid.minor > card.credited_after_payment.minor
    return is_owed(card) or (card.status is Status.PAID and kept)


# In the order that they are shown in.
DEEDS = (
    InvoiceDeed(
        action=actions.SEND_PAYMENT_LINK,
        label="Send payment link",
        right=Permission.SEND_LINKS,
        is_offered=lambda card: is_owed(card) and card.dispute is None,
        is_button=True,
        style="primary",
    ),
    InvoiceDeed(
        action=actions.OPEN_DISPUTE,
        label="Dispute",
        right=Permission.DISPUTE_INVOICES,
        is_offered=is_disputable,
        is_button=True,
    ),
    # The same press: on an invoice that is disputed it shows how that stands.
    InvoiceDeed(
        action=actions.OPEN_DISPUTE,
        label="Show dispute",
        right=Permission.VIEW_INVOICES,
        is_offered=lambda card: card.dispute is not None,
        is_button=True,
    ),
    InvoiceDeed(
        action=actions.RECORD_PROMISE,
        label="Promise to pay",
        right=Permission.RECORD_PROMISE,
        is_offered=lambda card: is_owed(card) and card.promise is None,
        is_button=True,
    ),
    # The same press: on an invoice that is promised it shows how that stands.
    InvoiceDeed(
        action=actions.RECORD_PROMISE,
        label="Show promise",
        right=Permission.VIEW_INVOICES,
        is_offered=lambda card: card.promise is not None and card.promise.amount is not None,
        is_button=True,
    ),
    InvoiceDeed(
        action=actions.RECORD_PAYMENT,
        label="Record a payment …",
        right=Permission.RECORD_PAYMENT,
        is_offered=is_payable,
    ),
    InvoiceDeed(
        action=actions.ISSUE_CREDIT_NOTE,
        label="Credit note …",
        right=Permission.ISSUE_CREDIT_NOTE,
        is_offered=is_creditable,
    ),
    InvoiceDeed(
        action=actions.VOID_INVOICE,
        label="Void …",
        right=Permission.VOID_INVOICE,
        is_offered=is_voidable,
    ),
    InvoiceDeed(
        action=actions.MARK_UNCOLLECTIBLE,
        label="Mark uncollectible …",
        right=Permission.MARK_UNCOLLECTIBLE,
        is_offered=is_owed,
    ),
    InvoiceDeed(
        action=actions.UPDATE_PAYMENT_METHOD,
        label="Link to change the card",
        right=Permission.SEND_LINKS,
        is_offered=is_owed,
    ),
)
# What stands in such a row: the deeds' own buttons, and the menu of the others.
DEED_ACTIONS = frozenset({actions.CHOOSE_DEED, *(deed.action for deed in DEEDS)})


def deeds_row(card: InvoiceCard, rights: Collection[Permission]) -> list[Block]:
    """The buttons for what somebody with these rights may do with an invoice as it is.

    Shape: one block, or none where there is nothing to do.
    """
    if card.is_deleted:
        return []
    offered = [deed for deed in DEEDS if deed.right in rights and deed.is_offered(card)]
    elements = [_button(deed, card.id) for deed in offered if deed.is_button]
    options = [_option(deed, card.id) for deed in offered if not deed.is_button]
    if options:
        elements.append(blocks.overflow(action_id=actions.CHOOSE_DEED, options=options))
    return [blocks.actions(elements)] if elements else []


def _button(deed: InvoiceDeed, invoice_id: str) -> Element:
    return blocks.button(deed.label, action_id=deed.action, value=invoice_id, style=deed.style)


def _option(deed: InvoiceDeed, invoice_id: str) -> Element:
    return blocks.option(deed.label, value=actions.format_choose_deed(deed.action, invoice_id))
