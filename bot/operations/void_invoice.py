"""Annul an invoice: it counts nothing any more and keeps its number. There is no way back.

Source: Stripe voids what is open or uncollectible, by our summary of
docs.stripe.com/invoicing/integration/workflow-transitions, read 2026-11.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import effects
from bot.approvals import Requested
from bot.operations import carry_out_correction
from bot.operations.carry_out_correction import Looked

KIND = "void_invoice"
ENDPOINT = "/v1/invoices/:id/void"
FROM = frozenset({"open", "uncollectible"})
REASONS = {
    "duplicate": "Issued twice",
    "wrong_amounts": "Wrong amounts; another one follows",
    "wrong_customer": "Wrong customer",
    "not_ordered": "Never ordered",
    "other": "Another reason, see the note",
}


def promise(session: Session, asked: Requested, *, press: str, now: datetime) -> effects.Effect:
    """Promise to void it, in the transaction that allows it."""
    return carry_out_correction.promise_correction(
        session, asked, endpoint=ENDPOINT, press=press, now=now
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Void it at Stripe, if all of it is as it was."""
    invoice_id = effect.subject.removeprefix("invoice:")
    path = f"/v1/invoices/{invoice_id}/void"
    return carry_out_correction.call(effect, means, path, is_done=_is_done)


def _is_done(looked: Looked) -> bool:
    return looked.facts.status == "void"


settle = carry_out_correction.settle
