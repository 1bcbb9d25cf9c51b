"""Which operation does which kind of correction, once it is approved."""

from collections.abc import Mapping

from bot.operations import (
    issue_credit_note,
    mark_uncollectible,
    record_payment,
    record_promise,
    void_invoice,
)
from bot.operations.request_correction import Promise

# The kinds stand in the rows of approvals: what has been released keeps its name.
PROMISES: Mapping[str, Promise] = {
    void_invoice.KIND: void_invoice.promise,
    mark_uncollectible.KIND: mark_uncollectible.promise,
    issue_credit_note.KIND: issue_credit_note.promise,
    record_payment.KIND: record_payment.promise,
    record_promise.KIND: record_promise.promise,
}
