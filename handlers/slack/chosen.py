"""Working with one account: choosing it, leaving it, and lists that are about it alone."""

from dataclasses import replace

from bot.clock import real_now
from bot.operations import use_account
from bot.queries.cards import AccountRef
from bot.views import blocks
from bot.views.actions import LIST_PAGE, USE_ACCOUNT, account_text, action_id, format_list_page
from bot.views.blocks import Message
from bot.views.chosen import choose_form, chosen_card, with_chosen
from handlers.slack.accounts import chosen_account, named_account
from handlers.slack.billing_grammar import canonical_use
from handlers.slack.billing_queries import UseAccount
from handlers.slack.context import Ask
from handlers.slack.grammar import ListInvoices, ShowInvoice, canonical
from handlers.slack.invoices import show_invoices


def show_chosen(ask: Ask) -> Message:
    """Which account somebody works with, and how to leave it or choose one."""
    with ask.desk.runtime.database.looking() as session:
        return chosen_card(chosen_account(ask, session), is_new=False)


def choose_account(ask: Ask, query: UseAccount) -> Message:
    """Work with another account from now on; a choice where the name fits several.

    Raises: NotFound for an account that this person may not see.
    """
    account = None
    if query.account is not None:
        with ask.desk.runtime.database.looking() as session:
            found = named_account(
                ask, session, query.account, text_for=_text_for, action=USE_ACCOUNT
            )
        if isinstance(found, Message):
            return found
        account = found
    with ask.desk.runtime.database.writing() as session:
        account_id = account.id if account else None
        use_account.request(session, ask.actor, account_id=account_id, now=real_now())
    return chosen_card(account, is_new=True)


def ask_for_account(_ask: Ask, _value: str) -> Message:
    """The dialog in which somebody writes the account that they want to work with."""
    return choose_form()


def show_typed_invoices(ask: Ask, query: ShowInvoice | ListInvoices) -> Message:
    """The answer to what somebody typed: a list without an account is one of the chosen account.

    Raises: BadRequest and NotFound, as the queries do.
    """
    if isinstance(query, ShowInvoice) or query.entity is not None:
        return show_invoices(ask, query)
    with ask.desk.runtime.database.looking() as session:
        account = chosen_account(ask, session)
    if account is None:
        return show_invoices(ask, query)
    answer = show_invoices(ask, replace(query, entity=account_text(account.id)))
    if query.is_shared:
        # Whom the sender works with is nothing that the channel has to know.
        return answer
    everything = blocks.button(
        "All accounts",
        action_id=action_id(LIST_PAGE, "everything"),
        value=format_list_page(canonical(query), 1),
    )
    return with_chosen(answer, account, way_out=everything)


def _text_for(account: AccountRef) -> str:
    return canonical_use(account.id)
