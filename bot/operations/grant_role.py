"""Give a person or a user group a role, for one account or for all of them."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import Actor, Permission, Role, acting, require
from bot.audit.deeds import PERSON, Deed, Stage, Subject
from bot.audit.record import record
from bot.database import insert_into
from bot.errors import NotFound, Refused
from bot.models import Grant, Person, UserGroup
from bot.settings import Settings
from bot.slack_objects import is_group_id


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    *,
    subject_id: str,
    role: Role,
    account_id: int | None,
    now: datetime,
) -> bool:
    """Record that somebody has a role from now on; whether they did not have it before.

    Raises: NotAllowed; NotFound for somebody whom Slack has not told us about; Refused for those
        who can't have a role.
    """
    require(actor, Permission.MANAGE_ROLES)
    if is_group_id(subject_id):
        _check_group(session.get(UserGroup, subject_id))
    else:
        _check_person(session.get(Person, subject_id))
    new = insert_into(session, Grant).values(
        subject_id=subject_id,
        role=role.value,
        account_id=account_id,
        granted_by=actor.user_id,
        granted_at=now,
    )
    # The same role for the same account holds only once; the table sees to it.
    added = session.execute(new.on_conflict_do_nothing().returning(Grant.id))
    if added.first() is None:
        return False
    deed = Deed(
        "grant_role",
        Stage.DONE,
        acting(actor, Permission.MANAGE_ROLES),
        subject_of(subject_id),
        account_id=account_id,
        details={"role": role.value},
    )
    record(session, settings, deed, now=now)
    return True


def subject_of(subject_id: str) -> Subject:
    """Whom the role is for, as the audit trail names them."""
    return Subject("group" if is_group_id(subject_id) else PERSON, subject_id)


def _check_group(group: UserGroup | None) -> None:
    if group is None:
        raise NotFound("Slack knows no user group like that.")
    if group.is_disabled:
        raise Refused(f"@{group.handle} is disabled in Slack, so nobody would have the role.")


def _check_person(person: Person | None) -> None:
    if person is None:
        raise NotFound("Slack knows nobody like that.")
    reasons = (
        (person.is_bot, "is a bot"),
        (person.is_deactivated, "has been deactivated in Slack"),
        (person.is_external, "belongs to another organisation"),
        (person.is_guest, "is a guest here"),
    )
    for holds, reason in reasons:
        if holds:
            raise Refused(f"{person.real_name} {reason} and can’t have a role in billing.")
