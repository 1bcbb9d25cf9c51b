"""Which operation performs and settles which kind of promised call."""

from collections.abc import Mapping

from bot.effects import Operation
from bot.operations import (
    announce,
    attach_payment,
    charge_balance,
    hold_collection,
    issue_credit_note,
    link_thread,
    mark_uncollectible,
    post_digest,
    record_payment,
    record_promise,
    restore_collection,
    send_balance_links,
    send_payment_link,
    send_reminder,
    share_answer,
    tell_contact,
    update_announcement,
    void_invoice,
)

# The kinds stand in the rows of effects that wait: what has been released keeps its name.
OPERATIONS: Mapping[str, Operation] = {
    announce.KIND: announce,
    send_payment_link.KIND: send_payment_link,
    send_reminder.KIND: send_reminder,
    tell_contact.KIND: tell_contact,
    share_answer.KIND: share_answer,
    post_digest.KIND: post_digest,
    send_balance_links.KIND: send_balance_links,
    charge_balance.KIND: charge_balance,
    update_announcement.KIND: update_announcement,
    void_invoice.KIND: void_invoice,
    mark_uncollectible.KIND: mark_uncollectible,
    hold_collection.KIND: hold_collection,
    restore_collection.KIND: restore_collection,
    link_thread.KIND: link_thread,
    issue_credit_note.KIND: issue_credit_note,
    record_payment.KIND: record_payment,
    record_promise.KIND: record_promise,
    attach_payment.KIND: attach_payment,
}
