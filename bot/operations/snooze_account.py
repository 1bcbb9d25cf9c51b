"""Snooze an account with its companies: nobody is chased there until a day.

It is bounded in length and in number, so that nothing is put off for ever: SNOOZES_MAX times while
the same debt is past due, each for SNOOZE_DAYS_MAX days at most. A snooze that stands is replaced.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.errors import BadRequest, Refused
from bot.models import SNOOZE_STANDING, Account, Snooze
from bot.operations import tell_promise
from bot.queries.sight import Sight
from bot.queries.snoozes import SNOOZES_MAX, Snoozable, get_snoozable
from bot.settings import Settings
from bot.views.text import day_text

KIND = "snooze_account"


@dataclass(frozen=True, slots=True)
class NewSnooze:
    """A snooze as somebody asks for it: until which day, on which the chase begins again.

    Shape: `seen` is the snooze that stood there when the person looked, 0 for none; None where that
        is not known.
    """

    account_id: int
    until_on: date
    reason: str
    seen: int | None


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    wanted: NewSnooze,
    *,
    press: str,
    sight: Sight,
) -> Snooze:
    """Snooze it; the same press again finds what it made.

    Raises: NotFound, NotAllowed; BadRequest for a day that can't be, or without a reason; Refused
        where nothing is past due, it was snoozed too often, or somebody else was quicker.
    """
    account_id = wanted.account_id
    get_snoozable(session, account_id, sight=sight)
    require_for(actor, Permission.SNOOZE_ACCOUNT, account_id=account_id)
    # Two at once would count neither the other.
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    if (earlier := find_by_press(session, press)) is not None:
        return earlier
    found = get_snoozable(session, account_id, sight=sight)
    check(found)
    _check_wanted(found, wanted, days_max=settings.snooze_days_max)
    snooze = _write(session, actor, wanted, press=press, sight=sight)
    now = database_now(session, sight.real_now)
    tell_promise.show_account_anew(session, account_id, now=now)
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.SNOOZE_ACCOUNT, account_id=account_id),
        Subject("account", str(account_id)),
        account_id=account_id,
        details={
            "until": wanted.until_on.isoformat(),
            "number": found.taken + 1,
            "reason": Private(wanted.reason, about=actor.user_id),
        },
    )
    record(session, settings, deed, now=sight.real_now)
    return snooze


def check(found: Snoozable) -> None:
    """Go on only where an account can be snoozed.

    Raises: Refused, saying what keeps it.
    """
    if found.late_since is None:
        raise Refused("Nothing is past due there, so there is nothing to snooze.")
    if found.taken >= SNOOZES_MAX:
        raise Refused(
            f"It was snoozed {SNOOZES_MAX} times since this debt became past due, and no more are "
            "possible. Record a promise to pay, or ask for a write-off."
        )


def _check_wanted(found: Snoozable, wanted: NewSnooze, *, days_max: int) -> None:
    standing = found.standing
    if wanted.seen is not None and standing is not None and standing.id != wanted.seen:
        raise Refused(
            f"Nothing was changed: {standing.by} was quicker and snoozed it until "
            f"{day_text(standing.until_on)}. Open this anew to change that."
        )
    if not found.today < wanted.until_on <= found.today + timedelta(days=days_max):
        raise BadRequest(f"Choose a day from tomorrow on, and within {days_max} days.")
    if not wanted.reason:
        raise BadRequest("Say why nobody is to be chased.")


def find_by_press(session: Session, press: str) -> Snooze | None:
    """What this very dialog has snoozed, or None."""
    return session.scalars(select(Snooze).where(Snooze.press == press)).one_or_none()


def _write(
    session: Session, actor: Actor, wanted: NewSnooze, *, press: str, sight: Sight
) -> Snooze:
    # What stands, or has run out, gives way to this one.
    session.execute(
        update(Snooze)
        .where(Snooze.account_id == wanted.account_id, SNOOZE_STANDING)
        .values(ended_at=sight.now, ended_by=actor.user_id)
    )
    snooze = Snooze(
        account_id=wanted.account_id,
        until_on=wanted.until_on,
        reason=wanted.reason,
        snoozed_by=actor.user_id,
        snoozed_at=sight.now,
        press=press,
    )
    session.add(snooze)
    session.flush()
    return snooze
