"""Who may do what: the only place that says no."""

from dataclasses import dataclass
from enum import StrEnum

from bot.errors import NotAllowed
from bot.settings import Settings

# One text for everybody without a role, whatever they asked for, so that it tells them nothing.
NO_ROLE = "You have no role in billing here. Please ask a billing admin to give you one."


class Permission(StrEnum):
    """Something that not everybody may do."""

    VIEW_INVOICES = "view_invoices"
    VIEW_DRAFTS = "view_drafts"
    OPERATE = "operate"


class Role(StrEnum):
    """What a person is in billing."""

    ADMIN = "admin"


PERMISSIONS: dict[Role, frozenset[Permission]] = {Role.ADMIN: frozenset(Permission)}


@dataclass(frozen=True, slots=True)
class Actor:
    """A person who asks for something.

    Shape: `scope` has the ids of the accounts that the person's rights cover, or is None for all.
    """

    user_id: str
    team_id: str
    roles: frozenset[Role]
    scope: frozenset[int] | None


def actor_for(settings: Settings, user_id: str, team_id: str) -> Actor:
    """Who this member of the workspace is to us: a first admin of the settings, or nobody."""
    if user_id in settings.billing_admins:
        return Actor(user_id, team_id, frozenset({Role.ADMIN}), scope=None)
    return Actor(user_id, team_id, frozenset(), scope=frozenset())


def is_allowed(actor: Actor, permission: Permission) -> bool:
    """Whether one of the actor's roles gives this permission."""
    return any(permission in PERMISSIONS[role] for role in actor.roles)


def require(actor: Actor, permission: Permission) -> None:
    """Go on only when the actor may.

    Raises: NotAllowed, which whoever catches it records as a refusal.
    """
    if not is_allowed(actor, permission):
        raise NotAllowed(NO_ROLE)
