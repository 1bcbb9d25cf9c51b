"""One invoice, whole: what its card shows."""

from dataclasses import dataclass
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, Select, bindparam, select, tuple_

from bot.clock import zone_of
from bot.database import Reading
from bot.errors import NotFound
from bot.money import Money, money_text
from bot.prepared import Prepared, Row
from bot.queries.accounts import is_named, name_values
from bot.queries.cards import DisputeMark, InvoiceCard, LinePart
from bot.queries.freshness import IS_SWEPT, MARKS, freshness_of
from bot.queries.invoice_chargebacks import HAS_ANY, list_chargebacks
from bot.queries.invoice_disputes import IS_DISPUTED, find_open_dispute
from bot.queries.invoice_rows import (
    ACCOUNT_COLUMNS,
    INVOICES,
    WITH_ACCOUNT,
    account_of,
    facts_of,
    sight_values,
    visible,
)
from bot.queries.lines import Extras, days_of, list_parts
from bot.queries.pauses import MAY_BE_PROMISED, MAY_BE_SNOOZED, NO_PAUSE, Pause, find_pauses
from bot.queries.people import list_names
from bot.queries.references import fits_any, fits_of
from bot.queries.sight import Sight
from bot.queries.status import AUTOMATIC, STATUS_COLUMNS, judge
from bot.queries.terms import OWNER_ID
from bot.queries.waiting import IS_BEING_CORRECTED, list_of_invoice

_COLUMNS = tuple(
    INVOICES.c[name]
    for name in (
        *("id", "number", "short_number", "currency", "total_minor", "paid_minor"),
        *("pre_payment_credit_minor", "post_payment_credit_minor"),
        *("starting_balance_minor", "ending_balance_minor", "overpaid_minor"),
        *("discount_minor", "credit_grants_minor", "shipping_minor"),
        *("tax_minor", "inclusive_tax_minor", "taxes"),
        *("issued_on", "due_on", "covers_from_at", "covers_until_at"),
        *("lines_count", "deleted_at"),
    )
)


@dataclass(frozen=True, slots=True)
class CardFound:
    """What a reference leads to.

    Shape: `card` where it fits one invoice and is no account's name too; `is_doubtful` where it
    fits more than that, so that people choose; neither where it fits no invoice.
    """

    card: InvoiceCard | None
    is_doubtful: bool


NOTHING_FOUND = CardFound(None, is_doubtful=False)


def find_invoice_card(session: Reading, text: str, *, sight: Sight) -> CardFound:
    """The card of the one invoice that a reference fits beyond doubt.

    Raises: BadRequest for a text that can't be searched for.
    """
    fits = fits_of(text)
    if not fits:
        return NOTHING_FOUND
    statement = _found_statement(
        tuple(sorted(fits)), is_scoped=sight.scope is not None, drafts=sight.drafts
    )
    rows = statement.rows(session, {**fits, **name_values(text), **sight_values(sight)})
    if not rows:
        return NOTHING_FOUND
    if len(rows) > 1 or rows[0].is_name:
        return CardFound(None, is_doubtful=True)
    return CardFound(_card_of(rows[0], session, sight), is_doubtful=False)


def get_invoice_card(session: Reading, invoice_id: str, *, sight: Sight) -> InvoiceCard:
    """The card of one invoice.

    Raises: NotFound when there is none, or none for this person, which is the same answer.
    """
    statement = _card_statement(is_scoped=sight.scope is not None, drafts=sight.drafts)
    rows = statement.rows(session, {"invoice_id": invoice_id, **sight_values(sight)})
    if not rows:
        raise NotFound("There is no such invoice.")
    return _card_of(rows[0], session, sight)


def explain_difference(card: InvoiceCard) -> str | None:
    """What the operators are told when an invoice's lines don't add up to its total, else None."""
    if not card.difference:
        return None
    return (
        f"The total of invoice {card.number or card.id}, {money_text(card.total)}, differs by "
        f"{money_text(card.difference)} from the sum of its lines."
    )


# Each form is built once, as building costs more than running it; there are some twenty.
@cache
def _card_statement(*, is_scoped: bool, drafts: bool) -> Prepared:
    card = _card_select(is_scoped=is_scoped, drafts=drafts)
    return Prepared(card.where(INVOICES.c.id == bindparam("invoice_id")))


@cache
def _found_statement(ways: tuple[str, ...], *, is_scoped: bool, drafts: bool) -> Prepared:
    """Up to two cards that a reference fits, and whether an account is called like it."""
    return Prepared(
        _card_select(is_scoped=is_scoped, drafts=drafts)
        .add_columns(is_named(is_scoped=is_scoped).label("is_name"))
        .where(fits_any(ways))
        .limit(2)
    )


def _card_select(*, is_scoped: bool, drafts: bool) -> Select[Any]:
    return (
        select(
            *_COLUMNS,
            *STATUS_COLUMNS,
            *ACCOUNT_COLUMNS,
            MARKS.c.business_at.label("swept_business_at"),
            MARKS.c.real_at.label("swept_real_at"),
            _neighbour(drafts=drafts, is_next=False).label("previous_id"),
            _neighbour(drafts=drafts, is_next=True).label("next_id"),
            HAS_ANY.label("has_chargebacks"),
            IS_DISPUTED.label("is_disputed"),
            IS_BEING_CORRECTED.label("is_being_corrected"),
            MAY_BE_PROMISED.label("is_promised"),
            MAY_BE_SNOOZED.label("is_snoozed"),
            OWNER_ID.label("owner_id"),
        )
        .select_from(WITH_ACCOUNT.outerjoin(MARKS, IS_SWEPT))
        .where(*visible(is_scoped=is_scoped, drafts=drafts))
    )


def _neighbour(*, drafts: bool, is_next: bool) -> ScalarSelect[Any]:
    """The account's invoice after or before this one, in the order of its list."""
    other = INVOICES.alias("next_invoice" if is_next else "previous_invoice")
    place, own = tuple_(other.c.dated_at, other.c.id), tuple_(INVOICES.c.dated_at, INVOICES.c.id)
    order = (
        (other.c.dated_at, other.c.id) if is_next else (other.c.dated_at.desc(), other.c.id.desc())
    )
    statement = (
        select(other.c.id)
        .where(
            other.c.account_id == INVOICES.c.account_id,
            other.c.deleted_at.is_(None),
            place > own if is_next else place < own,
        )
        .order_by(*order)
        .limit(1)
        .correlate(INVOICES)
    )
    return (statement if drafts else statement.where(other.c.status != "draft")).scalar_subquery()


def _card_of(row: Row, session: Reading, sight: Sight) -> InvoiceCard:
    zone = zone_of(row.time_zone)
    judgement = judge(facts_of(row), now=sight.now, zone=zone)
    first_day, last_day = days_of(row.covers_from_at, row.covers_until_at, zone)
    extras = Extras(
        currency=row.currency,
        discount_minor=row.discount_minor,
        credit_grants_minor=row.credit_grants_minor,
        shipping_minor=row.shipping_minor,
        tax_minor=row.tax_minor,
        taxes=row.taxes,
        first_day=first_day,
        last_day=last_day,
    )
    parts = list_parts(session, row.id, extras, zone=zone)
    chargebacks = (
        list_chargebacks(session, row.id, now=sight.now, zone=zone) if row.has_chargebacks else ()
    )
    pause = _pause_of(row, session, sight)
    return InvoiceCard(
        id=row.id,
        number=row.number,
        short_number=row.short_number,
        account=account_of(row),
        status=judgement.status,
        status_text=judgement.text,
        days_late=judgement.days_late,
        is_automatic=row.collection_method == AUTOMATIC,
        failed_on=judgement.failed_on,
        retry_on=judgement.retry_on,
        is_exhausted=judgement.is_exhausted,
        issued_on=row.issued_on,
        first_day=first_day,
        last_day=last_day,
        due_on=row.due_on,
        parts=parts,
        lines_count=row.lines_count,
        chargebacks=chargebacks,
        dispute=_dispute_of(row, session, zone),
        waiting=list_of_invoice(session, row.id, sight=sight) if row.is_being_corrected else (),
        promise=pause.promise,
        snoozed_until=pause.snoozed_until,
        owner=_owner_of(row, session),
        previous_id=row.previous_id,
        next_id=row.next_id,
        is_deleted=row.deleted_at is not None,
        freshness=freshness_of(row.swept_business_at, row.swept_real_at, sight=sight),
        now=sight.now,
        **_amounts(row, parts),
    )


def _dispute_of(row: Row, session: Reading, zone: ZoneInfo) -> DisputeMark | None:
    if not row.is_disputed:
        return None
    return find_open_dispute(session, row.id, currency=row.currency, zone=zone)


def _pause_of(row: Row, session: Reading, sight: Sight) -> Pause:
    if not row.is_promised and not row.is_snoozed:
        return NO_PAUSE
    return find_pauses(session, [row.id], now=sight.now, scope=sight.scope).get(row.id, NO_PAUSE)


def _owner_of(row: Row, session: Reading) -> str | None:
    owner_id: str | None = row.owner_id
    if owner_id is None:
        return None
    return list_names(session, [owner_id]).get(owner_id, owner_id)


def _amounts(row: Row, parts: tuple[LinePart, ...]) -> dict[str, Any]:
    # A customer's balance is what it owes beside its invoices, so credit is negative, and what
    # the invoice used of it is what the balance grew by. A draft has not used any yet.
    ending = row.ending_balance_minor
    applied = 0 if ending is None else ending - row.starting_balance_minor
    summed = sum(part.subtotal.minor for part in parts)
    settled = applied + row.pre_payment_credit_minor + row.paid_minor + row.remaining_minor
    # Whether Stripe counts what was too much among what was paid, it does not say.
    is_in_paid = settled - row.total_minor == row.overpaid_minor
    minors = {
        "total": row.total_minor,
        "credit_balance_applied": applied,
        "credit_notes": row.pre_payment_credit_minor,
        "credited_after_payment": row.post_payment_credit_minor,
        "paid": row.paid_minor,
        "overpaid": row.overpaid_minor if is_in_paid else 0,
        "remaining": row.remaining_minor,
        "inclusive_tax": row.inclusive_tax_minor,
        "difference": row.total_minor - summed,
    }
    amounts = {name: Money(minor, row.currency) for name, minor in minors.items()}
    # What the balance says then that the customer owes, the next invoice asks for.
    return {**amounts, "is_carried_over": (ending or 0) > 0}
