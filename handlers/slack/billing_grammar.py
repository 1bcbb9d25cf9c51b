"""What people write after /billing: the hub, the account to work with, roles, channels, sync."""

from collections.abc import Callable
from dataclasses import replace

from bot.access import Role
from bot.errors import BadRequest
from bot.views.actions import account_text
from bot.views.help import HelpLine
from handlers.slack.billing_queries import (
    AllowChannel,
    BillingQuery,
    GrantRole,
    RemoveChannel,
    RevokeRole,
    ShowApprovals,
    ShowAudit,
    ShowChannels,
    ShowChosen,
    ShowDigests,
    ShowDisputes,
    ShowHub,
    ShowReminders,
    ShowRoles,
    ShowSync,
    ShowTerms,
    UseAccount,
)
from handlers.slack.forms import (
    ASKED_MAX,
    Form,
    is_bare,
    joined,
    not_understood,
    proposal,
    read_forms,
    read_help,
    read_shared,
)
from handlers.slack.mentions import channel_id, subject_id
from handlers.slack.references import require_short
from handlers.slack.words import Word, quote

ROLES = tuple(role.value for role in Role)
# The sign of an account that our own buttons name by its number.
ACCOUNT_SIGN = "@"


def parse_billing(text: str) -> BillingQuery:
    """What somebody wants of /billing.

    Raises: BadRequest with what would be right, and the nearest valid word.
    """
    words, is_shared = read_shared(text)
    query: BillingQuery = read_forms(words, BILLING_FORMS) if words else ShowHub()
    return replace(query, is_shared=is_shared)


def canonical_role(query: GrantRole | RevokeRole) -> str:
    """The text that parses to this query again, as buttons carry it."""
    verb = "grant" if isinstance(query, GrantRole) else "revoke"
    subject = query.subject if subject_id(query.subject) else quote(query.subject)
    words = ["roles", verb, subject, query.role.value]
    if query.account is not None:
        is_number = query.account.startswith(ACCOUNT_SIGN)
        words.append(query.account if is_number else quote(query.account))
    return " ".join(words)


def canonical_use(account_id: int) -> str:
    """The text that chooses this account, as buttons carry it."""
    return f"use {account_text(account_id)}"


def canonical_disputes(query: ShowDisputes) -> str:
    """The text that parses to this query again, as buttons carry it."""
    if query.is_mine:
        return "disputes mine"
    if query.account is None:
        return "disputes"
    is_number = query.account.startswith(ACCOUNT_SIGN)
    return f"disputes {query.account if is_number else quote(query.account)}"


def billing_help_lines() -> tuple[HelpLine, ...]:
    """Every way to write /billing, as its help shows them."""
    return tuple(HelpLine(form.usage, form.meaning) for form in BILLING_FORMS)


def _read_use(words: list[Word]) -> ShowChosen | UseAccount:
    if not words:
        return ShowChosen()
    is_all = len(words) == 1 and is_bare(words[0]) and words[0].text.lower() == "all"
    return UseAccount(None if is_all else _read_account(words))


def _read_terms(words: list[Word]) -> ShowTerms:
    return ShowTerms(_read_account(words))


def _read_roles(words: list[Word]) -> ShowRoles | GrantRole | RevokeRole:
    if not words:
        return ShowRoles()
    verb = words[0].text.lower() if is_bare(words[0]) else ""
    if verb not in {"grant", "revoke"}:
        raise not_understood(words[0], ["grant", "revoke"])
    example = f"/billing roles {verb} @jamie viewer"
    rest = words[1:]
    if not rest:
        raise BadRequest(f"Whose role? Write {example}.")
    subject = subject_id(rest[0].source) or rest[0].text
    if not rest[1:]:
        raise BadRequest(f"Which role: {', '.join(ROLES)}? Write {example}.")
    if subject.lower() in ROLES:
        raise BadRequest(f"The person or group comes first. Write {example}.")
    kind = GrantRole if verb == "grant" else RevokeRole
    return kind(subject, _read_role(rest[1]), _read_account(rest[2:]))


def _read_role(word: Word) -> Role:
    text = word.text.rstrip(".,;").lower()
    # People say it in the plural of a group: "@billing-team viewers".
    if text.removesuffix("s") in ROLES:
        return Role(text.removesuffix("s"))
    raise BadRequest(
        f"Role must be one of {', '.join(ROLES)}.{proposal(word.text[:ASKED_MAX], ROLES)}"
    )


def _read_account(words: list[Word]) -> str | None:
    if len(words) > 1 and is_bare(words[0]) and words[0].text.lower() == "for":
        words = words[1:]
    if not words:
        return None
    return require_short(words[0].text if len(words) == 1 else joined(words))


def _read_channels(words: list[Word]) -> ShowChannels | AllowChannel | RemoveChannel:
    if not words:
        return ShowChannels()
    verb = words[0].text.lower() if is_bare(words[0]) else ""
    if verb not in {"allow", "remove"}:
        raise not_understood(words[0], ["allow", "remove"])
    example = f"/billing channels {verb} #billing"
    rest = words[1:]
    if not rest:
        raise BadRequest(f"Which channel? Write {example}.")
    if rest[1:]:
        raise BadRequest(f"Name one channel at a time: {example}.")
    found = channel_id(rest[0].source)
    if found is None:
        raise BadRequest(
            f"‘{rest[0].source[:ASKED_MAX]}’ is no channel. Choose it from the list that Slack "
            f"opens after #, such as {example}; of a private channel its id (C…) does too."
        )
    return AllowChannel(found) if verb == "allow" else RemoveChannel(found)


def _alone(word: str, query: Callable[[], BillingQuery]) -> Callable[[list[Word]], BillingQuery]:
    """What reads a form of one word, and refuses any that follow it: they would do nothing."""

    def read(words: list[Word]) -> BillingQuery:
        if words:
            asked = joined(words)[:ASKED_MAX]
            raise BadRequest(f"‘{asked}’ is not understood. Write /billing {word} alone.")
        return query()

    return read


def _read_disputes(words: list[Word]) -> ShowDisputes:
    if len(words) == 1 and is_bare(words[0]) and words[0].text.lower() == "mine":
        return ShowDisputes(is_mine=True)
    return ShowDisputes(_read_account(words))


BILLING_FORMS = (
    Form(
        "/billing use Acme",
        "work with one account: what you then ask without a name is about it",
        _read_use,
        word="use",
    ),
    Form("/billing use all", "work with all your accounts again", _read_use, word="use"),
    Form(
        "/billing disputes",
        "open disputes, oldest first; of an account with its name behind it",
        _read_disputes,
        word="disputes",
    ),
    Form("/billing disputes mine", "those that you look after", _read_disputes, word="disputes"),
    Form(
        "/billing approvals",
        "what waits for approval, by what expires first",
        _alone("approvals", ShowApprovals),
        word="approvals",
    ),
    Form(
        "/billing account Acme",
        "who looks after an account, whom it is written to, how, and when not",
        _read_terms,
        word="account",
    ),
    Form(
        "/billing reminders",
        "what customers would be reminded of now, and why the rest is held",
        _alone("reminders", ShowReminders),
        word="reminders",
    ),
    Form("/billing roles", "who has which role; for admins", _read_roles, word="roles"),
    Form(
        "/billing roles grant @jamie viewer Acme",
        "give a person or a user group a role, for an account (an organisation with its "
        "companies) or, without one, for all",
        _read_roles,
        word="roles",
    ),
    Form(
        "/billing roles revoke @jamie viewer Acme",
        "take that role away again",
        _read_roles,
        word="roles",
    ),
    Form(
        "/billing channels",
        "where answers may be shared; for admins",
        _read_channels,
        word="channels",
    ),
    Form(
        "/billing channels allow #billing",
        "let answers be shared there with ‘share’ at the end of a command",
        _read_channels,
        word="channels",
    ),
    Form("/billing channels remove #billing", "no longer", _read_channels, word="channels"),
    Form(
        "/billing sync",
        "how fresh the figures are, and what waits; for admins",
        _alone("sync", ShowSync),
        word="sync",
    ),
    Form(
        "/billing audit",
        "whether the audit trail is whole, and what happened last; for admins",
        _alone("audit", ShowAudit),
        word="audit",
    ),
    Form(
        "/billing digest",
        "which channels hear each morning who is past due; set one up, preview, change, stop it; "
        "for admins",
        _alone("digest", ShowDigests),
        word="digest",
    ),
    Form("/billing help", "this card", read_help, word="help"),
)
BILLING_NOTES = (
    "Only you see the answers.",
    "/billing alone shows your roles and what you may do next.",
    "Roles are viewer, collector, reviewer, approver, admin: each may do what those before it may.",
    "Guests, bots, deactivated people and those of other organisations have none.",
)
