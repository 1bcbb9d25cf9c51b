"""What an account's next invoices are charged to."""

from dataclasses import dataclass
from functools import cache

from sqlalchemy import func, select, union

from bot.database import Reading
from bot.models import Customer, PaymentMethod, Subscription
from bot.prepared import Prepared
from bot.queries.families import family_ids
from bot.queries.invoice_rows import sight_values
from bot.queries.sight import Sight

METHODS_MAX = 5
# The kind of a method that an account has and of which Stripe does not tell us more.
UNKNOWN = "unknown"

_CUSTOMERS, _METHODS = Customer.__table__, PaymentMethod.__table__
_SUBSCRIPTIONS = Subscription.__table__
_SHOWN = tuple(_METHODS.c[name] for name in ("kind", "brand", "last4", "exp_month", "exp_year"))


@dataclass(frozen=True, slots=True)
class DefaultMethod:
    """What customers are charged by, as they see it.

    What Stripe does not tell is None, and its kind UNKNOWN: a key need not be allowed to read it.
    """

    kind: str
    brand: str | None
    last4: str | None
    exp_month: int | None
    exp_year: int | None


def list_default_methods(
    session: Reading, account_id: int, *, sight: Sight
) -> tuple[DefaultMethod, ...]:
    """What the invoices of an account's customers and subscriptions are charged to, newest first.

    Shape: at most METHODS_MAX; () where nothing is saved.
    """
    values = sight_values(sight) | {"account_id": account_id}
    rows = _statement(is_scoped=sight.scope is not None).rows(session, values)
    return tuple(
        DefaultMethod(row.kind, row.brand, row.last4, row.exp_month, row.exp_year) for row in rows
    )


@cache
def _statement(*, is_scoped: bool) -> Prepared:
    in_family = (
        _CUSTOMERS.c.account_id.in_(family_ids(is_scoped=is_scoped)),
        _CUSTOMERS.c.deleted_at.is_(None),
    )
    of_customers = select(
        func.coalesce(_CUSTOMERS.c.default_payment_method, _CUSTOMERS.c.default_source)
    ).where(*in_family)
    own = func.coalesce(_SUBSCRIPTIONS.c.default_payment_method, _SUBSCRIPTIONS.c.default_source)
    of_subscriptions = (
        select(own)
        .select_from(
            _SUBSCRIPTIONS.join(_CUSTOMERS, _CUSTOMERS.c.id == _SUBSCRIPTIONS.c.customer_id)
        )
        .where(*in_family, _SUBSCRIPTIONS.c.ended_at.is_(None), own.is_not(None))
    )
    named = union(of_customers, of_subscriptions).subquery("named")
    (named_id,) = named.c
    kind, *others = _SHOWN
    return Prepared(
        select(func.coalesce(kind, UNKNOWN).label("kind"), *others)
        .select_from(named.outerjoin(_METHODS, _METHODS.c.id == named_id))
        .where(named_id.is_not(None), _METHODS.c.deleted_at.is_(None))
        .order_by(_METHODS.c.id.is_(None), _METHODS.c.created_at.desc(), named_id)
        .limit(METHODS_MAX)
    )
