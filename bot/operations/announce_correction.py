"""Tell people about a correction: cards that stay right, and a word when something has come of it.

Cards go to the channel for approvals, or else to each of those who may approve; who asked has a
card too. All of them follow what becomes of it.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from bot import announcements, effects
from bot.approval_remarks import Remark
from bot.approvals import Requested
from bot.database_clock import database_now
from bot.errors import Refused
from bot.operations import announce, tell_presser, update_announcement
from bot.queries.approvals import APPROVERS_TOLD_MAX, card_of, list_approvers
from bot.queries.sight import Sight, sight_of_desk
from bot.settings import Settings
from bot.slack_posting import Place
from bot.views.approvals import (
    answer_notice,
    approval_card,
    question_notice,
    request_card,
    result_notice,
)

NOBODY = (
    "Nobody else may approve this for that account. A billing admin can give somebody the role: "
    "/billing roles grant @name approver"
)


def post_cards(
    session: Session, settings: Settings, asked: Requested, *, sight: Sight, now: datetime
) -> None:
    """Show it to those who may approve, and to the person who asks.

    Raises: Refused where nobody else may approve it.
    """
    account_id = asked.correction.account_id
    approvers = list_approvers(session, settings, account_id=account_id, asked_by=asked.asked_by)
    if not approvers:
        raise Refused(NOBODY)
    card = card_of(session, asked, sight=_of_desk(settings, sight))
    channel = settings.approvals_channel
    for place in [channel] if channel else approvers[:APPROVERS_TOLD_MAX]:
        key = f"{asked.subject}:card:{place}"
        announce.request(session, Place(place), approval_card(card), key=key, now=now)
    key = f"{asked.subject}:request"
    announce.request(session, Place(asked.asked_by), request_card(card), key=key, now=now)


def update_cards(session: Session, asked: Requested, *, now: datetime) -> None:
    """Let its cards show how it stands by now."""
    for announcement_id in announcements.list_live_ids(session, [asked.subject]):
        update_announcement.request(session, announcement_id, now=now)


def tell_result(
    session: Session,
    settings: Settings,
    asked: Requested,
    *,
    people: Iterable[str],
    sight: Sight,
    now: datetime,
    effect: effects.Effect | None = None,
) -> None:
    """Tell these people what has come of it, each once.

    Shape: `effect` is the one that it has come of; the dialog of whoever has set that going, by
        asking or by approving, shows it too.
    """
    presser = asked.decided_by or asked.asked_by
    notice = result_notice(card_of(session, asked, sight=_of_desk(settings, sight)))
    for person in sorted(set(people)):
        key = f"{asked.subject}:{asked.state}:{person}"
        if effect is not None and person == presser:
            tell_presser.request(session, effect, person, notice, key=key, now=now)
        else:
            announce.request(session, Place(person), notice, key=key, now=now)


def tell_remark(
    session: Session,
    settings: Settings,
    asked: Requested,
    said: Remark,
    *,
    person: str,
    sight: Sight,
) -> None:
    """Bring a question to who asked for the correction, or an answer to who had the question."""
    notice = question_notice if said.is_question else answer_notice
    card = card_of(session, asked, sight=_of_desk(settings, sight))
    now = database_now(session, sight.real_now)
    # What stands on the card says how many came before.
    key = f"{asked.subject}:remark:{len(card.remarks)}"
    announce.request(session, Place(person), notice(card, said), key=key, now=now)


def _of_desk(settings: Settings, sight: Sight) -> Sight:
    """For what several people are told, whoever gave the occasion."""
    return sight_of_desk(settings, now=sight.now, real_now=sight.real_now)
