"""The names that buttons send, and the small values they carry.

These names outlive a deploy: old messages stay in channels for years, and a press on one of their
buttons sends what stands here. So a name is never changed, only joined by others. A value comes
back from outside: it is read strictly, and everything it names is looked up and allowed anew.
"""

import re

from bot.errors import BadRequest

SHOW_INVOICE = "show_invoice"
SHOW_INVOICE_LINES = "show_invoice_lines"
SHOW_ACCOUNT = "show_account"
LIST_PAGE = "list_page"
OPEN_IN_STRIPE = "open_in_stripe"
SHOW_ROLES = "show_roles"
SHOW_CHANNELS = "show_channels"
SHOW_HELP = "show_help"
GRANT_ROLE = "grant_role"
REVOKE_ROLE = "revoke_role"
REMOVE_CHANNEL = "remove_channel"
SHOW_INVOICE_PDF = "show_invoice_pdf"
OPEN_INVOICE_PDF = "open_invoice_pdf"
SHOW_RECEIPT = "show_receipt"
OPEN_RECEIPT = "open_receipt"
ASK_SUPPORT = "ask_support"
SHOW_SYNC = "show_sync"
DISMISS_ALERT = "dismiss_alert"
RETRY_OBJECT = "retry_object"
RETRY_EFFECT = "retry_effect"
DISMISS_EFFECT = "dismiss_effect"
CONFIRM_EFFECT = "confirm_effect"
REPEAT_EFFECT = "repeat_effect"
SHOW_USAGE = "show_usage"
SHOW_BALANCE = "show_balance"
BALANCE_PAGE = "balance_page"
SHOW_BOOK = "show_book"
USE_ACCOUNT = "use_account"
SHOW_INVOICE_HISTORY = "show_invoice_history"
SHOW_AUDIT = "show_audit"
SHOW_HOME = "show_home"
CHOOSE_ACCOUNT = "choose_account"
CHOOSE_DEED = "choose_deed"
SEND_PAYMENT_LINK = "send_payment_link"
OPEN_PAYMENT_PAGE = "open_payment_page"
VOID_INVOICE = "void_invoice"
MARK_UNCOLLECTIBLE = "mark_uncollectible"
ISSUE_CREDIT_NOTE = "issue_credit_note"
CONFIRM_CREDIT_NOTE = "confirm_credit_note"
RECORD_PAYMENT = "record_payment"
APPROVE_CORRECTION = "approve_correction"
REJECT_CORRECTION = "reject_correction"
QUESTION_CORRECTION = "question_correction"
ANSWER_APPROVER = "answer_approver"
WITHDRAW_CORRECTION = "withdraw_correction"
CONFIRM_PAYMENT_LINK = "confirm_payment_link"
SEND_MAIL_AGAIN = "send_mail_again"
MAIL_HAS_ARRIVED = "mail_has_arrived"
OPEN_DISPUTE = "open_dispute"
DISPUTE_MESSAGE = "dispute_message"
CLOSE_DISPUTE = "close_dispute"
REOPEN_DISPUTE = "reopen_dispute"
ASSIGN_DISPUTE = "assign_dispute"
SHOW_DISPUTE = "show_dispute"
SHOW_DISPUTES = "show_disputes"
SHOW_REQUEST = "show_request"
SHOW_REQUESTS = "show_requests"
OPEN_THREAD = "open_thread"
FIND_INVOICE = "find_invoice"
UPDATE_PAYMENT_METHOD = "update_payment_method"
OPEN_CUSTOMER_PAGE = "open_customer_page"
SEND_BALANCE_LINKS = "send_balance_links"
CONFIRM_BALANCE_LINKS = "confirm_balance_links"
CHARGE_BALANCE = "charge_balance"
CHOOSE_CHARGE = "choose_charge"
SHOW_ACCOUNT_DEEDS = "show_account_deeds"
DISPUTE_ACCOUNT = "dispute_account"
SHOW_TERMS = "show_terms"
CHANGE_CONTACTS = "change_contacts"
CONFIRM_CONTACTS = "confirm_contacts"
CHANGE_TERMS = "change_terms"
CONFIRM_TERMS = "confirm_terms"
SHOW_DIGESTS = "show_digests"
SHOW_DIGEST = "show_digest"
SHOW_DIGEST_PAGE = "show_digest_page"
SEE_DIGEST = "see_digest"
SET_DIGEST = "set_digest"
PREVIEW_DIGEST = "preview_digest"
TEST_DIGEST = "test_digest"
STOP_DIGEST = "stop_digest"
FIND_ACCOUNT = "find_account"
FIND_ZONE = "find_zone"
RECORD_PROMISE = "record_promise"
SHOW_PROMISE = "show_promise"
CANCEL_PROMISE = "cancel_promise"
SNOOZE_ACCOUNT = "snooze_account"
END_SNOOZE = "end_snooze"
ASSIGN_OWNER = "assign_owner"
WRITE_OFF_ACCOUNT = "write_off_account"
SWITCH_REMINDERS = "switch_reminders"

ALL = (
    *(SHOW_INVOICE, SHOW_INVOICE_LINES, SHOW_ACCOUNT, LIST_PAGE, OPEN_IN_STRIPE),
    *(SHOW_ROLES, SHOW_CHANNELS, SHOW_HELP, GRANT_ROLE, REVOKE_ROLE, REMOVE_CHANNEL),
    *(SHOW_INVOICE_PDF, OPEN_INVOICE_PDF, SHOW_RECEIPT, OPEN_RECEIPT),
    *(ASK_SUPPORT, SHOW_SYNC, DISMISS_ALERT, RETRY_OBJECT),
    *(USE_ACCOUNT, SHOW_HOME, SHOW_USAGE, CHOOSE_ACCOUNT),
    *(SHOW_BALANCE, BALANCE_PAGE, SHOW_BOOK),
    *(SHOW_INVOICE_HISTORY, SHOW_AUDIT),
    *(RETRY_EFFECT, DISMISS_EFFECT, CONFIRM_EFFECT, REPEAT_EFFECT),
    *(VOID_INVOICE, MARK_UNCOLLECTIBLE),
    *(ISSUE_CREDIT_NOTE, CONFIRM_CREDIT_NOTE, RECORD_PAYMENT),
    *(APPROVE_CORRECTION, REJECT_CORRECTION, QUESTION_CORRECTION, ANSWER_APPROVER),
    WITHDRAW_CORRECTION,
    *(CHOOSE_DEED, SEND_PAYMENT_LINK, OPEN_PAYMENT_PAGE, CONFIRM_PAYMENT_LINK),
    *(OPEN_DISPUTE, DISPUTE_MESSAGE, CLOSE_DISPUTE, REOPEN_DISPUTE, SHOW_DISPUTE),
    *(ASSIGN_DISPUTE, SHOW_DISPUTES, SHOW_REQUEST, SHOW_REQUESTS),
    *(OPEN_THREAD, FIND_INVOICE),
    *(SEND_MAIL_AGAIN, MAIL_HAS_ARRIVED, SEND_BALANCE_LINKS, CONFIRM_BALANCE_LINKS),
    *(UPDATE_PAYMENT_METHOD, OPEN_CUSTOMER_PAGE),
    *(CHARGE_BALANCE, CHOOSE_CHARGE),
    *(SHOW_TERMS, CHANGE_CONTACTS, CONFIRM_CONTACTS, CHANGE_TERMS, CONFIRM_TERMS),
    SWITCH_REMINDERS,
    *(SHOW_ACCOUNT_DEEDS, DISPUTE_ACCOUNT),
    *(SHOW_DIGESTS, SHOW_DIGEST, SHOW_DIGEST_PAGE, SEE_DIGEST, SET_DIGEST),
    *(PREVIEW_DIGEST, TEST_DIGEST, STOP_DIGEST, FIND_ACCOUNT, FIND_ZONE),
    *(RECORD_PROMISE, SHOW_PROMISE, CANCEL_PROMISE),
    *(SNOOZE_ACCOUNT, END_SNOOZE, ASSIGN_OWNER, WRITE_OFF_ACCOUNT),
)

# What the button of the book says that means no currency in particular.
WHOLE_BOOK = "book"
# A list may be asked for in so many characters, page and bar apart: a button's value holds 2,000.
LIST_TEXT_MAX = 1900
PAGE_MAX = 10**6

_INVOICE_ID = re.compile(r"in_[A-Za-z0-9_]{1,250}", re.ASCII)
# Ids of accounts fit in 64 bits.
_NUMBER = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def action_id(action: str, place: object = None) -> str:
    """The id of a button: the action and, as ids are unique in a message, its place there."""
    return action if place is None else f"{action}:{place}"


def parse_show_invoice(value: str) -> str:
    """Stripe's id of the invoice in a button's value.

    Raises: BadRequest when it is none.
    """
    if not _INVOICE_ID.fullmatch(value):
        raise BadRequest("This button names no invoice. Ask for it anew: /invoice and its number.")
    return value


def format_show_invoice_lines(invoice_id: str, page: int) -> str:
    """The value for one page of an invoice's lines."""
    return f"{invoice_id}|{page}"


def parse_show_invoice_lines(value: str) -> tuple[str, int]:
    """Stripe's id of the invoice, and the page of its lines from 1 on.

    Raises: BadRequest when the value is of another form.
    """
    invoice_id, _, page = value.rpartition("|")
    return parse_show_invoice(invoice_id), parse_page(page)


def format_show_invoice_history(invoice_id: str, page: int) -> str:
    """The value for one page of an invoice's history."""
    return f"{invoice_id}|{page}"


def parse_show_invoice_history(value: str) -> tuple[str, int]:
    """Stripe's id of the invoice, and the page of its history; the id alone is its first page.

    Raises: BadRequest when the value is of another form.
    """
    invoice_id, bar, page = value.partition("|")
    return parse_show_invoice(invoice_id), parse_page(page) if bar else 1


def format_choose_deed(deed: str, invoice_id: str) -> str:
    """The value for a deed on an invoice, where it is chosen from a menu."""
    return f"{deed}|{invoice_id}"


def parse_choose_deed(value: str) -> tuple[str, str]:
    """The deed's own action, and what its button would carry; each still to be parsed."""
    deed, _, invoice_id = value.partition("|")
    return deed, invoice_id


def account_text(account_id: int) -> str:
    """An account as the text of a command names it where its name would not do: "@12"."""
    return f"@{account_id}"


def format_show_terms(account_id: int) -> str:
    """The value that shows how an account is dealt with, as /billing understands it."""
    return f"account {account_text(account_id)}"


def format_show_account(list_text: str) -> str:
    """The value for what is to be shown of an account, which is asked for by its canonical text.

    Raises: ValueError for a text that the grammar should have refused for its length.
    """
    if not 0 < len(list_text) <= LIST_TEXT_MAX:
        raise ValueError(f"an account is asked for in {len(list_text)} characters")
    return list_text


def parse_show_account(value: str) -> str:
    """What was asked for of an account, still to be parsed.

    Raises: BadRequest when the value is of another form.
    """
    if not 0 < len(value) <= LIST_TEXT_MAX:
        raise BadRequest("This button names no account. Ask for it anew: /invoice and its name.")
    return value


def format_list_page(list_text: str, page: int) -> str:
    """The value for one page of a list, which is asked for by its canonical text.

    Raises: ValueError for a text that the grammar should have refused for its length.
    """
    if not 0 < len(list_text) <= LIST_TEXT_MAX:
        raise ValueError(f"a list is asked for in {len(list_text)} characters")
    return f"{list_text}|{page}"


def parse_list_page(value: str) -> tuple[str, int]:
    """What was asked for, still to be parsed, and the page from 1 on.

    Raises: BadRequest when the value is of another form.
    """
    list_text, bar, page = value.rpartition("|")
    if not bar or not 0 < len(list_text) <= LIST_TEXT_MAX:
        raise BadRequest("This button names no list. Ask for it anew: /invoice list.")
    return list_text, parse_page(page)


def parse_page(text: str) -> int:
    """A page from 1 on.

    Raises: BadRequest when it is none.
    """
    if not _NUMBER.fullmatch(text) or int(text) > PAGE_MAX:
        raise BadRequest("This button names no page.")
    return int(text)
