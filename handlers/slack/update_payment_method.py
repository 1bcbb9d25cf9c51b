"""The link by which a customer changes how they pay (P4): made at Stripe at the press.

Such a link runs out within minutes and opens the customer's own page, so it is shown to whoever
asked and to nobody else.
"""

from bot.access import Permission, acting, require_for
from bot.audit.deeds import Deed, Stage, Subject
from bot.audit.record import record
from bot.clock import real_now
from bot.mirror.documents import customer_page_url
from bot.queries.asking import get_asked
from bot.views import actions
from bot.views.blocks import Message
from bot.views.documents import customer_page_link
from bot.views.text import account_name
from handlers.slack.context import Ask
from handlers.slack.documents import ask_stripe


def show_customer_page(ask: Ask, value: str, patient_until: float) -> Message:
    """A fresh link to the page of the customer of an invoice.

    Raises: NotFound for an invoice that this person may not see, NotAllowed where their role does
        not cover it, Unavailable when Stripe does not answer, Refused when it makes no link.
    """
    runtime = ask.desk.runtime
    with runtime.database.looking() as session:
        asked = get_asked(session, actions.parse_show_invoice(value), sight=ask.sight)
    account = asked.row.account
    require_for(ask.actor, Permission.SEND_LINKS, account_id=account.id)
    key = f"{actions.UPDATE_PAYMENT_METHOD}:{asked.customer_id}:{ask.request.id}"
    # Source: docs.stripe.com/customer-management/portal-deep-links, read 2026-11.
    wanted = {"customer": asked.customer_id, "flow_data": {"type": "payment_method_update"}}
    made = ask_stripe(
        ask,
        lambda: runtime.stripe.post("/v1/billing_portal/sessions", wanted, key=key),
        patient_until,
    )
    url = customer_page_url(runtime, made)
    deed = Deed(
        actions.UPDATE_PAYMENT_METHOD,
        Stage.DONE,
        acting(ask.actor, Permission.SEND_LINKS, account_id=account.id),
        Subject("customer", asked.customer_id),
        account_id=account.id,
        invoice_id=asked.row.id,
        details={"way": "copy"},
    )
    with runtime.database.writing() as session:
        record(session, runtime.settings, deed, now=real_now())
    return customer_page_link(account_name(account), url=url)
