"""What is asked and answered about a correction before somebody decides."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from bot.database import Reading
from bot.models import ApprovalRemark

REMARKS_MAX = 50

_REMARKS: Any = ApprovalRemark.__table__


@dataclass(frozen=True, slots=True)
class Remark:
    """A question about a correction, or the answer to one."""

    is_question: bool
    said_by: str
    said_at: datetime
    text: str


def keep_remark(session: Session, approval_id: int, said: Remark, *, press: str) -> bool:
    """Keep a question or an answer; False for the very dialog that brought it already."""
    if session.scalar(select(_REMARKS.c.id).where(_REMARKS.c.press == press)) is not None:
        return False
    values = {"approval_id": approval_id, "is_question": said.is_question, "text": said.text}
    session.execute(
        insert(_REMARKS).values(**values, said_by=said.said_by, said_at=said.said_at, press=press)
    )
    return True


def list_remarks(reading: Reading, approval_id: int) -> tuple[Remark, ...]:
    """What was asked and answered, oldest first."""
    said = select(_REMARKS).where(_REMARKS.c.approval_id == approval_id)
    rows = reading.connection().execute(said.order_by(_REMARKS.c.id).limit(REMARKS_MAX))
    return tuple(Remark(row.is_question, row.said_by, row.said_at, row.text) for row in rows)
