"""Change whom an account is written to; everybody whom that concerns is told by e-mail, once.

A wrong address sends a customer's bills to somebody else, so those who were written to until now
hear of it as well as those who are from now on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from bot import mailing
from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.database_clock import database_now
from bot.errors import Refused
from bot.models import Account, Contact
from bot.operations import tell_contact
from bot.queries.contacts import ContactLine, KnownFrom, about_contact, list_contacts
from bot.settings import Settings
from bot.views.contact_mail import News

KIND = "change_contacts"
FINGERPRINT_CHARACTERS = 16

_CONTACTS: Any = Contact.__table__


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody to write to, as a person wrote them down."""

    name: str
    email: str

    @property
    def folded(self) -> str:
        """The address as it is compared."""
        return self.email.casefold()


@dataclass(frozen=True, slots=True)
class Change:
    """The contacts that an account is to have from now on; `seen` is what it had, in short."""

    account_id: int
    account: str
    seen: str
    wanted: tuple[Named, ...]


def own_contacts(lines: Sequence[ContactLine]) -> tuple[Named, ...]:
    """Those of some contacts that are kept for the account itself."""
    own = (line for line in lines if line.known_from is KnownFrom.OWN)
    return tuple(Named(line.name, line.email) for line in own)


def fingerprint(contacts: Sequence[Named]) -> str:
    """What tells whether somebody else has changed the contacts that a person saw."""
    told = "\n".join(f"{one.name} <{one.email}>" for one in contacts)
    return sha256(told.encode("utf-8", "replace")).hexdigest()[:FINGERPRINT_CHARACTERS]


def request(
    session: Session, actor: Actor, settings: Settings, change: Change, *, now: datetime
) -> bool:
    """Set the contacts, and promise to tell whom it concerns; whether anything has changed.

    Raises: NotAllowed; Refused where somebody else was quicker.
    """
    account_id = change.account_id
    require_for(actor, Permission.MANAGE_ACCOUNTS, account_id=account_id)
    # Whoever changes the same account waits here until we have written.
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())
    before = list_contacts(session, [account_id])[account_id]
    kept = own_contacts(before)
    added = [one for one in change.wanted if one not in kept]
    removed = [one for one in kept if one not in change.wanted]
    if not added and not removed:
        return False
    if fingerprint(kept) != change.seen:
        raise Refused("Somebody else has changed these contacts meanwhile. Open the dialog anew.")
    gone = _remove(session, account_id, removed, actor, now=now)
    new = _add(session, account_id, added, actor, now=now)
    number = record(session, settings, _deed(actor, account_id, gone, new), now=now)
    if mailing.has_mail(settings):
        after = list_contacts(session, [account_id])[account_id]
        moment = database_now(session, now)
        _tell(session, change, actor, before, after, number=number, now=moment)
    return True


def _remove(
    session: Session, account_id: int, removed: Sequence[Named], actor: Actor, *, now: datetime
) -> list[Private]:
    ended = (
        update(_CONTACTS)
        .where(
            _CONTACTS.c.account_id == account_id,
            _CONTACTS.c.removed_at.is_(None),
            _CONTACTS.c.folded.in_([one.folded for one in removed]),
        )
        .values(removed_by=actor.user_id, removed_at=now)
        .returning(_CONTACTS.c.id, _CONTACTS.c.email)
    )
    rows = session.execute(ended).all() if removed else []
    return [Private(row.email, about=about_contact(row.id)) for row in rows]


def _add(
    session: Session, account_id: int, added: Sequence[Named], actor: Actor, *, now: datetime
) -> list[Private]:
    found = []
    for one in added:
        new = insert(_CONTACTS).values(
            account_id=account_id,
            name=one.name,
            email=one.email,
            folded=one.folded,
            added_by=actor.user_id,
            added_at=now,
        )
        made = session.execute(new.returning(_CONTACTS.c.id)).scalar_one()
        found.append(Private(one.email, about=about_contact(made)))
    return found


def _deed(actor: Actor, account_id: int, gone: list[Private], new: list[Private]) -> Deed:
    return Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.MANAGE_ACCOUNTS, account_id=account_id),
        Subject("account", str(account_id)),
        account_id=account_id,
        details={"removed": gone, "added": new},
    )


def _tell(
    session: Session,
    change: Change,
    actor: Actor,
    before: Sequence[ContactLine],
    after: Sequence[ContactLine],
    *,
    number: int,
    now: datetime,
) -> None:
    """Promise a mail to everybody who was or is written to, unless nothing changed but a name."""
    old = {line.email.casefold(): line for line in before}
    new = {line.email.casefold(): line for line in after}
    if old.keys() == new.keys():
        return
    for folded, line in (old | new).items():
        news = News.CHANGED if folded in old and folded in new else None
        news = news or (News.ADDED if folded in new else News.REMOVED)
        tell_contact.request(
            session,
            tell_contact.Telling(change.account_id, change.account, line, news),
            key=f"{number}:{folded}",
            asked_by=actor.user_id,
            now=now,
        )
