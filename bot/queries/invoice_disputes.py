"""The open dispute of an invoice: a mark beside its status, and a reason not to ask for it."""

from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, exists, select

from bot.clock import local_day
from bot.database import Reading
from bot.models import CASE_OPEN, DisputeCase, Invoice, Person
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.cards import DisputeMark

_CASES, _PEOPLE = DisputeCase.__table__, Person.__table__

_OPEN_CASE = exists().where(CASE_OPEN, _CASES.c.invoice_id == Invoice.__table__.c.id)
# The conditions on an invoice in a statement of others: that it has an open dispute, and one about
# some of it only.
IS_DISPUTED: ColumnElement[bool] = _OPEN_CASE.correlate(Invoice.__table__)
IS_DISPUTED_IN_PART: ColumnElement[bool] = _OPEN_CASE.where(
    _CASES.c.disputed_minor.is_not(None)
).correlate(Invoice.__table__)

_OPEN_OF = Prepared(
    select(
        _CASES.c.id,
        _CASES.c.reason,
        _CASES.c.owner_id,
        _CASES.c.opened_at,
        _CASES.c.disputed_minor,
        _PEOPLE.c.real_name,
    )
    .select_from(_CASES.outerjoin(_PEOPLE, _PEOPLE.c.id == _CASES.c.owner_id))
    .where(CASE_OPEN, _CASES.c.invoice_id == bindparam("invoice_id"))
)


def find_open_dispute(
    session: Reading, invoice_id: str, *, currency: str, zone: ZoneInfo
) -> DisputeMark | None:
    """The open dispute of an invoice, or None: whoever asks for its money asks this first."""
    rows = _OPEN_OF.rows(session, {"invoice_id": invoice_id})
    if not rows:
        return None
    row = rows[0]
    minor = row.disputed_minor
    return DisputeMark(
        id=row.id,
        reason=row.reason,
        owner=row.real_name or row.owner_id,
        opened_on=local_day(row.opened_at, zone),
        amount=None if minor is None else Money(minor, currency),
    )
