"""Recording a deed, in the transaction of the deed itself: both are there or neither is."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from bot.audit.deeds import PERSON, By, Deed, Private, Stage, Subject, canonical
from bot.audit.entries import ENTRIES, HEAD, HEAD_ID, PRIVATE, PRIVATE_REF, content_of, ref_of
from bot.audit.keys import Keys, keys_of
from bot.database import Database, insert_into
from bot.database_clock import database_now
from bot.errors import Misconfigured
from bot.settings import Settings
from bot.telemetry import get_logger

BY_ITSELF = By(user_id="", basis="tallyman")
BY_SHELL = By(user_id="", basis="shell")

_SALT_BYTES = 32

log = get_logger("audit")


def record(session: Session, settings: Settings, deed: Deed, *, now: datetime) -> int:
    """Add an entry for a deed; its number.

    Best the last thing that a transaction does: until its commit nobody else can record anything,
    and one that waits for another row meanwhile may wait in a circle. `now` is this machine's; on
    PostgreSQL the entry has the database's own moment.
    """
    keys = keys_of(settings)
    head = _take_head(session)
    last = session.execute(
        select(ENTRIES.c.number, ENTRIES.c.mac).order_by(ENTRIES.c.number.desc()).limit(1)
    ).first()
    number, before = (last.number, last.mac) if last else (0, "")
    is_broken = not _is_sealed(head, number, before, keys)
    if is_broken:
        # The entry says so for ever; stopping all deeds is more than a vandal should achieve.
        log.critical("audit_trail_broken", after=number)
    entry = _entry_of(session, deed, number=number + 1, now=now)
    entry |= {"is_after_break": is_broken, "key_name": keys.current.name}
    entry["mac"] = keys.current.mac(content_of(entry, before))
    session.execute(insert(ENTRIES).values(entry))
    _set_head(session, keys, number + 1, entry["mac"])
    return number + 1


def begin(database: Database, settings: Settings, *, now: datetime) -> None:
    """See at the start of a process that the keys fit the trail, and begin it where there is none.

    Raises: Misconfigured when AUDIT_KEY does not hold the key that the trail was last written with.
    """
    keys = keys_of(settings)
    with database.writing() as session:
        head = _take_head(session)
        if head.key_name and head.key_name not in keys.by_name:
            raise Misconfigured(
                f"AUDIT_KEY does not hold the key with which entry {head.number} of the audit trail"
                " was written. To change the key, put the former one behind it, with a comma."
            )
        if head.number == 0:
            deed = Deed("begin_audit", Stage.DONE, None, Subject("audit", "trail"))
            record(session, settings, deed, now=now)


def _take_head(session: Session) -> Row[Any]:
    """The head, locked until the commit; whoever took it away only brings evidence into the trail.

    Shape: id, number, mac, key_name, seal.
    """
    statement = select(HEAD).where(HEAD.c.id == HEAD_ID).with_for_update()
    head = session.execute(statement).first()
    if head is None:
        values = {"id": HEAD_ID, "number": 0, "mac": "gone", "key_name": "", "seal": ""}
        session.execute(insert_into(session, HEAD).values(values).on_conflict_do_nothing())
        head = session.execute(statement).one()
    return head


def _is_sealed(head: Row[Any], number: int, mac: str, keys: Keys) -> bool:
    """Whether the head is as Tallyman left it, and says that the trail ends where it does."""
    if (head.number, head.mac) != (number, mac):
        return False
    if number == 0:
        return bool(head.seal == "")
    key = keys.by_name.get(head.key_name)
    return key is not None and key.seal(number, mac) == head.seal


def _set_head(session: Session, keys: Keys, number: int, mac: str) -> None:
    session.execute(
        update(HEAD)
        .where(HEAD.c.id == HEAD_ID)
        .values(
            number=number,
            mac=mac,
            key_name=keys.current.name,
            seal=keys.current.seal(number, mac),
        )
    )


def _entry_of(session: Session, deed: Deed, *, number: int, now: datetime) -> dict[str, Any]:
    by = deed.by or BY_ITSELF
    subject = deed.subject
    # People are named by reference, or forgetting them would change the entry.
    if subject.kind == PERSON:
        subject = Subject(PERSON, _name_ref(session, subject.id))
    is_invoice = subject.kind == "invoice"
    return {
        "number": number,
        "at": database_now(session, now),
        "actor_ref": _name_ref(session, by.user_id) if by.user_id else None,
        "basis": by.basis,
        "action": deed.action,
        "subject_kind": subject.kind,
        "subject_id": subject.id,
        "account_id": deed.account_id,
        "invoice_id": subject.id if is_invoice else deed.invoice_id,
        "request_id": by.request_id,
        "details": canonical(_told(session, deed.details)),
    }


def _told(session: Session, value: Any) -> Any:
    """The details with references instead of what is private."""
    if isinstance(value, Private):
        if value.value == value.about:
            return name_of(session, value.about)
        return {PRIVATE_REF: _keep(session, value.about, value.value)}
    if isinstance(value, Mapping):
        return {key: _told(session, inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_told(session, inner) for inner in value]
    return value


def _name_ref(session: Session, about: str) -> str:
    """The reference to somebody's id: the same one in all entries, until they are forgotten."""
    found = session.scalar(
        select(PRIVATE.c.ref).where(PRIVATE.c.about == about, PRIVATE.c.is_name).limit(1)
    )
    return found or _keep(session, about, about)


def name_of(session: Session, about: str) -> dict[str, str]:
    """Somebody's id as the details of an entry hold it."""
    return {PRIVATE_REF: _name_ref(session, about)}


def _keep(session: Session, about: str, value: str) -> str:
    salt = secrets.token_hex(_SALT_BYTES)
    # PostgreSQL takes no NUL in a text, and neither takes half a surrogate pair.
    value = value.replace("\x00", "").encode("utf-8", "replace").decode()
    ref = ref_of(salt, about, value)
    session.execute(
        insert(PRIVATE).values(ref=ref, about=about, is_name=value == about, salt=salt, value=value)
    )
    return ref
