"""End what waits for approval without doing it: rejected, withdrawn, expired, out of date."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from bot import approvals
from bot.approvals import Requested
from bot.audit.deeds import By, Private, Stage
from bot.audit.record import record
from bot.database_clock import database_now
from bot.invoice_facts import changed_text, get_invoice_facts
from bot.operations import announce_correction
from bot.operations.request_correction import deed_of
from bot.queries.sight import Sight
from bot.settings import Settings

_STAGES: Mapping[str, Stage] = {
    approvals.REJECTED: Stage.REJECTED,
    approvals.WITHDRAWN: Stage.WITHDRAWN,
    approvals.EXPIRED: Stage.EXPIRED,
    approvals.STALE: Stage.OUTDATED,
}


def close(
    session: Session,
    settings: Settings,
    asked: Requested,
    *,
    state: str,
    sight: Sight,
    by: By | None = None,
    why: str | None = None,
) -> Requested:
    """End it in this state, unless it has ended otherwise meanwhile; how it stands then.

    The person who asked is told, unless they did it themselves.
    """
    decider = None if by is None else by.user_id
    has_ended = approvals.decide(session, asked.id, state=state, by=decider, why=why, now=sight.now)
    ended = approvals.get(session, asked.id)
    if not has_ended:
        return ended
    now = database_now(session, sight.real_now)
    announce_correction.update_cards(session, ended, now=now)
    announce_correction.tell_result(
        session, settings, ended, people={asked.asked_by} - {decider}, sight=sight, now=now
    )
    details: dict[str, Any] = {"why": _private(why, by)} if why else {}
    deed = deed_of(ended, _STAGES[state], by, details=details)
    record(session, settings, deed, now=sight.real_now)
    return ended


def close_if_over(
    session: Session, settings: Settings, asked: Requested, *, sight: Sight
) -> Requested:
    """End it where its time is over or its invoice has changed since; how it stands then."""
    if asked.state != approvals.WAITS:
        return asked
    if asked.expires_at <= sight.now:
        return close(session, settings, asked, state=approvals.EXPIRED, sight=sight)
    seen, facts = asked.correction.seen, get_invoice_facts(session, asked.correction.invoice_id)
    if facts == seen:
        return asked
    why = changed_text(seen, facts)
    return close(session, settings, asked, state=approvals.STALE, sight=sight, why=why)


def _private(why: str, by: By | None) -> Private | str:
    """What a person wrote may have to be forgotten."""
    return why if by is None else Private(why, about=by.user_id)
