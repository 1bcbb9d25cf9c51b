"""What somebody may want of /billing, each a question or an order of its own."""

from dataclasses import dataclass

from bot.access import Role
from handlers.slack.forms import ShowHelp


@dataclass(frozen=True, slots=True)
class ShowHub:
    """Where do I stand, and what may I do next?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowChosen:
    """Which account do I work with?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class UseAccount:
    """Work with the account of this name; None for all accounts."""

    account: str | None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowRoles:
    """Who has which role?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class GrantRole:
    """Give somebody a role, for the account of a name or, without one, for all.

    Shape: `subject` is the id of a person or group, or what somebody typed instead.
    """

    subject: str
    role: Role
    account: str | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class RevokeRole:
    """Take a role away again; the fields are those of GrantRole."""

    subject: str
    role: Role
    account: str | None = None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowChannels:
    """Where may answers be shared?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class AllowChannel:
    """Let answers be shared in a channel, by its id."""

    channel_id: str
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class RemoveChannel:
    """Let answers no longer be shared in a channel."""

    channel_id: str
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowSync:
    """How fresh are the figures, and what waits or fails?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowDigests:
    """Which channels get a digest of past due accounts?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowAudit:
    """Is the audit trail whole, and what happened last?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowDisputes:
    """Which disputes are open: all, those of an account, or those that I look after?"""

    account: str | None = None
    is_mine: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowApprovals:
    """Which corrections wait for approval?"""

    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowTerms:
    """How is the account of this name dealt with? None for the chosen one."""

    account: str | None
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class ShowReminders:
    """What would customers be reminded of now, and what is held?"""

    is_shared: bool = False


BillingQuery = (
    ShowHelp
    | ShowHub
    | ShowChosen
    | UseAccount
    | ShowRoles
    | GrantRole
    | RevokeRole
    | ShowChannels
    | AllowChannel
    | RemoveChannel
    | ShowSync
    | ShowAudit
    | ShowDisputes
    | ShowApprovals
    | ShowTerms
    | ShowDigests
    | ShowReminders
)
