"""Who may do what: the only place that says no.

Nothing is remembered between two requests: what somebody may do is read from the database each
time, in one statement, so that a role that was taken away a moment ago is gone, in every process.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType

from sqlalchemy import BindParameter, Select, bindparam, select, union_all

from bot.audit.deeds import By
from bot.database import Reading
from bot.errors import NotAllowed
from bot.models import Account, Grant, GroupMember, Person, UserGroup
from bot.prepared import Prepared, Row
from bot.settings import Settings
from bot.slack_objects import is_group_id

# One text for everybody without a role, whatever they asked for, so that it tells them nothing.
NO_ROLE = (
    "You have no role at this billing desk, so there is nothing to show you. "
    "A billing admin can give you one."
)
# And one for those whose role is not enough.
NOT_COVERED = "Your role does not cover that. A billing admin can do it, or give you another role."


class Permission(StrEnum):
    """Something that not everybody may do."""

    VIEW_INVOICES = "view_invoices"
    VIEW_DRAFTS = "view_drafts"
    OPERATE = "operate"
    MANAGE_ROLES = "manage_roles"
    MANAGE_CHANNELS = "manage_channels"
    READ_AUDIT = "read_audit"
    SEND_LINKS = "send_links"
    VOID_INVOICE = "void_invoice"
    MARK_UNCOLLECTIBLE = "mark_uncollectible"
    ISSUE_CREDIT_NOTE = "issue_credit_note"
    RECORD_PAYMENT = "record_payment"
    APPROVE_CORRECTIONS = "approve_corrections"
    DISPUTE_INVOICES = "dispute_invoices"
    CHARGE_BALANCE = "charge_balance"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_DIGESTS = "manage_digests"
    RECORD_PROMISE = "record_promise"
    SNOOZE_ACCOUNT = "snooze_account"
    ASSIGN_OWNER = "assign_owner"
    SWITCH_REMINDERS = "switch_reminders"


class Role(StrEnum):
    """What a person is in billing; each role may do what those before it may."""

    VIEWER = "viewer"
    COLLECTOR = "collector"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    ADMIN = "admin"


# What each role adds to those before it; what a deed needs is added with the deed.
_ADDED: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset({Permission.VIEW_INVOICES}),
    # Of corrections: to ask for them.
    Role.COLLECTOR: frozenset(
        {Permission.SEND_LINKS, Permission.DISPUTE_INVOICES}
        | {Permission.VOID_INVOICE, Permission.MARK_UNCOLLECTIBLE}
        | {Permission.ISSUE_CREDIT_NOTE, Permission.RECORD_PAYMENT}
        | {Permission.RECORD_PROMISE, Permission.SNOOZE_ACCOUNT, Permission.ASSIGN_OWNER}
    ),
    Role.REVIEWER: frozenset(),
    Role.APPROVER: frozenset({Permission.APPROVE_CORRECTIONS, Permission.CHARGE_BALANCE}),
    Role.ADMIN: frozenset(Permission),
}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    role: frozenset().union(*(_ADDED[each] for each in list(Role)[: place + 1]))
    for place, role in enumerate(Role)
}
_ROLE_WORDS = frozenset(role.value for role in Role)
# What is about the desk as a whole: an admin of some accounts may not give away all of them.
WHOLE_DESK = frozenset(
    {
        Permission.OPERATE,
        Permission.MANAGE_ROLES,
        Permission.MANAGE_CHANNELS,
        Permission.READ_AUDIT,
        Permission.MANAGE_DIGESTS,
        Permission.SWITCH_REMINDERS,
    }
)

# The ids of accounts that something holds for, or None for all, those to come included.
Scope = frozenset[int] | None


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who asks for something, with the accounts that each of their roles covers."""

    user_id: str
    team_id: str
    rights: Mapping[Role, Scope]
    # Which of their requests this is; what they do by it is recorded under it.
    request_id: str = ""

    @property
    def roles(self) -> frozenset[Role]:
        """Every role that they have somewhere."""
        return frozenset(self.rights)

    @property
    def scope(self) -> Scope:
        """The accounts that they may look at."""
        return scope_for(self, Permission.VIEW_INVOICES)


def nobody(user_id: str, team_id: str) -> Actor:
    """Somebody without any role."""
    return Actor(user_id, team_id, MappingProxyType({}))


def first_admin(user_id: str, team_id: str) -> Actor:
    """Somebody whom the settings name as an admin."""
    return Actor(user_id, team_id, MappingProxyType({Role.ADMIN: None}))


def may_have_role(reading: Reading, settings: Settings, *, user_id: str) -> bool:
    """Whether somebody whom we have not met could have a role at all, by name or by a group."""
    given = {subject for subject, _ in roles_by_settings(settings)}
    if user_id in given or any(is_group_id(subject) for subject in given):
        return True
    granted = select(Grant.subject_id).where(Grant.revoked_at.is_(None)).distinct()
    subjects = reading.connection().execute(granted).scalars()
    return any(subject == user_id or is_group_id(subject) for subject in subjects)


def find_actor(reading: Reading, settings: Settings, *, user_id: str, team_id: str) -> Actor | None:
    """Who this person is to us; None when Slack has not told us about them yet.

    Guests, bots, people who left and those of other organisations are nobody, whatever was granted
    to them or stands in the settings.
    """
    rows = _rights_statement().rows(reading, {"user": user_id})
    if not rows:
        return None
    if not rows[0].is_member:
        return nobody(user_id, team_id)
    rights = _rights_of(rows)
    given = roles_by_settings(settings)
    subjects = {user_id}
    if any(is_group_id(subject) for subject, _ in given):
        groups = _groups_statement().rows(reading, {"user": user_id})
        subjects.update(row.group_id for row in groups)
    rights.update((role, None) for subject, role in given if subject in subjects)
    return Actor(user_id, team_id, MappingProxyType(rights))


def roles_by_settings(settings: Settings) -> tuple[tuple[str, Role], ...]:
    """The roles for all accounts that the settings give, each beside the id of who has it."""
    admins = ((admin, Role.ADMIN) for admin in settings.billing_admins)
    others = ((subject, Role(role)) for subject, role in settings.billing_roles)
    return tuple(dict.fromkeys((*admins, *others)))


def scope_for(actor: Actor, permission: Permission) -> Scope:
    """The accounts for which one of the actor's roles gives this permission."""
    scopes = [scope for role, scope in actor.rights.items() if permission in PERMISSIONS[role]]
    if None in scopes:
        return None
    return frozenset().union(*(scope for scope in scopes if scope is not None))


def permissions_for(actor: Actor, account_id: int) -> frozenset[Permission]:
    """All that the actor may do with one account."""
    covering = (
        role for role, scope in actor.rights.items() if scope is None or account_id in scope
    )
    return frozenset().union(*(PERMISSIONS[role] for role in covering))


def is_allowed(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles gives this permission, be it for one account alone."""
    scope = scope_for(actor, permission)
    return scope is None or (bool(scope) and permission not in WHOLE_DESK)


def require(actor: Actor, permission: Permission) -> None:
    """Go on only when the actor may.

    Raises: NotAllowed, which whoever catches it records as a refusal.
    """
    if not is_allowed(actor, permission):
        raise NotAllowed(NOT_COVERED if actor.rights else NO_ROLE)


def require_for(actor: Actor, permission: Permission, *, account_id: int) -> None:
    """Go on only when the actor may do this with an account that they may look at.

    Raises: NotAllowed, as `require` does.
    """
    if permission not in permissions_for(actor, account_id):
        raise NotAllowed(NOT_COVERED if actor.rights else NO_ROLE)


def acting(actor: Actor, permission: Permission, *, account_id: int | None = None) -> By:
    """Who does something and by which role, as the audit trail has it: the least one that will do.

    With an account, for that account: "collector@12" where the role is not for all of them.
    """
    for role in Role:
        if role in actor.rights and permission in PERMISSIONS[role]:
            scope = actor.rights[role]
            if scope is None:
                return By(actor.user_id, role.value, actor.request_id)
            if account_id in scope:
                return By(actor.user_id, f"{role.value}@{account_id}", actor.request_id)
    return By(actor.user_id, "", actor.request_id)


# Built once: every request begins with it.
@cache
def _rights_statement() -> Prepared:
    """Whether somebody is a member, and a row for each account that a role of theirs covers.

    Shape: no row for a stranger, one without a role for a person without any.
    """
    user: BindParameter[str] = bindparam("user")
    subjects = union_all(select(user.label("id")), _groups_of(user)).subquery()
    company = Account.__table__.alias("company")
    grant = Grant.__table__
    is_member = ~(Person.is_guest | Person.is_bot | Person.is_deactivated | Person.is_external)
    return Prepared(
        select(
            is_member.label("is_member"),
            grant.c.role,
            grant.c.account_id,
            company.c.id.label("company_id"),
        )
        .select_from(Person.__table__)
        .outerjoin(
            grant,
            grant.c.revoked_at.is_(None) & grant.c.subject_id.in_(select(subjects.c.id)),
        )
        .outerjoin(company, company.c.parent_id == grant.c.account_id)
        .where(Person.id == user)
    )


@cache
def _groups_statement() -> Prepared:
    return Prepared(_groups_of(bindparam("user")))


def _groups_of(user: BindParameter[str]) -> Select[str]:
    """The groups that somebody is in and that count."""
    return (
        select(GroupMember.group_id)
        .join(UserGroup, UserGroup.id == GroupMember.group_id)
        .where(GroupMember.person_id == user, UserGroup.is_disabled.is_(False))
    )


def _rights_of(rows: Sequence[Row]) -> dict[Role, Scope]:
    rights: dict[Role, Scope] = {}
    for row in rows:
        # A role that a newer version granted gives nothing here.
        if row.role not in _ROLE_WORDS:
            continue
        role = Role(row.role)
        covered = rights.get(role, frozenset())
        if row.account_id is None or covered is None:
            rights[role] = None
        else:
            rights[role] = covered | {row.account_id, row.company_id} - {None}
    return rights
