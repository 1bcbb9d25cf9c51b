"""Kinds of objects that Stripe does not list for us: the mirror goes without them, and says so.

A restricted key may lack a permission, and what stands in for Stripe may not know every kind.
Without customers and invoices there is nothing to show; without any other, most cards are right.
"""

from sqlalchemy.orm import Session

from bot.alerts import clear_alert, raise_alert
from bot.clock import real_now
from bot.database_clock import database_now
from bot.errors import BadRequest, BotError, Misconfigured, NotFound
from bot.mirror.kinds import Kind
from bot.runtime import Runtime
from bot.telemetry import get_logger

NEEDED = frozenset({"customer", "invoice"})
# What is answered so is answered so again, until somebody changes something at Stripe.
REFUSALS = (NotFound, BadRequest, Misconfigured)
LEFT_OUT = "kind_left_out"

log = get_logger("left_out")


def leave_out(runtime: Runtime, kind: Kind, refused: BotError) -> None:
    """Tell the operators that the mirror goes without a kind.

    Raises: the refusal itself for a kind that it can't go without.
    """
    if kind.name in NEEDED:
        raise refused
    log.warning("kind_left_out", kind=kind.name, why=refused.message)
    why = refused.message.rstrip(".")
    detail = f"{why}. Cards go without it, and it is asked for again by itself."
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        raise_alert(session, kind=LEFT_OUT, subject=kind.name, detail=detail, now=now)


def take_in(session: Session, kind: Kind) -> None:
    """Say that a kind is listed, if it was left out before."""
    now = database_now(session, real_now())
    clear_alert(session, kind=LEFT_OUT, subject=kind.name, now=now)
