"""The turn of one invoice in the charge of a balance: looked at afresh, then charged, or left.

Whatever an earlier attempt has done is found by looking: a paid invoice is never charged again, nor
one of which a bank has been asked for the money.
"""

from urllib.parse import quote

from bot.clock import monotonic_seconds
from bot.effects import Done, Effect, Means, Outcome, Refused
from bot.errors import NotFound
from bot.mirror.collecting import read_collecting
from bot.mirror.fields import amount_at, currency_at
from bot.mirror.fresh import FreshInvoice, keep_read, read_invoice
from bot.mirror.tickets import draw_ticket
from bot.mirror.translate_invoice import status_of
from bot.money import Money, money_text
from bot.queries.asking import find_holds
from bot.queries.balance_charges import Result, Turn
from bot.stripe_failures import StripeRefused

# An invoice that can't be read in this time is looked at again later, before anything is charged.
READ_SECONDS_MAX = 20.0
NOT_ALLOWED = "Whoever asked for it may not charge this account any more."
# How Stripe names what was saved before there were payment methods.
# Source: docs.stripe.com/payments/payment-methods/transitioning, read 2026-11.
SOURCE_PREFIXES = ("card_", "src_", "ba_")

# What Stripe answers when the customer has to confirm a payment, as the 3-D Secure of cards asks.
# Source: docs.stripe.com/error-codes and docs.stripe.com/declines/codes, read 2026-11.
TO_CONFIRM_CODES = frozenset(
    {"authentication_required", "authentication_not_handled", "payment_intent_action_required"}
    | {"invoice_payment_intent_requires_action", "mobile_device_authentication_required"}
    | {"payment_intent_authentication_failure"}
)
# Declines that may come without a code of the bank's.
DECLINE_CODES = frozenset(
    {"card_declined", "expired_card", "incorrect_cvc", "incorrect_number", "incorrect_zip"}
    | {"insufficient_funds", "invalid_expiry_month", "invalid_expiry_year", "processing_error"}
    | {"payment_intent_payment_attempt_failed", "payment_method_customer_decline"}
    | {"payment_method_provider_decline", "payment_method_provider_timeout"}
)


def charge_invoice(effect: Effect, means: Means, turn: Turn, *, is_allowed: bool) -> Outcome:
    """Charge what remains of an invoice to a saved method, unless it stands otherwise by now.

    What an earlier attempt has done is told also where it is allowed no more.
    """
    looked = _look(effect, means, turn)
    if looked is None and not is_allowed:
        return stopped(Result.REFUSED, NOT_ALLOWED)
    return looked or _charge(effect, means, turn)


def stopped(result: Result, detail: str) -> Refused:
    """That nothing was charged, and that no later invoice is to have its turn."""
    return Refused(
        f"{result}: {detail}" if detail else result.value,
        needs_look=False,
        answer={"result": result.value, "detail": detail},
    )


def _look(effect: Effect, means: Means, turn: Turn) -> Outcome | None:
    """What became of the invoice so far; None while it is as it was agreed to."""
    patient_until = monotonic_seconds() + READ_SECONDS_MAX
    fresh = read_invoice(means.runtime, turn.invoice_id, patient_until=patient_until)
    keep_read(means.runtime, fresh)
    if fresh.body is None:
        return _over(Result.CHANGED, "Stripe has deleted it.")
    status = status_of(fresh.body)
    if status not in {"open", "paid"}:
        return _over(Result.CHANGED, f"It is {status} by now.")
    collecting = read_collecting(means.runtime, turn.invoice_id)
    if status == "paid":
        is_ours = effect.may_have_happened and turn.method_id in collecting.paid_by
        return _over(Result.CHARGED if is_ours else Result.PAID_MEANWHILE)
    if collecting.is_processing:
        return _over(Result.STARTED if effect.may_have_happened else Result.UNDER_WAY)
    remaining = Money(amount_at(fresh.body, "amount_remaining"), currency_at(fresh.body))
    if remaining != turn.amount:
        left = f"{money_text(remaining)} of it remain, not {money_text(turn.amount)}."
        return _over(Result.CHANGED, left)
    with means.runtime.database.looking() as reading:
        hold = find_holds(reading, [turn.invoice_id]).get(turn.invoice_id)
    return None if hold is None else _over(Result.HELD, hold)


def _charge(effect: Effect, means: Means, turn: Turn) -> Outcome:
    with means.runtime.database.writing() as session:
        ticket = draw_ticket(session)
    kind = "source" if turn.method_id.startswith(SOURCE_PREFIXES) else "payment_method"
    try:
        paid = means.runtime.stripe.post(
            f"/v1/invoices/{quote(turn.invoice_id, safe='')}/pay",
            {kind: turn.method_id, "off_session": True},
            key=effect.call_key,
        )
    except StripeRefused as refused:
        return _judged(effect, means, turn, refused)
    except NotFound as gone:
        return _look(effect, means, turn) or stopped(Result.REFUSED, gone.message)
    keep_read(means.runtime, FreshInvoice(turn.invoice_id, paid, ticket))
    if status_of(paid) == "paid":
        return _over(Result.CHARGED)
    # Some methods take days, and some customers have to confirm first.
    collecting = read_collecting(means.runtime, turn.invoice_id)
    if collecting.is_processing:
        return _over(Result.STARTED)
    return stopped(Result.TO_CONFIRM if collecting.is_to_confirm else Result.DECLINED, "")


def _judged(effect: Effect, means: Means, turn: Turn, refused: StripeRefused) -> Outcome:
    """What a no means: that the bank declines, that the customer has to confirm, or neither."""
    if TO_CONFIRM_CODES & {refused.code, refused.decline_code}:
        return stopped(Result.TO_CONFIRM, "")
    if refused.decline_code or refused.code in DECLINE_CODES:
        return stopped(Result.DECLINED, refused.decline_code or refused.code)
    # It may have been paid or voided in the moment between.
    return _look(effect, means, turn) or stopped(Result.REFUSED, f"Stripe says: {refused.said}")


def _over(result: Result, detail: str = "") -> Done:
    """That this invoice's turn is over, and the next one has its own."""
    return Done({"result": result.value, "detail": detail})
