"""Sending a payment link (B3): where an invoice can be paid, fresh from Stripe at the press."""

from bot.access import Permission, require_for
from bot.mirror.documents import payment_url
from bot.queries.invoices import get_invoice_card
from bot.views import actions
from bot.views.blocks import Message
from bot.views.documents import payment_link
from handlers.slack.context import Ask
from handlers.slack.documents import keep, read_fresh


def show_payment_link(ask: Ask, value: str, patient_until: float) -> Message:
    """A fresh link to the page where an invoice is paid, for the person who asks alone.

    Raises: NotFound for an invoice that this person may not see, NotAllowed where their role does
        not cover it, Refused for one that is not to be paid, Unavailable when Stripe is silent.
    """
    invoice_id = actions.parse_show_invoice(value)
    with ask.desk.runtime.database.looking() as session:
        card = get_invoice_card(session, invoice_id, sight=ask.sight)
    require_for(ask.actor, Permission.SEND_LINKS, account_id=card.account.id)
    title, fresh = read_fresh(ask, value, patient_until)
    keep(ask, fresh)
    return payment_link(title, url=payment_url(ask.desk.runtime, fresh))
