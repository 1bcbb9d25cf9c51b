"""Take a role away again; the row stays, marked, as the record that it was given."""

from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, Role, acting, require, roles_by_settings
from bot.audit.deeds import Deed, Stage
from bot.audit.record import record
from bot.errors import Refused
from bot.models import Grant, GroupMember, Person, UserGroup
from bot.operations.grant_role import subject_of
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
    by_settings = account_id is None and (subject_id, role) in roles_by_settings(settings)
    if by_settings and not had_it:
        raise Refused("That role is in the settings BILLING_ADMINS or BILLING_ROLES.")
    if had_it and role is Role.ADMIN and account_id is None and not _has_admin(session, settings):
        raise Refused("No admin would be left. Make somebody else an admin first.")
    if had_it:
        deed = Deed(
            "revoke_role",
            Stage.DONE,
            acting(actor, Permission.MANAGE_ROLES),
            subject_of(subject_id),
            account_id=account_id,
            details={"role": role.value},
        )
        record(session, settings, deed, now=now)
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
    given = [subject for subject, role in roles_by_settings(settings) if role is Role.ADMIN]
    granted = select(Grant.subject_id).where(
        Grant.role == Role.ADMIN.value, Grant.account_id.is_(None), Grant.revoked_at.is_(None)
    )
    of_group = GroupMember.group_id
    in_groups = (
        select(GroupMember.person_id)
        .join(UserGroup, UserGroup.id == of_group)
        .where(of_group.in_(granted) | of_group.in_(given), UserGroup.is_disabled.is_(False))
    )
    is_admin = or_(Person.id.in_(granted), Person.id.in_(given), Person.id.in_(in_groups))
    left = select(Person.id).where(
        is_admin,
        Person.is_guest.is_(False),
        Person.is_bot.is_(False),
        Person.is_deactivated.is_(False),
        Person.is_external.is_(False),
    )
    return session.execute(left.limit(1)).first() is not None
