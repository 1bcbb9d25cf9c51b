"""Chargebacks of what paid an invoice: a mark beside its status, never a status."""

from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, bindparam, exists, or_, select

from bot.clock import local_day
from bot.database import Reading
from bot.models import Dispute, Invoice, InvoicePayment
from bot.money import Money
from bot.prepared import Prepared
from bot.queries.cards import Chargeback

# What came to an end without taking money back.
# Source: `status` of a dispute in Stripe's API reference, version 2026-10-28.endive.
HARMLESS = ("won", "prevented", "warning_closed")

_DISPUTES, _PAYMENTS = Dispute.__table__, InvoicePayment.__table__
# Since Stripe's version of 2025-03-31 (basil) neither a charge nor a dispute names its invoice:
# what paid the invoice is a payment intent, or of old a charge.
_IS_OF_PAYMENT: ColumnElement[bool] = or_(
    _DISPUTES.c.payment_intent_id == _PAYMENTS.c.payment_id,
    _DISPUTES.c.charge_id == _PAYMENTS.c.payment_id,
)

# Conditions on an invoice in a statement of others: that it has any at all, and that it has one
# that took money back or still may.
HAS_ANY: ColumnElement[bool] = (
    exists()
    .where(
        _PAYMENTS.c.invoice_id == Invoice.__table__.c.id,
        _IS_OF_PAYMENT,
        _DISPUTES.c.deleted_at.is_(None),
    )
    .correlate(Invoice.__table__)
)
IS_CHARGED_BACK: ColumnElement[bool] = (
    exists()
    .where(
        _PAYMENTS.c.invoice_id == Invoice.__table__.c.id,
        _IS_OF_PAYMENT,
        _DISPUTES.c.deleted_at.is_(None),
        *(_DISPUTES.c.status != status for status in HARMLESS),
    )
    .correlate(Invoice.__table__)
)

_OF_INVOICE = Prepared(
    select(
        _DISPUTES.c.id,
        _DISPUTES.c.status,
        _DISPUTES.c.reason,
        _DISPUTES.c.currency,
        _DISPUTES.c.amount_minor,
        _DISPUTES.c.respond_by_at,
        _DISPUTES.c.created_at,
    )
    .select_from(_PAYMENTS.join(_DISPUTES, _IS_OF_PAYMENT))
    .where(_PAYMENTS.c.invoice_id == bindparam("invoice_id"), _DISPUTES.c.deleted_at.is_(None))
    .distinct()
    .order_by(_DISPUTES.c.created_at.desc(), _DISPUTES.c.id)
)


def list_chargebacks(
    session: Reading, invoice_id: str, *, now: datetime, zone: ZoneInfo
) -> tuple[Chargeback, ...]:
    """The chargebacks of an invoice's payments, newest first; () where there are none."""
    return tuple(
        Chargeback(
            status=row.status,
            is_harmless=row.status in HARMLESS,
            reason=row.reason,
            amount=Money(row.amount_minor, row.currency),
            opened_on=local_day(row.created_at, zone),
            respond_on=None if row.respond_by_at is None else local_day(row.respond_by_at, zone),
            is_too_late=row.respond_by_at is None or row.respond_by_at <= now,
        )
        for row in _OF_INVOICE.rows(session, {"invoice_id": invoice_id})
    )
