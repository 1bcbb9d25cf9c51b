"""Which account a person works with."""

from sqlalchemy import select

from bot.database import Reading
from bot.models import ChosenAccount
from bot.queries.accounts import find_account
from bot.queries.cards import AccountRef
from bot.queries.sight import Sight


def find_chosen_account(session: Reading, person_id: str, *, sight: Sight) -> AccountRef | None:
    """The account that somebody has chosen to work with.

    Shape: None when they work with all of theirs, or may no longer see the one they chose.
    """
    chosen = select(ChosenAccount.account_id).where(ChosenAccount.person_id == person_id)
    account_id = session.connection().execute(chosen).scalar_one_or_none()
    return None if account_id is None else find_account(session, account_id, sight=sight)


def count_switches(session: Reading, person_id: str) -> int:
    """How often somebody has chosen so far: a dialog opened at another number is outdated."""
    switches = select(ChosenAccount.switches).where(ChosenAccount.person_id == person_id)
    return session.connection().execute(switches).scalar_one_or_none() or 0
