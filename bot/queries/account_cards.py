"""All that is kept about dealing with one account, as its card shows it."""

from dataclasses import dataclass
from datetime import datetime

from bot.database import Reading
from bot.errors import NotFound
from bot.queries.accounts import find_account
from bot.queries.cards import AccountRef
from bot.queries.contacts import ContactLine, list_contacts
from bot.queries.sight import Sight
from bot.queries.terms import Terms, find_terms


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account, what holds for it, and whom it is written to; `now` is the machine's moment."""

    account: AccountRef
    terms: Terms
    contacts: tuple[ContactLine, ...]
    now: datetime


def get_account_card(session: Reading, account_id: int, *, sight: Sight) -> AccountCard:
    """One account, as far as the person may see it.

    Raises: NotFound when there is none for this person.
    """
    account = find_account(session, account_id, sight=sight)
    if account is None:
        raise NotFound("There is no such account any more. Ask for it anew by its name.")
    return AccountCard(
        account=account,
        terms=find_terms(session, [account_id])[account_id],
        contacts=list_contacts(session, [account_id])[account_id],
        now=sight.now,
    )
