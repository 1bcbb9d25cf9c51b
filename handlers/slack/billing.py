"""What /billing shows and does: the hub, the account to work with, roles, channels, sync."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Never

from bot.access import Permission, Role, is_allowed, require
from bot.clock import real_now
from bot.errors import BadRequest, NotFound
from bot.operations import allow_channel, grant_role, remove_channel, revoke_role
from bot.queries.cards import AccountRef
from bot.queries.channels import list_channels
from bot.queries.invoice_lists import InvoiceFilter, StatusFilter, list_invoices
from bot.queries.open_work import count_open_work
from bot.queries.roles import (
    Subject,
    find_subject,
    list_grants,
    list_nearest_handles,
    list_own_grants,
    list_subjects_named,
)
from bot.slack_directory import find_slack_channel
from bot.slack_objects import is_group_id
from bot.views.actions import GRANT_ROLE, REVOKE_ROLE, account_text
from bot.views.blocks import Message
from bot.views.channels import channel_list
from bot.views.hub import hub
from bot.views.roles import role_list, role_noun, subject_name, where_text
from handlers.slack.account_terms import show_terms
from handlers.slack.accounts import chosen_account, named_account
from handlers.slack.audit import show_audit
from handlers.slack.billing_grammar import canonical_role
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
from handlers.slack.chosen import choose_account, show_chosen
from handlers.slack.context import Ask
from handlers.slack.digests import show_digests
from handlers.slack.disputes import show_typed_disputes
from handlers.slack.forms import ASKED_MAX
from handlers.slack.mentions import subject_id
from handlers.slack.people import meet_groups, meet_person
from handlers.slack.reminders import show_reminders
from handlers.slack.sync import show_sync
from handlers.slack.waiting import show_requests

# So many are named where a name fits several.
NAMED_MAX = 5


def show_billing(ask: Ask, query: BillingQuery) -> Message:
    """The answer to a query, on today's state.

    Raises: NotAllowed, BadRequest, NotFound and Refused, as what it asks for does.
    """
    show = SHOWS.get(type(query))
    if show is None:
        raise TypeError(f"{query} is shown by its own table")
    return show(ask, query)


def show_roles(ask: Ask, *, page: int = 1, said: str | None = None) -> Message:
    """One page of the list of roles, below what has just been said.

    Raises: NotAllowed for others than admins.
    """
    require(ask.actor, Permission.MANAGE_ROLES)
    settings = ask.desk.runtime.settings
    with ask.desk.runtime.database.looking() as reading:
        return role_list(list_grants(reading, settings, page=page), said=said)


def _show_hub(ask: Ask) -> Message:
    settings = ask.desk.runtime.settings
    with ask.desk.runtime.database.reading() as session:
        grants = list_own_grants(session, settings, ask.actor.user_id)
        chosen = chosen_account(ask, session)
        account_id = chosen.id if chosen else None
        wanted = InvoiceFilter(account_id=account_id, status=StatusFilter.PAST_DUE)
        past_due = list_invoices(session, wanted, sight=ask.sight)
        work = count_open_work(session, sight=ask.sight)
    is_admin = is_allowed(ask.actor, Permission.MANAGE_ROLES)
    return hub(grants, past_due, work=work, chosen=chosen, is_admin=is_admin)


def _change_role(ask: Ask, query: GrantRole | RevokeRole) -> Message:
    require(ask.actor, Permission.MANAGE_ROLES)
    subject = _subject(ask, query.subject)
    account = _account(ask, replace(query, subject=subject.id))
    if isinstance(account, Message):
        return account
    account_id = account.id if account else None
    if isinstance(query, GrantRole):
        verb = _grant(ask, subject, query.role, account_id)
    else:
        verb = _revoke(ask, subject, query.role, account_id)
    where = where_text(account.path if account else ())
    said = f"{subject_name(subject)} {verb} {role_noun(query.role)} for {where}."
    return show_roles(ask, said=said)


def _grant(ask: Ask, subject: Subject, role: Role, account_id: int | None) -> str:
    with ask.desk.runtime.database.writing() as session:
        is_new = grant_role.request(
            session,
            ask.actor,
            ask.desk.runtime.settings,
            subject_id=subject.id,
            role=role,
            account_id=account_id,
            now=real_now(),
        )
    return "is now" if is_new else "was already"


def _revoke(ask: Ask, subject: Subject, role: Role, account_id: int | None) -> str:
    runtime = ask.desk.runtime
    with runtime.database.writing() as session:
        was_there = revoke_role.request(
            session,
            ask.actor,
            runtime.settings,
            subject_id=subject.id,
            role=role,
            account_id=account_id,
            now=real_now(),
        )
    return "is no longer" if was_there else "was not"


def _subject(ask: Ask, text: str) -> Subject:
    """Whom somebody means, asking Slack where we have not met them.

    Raises: NotFound with the nearest handles; Unavailable when Slack has to be asked in vain.
    """
    desk = ask.desk
    wanted = subject_id(text)
    with desk.runtime.database.looking() as reading:
        if wanted is None:
            return _subject_named(list_subjects_named(reading, text), text) or _nobody(
                list_nearest_handles(reading, text), text
            )
        found = find_subject(reading, wanted)
    if found is not None:
        return found
    if is_group_id(wanted):
        meet_groups(desk.runtime, desk.slack)
    else:
        own_team_id = desk.deployment.slack_team_id
        meet_person(desk.runtime, desk.slack, wanted, own_team_id=own_team_id)
    with desk.runtime.database.looking() as reading:
        found = find_subject(reading, wanted)
    if found is None:
        raise NotFound(f"Slack knows nobody and no user group with the id {wanted}.")
    return found


def _subject_named(subjects: Sequence[Subject], text: str) -> Subject | None:
    if len(subjects) > 1:
        handles = ", ".join(f"@{subject.handle}" for subject in subjects[:NAMED_MAX])
        raise BadRequest(
            f"‘{text[:ASKED_MAX]}’ fits several: {handles}. Choose one from the list that Slack "
            "opens after @."
        )
    return subjects[0] if subjects else None


def _nobody(handles: Sequence[str], text: str) -> Never:
    nearest = " or ".join(f"@{handle}" for handle in handles)
    meant = f"Did you mean {nearest}? " if nearest else ""
    raise NotFound(
        f"Nobody and no user group is called ‘{text[:ASKED_MAX]}’. {meant}"
        "Choose from the list that Slack opens after @."
    )


def _account(ask: Ask, query: GrantRole | RevokeRole) -> AccountRef | Message | None:
    """The account that a role is for, None for all; or a choice, or that nothing matches."""
    if query.account is None:
        return None

    def text_for(account: AccountRef) -> str:
        return canonical_role(replace(query, account=account_text(account.id)))

    action = GRANT_ROLE if isinstance(query, GrantRole) else REVOKE_ROLE
    with ask.desk.runtime.database.reading() as session:
        return named_account(ask, session, query.account, text_for=text_for, action=action)


def _show_channels(ask: Ask, *, said: str | None = None) -> Message:
    require(ask.actor, Permission.MANAGE_CHANNELS)
    with ask.desk.runtime.database.looking() as reading:
        return channel_list(list_channels(reading), said=said)


def _change_channel(ask: Ask, query: AllowChannel | RemoveChannel) -> Message:
    require(ask.actor, Permission.MANAGE_CHANNELS)
    if isinstance(query, AllowChannel):
        said = _allow_channel(ask, query.channel_id)
    else:
        said = _remove_channel(ask, query.channel_id)
    return _show_channels(ask, said=said)


def _allow_channel(ask: Ask, channel_id: str) -> str:
    # Asked at this very moment: whether it is shared or archived is Slack's to say.
    channel = find_slack_channel(ask.desk.slack, channel_id)
    with ask.desk.runtime.database.writing() as session:
        is_new = allow_channel.request(
            session, ask.actor, ask.desk.runtime.settings, channel=channel, now=real_now()
        )
    name = channel.name if channel else channel_id
    return f"Answers may {'now' if is_new else 'already'} be shared in #{name}."


def _remove_channel(ask: Ask, channel_id: str) -> str:
    with ask.desk.runtime.database.writing() as session:
        name = remove_channel.request(
            session, ask.actor, ask.desk.runtime.settings, channel_id=channel_id, now=real_now()
        )
    if not name:
        return "That channel was not on the list."
    return f"Answers can no longer be shared in #{name}."


SHOWS: Mapping[type[BillingQuery], Callable[[Ask, Any], Message]] = {
    ShowHub: lambda ask, _query: _show_hub(ask),
    ShowChosen: lambda ask, _query: show_chosen(ask),
    UseAccount: choose_account,
    ShowRoles: lambda ask, _query: show_roles(ask),
    GrantRole: _change_role,
    RevokeRole: _change_role,
    ShowChannels: lambda ask, _query: _show_channels(ask),
    AllowChannel: _change_channel,
    RemoveChannel: _change_channel,
    ShowSync: lambda ask, _query: show_sync(ask),
    ShowTerms: show_terms,
    ShowReminders: lambda ask, _query: show_reminders(ask),
    ShowAudit: lambda ask, _query: show_audit(ask),
    ShowDisputes: show_typed_disputes,
    ShowApprovals: lambda ask, _query: show_requests(ask),
    ShowDigests: lambda ask, _query: show_digests(ask),
}
