"""Give an invoice up: it is still owed and may still be paid, but nobody is chased for it.

Source: Stripe does so with what is open, by our summary of
docs.stripe.com/invoicing/integration/workflow-transitions, read 2026-11.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import effects
from bot.approvals import Requested
from bot.operations import carry_out_correction
from bot.operations.carry_out_correction import Looked

KIND = "mark_uncollectible"
ENDPOINT = "/v1/invoices/:id/mark_uncollectible"
FROM = frozenset({"open"})
REASONS = {
    "insolvent": "The customer is insolvent",
    "unreachable": "The customer can’t be reached",
    "not_worth_it": "Collecting costs more than it brings",
    "other": "Another reason, see the note",
}


def promise(session: Session, asked: Requested, *, press: str, now: datetime) -> effects.Effect:
    """Promise to give it up, in the transaction that allows it."""
    return carry_out_correction.promise_correction(
        session, asked, endpoint=ENDPOINT, press=press, now=now
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Mark it at Stripe, if all of it is as it was."""
    invoice_id = effect.subject.removeprefix("invoice:")
    path = f"/v1/invoices/{invoice_id}/mark_uncollectible"
    return carry_out_correction.call(effect, means, path, is_done=_is_done)


def _is_done(looked: Looked) -> bool:
    return looked.facts.status == "uncollectible"


settle = carry_out_correction.settle
