"""Forgetting somebody: what the trail says of them goes, and what the chain is made of stays."""

from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from bot.audit.deeds import By, Deed, Stage, Subject
from bot.audit.entries import PRIVATE
from bot.audit.record import record
from bot.audit.trail import ERASED
from bot.models import Approval, ApprovalRemark, AttestedState, Contact, RefusalCount
from bot.settings import Settings

OPERATION = "erase_person"
ERASING = f"{OPERATION}.{Stage.DONE.value}"

# An entry names so many references; more of them make more entries.
TEXTS_AN_ENTRY = 400


def erase(session: Session, settings: Settings, about: str, by: By, *, now: datetime) -> int:
    """Forget every text about somebody, by their id; how many there were.

    Each is named in an entry, which says that somebody was forgotten, and not whom. That they did
    several things stays visible, as their entries keep one reference; who they were does not.
    """
    refs = session.scalars(
        select(PRIVATE.c.ref).where(PRIVATE.c.about == about).order_by(PRIVATE.c.ref)
    ).all()
    for start in range(0, len(refs), TEXTS_AN_ENTRY):
        some = refs[start : start + TEXTS_AN_ENTRY]
        deed = Deed(
            OPERATION,
            Stage.DONE,
            by,
            Subject("audit", "trail"),
            details={"forgotten": list(some)},
        )
        number = record(session, settings, deed, now=now)
        session.execute(
            update(PRIVATE)
            .where(PRIVATE.c.ref.in_(some))
            .values(about="", salt="", value="", erased_in=number)
        )
    session.execute(delete(RefusalCount).where(RefusalCount.user_id == about))
    session.execute(delete(AttestedState).where(AttestedState.object_id == about))
    _erase_words(session, about, now=now)
    return len(refs)


def _erase_words(session: Session, about: str, *, now: datetime) -> None:
    """What somebody wrote about corrections stands beside the trail too, for those who decide."""
    for who, column, words in (
        (Approval.asked_by, "note", ERASED),
        (Approval.decided_by, "why", None),
    ):
        session.execute(update(Approval).where(who == about).values({column: words}))
    kind, _, number = about.partition(":")
    if kind == "contact" and number.isdecimal():
        # Whoever is forgotten is not written to any more either.
        gone = update(Contact).where(Contact.id == int(number))
        now_removed = func.coalesce(Contact.removed_at, now)
        session.execute(
            gone.values(name=ERASED, email=ERASED, folded=about, removed_at=now_removed)
        )
    said = update(ApprovalRemark).where(ApprovalRemark.said_by == about)
    session.execute(said.values(text=ERASED))
