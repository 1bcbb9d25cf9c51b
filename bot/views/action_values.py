"""What buttons carry about one row or one balance; read as strictly as in bot.views.actions."""

import re

from bot.errors import BadRequest
from bot.views import actions

_ACCOUNT = re.compile(r"@([1-9][0-9]{0,17})", re.ASCII)
_ACCOUNT_MONTH = re.compile(r"@([1-9][0-9]{0,17})\|([0-9]{4}-[0-9]{2})", re.ASCII)
_ACCOUNT_CURRENCY = re.compile(r"@([1-9][0-9]{0,17})\|([a-z]{3})", re.ASCII)
_CURRENCY = re.compile(r"[a-z]{3}", re.ASCII)
_NUMBER_PAGE = re.compile(r"([1-9][0-9]{0,17})\|([1-9][0-9]{0,5})", re.ASCII)
# Ids of rows fit in 64 bits, those of small tables in 32.
SMALL_ID_MAX = 2**31 - 1
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def parse_dismiss_alert(value: str) -> int:
    """The id of an alert.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names no alert. Ask for them anew: /billing sync.")
    return _row_id(value)


def parse_retry_object(value: str) -> int:
    """The id of an object that waits to be read again.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names nothing to read. Ask for it anew: /billing sync.")
    return _row_id(value)


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


def format_seen(value: str, seen: object) -> str:
    """What a dialog is about, beside what its person saw of it, so that two don't undo each other.

    Shape: `seen` in few letters, "" for nothing.
    """
    return f"{value}~{seen}"


def parse_seen(subject: str) -> tuple[str, str | None]:
    """Both, the value still to be parsed; None where a dialog says nothing of what was seen."""
    value, sign, seen = subject.partition("~")
    return value, seen if sign else None


def parse_account(value: str) -> int:
    """The id of the account that something is to be done about.

    Raises: BadRequest when the value is none.
    """
    matched = _ACCOUNT.fullmatch(value)
    if matched is None:
        raise BadRequest("This button names no account. Ask for it anew: /balance and its name.")
    return int(matched[1])


def format_ask_support(account_id: int, month: str) -> str:
    """The value for a request to support about an account's invoice of a month, 2026-10."""
    return f"{actions.account_text(account_id)}|{month}"


def parse_ask_support(value: str) -> tuple[int, str]:
    """The account's id, and the month, which is still to be parsed.

    Raises: BadRequest when the value is of another form.
    """
    matched = _ACCOUNT_MONTH.fullmatch(value)
    if matched is None:
        raise BadRequest("This button names no month. Ask for it anew: /invoice and its account.")
    return int(matched[1]), matched[2]


def parse_show_book(value: str) -> str | None:
    """The currency whose debtors are to be shown, None for whichever comes first.

    Raises: BadRequest when the value is of another form.
    """
    if value == actions.WHOLE_BOOK:
        return None
    if not _CURRENCY.fullmatch(value):
        raise BadRequest("This button names no currency. Ask for it anew: /balance.")
    return value


def parse_show_dispute(value: str) -> int:
    """The id of a dispute.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names no dispute. Ask for its invoice: /invoice.")
    return _row_id(value)


def parse_show_promise(value: str) -> int:
    """The id of a promise to pay.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names no promise. Ask for its account: /balance.")
    return int(value)


def parse_end_snooze(value: str) -> int:
    """The id of a snooze.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names no snooze. Ask for its account: /balance.")
    return int(value)


def parse_approval(value: str) -> int:
    """The number of a correction that somebody asked for.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names no request. Ask for it anew on the invoice’s card.")
    return int(value)


def parse_show_home(value: str) -> int:
    """The page of accounts to show, from 1 on.

    Raises: BadRequest when the value is none.
    """
    return actions.parse_page(value)


def parse_digest(value: str) -> int:
    """The id of a digest, or of one that was posted.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names no digest. Ask for them anew: /billing digest.")
    return int(value)


def parse_digests_page(value: str) -> int:
    """The page of the list of digests, from 1 on.

    Raises: BadRequest when the value is none.
    """
    if not _NUMBER.fullmatch(value):
        raise BadRequest("This button names no page. Ask anew: /billing digest.")
    return int(value)


def format_digest_page(digest_id: int, page: int) -> str:
    """The value for one page of a digest."""
    return f"{digest_id}|{page}"


def parse_digest_page(value: str) -> tuple[int, int]:
    """The id of the digest, and the page from 1 on.

    Raises: BadRequest when the value is of another form.
    """
    matched = _NUMBER_PAGE.fullmatch(value)
    if matched is None:
        raise BadRequest("This button names no digest. Ask for them anew: /billing digest.")
    return int(matched[1]), int(matched[2])


def _row_id(text: str) -> int:
    """An id of a small table; one that the column can't hold is that of no row, as the last is."""
    return min(int(text), SMALL_ID_MAX)
