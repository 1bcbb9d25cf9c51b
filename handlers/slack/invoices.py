"""What /invoice shows: one invoice, a list, or a choice; for commands and for presses alike."""

from dataclasses import replace

from bot.access import permissions_for
from bot.alerts import raise_alert
from bot.database import Reading
from bot.queries.accounts import find_accounts
from bot.queries.cards import AccountRef, InvoiceCard, InvoicePage
from bot.queries.currencies import is_billed_in
from bot.queries.invoice_lists import (
    InvoiceFilter,
    StatusFilter,
    list_invoices,
    list_invoices_of_month,
)
from bot.queries.invoices import explain_difference, find_invoice_card, get_invoice_card
from bot.queries.references import list_references
from bot.views.actions import account_text
from bot.views.blocks import Message
from bot.views.invoice import Dashboard, invoice_card
from bot.views.invoice_lines import invoice_lines
from bot.views.lists import invoice_list
from bot.views.pickers import invoice_picker, mixed_picker
from bot.views.text import account_name
from handlers.slack.accounts import named_account
from handlers.slack.context import Ask
from handlers.slack.filters import CURRENCIES, STATUSES, unknown_currency
from handlers.slack.forms import hint_of
from handlers.slack.grammar import (
    INVOICE_FORMS,
    ListInvoices,
    ShowInvoice,
    canonical,
    filter_words,
)
from handlers.slack.months import show_empty_month

_FILTERS = {status: StatusFilter(word) for word, status in STATUSES.items()}


def show_invoices(ask: Ask, query: ShowInvoice | ListInvoices, *, page: int = 1) -> Message:
    """The answer to a query, on today's state.

    Raises: BadRequest and NotFound, as the queries do.
    """
    with ask.desk.runtime.database.looking() as session:
        if isinstance(query, ListInvoices):
            return _list(ask, session, query, page)
        if query.month is None:
            message = _by_reference(ask, session, query)
            if message is not None:
                return message
        return _of_account(ask, session, query, page)


def show_invoice(ask: Ask, invoice_id: str) -> Message:
    """The card of the invoice that a button names.

    Raises: NotFound when there is none for this person.
    """
    with ask.desk.runtime.database.looking() as session:
        return _card(ask, get_invoice_card(session, invoice_id, sight=ask.sight))


def show_lines(ask: Ask, invoice_id: str, page: int) -> Message:
    """One page of an invoice's lines.

    Raises: NotFound when there is no such invoice for this person.
    """
    with ask.desk.runtime.database.looking() as session:
        card = get_invoice_card(session, invoice_id, sight=ask.sight)
        return invoice_lines(card, page=page, dashboard=dashboard_of(ask))


def dashboard_of(ask: Ask) -> Dashboard:
    """Where links to Stripe's dashboard lead in this deployment."""
    desk = ask.desk
    return Dashboard(
        base=desk.runtime.settings.stripe_dashboard_url, is_test=not desk.deployment.is_live
    )


def _by_reference(ask: Ask, session: Reading, query: ShowInvoice) -> Message | None:
    """The invoice that a number, id or link names; a choice where it names more; else None."""
    found = find_invoice_card(session, query.ref, sight=ask.sight)
    if found.card is not None:
        return _card(ask, found.card)
    if not found.is_doubtful:
        return None
    invoices = list_references(session, query.ref, sight=ask.sight)
    accounts = find_accounts(session, query.ref, sight=ask.sight)
    if not accounts.exact:
        return invoice_picker(invoices.rows, asked=query.ref, count=invoices.count)
    return mixed_picker(
        invoices.rows,
        accounts.exact,
        asked=query.ref,
        count=invoices.count + accounts.exact_count,
        text_for=lambda account: canonical(_for_account(query, account)),
    )


def _of_account(ask: Ask, session: Reading, query: ShowInvoice, page: int) -> Message:
    """The invoices of the account of a name, in a month or at all; or a choice of accounts."""
    account = _account(ask, session, query.ref, query)
    if isinstance(account, Message):
        return account
    if query.month is not None:
        return _of_month(ask, session, query, account)
    listed = list_invoices(
        session, InvoiceFilter(account_id=account.id), page=page, sight=ask.sight
    )
    return invoice_list(
        listed,
        title=f"Invoices of {account_name(account)}",
        list_text=canonical(_for_account(query, account)),
    )


def _of_month(ask: Ask, session: Reading, query: ShowInvoice, account: AccountRef) -> Message:
    if query.month is None:
        raise TypeError("asked for a month without one")
    listed: InvoicePage = list_invoices_of_month(session, account.id, query.month, sight=ask.sight)
    if listed.count == 1:
        return _card(ask, get_invoice_card(session, listed.rows[0].id, sight=ask.sight))
    if listed.count:
        asked = f"{account_name(account)} {query.month}"
        return invoice_picker(listed.rows, asked=asked, count=listed.count)
    return show_empty_month(ask, session, account, query.month)


def _list(ask: Ask, session: Reading, query: ListInvoices, page: int) -> Message:
    """The list of all invoices that fit; or a choice of accounts where the entity fits several."""
    account = None
    if query.entity is not None:
        chosen = _account(ask, session, query.entity, query)
        if isinstance(chosen, Message):
            return chosen
        account = chosen
        query = replace(query, entity=account_text(account.id))
    minimum = query.minimum
    currency = query.currency or (minimum.currency if minimum else None)
    if currency and currency not in CURRENCIES and not is_billed_in(session, currency):
        raise unknown_currency(currency)
    wanted = InvoiceFilter(
        account_id=account.id if account else None,
        status=_FILTERS[query.status] if query.status else None,
        from_day=query.from_day,
        to_day=query.to_day,
        min_amount=minimum.amount if minimum else None,
        currency=currency,
        days_late=(query.late.days_min, query.late.days_max) if query.late else None,
        text=query.text,
    )
    listed = list_invoices(session, wanted, page=page, sight=ask.sight)
    plain = replace(query, is_shared=False)
    return invoice_list(listed, title=_title(plain, account), list_text=canonical(plain))


def _title(query: ListInvoices, account: AccountRef | None) -> str:
    """What was asked for, in words that may hold names from outside."""
    whose = f"Invoices of {account_name(account)}" if account else "Invoices"
    filters = filter_words(query)
    return f"{whose} · {filters}" if filters else whose


def _account(
    ask: Ask, session: Reading, text: str, query: ShowInvoice | ListInvoices
) -> AccountRef | Message:
    """The one account that a text stands for; else a choice that goes on with the question."""

    def text_for(account: AccountRef) -> str:
        return canonical(_for_account(query, account))

    hint = hint_of("/invoice", text, INVOICE_FORMS) if isinstance(query, ShowInvoice) else ""
    return named_account(ask, session, text, text_for=text_for, hint=hint)


def _for_account(
    query: ShowInvoice | ListInvoices, account: AccountRef
) -> ShowInvoice | ListInvoices:
    """The same question about one account, as a button carries it."""
    named = account_text(account.id)
    if isinstance(query, ShowInvoice):
        return replace(query, ref=named, is_shared=False)
    return replace(query, entity=named, is_shared=False)


def _card(ask: Ask, card: InvoiceCard) -> Message:
    if (difference := explain_difference(card)) is not None:
        _tell_operators(ask, card, difference)
    rights = permissions_for(ask.actor, card.account.id)
    return invoice_card(card, dashboard=dashboard_of(ask), rights=rights)


def _tell_operators(ask: Ask, card: InvoiceCard, difference: str) -> None:
    with ask.desk.runtime.database.writing() as session:
        raise_alert(
            session,
            kind="invoice_sum_differs",
            subject=card.id,
            detail=difference,
            now=ask.sight.real_now,
        )
