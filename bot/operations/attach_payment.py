"""Put a payment that was reported to Stripe on the invoice that it pays a part of.

The second link of record_payment, which promises it once the payment is reported.
"""

from datetime import datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from bot import effects
from bot.mirror.outside_payments import is_attached
from bot.operations import carry_out_correction

KIND = "attach_payment"
ENDPOINT = "/v1/invoices/:id/attach_payment"
# What was reported stays at Stripe; somebody has to decide there what becomes of it.
LEFT_OVER = "The payment is reported to Stripe, but it counts towards no invoice."


def request(
    session: Session, reported: effects.Effect, *, record_id: str, now: datetime
) -> effects.Effect:
    """Promise to put the payment on its invoice, right after the effect that has reported it."""
    return effects.promise(
        session,
        kind=KIND,
        subject=reported.subject,
        key=f"{KIND}:{record_id}",
        now=now,
        lane=effects.stripe_lane(ENDPOINT),
        payload={**reported.payload, "record": record_id},
        asked_by=reported.asked_by,
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Attach it, unless an earlier attempt has, or the invoice is not what it was."""
    invoice_id = effect.subject.removeprefix("invoice:")
    record_id = effect.payload["record"]

    def is_done(_looked: object) -> bool:
        return is_attached(means.runtime.stripe, invoice_id, record_id)

    path = f"/v1/invoices/{quote(invoice_id, safe='')}/attach_payment"
    outcome = carry_out_correction.call(
        effect, means, path, {"payment_record": record_id}, is_done=is_done
    )
    if isinstance(outcome, effects.Refused):
        return effects.Refused(f"{outcome.why} {LEFT_OVER}")
    return outcome


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Write what came of the payment as a whole."""
    carry_out_correction.settle(session, effect, outcome, means=means, now=now)
