"""Issue a credit note: less is owed of an invoice that was issued, or what was paid goes back.

A credit is no part payment, so any amount that is left to credit may be credited (B5 does not ask).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import approvals, effects
from bot.approvals import Requested
from bot.errors import Refused
from bot.mirror.credit_notes import EFFECT_MARK, PATH, find_issued, order_of
from bot.mirror.standing import CREDITABLE
from bot.money import Money, money_text
from bot.operations import carry_out_correction
from bot.queries.correctable import Correctable
from bot.views.text import invoice_title

KIND = "issue_credit_note"


def require_creditable(found: Correctable) -> None:
    """Go on only with an invoice of which something can be credited.

    Raises: Refused, saying how it stands.
    """
    name, standing = invoice_title(found.card), found.standing
    if found.card.is_deleted:
        raise Refused(f"{name} is deleted at Stripe, so nothing of it can be credited.")
    if standing.status not in CREDITABLE:
        status = found.card.status_text
        raise Refused(f"{name} is {status}: only an open or a paid invoice can be credited.")
    if found.is_charged_back:
        raise Refused(
            f"A bank wants a payment of {name} back. Nothing of it can be credited until that is "
            "decided."
        )
    if standing.left_to_credit.minor <= 0:
        raise Refused(f"Nothing of {name} is left to credit.")


def require_left(found: Correctable, total: Money) -> None:
    """Go on only when there is so much left to credit.

    Raises: Refused, with how much there is.
    """
    left = found.standing.left_to_credit
    if not 0 < total.minor <= left.minor:
        raise Refused(
            f"{money_text(total)} can’t be credited: {money_text(left)} of "
            f"{invoice_title(found.card)} are left to credit."
        )


def promise(session: Session, asked: Requested, *, press: str, now: datetime) -> effects.Effect:
    """Promise to issue it, in the transaction that allows it."""
    return carry_out_correction.promise_correction(
        session, asked, endpoint=PATH, press=press, now=now
    )


def perform(effect: effects.Effect, means: effects.Means) -> effects.Outcome:
    """Issue it at Stripe, unless an earlier attempt has, or the invoice is not what it was."""
    runtime = means.runtime
    with runtime.database.looking() as reading:
        order = order_of(approvals.get(reading, effect.payload["approval"]).correction.params)

    def is_issued(_looked: object) -> bool:
        return find_issued(runtime.stripe, order.invoice_id, key=effect.key) is not None

    asked = order.params() | {"metadata": {EFFECT_MARK: effect.key}}
    return carry_out_correction.call(effect, means, PATH, asked, is_done=is_issued)


settle = carry_out_correction.settle
