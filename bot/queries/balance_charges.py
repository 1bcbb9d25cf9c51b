"""Charges of whole balances: who asked for one, how far it is, and what came of each invoice."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, select

from bot.database import Reading
from bot.models import UNCHARGED, BalanceCharge, ChargedInvoice
from bot.money import Money
from bot.queries.cards import AccountRef
from bot.queries.invoice_rows import ACCOUNTS, PARENTS

_CHARGES, _INVOICES = BalanceCharge.__table__, ChargedInvoice.__table__


class Result(StrEnum):
    """What came of one invoice's turn; kept in the database, so each keeps its name."""

    CHARGED = "charged"
    # A bank was asked for the money, and has days to answer.
    STARTED = "started"
    # Nothing was charged, as nothing had to be; the next one has its turn.
    PAID_MEANWHILE = "paid_meanwhile"
    UNDER_WAY = "under_way"
    CHANGED = "changed"
    HELD = "held"
    # Nothing was charged, and no later one has a turn.
    DECLINED = "declined"
    TO_CONFIRM = "to_confirm"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NOT_TRIED = "not_tried"


# After these it stops.
STOPPING = frozenset({Result.DECLINED, Result.TO_CONFIRM, Result.REFUSED, Result.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Turn:
    """One invoice of a charge; `result` is None while its turn is to come or at work.

    Shape: `detail` is a decline code of Stripe's, or a sentence, as the result has it.
    """

    position: int
    invoice_id: str
    account_id: int
    name: str
    amount: Money
    method_id: str
    method_name: str
    result: Result | None
    detail: str


@dataclass(frozen=True, slots=True)
class BalanceChargeReport:
    """A charge as it stands, its invoices oldest first."""

    id: int
    press: str
    account: AccountRef
    currency: str
    asked_by: str
    basis: str
    request_id: str
    turns: tuple[Turn, ...]
    is_over: bool

    @property
    def total(self) -> Money:
        """What all its invoices come to."""
        return Money(sum(turn.amount.minor for turn in self.turns), self.currency)

    def sum_of(self, *results: Result) -> Money:
        """What the invoices with one of these results come to."""
        minor = sum(turn.amount.minor for turn in self.turns if turn.result in results)
        return Money(minor, self.currency)


def find_charge(session: Reading, press: str) -> BalanceChargeReport | None:
    """The charge that one dialog has asked for."""
    return _find(session, _CHARGES.c.press == press)


def get_charge(session: Reading, charge_id: int) -> BalanceChargeReport:
    """A charge by its number.

    Raises: LookupError for a number that none has.
    """
    found = _find(session, _CHARGES.c.id == charge_id)
    if found is None:
        raise LookupError(f"There is no charge {charge_id}.")
    return found


def find_charge_of(session: Reading, invoice_id: str) -> BalanceChargeReport | None:
    """The charge that is at work and has this invoice in it."""
    at_work = select(_INVOICES.c.charge_id).where(UNCHARGED, _INVOICES.c.invoice_id == invoice_id)
    return _find(session, _CHARGES.c.id == at_work.scalar_subquery())


def _find(session: Reading, is_it: ColumnElement[bool]) -> BalanceChargeReport | None:
    accounts = _CHARGES.join(ACCOUNTS, ACCOUNTS.c.id == _CHARGES.c.account_id)
    found = (
        select(
            _CHARGES,
            ACCOUNTS.c.kind,
            ACCOUNTS.c.name,
            ACCOUNTS.c.time_zone,
            PARENTS.c.name.label("parent_name"),
        )
        .select_from(accounts.outerjoin(PARENTS, PARENTS.c.id == ACCOUNTS.c.parent_id))
        .where(is_it)
    )
    row = session.connection().execute(found).one_or_none()
    if row is None:
        return None
    turns = select(_INVOICES).where(_INVOICES.c.charge_id == row.id).order_by(_INVOICES.c.position)
    names = (row.parent_name, row.name)
    return BalanceChargeReport(
        id=row.id,
        press=row.press,
        account=AccountRef(
            id=row.account_id,
            kind=row.kind,
            path=tuple(name for name in names if name is not None),
            time_zone=row.time_zone,
            customer_ids=(),
        ),
        currency=row.currency,
        asked_by=row.asked_by,
        basis=row.basis,
        request_id=row.request_id,
        turns=tuple(_turn(each, row.currency) for each in session.connection().execute(turns)),
        is_over=row.ended_at is not None,
    )


def _turn(row: Row[Any], currency: str) -> Turn:
    return Turn(
        position=row.position,
        invoice_id=row.invoice_id,
        account_id=row.account_id,
        name=row.name,
        amount=Money(row.amount_minor, currency),
        method_id=row.method_id,
        method_name=row.method_name,
        result=None if row.result is None else Result(row.result),
        detail=row.detail,
    )
