"""What buttons carry about one row or one balance; read as strictly as in bot.views.actions."""

import re

from bot.errors import BadRequest
from bot.views import actions

_ACCOUNT = re.compile(r"@([1-9][0-9]{0,17})", re.ASCII)
_ACCOUNT_CURRENCY = re.compile(r"@([1-9][0-9]{0,17})\|([a-z]{3})", re.ASCII)
# Ids of rows fit in 64 bits.
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def parse_dismiss_alert(value: str) -> int:
    """The id of an alert.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names no alert. Ask for them anew: /billing sync.")
    return int(value)


def parse_retry_object(value: str) -> int:
    """The id of an object that waits to be read again.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names nothing to read. Ask for it anew: /billing sync.")
    return int(value)


def parse_effect(value: str) -> int:
    """The id of a promised call.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names nothing to do. Ask for it anew: /billing sync.")
    return int(value)


def format_balance_links(account_id: int, currency: str) -> str:
    """The value for what an account has to pay in a currency."""
    return f"{actions.account_text(account_id)}|{currency}"


def parse_balance_links(value: str) -> tuple[int, str]:
    """The account's id, and the currency.

    Raises: BadRequest when the value is of another form.
    """
    matched = _ACCOUNT_CURRENCY.fullmatch(value)
    if matched is None:
        raise BadRequest("This button names no balance. Ask for it anew: /balance and its account.")
    return int(matched[1]), matched[2]


def parse_account(value: str) -> int:
    """The id of the account that something is to be done about.

    Raises: BadRequest when the value is none.
    """
    matched = _ACCOUNT.fullmatch(value)
    if matched is None:
        raise BadRequest("This button names no account. Ask for it anew: /balance and its name.")
    return int(matched[1])
