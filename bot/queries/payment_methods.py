"""What an account's next invoices are charged to."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import func, select

from bot.database import Reading
from bot.models import Customer, PaymentMethod
from bot.prepared import Prepared
from bot.queries.families import family_ids
from bot.queries.invoice_rows import sight_values
from bot.queries.sight import Sight

METHODS_MAX = 5

_CUSTOMERS, _METHODS = Customer.__table__, PaymentMethod.__table__
_SHOWN = tuple(_METHODS.c[name] for name in ("kind", "brand", "last4", "exp_month", "exp_year"))


@dataclass(frozen=True, slots=True)
class DefaultMethod:
    """What customers are charged by, as they see it; what Stripe does not tell is None."""

    kind: str
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None


def list_default_methods(
    session: Reading, account_id: int, *, sight: Sight
) -> tuple[DefaultMethod, ...]:
    """The default payment methods of an account's customers, the most common one first.

    Shape: at most METHODS_MAX; () where no customer has one.
    """
    values = sight_values(sight) | {"account_id": account_id}
    rows = _statement(is_scoped=sight.scope is not None).rows(session, values)
    return tuple(
        DefaultMethod(row.kind, row.brand, row.last4, row.exp_month, row.exp_year) for row in rows
    )


@cache
def _statement(*, is_scoped: bool) -> Prepared:
    default = func.coalesce(_CUSTOMERS.c.default_payment_method, _CUSTOMERS.c.default_source)
    return Prepared(
        select(*_SHOWN)
        .select_from(_CUSTOMERS.join(_METHODS, _METHODS.c.id == default))
        .where(
            _CUSTOMERS.c.account_id.in_(family_ids(is_scoped=is_scoped)),
            _CUSTOMERS.c.deleted_at.is_(None),
            _METHODS.c.deleted_at.is_(None),
        )
        .group_by(*_SHOWN)
        .order_by(func.count().desc(), _METHODS.c.last4)
        .limit(METHODS_MAX)
    )
