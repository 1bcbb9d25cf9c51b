"""Names and values of buttons: the names are for ever, and the values come back from outside."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadRequest
from bot.views import action_values, actions

# Old messages carry these: add to them, and change none.
SHIPPED = {
    *("show_invoice", "show_invoice_lines", "show_account", "list_page", "open_in_stripe"),
    *("show_roles", "show_channels", "show_help", "grant_role", "revoke_role", "remove_channel"),
    *("show_invoice_pdf", "open_invoice_pdf", "show_receipt", "open_receipt"),
    *("ask_support", "show_sync", "dismiss_alert", "retry_object"),
    *("use_account", "show_home", "show_usage", "choose_account"),
    *("show_balance", "balance_page", "show_book"),
    *("show_invoice_history", "show_audit"),
    *("retry_effect", "dismiss_effect", "confirm_effect", "repeat_effect"),
    *("issue_credit_note", "confirm_credit_note", "record_payment"),
    *("void_invoice", "mark_uncollectible"),
    *("approve_correction", "reject_correction", "question_correction", "answer_approver"),
    "withdraw_correction",
    *("choose_deed", "send_payment_link", "open_payment_page", "confirm_payment_link"),
    *("open_dispute", "dispute_message", "close_dispute", "reopen_dispute", "show_dispute"),
    *("open_thread", "find_invoice"),
    *("send_mail_again", "mail_has_arrived", "send_balance_links", "confirm_balance_links"),
    *("update_payment_method", "open_customer_page"),
    *("charge_balance", "choose_charge"),
    *("show_terms", "change_contacts", "confirm_contacts", "change_terms", "confirm_terms"),
    "switch_reminders",
    *("show_account_deeds", "dispute_account"),
    *("assign_dispute", "show_disputes", "show_request", "show_requests"),
    *("show_digests", "show_digest", "show_digest_page", "see_digest", "set_digest"),
    *("preview_digest", "test_digest", "stop_digest", "find_account", "find_zone"),
    *("record_promise", "show_promise", "cancel_promise"),
    *("snooze_account", "end_snooze", "assign_owner", "write_off_account"),
}


def test_every_name_that_was_ever_sent_is_still_known() -> None:
    assert set(actions.ALL) == SHIPPED


@given(st.integers(1, actions.PAGE_MAX), st.text(min_size=1, max_size=actions.LIST_TEXT_MAX))
def test_what_a_button_carries_is_read_as_it_was_written(page: int, list_text: str) -> None:
    lines = actions.format_show_invoice_lines("in_1", page)
    pages = actions.format_list_page(list_text, page)
    history = actions.format_show_invoice_history("in_1", page)

    assert actions.parse_show_invoice_lines(lines) == ("in_1", page)
    assert actions.parse_list_page(pages) == (list_text, page)
    assert actions.parse_show_invoice_history(history) == ("in_1", page)
    assert actions.parse_show_account(actions.format_show_account(list_text)) == list_text


@pytest.mark.parametrize(
    ("parse", "values"),
    [
        (
            actions.parse_show_invoice,
            ["", "in_", "in_1\n", "cus_1", "in_1|2", "in_é", "in_" + "x" * 251, " in_1"],
        ),
        (
            actions.parse_show_invoice_lines,
            ["in_1", "in_1|", "in_1|0", "in_1|-1", "in_1|1.0", "in_1|٣", "|1", "in_1|9999999"],
        ),
        (actions.parse_show_account, ["", "x" * 1901]),
        (
            action_values.parse_ask_support,
            ["", "@12", "12|2026-10", "@0|2026-10", "@1|2026-1", "@1|2026-10|", "@1|٢٠٢٦-10"],
        ),
        (action_values.parse_balance_links, ["", "@12", "12|usd", "@0|usd", "@1|USD", "@1|usd|"]),
        (action_values.parse_show_book, ["", "BOOK", "us", "usd ", "usdx", "é12"]),
        (action_values.parse_dismiss_alert, ["", "0", "-1", "1 ", "one", "9" * 19]),
        (action_values.parse_effect, ["", "0", "one", "1|2", "9" * 19]),
        (action_values.parse_approval, ["", "0", "in_1", "1|2", "9" * 19]),
        (action_values.parse_retry_object, ["", "0", "in_1", "1|2", "9" * 19]),
        (action_values.parse_show_dispute, ["", "0", "-1", "one", "1|2", "9" * 19]),
        (action_values.parse_show_home, ["", "0", "-1", "one", "1|2", "9" * 19]),
        (actions.parse_list_page, ["", "list", "|1", "list|", "list|0", "x" * 1901 + "|1"]),
    ],
)
def test_a_forged_value_is_refused(parse: Callable[[str], object], values: list[str]) -> None:
    for value in values:
        with pytest.raises(BadRequest):
            parse(value)
