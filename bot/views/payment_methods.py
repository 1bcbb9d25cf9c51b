"""Payment methods as people know them, and what a bank means by declining one."""

from datetime import date

from bot.queries.payment_methods import UNKNOWN, DefaultMethod
from bot.views.text import plain

KIND_NAMES = {
    "us_bank_account": "Bank account",
    "sepa_debit": "SEPA debit",
    "bacs_debit": "Bacs debit",
    "link": "Link",
    UNKNOWN: "Saved, but Stripe does not tell what it is",
}
NAME_MAX, LAST4_MAX = 60, 8

NO_REASON = "the bank gives no reason; the customer can ask it"
# Cards that are lost, stolen or suspected are among those without a reason: neither the customer
# nor whoever speaks to them is to hear of that.
# Source: the table of docs.stripe.com/declines/codes, read 2026-11; the words are ours.
DECLINES = {
    **dict.fromkeys(
        ("card_velocity_exceeded", "withdrawal_count_limit_exceeded"), "its limit is used up"
    ),
    "insufficient_funds": "there is not enough money on it",
    "expired_card": "it has expired",
    **dict.fromkeys(
        (
            *(
                "incorrect_cvc",
                "invalid_cvc",
                "incorrect_number",
                "invalid_number",
                "incorrect_zip",
            ),
            *("incorrect_address", "invalid_expiry_month", "invalid_expiry_year"),
            *("invalid_account", "new_account_information_available"),
        ),
        "its details are wrong or out of date",
    ),
    **dict.fromkeys(
        (
            *("card_not_supported", "currency_not_supported", "not_permitted", "restricted_card"),
            *("service_not_allowed", "transaction_not_allowed", "invalid_amount"),
        ),
        "the bank does not allow this kind of payment with it",
    ),
    **dict.fromkeys(
        (
            *("processing_error", "issuer_not_available", "try_again_later", "approve_with_id"),
            *("reenter_transaction", "payment_method_provider_timeout"),
        ),
        "the bank could not answer; trying again later may help",
    ),
    "duplicate_transaction": "the bank takes it for a payment that it has just made",
    **dict.fromkeys(
        (
            *("revocation_of_all_authorizations", "revocation_of_authorization"),
            *("stop_payment_order", "debit_not_authorized"),
        ),
        "the customer has stopped such payments",
    ),
    **dict.fromkeys(("live_mode_test_card", "testmode_decline"), "it is a card for tests"),
}


def method_name(method: DefaultMethod) -> str:
    """A payment method in plain words: "Visa •••• 4242"."""
    name = KIND_NAMES.get(method.kind, method.kind.replace("_", " ").capitalize())
    if method.brand:
        is_card = method.kind == "card"
        name = method.brand.replace("_", " ").title() if is_card else f"{name}, {method.brand}"
    words = plain(name, limit=NAME_MAX)
    return f"{words} •••• {plain(method.last4, limit=LAST4_MAX)}" if method.last4 else words


def method_text(method: DefaultMethod, today: date) -> str:
    """The same with its expiry: "Visa •••• 4242, expires 04/2027"."""
    if not method.exp_month or not method.exp_year:
        return method_name(method)
    is_over = (method.exp_year, method.exp_month) < (today.year, today.month)
    expires = "expired" if is_over else "expires"
    return f"{method_name(method)}, {expires} {method.exp_month:02}/{method.exp_year}"


def decline_words(code: str) -> str:
    """Why a method was declined, by Stripe's code for it."""
    return DECLINES.get(code, NO_REASON)
