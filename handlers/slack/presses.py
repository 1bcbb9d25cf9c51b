"""Which press does what: a table for each way to answer one."""

from collections.abc import Callable, Mapping

from bot.errors import BadRequest
from bot.views import actions
from bot.views.blocks import Message
from handlers.slack.account_deeds import ask_to_dispute_account, show_account_deeds
from handlers.slack.approvals import (
    pressed_answer,
    pressed_approve,
    pressed_question,
    pressed_reject,
    pressed_withdraw,
)
from handlers.slack.assign_dispute import ask_to_assign
from handlers.slack.assign_owner import ask_for_owner
from handlers.slack.audit import show_audit
from handlers.slack.balances import (
    pressed_balance_page,
    pressed_show_balance,
    pressed_show_book,
)
from handlers.slack.billing import show_billing, show_roles
from handlers.slack.billing_grammar import parse_billing
from handlers.slack.billing_queries import (
    BillingQuery,
    GrantRole,
    RemoveChannel,
    RevokeRole,
    ShowChannels,
    ShowRoles,
    ShowTerms,
    UseAccount,
)
from handlers.slack.change_contacts import ask_for_contacts
from handlers.slack.change_terms import ask_for_terms
from handlers.slack.charge_balance import ask_for_charge
from handlers.slack.chosen import ask_for_account
from handlers.slack.close_dispute import ask_to_close, ask_to_reopen
from handlers.slack.commands import show_help
from handlers.slack.complaints import ask_to_dispute_message
from handlers.slack.context import Ask
from handlers.slack.corrections import pressed_mark_uncollectible, pressed_void_invoice
from handlers.slack.digests import (
    pressed_digest_page,
    pressed_preview_digest,
    pressed_see_digest,
    pressed_show_digest,
    pressed_show_digests,
    pressed_stop_digest,
    pressed_test_digest,
)
from handlers.slack.dispute_steps import show_dispute
from handlers.slack.disputes import pressed_show_disputes
from handlers.slack.documents import show_invoice_pdf, show_receipt
from handlers.slack.grammar import ListInvoices, ShowInvoice, parse_invoice
from handlers.slack.history import show_history_page
from handlers.slack.invoices import show_invoice, show_invoices, show_lines
from handlers.slack.issue_credit_note import ask_for_credit_note
from handlers.slack.months import ask_support
from handlers.slack.open_dispute import ask_to_dispute
from handlers.slack.record_payment import ask_for_payment
from handlers.slack.record_promise import ask_for_promise
from handlers.slack.reminders import switch
from handlers.slack.send_balance_links import ask_for_balance_links
from handlers.slack.send_payment_link import (
    ask_for_payment_link,
    has_arrived,
    send_again,
)
from handlers.slack.set_digest import ask_to_set_digest
from handlers.slack.show_promise import ask_to_cancel_promise, show_promise
from handlers.slack.snooze_account import ask_to_snooze, pressed_end_snooze
from handlers.slack.sync import (
    confirm_dead_end,
    dismiss,
    dismiss_dead_end,
    repeat_dead_end,
    retry,
    retry_dead_end,
    show_sync,
)
from handlers.slack.update_payment_method import show_customer_page
from handlers.slack.usage import press_usage
from handlers.slack.waiting import pressed_show_request, pressed_show_requests
from handlers.slack.write_off_account import ask_to_write_off


def _show_invoice(ask: Ask, value: str) -> Message:
    return show_invoice(ask, actions.parse_show_invoice(value))


def _show_lines(ask: Ask, value: str) -> Message:
    invoice_id, page = actions.parse_show_invoice_lines(value)
    return show_lines(ask, invoice_id, page)


def _show_account(ask: Ask, value: str) -> Message:
    return _show_list(ask, actions.parse_show_account(value), page=1)


def _show_page(ask: Ask, value: str) -> Message:
    list_text, page = actions.parse_list_page(value)
    return _show_list(ask, list_text, page=page)


def _show_list(ask: Ask, list_text: str, *, page: int) -> Message:
    query = parse_invoice(list_text)
    if not isinstance(query, (ShowInvoice, ListInvoices)):
        raise BadRequest("This button names no list. Ask for it anew: /invoice list.")
    return show_invoices(ask, query, page=page)


def _show_billing(wanted: type[BillingQuery]) -> Callable[[Ask, str], Message]:
    """A press that means one kind of query, and takes no other from the value of its button."""

    def show(ask: Ask, value: str) -> Message:
        query = parse_billing(value)
        if not isinstance(query, wanted):
            raise BadRequest("This button is not understood any more. Ask anew: /billing.")
        return show_billing(ask, query)

    return show


def _show_roles(ask: Ask, value: str) -> Message:
    list_text, page = actions.parse_list_page(value)
    if not isinstance(parse_billing(list_text), ShowRoles):
        raise BadRequest("This button is not understood any more. Ask anew: /billing roles.")
    return show_roles(ask, page=page)


def _show_help(_ask: Ask, _value: str) -> Message:
    return show_help("/billing")


def _show_sync(ask: Ask, _value: str) -> Message:
    return show_sync(ask)


def _show_audit(ask: Ask, _value: str) -> Message:
    return show_audit(ask)


PRESSES: Mapping[str, Callable[[Ask, str], Message]] = {
    actions.SHOW_INVOICE: _show_invoice,
    actions.SHOW_INVOICE_LINES: _show_lines,
    actions.SHOW_ACCOUNT: _show_account,
    actions.LIST_PAGE: _show_page,
    actions.SHOW_ROLES: _show_roles,
    actions.SHOW_CHANNELS: _show_billing(ShowChannels),
    actions.SHOW_HELP: _show_help,
    actions.GRANT_ROLE: _show_billing(GrantRole),
    actions.REVOKE_ROLE: _show_billing(RevokeRole),
    actions.REMOVE_CHANNEL: _show_billing(RemoveChannel),
    actions.SHOW_SYNC: _show_sync,
    actions.DISMISS_ALERT: dismiss,
    actions.RETRY_OBJECT: retry,
    actions.RETRY_EFFECT: retry_dead_end,
    actions.DISMISS_EFFECT: dismiss_dead_end,
    actions.CONFIRM_EFFECT: confirm_dead_end,
    actions.REPEAT_EFFECT: repeat_dead_end,
    actions.USE_ACCOUNT: _show_billing(UseAccount),
    actions.SHOW_TERMS: _show_billing(ShowTerms),
    actions.SWITCH_REMINDERS: switch,
    actions.SHOW_USAGE: press_usage,
    actions.SHOW_BALANCE: pressed_show_balance,
    actions.BALANCE_PAGE: pressed_balance_page,
    actions.SHOW_BOOK: pressed_show_book,
    actions.SHOW_INVOICE_HISTORY: show_history_page,
    actions.SHOW_AUDIT: _show_audit,
    actions.SEND_MAIL_AGAIN: send_again,
    actions.MAIL_HAS_ARRIVED: has_arrived,
    actions.SHOW_DISPUTE: show_dispute,
    actions.SHOW_DISPUTES: pressed_show_disputes,
    actions.SHOW_REQUESTS: pressed_show_requests,
    actions.SHOW_DIGESTS: pressed_show_digests,
    actions.SHOW_DIGEST: pressed_show_digest,
    actions.SHOW_DIGEST_PAGE: pressed_digest_page,
    actions.PREVIEW_DIGEST: pressed_preview_digest,
    actions.SEE_DIGEST: pressed_see_digest,
    actions.TEST_DIGEST: pressed_test_digest,
    actions.STOP_DIGEST: pressed_stop_digest,
}
# Their rows have the number of the row in their ids.
WITH_ROWS = frozenset(
    {actions.SHOW_INVOICE, actions.SHOW_INVOICE_HISTORY, actions.SHOW_BALANCE}
    | {actions.SHOW_DISPUTE}
)
# These wait for Stripe until a moment of the monotonic clock, in threads of their own, and are
# answered below what was pressed.
SLOW_PRESSES: Mapping[str, Callable[[Ask, str, float], Message]] = {
    actions.SHOW_INVOICE_PDF: show_invoice_pdf,
    actions.SHOW_RECEIPT: show_receipt,
    actions.UPDATE_PAYMENT_METHOD: show_customer_page,
}
# These open a modal, for which Slack has to be called.
MODAL_PRESSES: Mapping[str, Callable[[Ask, str], Message]] = {
    actions.ASK_SUPPORT: ask_support,
    actions.CHOOSE_ACCOUNT: ask_for_account,
    actions.ISSUE_CREDIT_NOTE: ask_for_credit_note,
    actions.RECORD_PAYMENT: ask_for_payment,
    actions.VOID_INVOICE: pressed_void_invoice,
    actions.MARK_UNCOLLECTIBLE: pressed_mark_uncollectible,
    actions.APPROVE_CORRECTION: pressed_approve,
    actions.REJECT_CORRECTION: pressed_reject,
    actions.QUESTION_CORRECTION: pressed_question,
    actions.ANSWER_APPROVER: pressed_answer,
    actions.WITHDRAW_CORRECTION: pressed_withdraw,
    actions.SEND_PAYMENT_LINK: ask_for_payment_link,
    actions.OPEN_DISPUTE: ask_to_dispute,
    actions.DISPUTE_MESSAGE: ask_to_dispute_message,
    actions.CLOSE_DISPUTE: ask_to_close,
    actions.REOPEN_DISPUTE: ask_to_reopen,
    actions.ASSIGN_DISPUTE: ask_to_assign,
    actions.SHOW_REQUEST: pressed_show_request,
    actions.SEND_BALANCE_LINKS: ask_for_balance_links,
    actions.CHARGE_BALANCE: ask_for_charge,
    actions.CHANGE_CONTACTS: ask_for_contacts,
    actions.CHANGE_TERMS: ask_for_terms,
    actions.SHOW_ACCOUNT_DEEDS: show_account_deeds,
    actions.DISPUTE_ACCOUNT: ask_to_dispute_account,
    actions.SET_DIGEST: ask_to_set_digest,
    actions.RECORD_PROMISE: ask_for_promise,
    actions.SHOW_PROMISE: show_promise,
    actions.CANCEL_PROMISE: ask_to_cancel_promise,
    actions.SNOOZE_ACCOUNT: ask_to_snooze,
    actions.END_SNOOZE: pressed_end_snooze,
    actions.ASSIGN_OWNER: ask_for_owner,
    actions.WRITE_OFF_ACCOUNT: ask_to_write_off,
}
# Slack opens the address of these by itself; the press is acknowledged and nothing more.
LINKS = frozenset(
    {actions.OPEN_IN_STRIPE, actions.OPEN_INVOICE_PDF, actions.OPEN_RECEIPT}
    | {actions.OPEN_PAYMENT_PAGE, actions.OPEN_CUSTOMER_PAGE, actions.OPEN_THREAD}
)
