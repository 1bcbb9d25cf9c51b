"""What /invoice history shows: the states of an invoice, and what people did about it."""

from bot.queries.accounts import find_accounts
from bot.queries.history import get_invoice_history
from bot.queries.references import list_references
from bot.views import actions
from bot.views.blocks import Message
from bot.views.history import invoice_history
from bot.views.pickers import account_picker, invoice_picker
from handlers.slack.accounts import show_miss
from handlers.slack.context import Ask
from handlers.slack.grammar import ShowHistory


def show_history(ask: Ask, query: ShowHistory) -> Message:
    """The history of the invoice that a reference fits; a choice where it fits several.

    Raises: BadRequest for a reference that can't be looked for.
    """
    with ask.desk.runtime.database.looking() as session:
        found = list_references(session, query.ref, sight=ask.sight)
        if found.count == 1:
            return invoice_history(
                get_invoice_history(session, found.rows[0].id, page=1, sight=ask.sight)
            )
        if found.count:
            return invoice_picker(
                found.rows,
                asked=query.ref,
                count=found.count,
                action=actions.SHOW_INVOICE_HISTORY,
            )
        accounts = find_accounts(session, query.ref, sight=ask.sight)
        if named := accounts.exact or accounts.partial:
            # An account has many invoices, each with a history of its own.
            count = accounts.exact_count or accounts.partial_count
            return account_picker(named, asked=query.ref, count=count)
        return show_miss(ask, session, query.ref)


def show_history_page(ask: Ask, value: str) -> Message:
    """The page of a history that a button names.

    Raises: NotFound when there is no such invoice for this person.
    """
    invoice_id, page = actions.parse_show_invoice_history(value)
    with ask.desk.runtime.database.looking() as session:
        return invoice_history(get_invoice_history(session, invoice_id, page=page, sight=ask.sight))
