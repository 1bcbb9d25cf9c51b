"""What people see of a correction that was asked for, and who may decide about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from bot import approvals
from bot.access import PERMISSIONS, Permission, Role, roles_by_settings
from bot.approval_remarks import Remark, list_remarks
from bot.approvals import Requested
from bot.database import Reading
from bot.models import Account, Grant, GroupMember, Person, UserGroup
from bot.money import Money
from bot.people import list_same_person
from bot.queries.cards import AccountRef
from bot.queries.invoice_rows import INVOICES, ROW_COLUMNS, WITH_ACCOUNT, row_of, sight_values
from bot.queries.sight import Sight
from bot.settings import Settings
from bot.slack_objects import is_group_id

# More people are not written to; a channel for approvals reaches any number.
APPROVERS_TOLD_MAX = 25
_APPROVING = frozenset(
    role for role, given in PERMISSIONS.items() if Permission.APPROVE_CORRECTIONS in given
)
_GRANTS = Grant.__table__
_PEOPLE = Person.__table__


@dataclass(frozen=True, slots=True)
class ApprovalCard:
    """A correction that was asked for, as its card shows it.

    Shape: `invoice_number` is what people call the invoice. `state` and what decided it are as in
    bot.models.Approval, people by their ids; `changes` have a name, before and after. `was_decided`
    when somebody approved it, in contrast to what needed no approval.
    """

    id: int
    kind: str
    invoice_id: str
    invoice_number: str
    account: AccountRef
    amount: Money
    note: str
    facts: tuple[tuple[str, str], ...]
    changes: tuple[tuple[str, str, str], ...]
    is_needed: bool
    asked_by: str
    asked_at: datetime
    expires_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None
    why: str | None
    remarks: tuple[Remark, ...]

    @property
    def open_question(self) -> Remark | None:
        """The question that nobody has answered yet."""
        last = self.remarks[-1] if self.remarks else None
        return last if last is not None and last.is_question else None


def get_approval_card(reading: Reading, approval_id: int, *, sight: Sight) -> ApprovalCard:
    """The card of a request.

    Raises: NotFound when there is none, or none for this person, which is the same answer.
    """
    return card_of(reading, approvals.get(reading, approval_id), sight=sight)


def card_of(reading: Reading, asked: Requested, *, sight: Sight) -> ApprovalCard:
    """The card of a request that was read before; raises as get_approval_card does."""
    correction = asked.correction
    if sight.scope is not None and correction.account_id not in sight.scope:
        raise approvals.no_such()
    statement = (
        select(*ROW_COLUMNS).select_from(WITH_ACCOUNT).where(INVOICES.c.id == correction.invoice_id)
    )
    row = reading.connection().execute(statement, sight_values(sight)).one_or_none()
    if row is None:
        raise approvals.no_such()
    invoice = row_of(row, sight=sight)
    short = str(invoice.short_number) if invoice.short_number else invoice.id
    return ApprovalCard(
        id=asked.id,
        kind=correction.kind,
        invoice_id=invoice.id,
        invoice_number=invoice.number or short,
        account=invoice.account,
        amount=correction.amount,
        note=correction.note,
        facts=correction.facts,
        changes=correction.changes,
        is_needed=asked.is_needed,
        asked_by=asked.asked_by,
        asked_at=asked.asked_at,
        expires_at=asked.expires_at,
        state=asked.state,
        decided_by=asked.decided_by,
        decided_at=asked.decided_at,
        why=asked.why,
        remarks=list_remarks(reading, asked.id),
    )


def list_approvers(
    reading: Reading, settings: Settings, *, account_id: int, asked_by: str
) -> list[str]:
    """Who may approve what this person asks for on an account, the person themselves left out.

    Shape: ids of full members, approvers before admins; a second Slack account of the same e-mail
    address is the same person.
    """
    ranks: dict[str, int] = {}
    for subject, role in _subjects(reading, settings, account_id):
        rank = list(Role).index(role)
        for person in _members(reading, subject):
            ranks[person] = min(rank, ranks.get(person, rank))
    same = list_same_person(reading, asked_by)
    found = select(_PEOPLE.c.id).where(
        _PEOPLE.c.id.in_(sorted(set(ranks) - same)),
        ~(_PEOPLE.c.is_guest | _PEOPLE.c.is_bot | _PEOPLE.c.is_deactivated | _PEOPLE.c.is_external),
    )
    people = reading.connection().execute(found).scalars()
    return sorted(people, key=lambda person: (ranks[person], person))


def _subjects(reading: Reading, settings: Settings, account_id: int) -> Iterable[tuple[str, Role]]:
    """People and groups with a role that lets them approve, on this account or on all."""
    for subject, role in roles_by_settings(settings):
        if role in _APPROVING:
            yield subject, role
    accounts = Account.__table__
    parent = select(accounts.c.parent_id).where(accounts.c.id == account_id).scalar_subquery()
    granted = select(_GRANTS.c.subject_id, _GRANTS.c.role).where(
        _GRANTS.c.revoked_at.is_(None),
        _GRANTS.c.role.in_([role.value for role in _APPROVING]),
        _GRANTS.c.account_id.is_(None)
        | (_GRANTS.c.account_id == account_id)
        | (_GRANTS.c.account_id == parent),
    )
    for row in reading.connection().execute(granted):
        yield row.subject_id, Role(row.role)


def _members(reading: Reading, subject: str) -> Iterable[str]:
    if not is_group_id(subject):
        return [subject]
    members = (
        select(GroupMember.person_id)
        .join(UserGroup, UserGroup.id == GroupMember.group_id)
        .where(GroupMember.group_id == subject, UserGroup.is_disabled.is_(False))
    )
    return reading.connection().execute(members).scalars().all()
