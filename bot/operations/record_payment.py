"""Record a payment that arrived past Stripe: the whole of what remains, or a part of it (B5)."""

from datetime import datetime
from urllib.parse import quote

from sqlalchemy.orm import Session

from bot import approvals, effects
from bot.approvals import Requested
from bot.errors import Refused
from bot.mirror.fields import amount_at
from bot.mirror.outside_payments import REPORT_PATH, OutsidePayment, find_reported, payment_of
from bot.mirror.standing import PAYABLE
from bot.operations import attach_payment, carry_out_correction
from bot.queries.correctable import Correctable
from bot.runtime import Runtime
from bot.stripe_failures import StripeRefused
from bot.views.refusals import refusal_words
from bot.views.text import invoice_title

KIND = "record_payment"
PAY_ENDPOINT = "/v1/invoices/:id/pay"


def require_payable(found: Correctable) -> None:
    """Go on only with an invoice of which something is to be paid.

    Raises: Refused, saying how it stands.
    """
    name, standing = invoice_title(found.card), found.standing
    if found.card.is_deleted:
        raise Refused(f"{name} is deleted at Stripe, so no payment can be recorded for it.")
    if standing.status == "paid":
        raise Refused(f"{name} is already paid.")
    if standing.status not in PAYABLE:
        raise Refused(f"{name} is {found.card.status_text}: there is nothing to pay.")
    if standing.remaining.minor <= 0:
        raise Refused(f"Nothing of {name} is left to pay.")


def promise(session: Session, asked: Requested, *, press: str, now: datetime) -> effects.Effect:
    """Promise to record it, in the transaction that allows it."""
    is_full = payment_of(asked.correction.params).is_full
    return carry_out_correction.promise_correction(
        session, asked, endpoint=PAY_ENDPOINT if is_full else REPORT_PATH, press=press, now=now
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Tell Stripe that the invoice is paid; or of a part, which is then put on the invoice."""
    with means.runtime.database.looking() as reading:
        payment = payment_of(approvals.get(reading, effect.payload["approval"]).correction.params)
    if not payment.is_full:
        return _report(effect, means, payment)
    path = _path_of(payment)

    def is_settled(_looked: object) -> bool:
        return _is_settled(means.runtime, payment)

    return carry_out_correction.call(
        effect, means, f"{path}/pay", {"paid_out_of_band": True}, is_done=is_settled
    )


def settle(
    session: Session,
    effect: effects.Effect,
    outcome: effects.Outcome,
    *,
    means: effects.Means,
    now: datetime,
) -> None:
    """Write what came of it; a part that was reported is promised to be put on the invoice."""
    record_id = outcome.answer.get("record") if isinstance(outcome, effects.Done) else None
    if record_id is None:
        carry_out_correction.settle(session, effect, outcome, means=means, now=now)
    else:
        attach_payment.request(session, effect, record_id=record_id, now=now)


def _is_settled(runtime: Runtime, payment: OutsidePayment) -> bool:
    """Whether the invoice is what an earlier attempt would have made of it.

    Stripe keeps no mark of ours with such a payment. Who else settles an invoice past Stripe, of
    which exactly this remained, has recorded the same payment.
    """
    invoice = runtime.stripe.get(_path_of(payment))
    off_stripe = amount_at(invoice, "amount_paid_off_stripe")
    return invoice.get("status") == "paid" and off_stripe >= payment.amount.minor


def _report(
    effect: effects.Effect, means: effects.Means, payment: OutsidePayment
) -> effects.Outcome:
    stripe = means.runtime.stripe
    if effect.may_have_happened and (record := find_reported(stripe, key=effect.key)) is not None:
        return effects.Done({"record": record})
    looked = carry_out_correction.look(effect, means)
    if looked.obstacle is not None:
        return effects.Refused(looked.obstacle, needs_look=False)
    try:
        made = stripe.post(REPORT_PATH, payment.report_params(key=effect.key), key=effect.call_key)
    except StripeRefused as refused:
        return effects.Refused(refusal_words(refused), needs_look=False)
    return effects.Done({"record": str(made["id"])})


def _path_of(payment: OutsidePayment) -> str:
    return f"/v1/invoices/{quote(payment.invoice_id, safe='')}"
