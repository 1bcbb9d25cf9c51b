"""What of an invoice is contested: all of it, some of its lines, or an amount."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.database import Reading
from bot.errors import BadRequest, Refused
from bot.models import DisputedLine
from bot.money import Money, money_text
from bot.queries.correctable import list_correctable_lines

_LINES: Any = DisputedLine.__table__


@dataclass(frozen=True, slots=True)
class Contested:
    """What somebody says is contested: lines by Stripe's ids, or an amount; neither for all."""

    line_ids: tuple[str, ...] = ()
    amount: Money | None = None


ALL_OF_IT = Contested()


@dataclass(frozen=True, slots=True)
class ContestedLine:
    """A line as it was when it was contested; `amount` with its discount and tax."""

    id: str
    description: str
    amount: Money


@dataclass(frozen=True, slots=True)
class DisputedPart:
    """A part of an invoice: never more than its total; `lines` () where it is a bare amount."""

    amount: Money
    lines: tuple[ContestedLine, ...] = ()


def find_contested(
    reading: Reading, invoice_id: str, total: Money, contested: Contested
) -> DisputedPart | None:
    """The part that somebody means, None for the whole invoice.

    Raises: BadRequest for an amount that the invoice has not, Refused for lines that it has not
        (any more).
    """
    if contested.line_ids:
        return _part_of_lines(reading, invoice_id, total, contested.line_ids)
    if contested.amount is None:
        return None
    amount = contested.amount
    if amount.currency != total.currency or not 0 < amount.minor <= total.minor:
        raise BadRequest(f"{money_text(total)} is all that can be contested of this invoice.")
    return DisputedPart(amount)


def _part_of_lines(
    reading: Reading, invoice_id: str, total: Money, line_ids: tuple[str, ...]
) -> DisputedPart:
    lines = [
        ContestedLine(line.id, line.description, line.worth)
        for line in list_correctable_lines(reading, invoice_id, total.currency)
        if line.id in line_ids
    ]
    if len(lines) != len(set(line_ids)):
        raise Refused(
            "Nothing was done: the invoice has other lines by now. Close this and open it anew."
        )
    worth = sum(line.amount.minor for line in lines)
    if worth <= 0:
        raise BadRequest("These lines come to nothing that could be contested.")
    # A line may come to more than the invoice, where others take off from it.
    return DisputedPart(Money(min(worth, total.minor), total.currency), tuple(lines))


def keep_lines(session: Session, case_id: int, part: DisputedPart | None) -> None:
    """Write down the lines that a dispute is about."""
    if part is None or not part.lines:
        return
    rows = [
        {
            "case_id": case_id,
            "line_id": line.id,
            "position": position,
            "description": line.description,
            "amount_minor": line.amount.minor,
        }
        for position, line in enumerate(part.lines)
    ]
    session.execute(insert(_LINES), rows)


def read_part(
    reading: Reading, case_id: int, disputed_minor: int | None, currency: str
) -> DisputedPart | None:
    """The part that a dispute is about, None for the whole invoice."""
    if disputed_minor is None:
        return None
    found = select(_LINES).where(_LINES.c.case_id == case_id).order_by(_LINES.c.position)
    lines = [
        ContestedLine(row.line_id, row.description, Money(row.amount_minor, currency))
        for row in reading.connection().execute(found)
    ]
    return DisputedPart(Money(disputed_minor, currency), tuple(lines))
