"""What is said where an account has no invoice for a month (I5), and the request that follows."""

from bot.clock import Month, parse_month
from bot.database import Reading
from bot.errors import NotFound, Refused
from bot.queries.accounts import find_account
from bot.queries.cards import AccountRef
from bot.queries.invoice_lists import list_invoices_of_month
from bot.queries.months import get_month_standing
from bot.views import action_values, actions
from bot.views.blocks import Message
from bot.views.months import no_invoice_in_month
from bot.views.support import support_request
from handlers.slack.context import Ask
from handlers.slack.grammar import ShowInvoice, canonical


def show_empty_month(ask: Ask, session: Reading, account: AccountRef, month: Month) -> Message:
    """Why the account has no invoice for this month."""
    return no_invoice_in_month(
        get_month_standing(session, account, month, sight=ask.sight),
        list_text=canonical(ShowInvoice(actions.account_text(account.id))),
        contact=ask.desk.contact,
    )


def ask_support(ask: Ask, value: str) -> Message:
    """The request to support about a missing invoice, on today's state.

    Raises: NotFound for an account that this person may not see, Refused where there is an invoice
        by now.
    """
    account_id, text = action_values.parse_ask_support(value)
    month = parse_month(text)
    with ask.desk.runtime.database.looking() as session:
        account = find_account(session, account_id, sight=ask.sight)
        if account is None:
            raise NotFound("There is no such account any more. Ask for it anew by its name.")
        if list_invoices_of_month(session, account.id, month, sight=ask.sight).count:
            raise Refused(f"There is an invoice for {month} by now. Ask for it anew.")
        standing = get_month_standing(session, account, month, sight=ask.sight)
    return support_request(standing, contact=ask.desk.contact)
