"""Take a role away again; the row stays, marked, as the record that it was given."""

from datetime import datetime

from sqlalchemy import or_, select, union_all, update
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, Role, require
from bot.errors import Refused
from bot.models import Grant, GroupMember, Person, UserGroup
from bot.settings import Settings


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
    """Record that somebody no longer has a role; whether they had it.

    Raises: NotAllowed; Refused for what the settings say, and where no admin would be left.
    """
    require(actor, Permission.MANAGE_ROLES)
    if role is Role.ADMIN:
        _lock_admins(session)
    gone = session.execute(
        update(Grant)
        .where(
            Grant.subject_id == subject_id,
            Grant.role == role.value,
            Grant.account_id.is_(None) if account_id is None else Grant.account_id == account_id,
            Grant.revoked_at.is_(None),
        )
        .values(revoked_by=actor.user_id, revoked_at=now)
        .returning(Grant.id)
    )
    had_it = gone.first() is not None
    is_first_admin = role is Role.ADMIN and account_id is None
    if not had_it and is_first_admin and subject_id in settings.billing_admins:
        raise Refused("That is a first admin, by the setting BILLING_ADMINS: change it there.")
    if had_it and is_first_admin and not _has_admin(session, settings):
        raise Refused("No admin would be left. Make somebody else an admin first.")
    return had_it


def _lock_admins(session: Session) -> None:
    # Two admins who take the role from each other at the same moment wait for one another here.
    session.execute(
        select(Grant.id)
        .where(Grant.role == Role.ADMIN.value, Grant.revoked_at.is_(None))
        .order_by(Grant.id)
        .with_for_update()
    ).all()


def _has_admin(session: Session, settings: Settings) -> bool:
    """Whether anybody is left who may give roles for all accounts."""
    granted = select(Grant.subject_id).where(
        Grant.role == Role.ADMIN.value, Grant.account_id.is_(None), Grant.revoked_at.is_(None)
    )
    in_groups = (
        select(GroupMember.person_id)
        .join(UserGroup, UserGroup.id == GroupMember.group_id)
        .where(GroupMember.group_id.in_(granted), UserGroup.is_disabled.is_(False))
    )
    admins = union_all(granted, in_groups).subquery()
    is_admin = or_(
        Person.id.in_(select(admins.c.subject_id)), Person.id.in_(settings.billing_admins)
    )
    left = select(Person.id).where(
        is_admin,
        Person.is_guest.is_(False),
        Person.is_bot.is_(False),
        Person.is_deactivated.is_(False),
        Person.is_external.is_(False),
    )
    return session.execute(left.limit(1)).first() is not None
