"""Change how an account is dealt with: who looks after it, how it is written to, and when not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import customer_channels
from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.errors import Refused
from bot.models import Account, AccountTerms
from bot.operations import tell_promise
from bot.settings import Settings
from bot.slack_objects import SlackChannel
from bot.term_rows import write_terms

KIND = "change_terms"

# The columns that a person sets; each may be unset.
COLUMNS = (
    *("owner_id", "preference", "channel_id", "language", "quiet_from_hour", "quiet_until_hour"),
    *("weekdays", "cadence", "is_opted_out", "is_thanked"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """What is to hold for an account from now on.

    Shape: `seen` and `wanted` have all of COLUMNS, before and after. `channel` is the wanted one as
        Slack tells of it now, None where it is none or not seen.
    """

    account_id: int
    seen: Mapping[str, Any]
    wanted: Mapping[str, Any]
    channel: SlackChannel | None


def own_terms(session: Session, account_id: int) -> dict[str, Any]:
    """What is set for an account itself, None where nothing is."""
    row = session.get(AccountTerms, account_id)
    return {name: getattr(row, name, None) for name in COLUMNS}


def request(
    session: Session, actor: Actor, settings: Settings, change: Change, *, now: datetime
) -> bool:
    """Set what has changed; whether anything has.

    Raises: NotAllowed; Refused where somebody else was quicker, or the channel is not suitable.
    """
    require_for(actor, Permission.MANAGE_ACCOUNTS, account_id=change.account_id)
    # Whoever changes the same account waits here until we have written.
    session.execute(select(Account.id).where(Account.id == change.account_id).with_for_update())
    before = own_terms(session, change.account_id)
    changed = {name: value for name, value in change.wanted.items() if before[name] != value}
    if not changed:
        return False
    if before != dict(change.seen):
        raise Refused("Somebody else has changed this account meanwhile. Open the dialog anew.")
    if changed.get("channel_id") is not None:
        channel = customer_channels.require_suitable(session, settings, change.channel)
        customer_channels.claim(session, channel, change.account_id, now=now)
    write_terms(session, change.account_id, changed, by=actor.user_id, now=now)
    if "channel_id" in changed:
        session.flush()
        customer_channels.drop_unused(session)
    shown_at = database_now(session, now)
    tell_promise.show_account_anew(session, change.account_id, now=shown_at)
    record(session, settings, _deed(actor, change.account_id, before, changed), now=now)
    return True


def _deed(
    actor: Actor, account_id: int, before: Mapping[str, Any], changed: Mapping[str, Any]
) -> Deed:
    return Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.MANAGE_ACCOUNTS, account_id=account_id),
        Subject("account", str(account_id)),
        account_id=account_id,
        details={
            "before": {name: _told(name, before[name]) for name in changed},
            "after": {name: _told(name, value) for name, value in changed.items()},
        },
    )


def _told(name: str, value: Any) -> Any:
    """An owner is a person, and may have to be forgotten."""
    return Private(value, about=value) if name == "owner_id" and value else value
