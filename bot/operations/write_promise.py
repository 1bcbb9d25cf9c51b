"""Write a promise to pay down, in the place of those that it supersedes.

Nobody is asked here who may; that is for the operations that call it.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, Select, insert, or_, select, text, update
from sqlalchemy.orm import Session

from bot.audit.deeds import Deed
from bot.clock import local_day, zone_of
from bot.database_clock import database_now
from bot.errors import BadRequest, NotFound, Refused
from bot.models import PROMISE_PENDING, Account, Invoice, PromisedInvoice, PromiseToPay
from bot.money import Money, money_text
from bot.operations import judge_promises, tell_promise
from bot.queries.promisable import INVOICES_MAX
from bot.queries.promise_payments import judge_promises as list_judged
from bot.queries.promise_terms import NewPromise, PromiseState, last_day_of_grace
from bot.queries.sight import Sight
from bot.settings import Settings

# Whoever promises for later than that promises nothing.
DAYS_MAX = 180
SUPERSEDED = "Another promise has taken its place."

_PROMISES: Any = PromiseToPay.__table__
_PROMISED: Any = PromisedInvoice.__table__
_INVOICES: Any = Invoice.__table__
_TURN = text("SELECT pg_advisory_xact_lock(7246005)")


def take_turn(session: Session) -> None:
    """Let nobody else record a promise until the commit; SQLite has one writer anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(_TURN)


def check(session: Session, wanted: NewPromise, *, sight: Sight) -> Sequence[Row[Any]]:
    """The invoices of a promise that can be kept, the longest late first.

    Raises: as `request` does.
    """
    account = session.get(Account, wanted.account_id)
    if account is None:
        raise NotFound("There is no such account.")
    if not 1 <= len(wanted.invoice_ids) <= INVOICES_MAX:
        raise BadRequest(f"A promise is about 1 to {INVOICES_MAX} invoices.")
    today = local_day(sight.now, zone_of(account.time_zone))
    if not today <= wanted.promised_on <= today + timedelta(days=DAYS_MAX):
        raise BadRequest(f"Choose a day from today on, and within {DAYS_MAX} days.")
    family = select(Account.id).where(
        or_(Account.id == wanted.account_id, Account.parent_id == wanted.account_id)
    )
    found = (
        select(_INVOICES)
        .where(_INVOICES.c.id.in_(wanted.invoice_ids), _INVOICES.c.account_id.in_(family))
        .order_by(_INVOICES.c.late_since_on.asc().nulls_last(), _INVOICES.c.id)
    )
    rows = session.execute(found).all()
    if len(rows) < len(set(wanted.invoice_ids)):
        raise NotFound("There is no such invoice.")
    for row in rows:
        if row.currency != wanted.amount.currency:
            raise BadRequest("A promise is about invoices in one currency.")
        if row.status != "open" or row.deleted_at is not None or row.remaining_minor <= 0:
            raise Refused(f"Nothing of {row.number or row.id} is to be paid any more.")
    owed = Money(sum(row.remaining_minor for row in rows), wanted.amount.currency)
    if not 0 < wanted.amount.minor <= owed.minor:
        raise BadRequest(
            f"{money_text(wanted.amount)} can’t be promised: {money_text(owed)} is to pay of "
            "these invoices."
        )
    return rows


def write(
    session: Session,
    settings: Settings,
    wanted: NewPromise,
    *,
    recorded_by: str,
    press: str,
    sight: Sight,
) -> tuple[int, list[Deed]]:
    """Put it in the place of earlier ones.

    Shape: its number, and what is to be recorded of the others, which is for the caller to do.

    Raises: as `check` does.
    """
    rows = check(session, wanted, sight=sight)
    deeds = _supersede(session, settings, wanted, by=recorded_by, sight=sight)
    grace_on = last_day_of_grace(wanted.promised_on, settings.promise_grace_days)
    added = insert(_PROMISES).values(
        account_id=wanted.account_id,
        currency=wanted.amount.currency,
        amount_minor=wanted.amount.minor,
        promised_on=wanted.promised_on,
        grace_on=grace_on,
        note=wanted.note,
        said_by=wanted.said_by,
        said_where=wanted.said_where,
        recorded_by=recorded_by,
        recorded_at=sight.now,
        press=press,
        state=PromiseState.PENDING.value,
    )
    promise_id = int(session.execute(added.returning(_PROMISES.c.id)).scalar_one())
    promised = [
        {
            "promise_id": promise_id,
            "invoice_id": row.id,
            "paid_before_minor": row.paid_minor,
            "remaining_minor": row.remaining_minor,
            "paid_in_time_minor": 0,
        }
        for row in rows
    ]
    session.execute(insert(_PROMISED), promised)
    now = database_now(session, sight.real_now)
    tell_promise.show_anew(session, wanted.account_id, wanted.invoice_ids, now=now)
    return promise_id, deeds


def superseded_by(wanted: NewPromise) -> Select[Any]:
    """The pending promises that give way to one: of the same account, or about its invoices."""
    shares = select(_PROMISED.c.promise_id).where(_PROMISED.c.invoice_id.in_(wanted.invoice_ids))
    is_same = (_PROMISES.c.account_id == wanted.account_id) & (
        _PROMISES.c.currency == wanted.amount.currency
    )
    return (
        select(_PROMISES)
        .where(PROMISE_PENDING, or_(is_same, _PROMISES.c.id.in_(shares)))
        .order_by(_PROMISES.c.id)
    )


def cancel(
    session: Session,
    promise_id: int,
    *,
    by: str,
    why: str,
    sight: Sight,
    press: str | None = None,
) -> None:
    """Write down that a pending promise counts no more."""
    session.execute(
        update(_PROMISES)
        .where(_PROMISES.c.id == promise_id, PROMISE_PENDING)
        .values(
            state=PromiseState.CANCELLED.value,
            ended_at=sight.now,
            cancelled_by=by,
            cancelled_press=press,
            cancelled_why=why,
        )
    )


def _supersede(
    session: Session, settings: Settings, wanted: NewPromise, *, by: str, sight: Sight
) -> list[Deed]:
    """Cancel the pending promises that this one takes the place of.

    One whose day is over is not let off so: it is judged as it stands, by what was paid until now.
    """
    earlier = [row.id for row in session.execute(superseded_by(wanted).with_for_update())]
    now, deeds = database_now(session, sight.real_now), []
    for judged in list_judged(session, earlier, now=sight.now):
        promise = judged.promise
        if local_day(sight.now, zone_of(promise.time_zone)) > promise.promised_on:
            deeds.append(
                judge_promises.end(
                    session, settings, judged.as_over(), business_now=sight.now, now=now
                )
            )
            continue
        cancel(session, promise.id, by=by, why=SUPERSEDED, sight=sight)
        tell_promise.show_anew(session, promise.account_id, promise.invoice_ids, now=now)
    return deeds
