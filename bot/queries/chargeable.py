"""What of an account's balance can be charged now, to which saved methods, and what can not."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, func, select

from bot.database import Reading
from bot.errors import Refused
from bot.models import Customer, PaymentMethod, Subscription
from bot.money import Money
from bot.prepared import Prepared, Row
from bot.queries.asking import find_holds
from bot.queries.cards import InvoiceRow
from bot.queries.families import family_ids
from bot.queries.invoice_rows import INVOICES, ROW_COLUMNS, WITH_ACCOUNT, row_of, sight_values
from bot.queries.pauses import Pause, find_pauses
from bot.queries.payment_methods import DefaultMethod
from bot.queries.sight import Sight

# More open invoices than these are no matter of one press.
INVOICES_MAX = 500

_CUSTOMERS, _SUBSCRIPTIONS = Customer.__table__, Subscription.__table__
_OF_SUBSCRIPTION = PaymentMethod.__table__.alias("of_subscription")
_OF_CUSTOMER = PaymentMethod.__table__.alias("of_customer")
_METHOD_COLUMNS = ("id", "kind", "brand", "last4", "exp_month", "exp_year")


@dataclass(frozen=True, slots=True)
class ToCharge:
    """An invoice, and the saved method that it would be charged to."""

    invoice: InvoiceRow
    method_id: str
    method: DefaultMethod


@dataclass(frozen=True, slots=True)
class BalanceToCharge:
    """All open invoices of an account in one currency, oldest first.

    Shape: `unsaved` are those whose customer has no saved method, and `held` those that nobody is
        asked for now, each with the reason; neither can be charged. `pauses` are why nobody chases
        some of `invoices` at present, each once; that is for the person to decide about.
    """

    currency: str
    invoices: tuple[ToCharge, ...]
    unsaved: tuple[InvoiceRow, ...]
    held: tuple[tuple[InvoiceRow, str], ...]
    pauses: tuple[Pause, ...] = ()

    @property
    def total(self) -> Money:
        """What would be charged in all."""
        return Money(sum(one.invoice.remaining.minor for one in self.invoices), self.currency)


def list_to_charge(
    session: Reading, account_id: int, *, sight: Sight
) -> tuple[BalanceToCharge, ...]:
    """The balance of an account and its companies, one entry per currency, ordered by codes.

    An invoice is charged to what its subscription names, else to its customer's default, as Stripe
    itself would; what was detached, or is somebody else's, is nobody's.
    Raises: Refused for more open invoices than INVOICES_MAX.
    """
    is_scoped = sight.scope is not None
    values = sight_values(sight) | {"account_id": account_id}
    rows = _statement(is_scoped=is_scoped).rows(session, values)
    if len(rows) > INVOICES_MAX:
        raise Refused(
            f"More than {INVOICES_MAX} invoices are open: that is too much to charge at once. "
            "Charge its companies one by one, or do it in Stripe."
        )
    ids = [row.id for row in rows]
    holds = find_holds(session, ids)
    pauses = find_pauses(session, ids, now=sight.now, scope=sight.scope)
    of_currency: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_currency[row.currency].append(row)
    return tuple(
        _balance(name, of_currency[name], holds, pauses, sight) for name in sorted(of_currency)
    )


def _balance(
    currency: str,
    rows: list[Row],
    holds: Mapping[str, str],
    pauses: Mapping[str, Pause],
    sight: Sight,
) -> BalanceToCharge:
    free = [row for row in rows if row.id not in holds]
    paused = (pauses[row.id] for row in free if row.method_id and row.id in pauses)
    return BalanceToCharge(
        currency=currency,
        invoices=tuple(_to_charge(row, sight) for row in free if row.method_id),
        unsaved=tuple(row_of(row, sight=sight) for row in free if not row.method_id),
        held=tuple((row_of(row, sight=sight), holds[row.id]) for row in rows if row.id in holds),
        pauses=tuple(dict.fromkeys(paused)),
    )


def _to_charge(row: Row, sight: Sight) -> ToCharge:
    method = DefaultMethod(
        row.method_kind,
        row.method_brand,
        row.method_last4,
        row.method_exp_month,
        row.method_exp_year,
    )
    return ToCharge(row_of(row, sight=sight), row.method_id, method)


@cache
def _statement(*, is_scoped: bool) -> Prepared:
    subscription = _SUBSCRIPTIONS.c.id == INVOICES.c.subscription_id
    customer = and_(_CUSTOMERS.c.id == INVOICES.c.customer_id, _CUSTOMERS.c.deleted_at.is_(None))
    return Prepared(
        select(*ROW_COLUMNS, *(_method_column(name) for name in _METHOD_COLUMNS))
        .select_from(
            WITH_ACCOUNT.outerjoin(_CUSTOMERS, customer)
            .outerjoin(_SUBSCRIPTIONS, subscription)
            .outerjoin(_OF_SUBSCRIPTION, _is_theirs(_SUBSCRIPTIONS, _OF_SUBSCRIPTION))
            .outerjoin(_OF_CUSTOMER, _is_theirs(_CUSTOMERS, _OF_CUSTOMER))
        )
        # As IS_OWED has it, whose names would mean columns of the other tables too.
        .where(
            INVOICES.c.status == "open",
            INVOICES.c.deleted_at.is_(None),
            INVOICES.c.remaining_minor > 0,
            INVOICES.c.account_id.in_(family_ids(is_scoped=is_scoped)),
        )
        .order_by(INVOICES.c.dated_at, INVOICES.c.id)
        .limit(INVOICES_MAX + 1)
    )


def _is_theirs(owner: FromClause, method: FromClause) -> ColumnElement[bool]:
    """The condition on the method that a customer or a subscription names as its default."""
    named = func.coalesce(owner.c.default_payment_method, owner.c.default_source)
    return and_(
        method.c.id == named,
        method.c.customer_id == _CUSTOMERS.c.id,
        method.c.deleted_at.is_(None),
    )


def _method_column(name: str) -> ColumnElement[Any]:
    """A column of the method that applies, all of them of the same one."""
    is_named = _OF_SUBSCRIPTION.c.id.is_not(None)
    either = case((is_named, _OF_SUBSCRIPTION.c[name]), else_=_OF_CUSTOMER.c[name])
    return either.label(f"method_{name}")
