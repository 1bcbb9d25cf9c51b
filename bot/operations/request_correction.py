"""Ask for a correction of an invoice: it waits for somebody else, or is promised where it is small.

What goes through without approval is added up: by one person, with all their Slack accounts, and
for one account. Nothing is that small unless APPROVAL_LIMITS says so.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from bot import approvals, effects
from bot.access import Actor, Permission, acting, require_for
from bot.approvals import Correction, Requested
from bot.audit.deeds import By, Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.database import Reading
from bot.database_clock import database_now
from bot.errors import Refused
from bot.invoice_facts import changed_text, get_invoice_facts
from bot.money import Money
from bot.operations import announce_correction
from bot.people import list_same_person
from bot.queries.people import list_names
from bot.queries.sight import Sight
from bot.settings import Settings

NOTE_MISSING = "Say in a note why: whoever approves this has to know."


class Promise(Protocol):
    """How an operation promises its call to Stripe, in the transaction that allows it."""

    def __call__(
        self, session: Session, asked: Requested, *, press: str, now: datetime
    ) -> effects.Effect:
        """Promise it; `press` is the dialog that let it go through."""
        ...


def request(  # noqa: PLR0913 - each is a fact of its own, and all are named at the call
    session: Session,
    actor: Actor,
    settings: Settings,
    correction: Correction,
    *,
    promise: Promise,
    press: str,
    sight: Sight,
    is_needed: bool | None = None,
) -> Requested:
    """Write down that somebody asks for it; the same dialog again finds what it asked for.

    Shape: `is_needed` says whether others have to approve it; None where APPROVAL_LIMITS say so.

    Raises: NotAllowed for somebody without the right to this kind of correction; Refused when the
        invoice is not as they saw it, the same is under way, the note is missing, or nobody else
        may approve it.
    """
    permission = Permission(correction.kind)
    require_for(actor, permission, account_id=correction.account_id)
    # First the turn: the same dialog, delivered twice at once, finds what the other has written.
    approvals.take_turn(session)
    if (earlier := approvals.find_by_press(session, press)) is not None:
        return earlier
    _check(session, settings, correction)
    if is_needed is None:
        is_needed = needs_approval(
            session,
            settings,
            correction.amount,
            account_id=correction.account_id,
            asked_by=actor.user_id,
            sight=sight,
        )
    told: dict[str, Any] = {"asked_by": actor.user_id, "press": press, "now": sight.now}
    asked = approvals.add(session, correction, is_needed=is_needed, **told)
    now = database_now(session, sight.real_now)
    if is_needed:
        announce_correction.post_cards(session, settings, asked, sight=sight, now=now)
    else:
        promise(session, asked, press=press, now=now)
    by = acting(actor, permission, account_id=correction.account_id)
    deed = deed_of(asked, Stage.REQUESTED, by, details=_asked_details(asked))
    record(session, settings, deed, now=sight.real_now)
    return asked


def needs_approval(
    reading: Reading,
    settings: Settings,
    amount: Money,
    *,
    account_id: int,
    asked_by: str,
    sight: Sight,
) -> bool:
    """Whether others have to approve it, with all the small ones before it."""
    limit = _limit_of(settings.approval_limits, amount.currency)
    if limit is None:
        return True
    people = list_same_person(reading, asked_by)
    told: dict[str, Any] = {"currency": amount.currency, "now": sight.now}
    sums = (
        approvals.sum_unapproved(reading, people=people, **told),
        approvals.sum_unapproved(reading, account_id=account_id, **told),
    )
    return any((spent + amount).minor > limit.minor for spent in sums)


def needs_note(settings: Settings, amount: Money) -> bool:
    """Whether a correction of this much is asked for with a note only."""
    limit = _limit_of(settings.approval_note_limits, amount.currency)
    return limit is None or amount.minor > limit.minor


def deed_of(
    asked: Requested, stage: Stage, by: By | None, *, details: Mapping[str, Any] | None = None
) -> Deed:
    """What is recorded of it at some stage."""
    correction = asked.correction
    return Deed(
        correction.kind,
        stage,
        by,
        Subject("invoice", correction.invoice_id),
        account_id=correction.account_id,
        details={"request": asked.id, **(details or {})},
    )


def _check(session: Session, settings: Settings, correction: Correction) -> None:
    now_facts = get_invoice_facts(session, correction.invoice_id)
    if now_facts != correction.seen:
        raise Refused(
            "Nothing was asked for: the invoice has changed since this dialog was opened: "
            f"{changed_text(correction.seen, now_facts)}. Open it anew."
        )
    other = approvals.find_under_way(session, correction.invoice_id, kind=correction.kind)
    if other is not None:
        name = list_names(session, [other.asked_by]).get(other.asked_by, "Somebody")
        how = "waits for approval" if other.state == approvals.WAITS else "is being done"
        raise Refused(f"{name} has asked for this already; it {how} (request {other.id}).")
    if needs_note(settings, correction.amount) and not correction.note.strip():
        raise Refused(NOTE_MISSING)


def _limit_of(limits: tuple[Money, ...], currency: str) -> Money | None:
    return next((limit for limit in limits if limit.currency == currency), None)


def _asked_details(asked: Requested) -> dict[str, Any]:
    correction = asked.correction
    return {
        "amount_minor": correction.amount.minor,
        "currency": correction.amount.currency,
        "note": Private(correction.note, about=asked.asked_by),
        "facts": [list(fact) for fact in correction.facts],
        "changes": [list(change) for change in correction.changes],
        "needs_approval": asked.is_needed,
    }
