"""The dialog of an account's deeds, in every state worth looking at."""

from dataclasses import replace

from bot.access import PERMISSIONS, Role
from bot.queries.account_desk import INVOICES_SHOWN, AccountDesk
from bot.queries.balances import Balance
from bot.queries.cards import InvoiceRow, Status
from bot.views.account_deeds import account_desk
from bot.views.blocks import Message
from tests.bot.views.balance_cases import CURRENCIES, make_balance, make_owed
from tests.bot.views.cards import NASTY, NASTY_ACCOUNT, make_row

VIEWER, COLLECTOR, ADMIN = (PERMISSIONS[role] for role in (Role.VIEWER, Role.COLLECTOR, Role.ADMIN))
LATE = make_row(status=Status.PAST_DUE, days_late=23)
DISPUTED = replace(LATE, id="in_Disputed", is_disputed=True)
OWING = make_balance(make_owed(50_000, 134_250))


def make_desk(balance: Balance = OWING, *rows: InvoiceRow, count: int | None = None) -> AccountDesk:
    """An account and its invoices, the longest late first."""
    return AccountDesk(balance, rows, len(rows) if count is None else count)


_EVERY_CURRENCY = make_balance(
    *(make_owed(10**12, 10**12, currency=each) for each in CURRENCIES), account=NASTY_ACCOUNT
)
_NASTY_ROW = replace(LATE, number=NASTY, account=NASTY_ACCOUNT)

ACCOUNT_CASES: dict[str, Message] = {
    "account_deeds": account_desk(make_desk(OWING, LATE, DISPUTED), rights=COLLECTOR),
    "account_deeds_admin": account_desk(make_desk(OWING, LATE, count=12), rights=ADMIN),
    "account_deeds_viewer": account_desk(make_desk(OWING, LATE), rights=VIEWER),
    "account_deeds_nothing_owed": account_desk(make_desk(make_balance()), rights=ADMIN),
    "account_deeds_nasty": account_desk(
        make_desk(_EVERY_CURRENCY, *(_NASTY_ROW,) * INVOICES_SHOWN, count=5000), rights=ADMIN
    ),
}
