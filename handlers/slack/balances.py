"""What /balance shows: an account's balance, or the whole book; for commands and presses alike."""

from collections.abc import Callable

from bot.access import permissions_for
from bot.database import Reading
from bot.errors import BadRequest
from bot.queries.balances import get_balance
from bot.queries.book import get_book
from bot.queries.cards import AccountRef
from bot.views import action_values, actions, blocks
from bot.views.ageing import Behind
from bot.views.balance import balance_card
from bot.views.blocks import Element, Message
from bot.views.book import book_card
from bot.views.chosen import with_chosen
from handlers.slack.accounts import chosen_account, named_account
from handlers.slack.balance_grammar import ShowBalance, ShowBook, canonical_balance, parse_balance
from handlers.slack.context import Ask
from handlers.slack.filters import DaysLate
from handlers.slack.grammar import ListInvoices, canonical


def show_typed_balance(ask: Ask, query: ShowBook | ShowBalance) -> Message:
    """The answer to what somebody typed: without a name it is about the chosen account.

    Raises: BadRequest and NotFound, as the queries do.
    """
    if isinstance(query, ShowBalance):
        return show_balance(ask, query)
    with ask.desk.runtime.database.looking() as session:
        account = None if query.is_all else chosen_account(ask, session)
        if account is None:
            return _book(ask, session)
        answer = _balance(ask, session, account)
    if query.is_shared:
        # Whom the sender works with is nothing that the channel has to know.
        return answer
    return with_chosen(answer, account, way_out=_book_button())


def show_balance(ask: Ask, query: ShowBalance, *, page: int = 1) -> Message:
    """The balance of the account of a name or a button; or a choice of accounts.

    Raises: BadRequest and NotFound, as the queries do.
    """
    with ask.desk.runtime.database.looking() as session:
        account = named_account(
            ask, session, query.account, text_for=_text_for, action=actions.SHOW_BALANCE
        )
        if isinstance(account, Message):
            return account
        return _balance(ask, session, account, page=page)


def show_book(ask: Ask, *, currency: str | None = None) -> Message:
    """The whole book, with the debtors of one currency."""
    with ask.desk.runtime.database.looking() as session:
        return _book(ask, session, currency=currency)


def pressed_show_balance(ask: Ask, value: str) -> Message:
    """The balance of the account in a button's value."""
    return show_balance(ask, _query_of(actions.parse_show_account(value)))


def pressed_balance_page(ask: Ask, value: str) -> Message:
    """One page of the balance of the account in a button's value."""
    text, page = actions.parse_list_page(value)
    return show_balance(ask, _query_of(text), page=page)


def pressed_show_book(ask: Ask, value: str) -> Message:
    """The whole book, with the debtors in the currency of a button's value."""
    return show_book(ask, currency=action_values.parse_show_book(value))


def _query_of(text: str) -> ShowBalance:
    query = parse_balance(text)
    if not isinstance(query, ShowBalance):
        raise BadRequest("This button names no account. Ask for it anew: /balance and its name.")
    return query


def _balance(ask: Ask, session: Reading, account: AccountRef, *, page: int = 1) -> Message:
    balance = get_balance(session, account, sight=ask.sight)
    rights = permissions_for(ask.actor, account.id)
    return balance_card(balance, list_for=_lists_of(account), page=page, rights=rights)


def _book(ask: Ask, session: Reading, *, currency: str | None = None) -> Message:
    book = get_book(session, sight=ask.sight)
    return book_card(book, list_for=_lists_of(None), currency=currency)


def _lists_of(account: AccountRef | None) -> Callable[[Behind], str]:
    """What makes the text of the list of the invoices behind a figure, of one account or of all."""
    entity = None if account is None else actions.account_text(account.id)

    def list_for(behind: Behind) -> str:
        days = None if behind.bucket is None else DaysLate(*behind.bucket)
        return canonical(
            ListInvoices(entity=entity, status=behind.status, currency=behind.currency, late=days)
        )

    return list_for


def _text_for(account: AccountRef) -> str:
    return canonical_balance(ShowBalance(actions.account_text(account.id)))


def _book_button() -> Element:
    name = actions.action_id(actions.SHOW_BOOK, "everything")
    return blocks.button("All accounts", action_id=name, value=actions.WHOLE_BOOK)
