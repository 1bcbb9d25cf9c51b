"""Check the audit trail, keep when that was, and tell the operators of what is broken."""

from datetime import datetime

from bot.alerts import clear_alert, raise_alert
from bot.audit.anchors import Anchor
from bot.audit.keys import keys_of
from bot.audit.verify import Verdict, verify
from bot.clock import real_now
from bot.database_clock import database_now
from bot.mirror.marks import set_mark
from bot.queries.audit import VERIFIED
from bot.runtime import Runtime

BROKEN, BROKEN_SUBJECT = "audit_broken", "trail"


def verify_audit(runtime: Runtime, *, anchor: Anchor | None = None) -> Verdict:
    """Check the whole trail, however long that takes."""
    with runtime.database.looking() as reading:
        verdict = verify(reading, keys_of(runtime.settings), anchor=anchor)
    # An anchor may have been mistyped, so what it finds is told to whoever gave it alone.
    if verdict.broken is None or anchor is None:
        _keep(runtime, verdict, business_at=runtime.clock.now())
    return verdict


def _keep(runtime: Runtime, verdict: Verdict, *, business_at: datetime) -> None:
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        if verdict.broken is not None:
            raise_alert(
                session, kind=BROKEN, subject=BROKEN_SUBJECT, detail=verdict.broken, now=now
            )
            return
        set_mark(session, VERIFIED, business_at=business_at, real_at=now)
        clear_alert(session, kind=BROKEN, subject=BROKEN_SUBJECT, now=now)
