"""Tell the audit trail which roles the settings give, whenever they give others than before.

Roles that people grant are deeds of their own; these change with a restart, and nobody does it.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.access import roles_by_settings
from bot.audit.attest import ROLE, State, attest, list_attested_ids
from bot.settings import Settings


def request(session: Session, settings: Settings, *, now: datetime) -> int:
    """Record it where it is something new; of how many people or groups."""
    roles: dict[str, list[str]] = {one: [] for one in list_attested_ids(session, ROLE)}
    for subject, role in roles_by_settings(settings):
        roles.setdefault(subject, []).append(role.value)
    states = [State(subject, {"roles": sorted(given)}) for subject, given in roles.items()]
    return attest(session, settings, ROLE, states, now=now)
