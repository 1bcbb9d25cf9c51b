"""Views of what became of something: an invoice's history and the audit trail, in every state."""

from datetime import date, datetime, timedelta
from typing import Any

from bot.audit.anchors import Anchor
from bot.queries.audit import AuditLine, AuditReport
from bot.queries.cards import Status
from bot.queries.history import DeedLine, InvoiceHistory, Line, PastDueLine, StateLine
from bot.views.audit import audit_card
from bot.views.blocks import Message
from bot.views.history import invoice_history
from tests.bot.views.cards import FRESH, NOW, make_row, usd

ISSUED = datetime.fromisoformat("2026-10-15T08:00:00+00:00")


def make_state(**changes: Any) -> StateLine:
    """An open invoice, told by an event when it was issued."""
    facts: dict[str, Any] = {
        "at": ISSUED,
        "status": Status.OPEN,
        "status_text": "open",
        "total": usd(141_843),
        "remaining": usd(141_843),
        "due_on": date(2026, 11, 14),
        "seen_at": ISSUED + timedelta(seconds=2),
        "source": "event",
        "event_id": "evt_1QhT4KLkdIwHu7ix",
        "is_told": False,
        "is_by_then": False,
    }
    return StateLine(**facts | changes)


def make_deed(**changes: Any) -> DeedLine:
    """A request to void the invoice."""
    facts: dict[str, Any] = {
        "at": ISSUED + timedelta(days=3),
        "number": 4182,
        "action": "void_invoice.requested",
        "who": "Avery Stone",
        "basis": "approver@12",
        "note": "The customer got it twice.",
    }
    return DeedLine(**facts | changes)


def make_history(*lines: Line, **changes: Any) -> Message:
    """A page of a history."""
    facts: dict[str, Any] = {
        "invoice": make_row(),
        "lines": lines,
        "states_count": sum(isinstance(line, StateLine) for line in lines),
        "past_due_count": sum(isinstance(line, PastDueLine) for line in lines),
        "deeds_count": sum(isinstance(line, DeedLine) for line in lines),
        "known_since": None,
        "page": 1,
        "pages": 1,
        "freshness": FRESH,
        "zone": "Europe/Berlin",
    }
    return invoice_history(InvoiceHistory(**facts | changes))


def make_audit(**changes: Any) -> Message:
    """A trail that is whole."""
    line = AuditLine(4182, NOW, "Avery Stone", "grant_role.done", "person Jamie Doe")
    facts: dict[str, Any] = {
        "entries_count": 4_182,
        "head": Anchor(4_182, "9f3c" * 16),
        "checked_count": 2_000,
        "broken": None,
        "whole_age": timedelta(hours=9, minutes=12),
        "newest": (line, AuditLine(4_181, NOW, None, "begin_audit.done", "audit trail")),
        "zone": "Europe/Berlin",
    }
    return audit_card(AuditReport(**facts | changes))


def history_cases(nasty: str) -> dict[str, Message]:
    """Each by its name; `nasty` is everything that a text from outside may do to a layout."""
    paid = make_state(
        at=NOW,
        seen_at=NOW,
        status=Status.PAID,
        status_text="paid",
        remaining=usd(0),
        due_on=None,
        event_id="evt_2",
    )
    part = make_state(at=ISSUED + timedelta(days=9), remaining=usd(41_843), source="read")
    before = make_state(source="backfill", event_id=None, is_told=True)
    then = make_state(
        at=NOW,
        seen_at=NOW,
        status=None,
        status_text=nasty,
        source=nasty,
        event_id=nasty,
        is_by_then=True,
    )
    due = make_state(due_on=date(2026, 10, 24))
    crossed = ISSUED + timedelta(days=10)
    once = PastDueLine(crossed, crossed + timedelta(hours=2), crossed + timedelta(days=2))
    again = PastDueLine(crossed + timedelta(days=5), crossed + timedelta(days=6), None)
    many = [make_state(at=ISSUED + timedelta(hours=each)) for each in range(12)]
    return {
        "history": make_history(make_state(), make_deed(), part, paid),
        "history_past_due": make_history(due, make_deed(), once, again),
        "history_before_us": make_history(before, paid, known_since=NOW),
        "history_nothing_yet": make_history(),
        "history_second_page": make_history(*many, page=2, pages=3, states_count=30),
        "history_nasty": make_history(then, make_deed(action=nasty, who=nasty, note=nasty)),
        "history_by_itself": make_history(make_deed(who=None, basis="tallyman", note=None)),
        "audit": make_audit(),
        "audit_broken": make_audit(broken="Entry 5 is not what was recorded there."),
        "audit_young": make_audit(
            entries_count=0, head=None, checked_count=0, whole_age=None, newest=()
        ),
        "audit_not_all_checked": make_audit(whole_age=None),
        "audit_nasty": make_audit(newest=(AuditLine(1, NOW, nasty, nasty, nasty),)),
    }
