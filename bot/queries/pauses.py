"""Why nobody is chased for a while: the customer has promised to pay, or somebody has snoozed it.

A pause is no hold: the desk sends nothing by itself, and a person who presses is told of it and may
go on. What stands against everybody's asking is in bot.queries.asking.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from bot.access import Scope
from bot.among import is_among, is_found_among
from bot.clock import local_day, zone_of
from bot.database import Reading
from bot.models import (
    PROMISE_PENDING,
    SNOOZE_STANDING,
    Account,
    Invoice,
    PromisedInvoice,
    PromiseToPay,
    Snooze,
)
from bot.money import Money
from bot.prepared import Prepared, Row
from bot.queries.cards import PromiseMark
from bot.queries.invoice_rows import ACCOUNTS, INVOICES
from bot.queries.promise_terms import end_of_promise

_PROMISES: Any = PromiseToPay.__table__
_PROMISED: Any = PromisedInvoice.__table__
_SNOOZES: Any = Snooze.__table__
_INVOICES: Any = Invoice.__table__
_ACCOUNTS: Any = Account.__table__
_PROMISE_COLUMNS = (
    *(_PROMISES.c[name] for name in ("id", "amount_minor", "currency", "promised_on", "grace_on")),
    _PROMISES.c.account_id.label("promiser_id"),
)


# Conditions in a statement of others, on an invoice and on the account beside it: that there is a
# pending promise, or a snooze. Whether it is over already, find_pauses says.
MAY_BE_PROMISED: ColumnElement[bool] = (
    exists()
    .where(
        PROMISE_PENDING,
        _PROMISES.c.id == _PROMISED.c.promise_id,
        _PROMISED.c.invoice_id == INVOICES.c.id,
    )
    .correlate(INVOICES)
)
MAY_BE_SNOOZED: ColumnElement[bool] = (
    exists()
    .where(
        SNOOZE_STANDING,
        (_SNOOZES.c.account_id == ACCOUNTS.c.id) | (_SNOOZES.c.account_id == ACCOUNTS.c.parent_id),
    )
    .correlate(ACCOUNTS)
)


@dataclass(frozen=True, slots=True)
class Pause:
    """Why an invoice is not chased now; where neither is there, it is.

    Shape: `snoozed_until` is the first day on which it is chased again.
    """

    promise: PromiseMark | None
    snoozed_until: date | None


NO_PAUSE = Pause(None, None)


@dataclass(frozen=True, slots=True)
class AccountPause:
    """The same for an account: its promises by the days that were promised, and its snooze."""

    promises: tuple[PromiseMark, ...]
    snoozed_until: date | None


def find_pauses(
    session: Reading, invoice_ids: Collection[str], *, now: datetime, scope: Scope = None
) -> dict[str, Pause]:
    """The pauses of some of these invoices by their ids; the others are chased.

    `now` is the business moment; days are those of the accounts. `scope` has the accounts of whose
    promises somebody may read the amounts.
    """
    if not invoice_ids:
        return {}
    values = {"ids": list(invoice_ids)}
    promises = {
        row.invoice_id: _mark(row, scope)
        for row in _promises_of_invoices().rows(session, values)
        if _is_promised(row, now)
    }
    snoozes: dict[str, date] = {}
    for row in _snoozes_of_invoices().rows(session, values):
        if _is_snoozed(row, now):
            # Its own account's snooze and that of the organisation: the longer one counts.
            snoozes[row.invoice_id] = max(row.until_on, snoozes.get(row.invoice_id, row.until_on))
    return {
        invoice_id: Pause(promises.get(invoice_id), snoozes.get(invoice_id))
        for invoice_id in sorted({*promises, *snoozes})
    }


def find_account_pauses(
    session: Reading, account_ids: Collection[int], *, now: datetime, scope: Scope = None
) -> dict[int, AccountPause]:
    """The pauses of some of these accounts by their ids; `now` and `scope` are as for invoices.

    A company's are those of its organisation, too; a promise counts for the accounts of its
    invoices and for the one that gave it.
    """
    if not account_ids:
        return {}
    values = {"ids": list(account_ids)}
    promises: dict[int, dict[int, PromiseMark]] = defaultdict(dict)
    for statement in (_promises_of_accounts(), _promises_by_accounts()):
        for row in statement.rows(session, values):
            if _is_promised(row, now):
                promises[row.account_id][row.id] = _mark(row, scope)
    snoozes: dict[int, date] = {}
    for row in _snoozes_of_accounts().rows(session, values):
        if _is_snoozed(row, now):
            snoozes[row.account_id] = max(row.until_on, snoozes.get(row.account_id, row.until_on))
    return {
        account_id: AccountPause(
            tuple(
                sorted(
                    promises.get(account_id, {}).values(),
                    key=lambda one: (one.promised_on, one.id),
                )
            ),
            snoozes.get(account_id),
        )
        for account_id in sorted({*promises, *snoozes})
    }


def _mark(row: Row, scope: Scope) -> PromiseMark:
    is_seen = scope is None or row.promiser_id in scope
    amount = Money(row.amount_minor, row.currency) if is_seen else None
    return PromiseMark(row.id, row.currency, amount, row.promised_on, row.grace_on)


def _is_promised(row: Row, now: datetime) -> bool:
    """Whether a pending promise still pauses anything: from its end on it is only to be judged."""
    return now < end_of_promise(row.grace_on, zone_of(row.time_zone))


def _is_snoozed(row: Row, now: datetime) -> bool:
    until_on: date = row.until_on
    return local_day(now, zone_of(row.time_zone)) < until_on


@cache
def _promises_of_invoices() -> Prepared:
    return Prepared(
        select(_PROMISED.c.invoice_id, *_PROMISE_COLUMNS, _ACCOUNTS.c.time_zone)
        .select_from(
            _PROMISED.join(_PROMISES, _PROMISES.c.id == _PROMISED.c.promise_id).join(
                _ACCOUNTS, _ACCOUNTS.c.id == _PROMISES.c.account_id
            )
        )
        .where(PROMISE_PENDING, is_among(_PROMISED.c.invoice_id, "ids"))
    )


@cache
def _snoozes_of_invoices() -> Prepared:
    # The time zone is that of the snoozed account.
    snoozed = _ACCOUNTS.alias("snoozed")
    is_its = (_SNOOZES.c.account_id == _ACCOUNTS.c.id) | (
        _SNOOZES.c.account_id == _ACCOUNTS.c.parent_id
    )
    return Prepared(
        select(_INVOICES.c.id.label("invoice_id"), _SNOOZES.c.until_on, snoozed.c.time_zone)
        .select_from(
            _INVOICES.join(_ACCOUNTS, _ACCOUNTS.c.id == _INVOICES.c.account_id)
            .join(_SNOOZES, is_its)
            .join(snoozed, snoozed.c.id == _SNOOZES.c.account_id)
        )
        .where(SNOOZE_STANDING, is_among(_INVOICES.c.id, "ids"))
    )


@cache
def _promises_of_accounts() -> Prepared:
    """By the accounts of the promised invoices."""
    return Prepared(
        select(_INVOICES.c.account_id, *_PROMISE_COLUMNS, _ACCOUNTS.c.time_zone)
        .select_from(
            _PROMISES.join(_ACCOUNTS, _ACCOUNTS.c.id == _PROMISES.c.account_id)
            .join(_PROMISED, _PROMISED.c.promise_id == _PROMISES.c.id)
            .join(_INVOICES, _INVOICES.c.id == _PROMISED.c.invoice_id)
        )
        .where(PROMISE_PENDING, is_found_among(_INVOICES.c.account_id, "ids"))
        .distinct()
    )


@cache
def _promises_by_accounts() -> Prepared:
    """By the accounts that promised."""
    return Prepared(
        select(_PROMISES.c.account_id, *_PROMISE_COLUMNS, _ACCOUNTS.c.time_zone)
        .select_from(_PROMISES.join(_ACCOUNTS, _ACCOUNTS.c.id == _PROMISES.c.account_id))
        .where(PROMISE_PENDING, is_among(_PROMISES.c.account_id, "ids"))
    )


@cache
def _snoozes_of_accounts() -> Prepared:
    snoozed = _ACCOUNTS.alias("snoozed")
    is_its = (_SNOOZES.c.account_id == _ACCOUNTS.c.id) | (
        _SNOOZES.c.account_id == _ACCOUNTS.c.parent_id
    )
    return Prepared(
        select(_ACCOUNTS.c.id.label("account_id"), _SNOOZES.c.until_on, snoozed.c.time_zone)
        .select_from(
            _ACCOUNTS.join(_SNOOZES, is_its).join(snoozed, snoozed.c.id == _SNOOZES.c.account_id)
        )
        .where(SNOOZE_STANDING, is_among(_ACCOUNTS.c.id, "ids"))
    )
