"""What a credit note is to be, read from its dialog, and carried from the preview to the asking."""

import re
from collections.abc import Sequence

from bot.errors import BadRequest
from bot.mirror.credit_notes import CreditOrder, Reason, Way
from bot.money import Money, money_text
from bot.queries.correctable import Correctable, CorrectableLine
from bot.views.credit_note import MAIL, MAILED, REASON, WAY
from bot.views.part_fields import line_field
from handlers.slack.chosen_part import read_part, worth_of
from handlers.slack.invalid_fields import InvalidFields
from handlers.slack.requests import Submission

_CARRIED = re.compile(
    r"(?P<invoice>in_[A-Za-z0-9_]{1,250})\|(?P<seen>[0-9a-f]{16})\|(?P<way>[a-z_]+)"
    r"\|(?P<reason>[a-z_]*)\|(?P<mail>mailed)?\|(?P<what>[0-9]{1,19}|[A-Za-z0-9_,:]{1,2400})",
    re.ASCII,
)


def read_orders(found: Correctable, submission: Submission) -> list[CreditOrder]:
    """What was filled in, in the ways to ask Stripe for it, the best first.

    Raises: InvalidFields.
    """
    orders = _read(found, submission)
    given_back = orders[0].given_back
    if orders[0].way is Way.REFUND and given_back.minor > found.refundable.minor:
        most = money_text(found.refundable)
        raise InvalidFields(
            {WAY: f"{money_text(given_back)} would go back, but {most} can be refunded at most."}
        )
    return orders


def _read(found: Correctable, submission: Submission) -> list[CreditOrder]:
    left = found.standing.left_to_credit
    part = read_part(
        submission, found.lines, most=left, too_much=lambda amount: _too_much(found, amount)
    )
    if part.amount is not None:
        if part.lines and not 0 < part.amount.minor <= left.minor:
            raise InvalidFields({line_field(0): _too_much(found, part.amount)})
        return [_order(found, submission, part.amount, part.lines)]
    by_amount = _order(found, submission, left)
    # By its lines a credit note takes the tax of each back; a bare amount has none of its own.
    if found.lines and worth_of(found.lines, left.currency) == left:
        return [_order(found, submission, left, found.lines), by_amount]
    return [by_amount]


def format_order(order: CreditOrder, fingerprint: str) -> str:
    """An order in the words that a dialog carries along, and the invoice's own fingerprint."""
    what = ",".join(line_id for line_id, _ in order.lines) or str(order.total.minor)
    reason = order.reason.value if order.reason else ""
    mail = MAILED if order.is_mailed else ""
    return f"{order.invoice_id}|{fingerprint}|{order.way.value}|{reason}|{mail}|{what}"


def parse_carried(text: str) -> tuple[str, str]:
    """The invoice that an order is about, and its fingerprint when it was previewed.

    Raises: BadRequest when the text is of another form.
    """
    carried = _carried(text)
    return carried["invoice"], carried["seen"]


def parse_order(text: str, found: Correctable) -> CreditOrder:
    """The order, with amounts that are read anew.

    Raises: BadRequest when the text is of another form, or names lines that the invoice has not.
    """
    carried = _carried(text)
    ids = carried["what"].split(",")
    lines = [line for line in found.lines if line.id in ids]
    if carried["what"].isdigit():
        total, lines = Money(int(carried["what"]), found.standing.remaining.currency), []
    elif len(lines) == len(ids):
        total = worth_of(lines, found.standing.remaining.currency)
    else:
        raise _not_understood()
    try:
        way, reason = Way(carried["way"]), Reason(carried["reason"]) if carried["reason"] else None
    except ValueError:
        raise _not_understood() from None
    return _made(
        found,
        total,
        lines,
        way=way,
        reason=reason,
        is_mailed=carried["mail"] is not None,
    )


def _carried(text: str) -> re.Match[str]:
    carried = _CARRIED.fullmatch(text)
    if carried is None:
        raise _not_understood()
    return carried


def _not_understood() -> BadRequest:
    return BadRequest("This dialog is not understood any more. Close it and open it anew.")


def _order(
    found: Correctable,
    submission: Submission,
    total: Money,
    lines: Sequence[CorrectableLine] = (),
) -> CreditOrder:
    reasons, ways = {one.value: one for one in Reason}, {one.value: one for one in Way}
    return _made(
        found,
        total,
        lines,
        # Without the field nothing was paid, so nothing is given back.
        way=ways.get(submission.text(WAY), Way.BALANCE),
        reason=reasons.get(submission.text(REASON)),
        is_mailed=MAILED in submission.ticked.get(MAIL, ()),
    )


def _made(
    found: Correctable,
    total: Money,
    lines: Sequence[CorrectableLine],
    *,
    way: Way,
    reason: Reason | None,
    is_mailed: bool,
) -> CreditOrder:
    beyond = total - found.standing.to_pay
    return CreditOrder(
        invoice_id=found.card.id,
        total=total,
        given_back=beyond if beyond.minor > 0 else Money(0, total.currency),
        way=way,
        lines=tuple((line.id, line.amount.minor) for line in lines),
        reason=reason,
        is_mailed=is_mailed,
    )


def _too_much(found: Correctable, amount: Money) -> str:
    left = money_text(found.standing.left_to_credit)
    if amount.minor <= 0:
        return "These lines come to nothing that could be credited."
    return f"That is {money_text(amount)}; {left} are left to credit."
