"""Objects that Stripe had no more before they were ever stored here.

A draft may be deleted while a page with it is on its way. Whoever reads that it is gone finds no
row to mark, and the page would bring it back for good; so that is remembered, with its ticket.
"""

from collections.abc import Collection

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from bot.among import is_among
from bot.database import insert_into
from bot.mirror.rows import table_of, wait_for_storing
from bot.models import GoneObject
from bot.prepared import Prepared

_GONE = table_of(GoneObject)
_GONE_SINCE = Prepared(
    select(_GONE.c.object_id).where(
        _GONE.c.kind == bindparam("kind"),
        is_among(_GONE.c.object_id, "ids"),
        _GONE.c.ticket > bindparam("ticket"),
    )
)


def note_gone(session: Session, kind_name: str, object_id: str, *, ticket: int) -> None:
    """Remember that a read with this ticket did not find an object.

    On return nobody is storing that has not seen it, so what they stored can be marked now.
    """
    wait_for_storing(session)
    new = insert_into(session, _GONE).values(kind=kind_name, object_id=object_id, ticket=ticket)
    newest = func.max if session.get_bind().dialect.name == "sqlite" else func.greatest
    session.execute(
        new.on_conflict_do_update(
            index_elements=[_GONE.c.kind, _GONE.c.object_id],
            set_={"ticket": newest(_GONE.c.ticket, new.excluded.ticket)},
        )
    )


def gone_since(session: Session, kind_name: str, ids: Collection[str], *, ticket: int) -> set[str]:
    """Those of these objects that a later read than this one did not find."""
    rows = _GONE_SINCE.rows(session, {"kind": kind_name, "ids": ids, "ticket": ticket})
    return {row.object_id for row in rows}
