"""What can be corrected of an invoice: how it stands, and its lines by Stripe's own names."""

from dataclasses import dataclass

from sqlalchemy import bindparam, func, or_, select

from bot.database import Reading
from bot.mirror.standing import Standing
from bot.models import Charge, Invoice, InvoiceLine, InvoicePayment, Price, Product
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.cards import InvoiceCard
from bot.queries.invoices import get_invoice_card
from bot.queries.sight import Sight

# A form can offer so many to tick; of an invoice with more, an amount is credited.
LINES_MAX = 40

_INVOICES = Invoice.__table__
_LINES = InvoiceLine.__table__
_PRICES = Price.__table__
_PRODUCTS = Product.__table__
_CHARGES = Charge.__table__
_PAYMENTS = InvoicePayment.__table__
_STANDING = Prepared(
    select(
        _INVOICES.c.status,
        _INVOICES.c.currency,
        _INVOICES.c.remaining_minor,
        _INVOICES.c.paid_minor,
        _INVOICES.c.pre_payment_credit_minor,
        _INVOICES.c.post_payment_credit_minor,
    ).where(_INVOICES.c.id == bindparam("invoice_id"))
)
_NAMED_LINES = Prepared(
    select(
        _LINES.c.id,
        _LINES.c.amount_minor,
        _LINES.c.discount_minor,
        _LINES.c.taxes,
        func.coalesce(
            func.nullif(_LINES.c.description, ""), _PRODUCTS.c.name, _PRICES.c.nickname
        ).label("description"),
    )
    .select_from(
        _LINES.outerjoin(_PRICES, _PRICES.c.id == _LINES.c.price_id).outerjoin(
            _PRODUCTS, _PRODUCTS.c.id == func.coalesce(_LINES.c.product_id, _PRICES.c.product_id)
        )
    )
    .where(_LINES.c.invoice_id == bindparam("invoice_id"))
    .order_by(_LINES.c.position)
)
# A credit note refunds one charge; what was paid past Stripe has none.
_REFUNDABLE = Prepared(
    select(
        func.coalesce(func.max(_CHARGES.c.captured_minor - _CHARGES.c.refunded_minor), 0).label(
            "minor"
        )
    )
    .select_from(
        _CHARGES.join(
            _PAYMENTS,
            or_(
                _PAYMENTS.c.payment_id == _CHARGES.c.payment_intent_id,
                _PAYMENTS.c.payment_id == _CHARGES.c.id,
            ),
        )
    )
    .where(
        _PAYMENTS.c.invoice_id == bindparam("invoice_id"),
        _PAYMENTS.c.status == "paid",
        _CHARGES.c.status == "succeeded",
    )
)


@dataclass(frozen=True, slots=True)
class CorrectableLine:
    """One line: its own amount, and what crediting it whole comes to with discount and tax."""

    id: str
    description: str
    amount: Money
    worth: Money


@dataclass(frozen=True, slots=True)
class Correctable:
    """An invoice as somebody may correct it.

    Shape: `lines` in Stripe's order, () where there are more than were asked for. `refundable` is
        the most that can go back the way it came: what is left of the largest of its payments.
    """

    card: InvoiceCard
    standing: Standing
    lines: tuple[CorrectableLine, ...]
    refundable: Money

    @property
    def is_charged_back(self) -> bool:
        """Whether a bank wants, or has taken, a payment of it back."""
        return any(not one.is_harmless for one in self.card.chargebacks)


def get_correctable(
    session: Reading, invoice_id: str, *, sight: Sight, lines_max: int = LINES_MAX
) -> Correctable:
    """An invoice with what can be corrected of it, and its lines unless there are more of them.

    Raises: NotFound when there is none, or none for this person, which is the same answer.
    """
    card = get_invoice_card(session, invoice_id, sight=sight)
    asked = {"invoice_id": invoice_id}
    row = _STANDING.rows(session, asked)[0]
    standing = Standing(
        status=row.status,
        remaining=Money(row.remaining_minor, row.currency),
        paid=Money(row.paid_minor, row.currency),
        credited=Money(row.pre_payment_credit_minor, row.currency),
        credited_after=Money(row.post_payment_credit_minor, row.currency),
    )
    refundable = _REFUNDABLE.rows(session, asked)[0].minor
    lines = (
        list_correctable_lines(session, invoice_id, row.currency)
        if card.lines_count <= lines_max
        else ()
    )
    return Correctable(
        card=card,
        standing=standing,
        refundable=Money(refundable, row.currency),
        lines=lines,
    )


def list_correctable_lines(
    session: Reading, invoice_id: str, currency: str
) -> tuple[CorrectableLine, ...]:
    """The lines of an invoice in Stripe's order, with what each comes to."""
    return tuple(
        CorrectableLine(
            id=line.id,
            description=line.description or "",
            amount=Money(line.amount_minor, currency),
            worth=Money(
                line.amount_minor
                - line.discount_minor
                + sum(tax["amount"] for tax in line.taxes if not tax["is_inclusive"]),
                currency,
            ),
        )
        for line in _NAMED_LINES.rows(session, {"invoice_id": invoice_id})
    )
