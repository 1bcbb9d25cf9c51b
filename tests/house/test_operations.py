"""Every promised call has been tried in six situations: a table of the tests that do so.

Who adds an operation to the registry adds its line here, and so is asked for all six.
"""

import re

import pytest

from bot.operations.registry import OPERATIONS
from tests.house.tree import list_files, read

SITUATIONS = ("allowed", "refused", "repeated", "killed", "told no", "left without an answer")
EVERY = "test_every_deed.py::"
KILLED = "test_killed_workers.py::what_a_killed_worker_has_done_is_not_done_again"
# Deeds that change something at Stripe are alike in all but what they do.
ALIKE = (
    f"{EVERY}a_forged_press_opens_no_dialog_for_those_who_may_not",
    f"{EVERY}two_people_at_once_and_a_dialog_sent_twice_do_it_once",
    f"{EVERY}what_a_worker_did_before_it_died_is_not_done_again",
    f"{EVERY}what_stripe_refuses_is_not_done_and_told",
    f"{EVERY}whatever_stripe_answers_it_is_done_once",
)
LOST = "test_live_messages.py::after_a_lost_answer_it_looks_before_it_posts_again"

TESTS: dict[str, tuple[str, ...]] = {
    "void_invoice": (
        "test_corrections.py::it_is_done_and_the_card_shows_it",
        *ALIKE,
    ),
    "mark_uncollectible": (
        "test_corrections.py::it_is_done_and_the_card_shows_it",
        *ALIKE,
    ),
    "issue_credit_note": (
        "test_issue_credit_note.py::an_amount_is_previewed_asked_for_approved_and_credited",
        *ALIKE,
    ),
    "record_payment": (
        "test_record_payment.py::the_whole_is_recorded_and_the_invoice_is_paid",
        *ALIKE,
    ),
    "attach_payment": (
        "test_record_payment.py::a_part_is_reported_and_put_on_the_invoice",
        ALIKE[0],
        ALIKE[1],
        ALIKE[2],
        "test_record_payment.py::a_part_that_can_not_be_put_on_its_invoice_is_left_to_an_operator",
        ALIKE[4],
    ),
    "charge_balance": (
        "test_charge_balance.py::a_balance_is_charged_oldest_first_and_each_invoice_reported",
        *ALIKE,
    ),
    "hold_collection": (
        "test_open_dispute.py::a_complaint_becomes_a_dispute_and_everybody_hears_of_it",
        *ALIKE,
    ),
    "restore_collection": (
        "test_close_dispute.py::a_dispute_is_closed_with_its_end_and_everything_is_as_before",
        *ALIKE,
    ),
    "send_payment_link": (
        "test_send_payment_link.py::the_customer_gets_what_was_previewed_with_a_fresh_link",
        *ALIKE,
    ),
    "send_balance_links": (
        "test_send_balance_links.py::all_links_go_out_in_one_mail",
        ALIKE[0],
        "test_send_balance_links.py::two_dialogs_of_one_state_are_one_mail",
        "test_send_balance_links.py::a_worker_that_dies_after_sending_sends_no_second_mail",
        "test_send_balance_links.py::a_mail_server_that_refuses_is_said",
        "test_send_balance_links.py::a_mail_in_doubt_is_left_to_a_person",
    ),
    "share_answer": (
        "test_share_answer.py::who_shared_a_card_is_on_record_and_in_its_history",
        "test_sharing.py::a_channel_that_is_not_on_the_list_sees_nothing",
        LOST,
        KILLED,
        "test_share_answer.py::the_asker_is_told_alone_when_slack_refuses_the_card",
        LOST,
    ),
    "announce": (
        "test_live_messages.py::a_shared_card_is_a_message_of_its_own",
        "test_sharing.py::a_channel_that_is_not_on_the_list_sees_nothing",
        "test_dispute_mentions.py::a_mention_as_slack_writes_it_is_understood_once",
        KILLED,
        "test_live_messages.py::what_could_not_be_posted_waits_for_a_persons_decision",
        LOST,
    ),
    "send_reminder": (
        "test_reminders.py::each_step_goes_out_once_in_its_tone",
        "test_reminders.py::only_an_admin_of_all_accounts_turns_them_on",
        "test_reminders.py::one_worker_takes_a_day_of_an_account_however_many_plan_it",
        "test_reminders.py::a_worker_that_dies_after_sending_sends_no_second_letter",
        "test_reminders.py::a_letter_that_is_refused_is_told_to_whoever_looks_after_the_account",
        "test_reminders.py::a_letter_in_doubt_is_left_to_a_person",
    ),
    "link_thread": (
        "test_open_dispute.py::a_complaint_becomes_a_dispute_and_everybody_hears_of_it",
        "test_open_dispute.py::somebody_who_may_not_gets_a_fixed_text",
        "test_open_dispute.py::the_same_dialog_twice_asks_slack_for_one_address",
        "test_open_dispute.py::an_address_that_a_dead_worker_has_asked_for_is_asked_for_again",
        "test_open_dispute.py::a_message_that_has_no_address_any_more_is_no_dead_end",
        "test_open_dispute.py::an_address_that_slack_did_not_tell_is_asked_for_again",
    ),
    "post_digest": (
        "test_digest.py::it_names_each_late_account_once_the_longest_late_first",
        "test_digest_setup.py::only_admins_may",
        "test_digest.py::it_is_posted_once_a_day_however_often_anybody_looks",
        "test_digest_trouble.py::what_a_worker_posted_before_it_died_is_not_posted_again",
        "test_digest_trouble.py::who_set_it_up_is_told_once_and_other_channels_are_served",
        "test_digest_trouble.py::a_lost_answer_makes_no_second_post",
    ),
    "record_promise": (
        "test_record_promise.py::more_than_the_limit_waits_for_somebody_else",
        "test_record_promise.py::nobody_without_the_role_records_one_not_even_by_a_forged_press",
        "test_record_promise.py::an_approval_that_is_sent_twice_records_one_promise",
        "test_record_promise.py::a_promise_whose_worker_died_is_recorded_once",
        "test_record_promise.py::a_promise_is_recorded_once_stripe_says_how_the_invoice_is",
        "test_record_promise.py::a_promise_is_recorded_once_stripe_says_how_the_invoice_is",
    ),
    "tell_contact": (
        "test_account_terms.py::new_contacts_are_kept_and_everybody_whom_it_concerns_is_told",
        "test_account_terms.py::only_admins_of_the_account_change_it",
        "test_account_terms.py::the_same_change_twice_is_one_mail_to_each",
        "test_account_terms.py::a_worker_that_dies_after_telling_a_contact_tells_nobody_twice",
        "test_account_terms.py::a_contact_that_cannot_be_told_is_said_to_whoever_changed_it",
        "test_account_terms.py::a_mail_in_doubt_is_not_sent_again_and_said_to_whoever_changed_it",
    ),
    "update_announcement": (
        "test_live_messages.py::a_posted_card_follows_its_invoice",
        "test_share_answer.py::figures_are_taken_away_where_another_organisation_joins",
        "test_live_messages.py::many_changes_become_one_update",
        "test_live_messages.py::a_change_whose_worker_died_shows_and_posts_nothing_again",
        "test_live_messages.py::a_message_that_was_taken_away_is_left_alone",
        "test_live_messages.py::a_change_whose_answer_was_lost_is_made_again",
    ),
}


def test_every_operation_has_its_tests_listed() -> None:
    assert set(OPERATIONS) == set(TESTS)


@pytest.mark.parametrize("kind", sorted(TESTS))
def test_an_operation_is_tried_in_every_situation(kind: str) -> None:
    assert kind in OPERATIONS
    tests = dict(zip(SITUATIONS, TESTS[kind], strict=True))

    missing = {situation: test for situation, test in tests.items() if not is_there(test)}

    assert missing == {}


def is_there(test: str) -> bool:
    """Whether a file of this name has such a test."""
    name, _, words = test.partition("::")
    return any(
        re.search(rf"^def test_{words}\(", read(path), re.MULTILINE)
        for path in list_files()
        if path.name == name
    )
