"""Let people know what was done with a dispute: its thread, its channel, its owner."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot import announcements, effects
from bot.mirror.news import tell_news
from bot.models import DisputeCase
from bot.operations import announce, update_announcement
from bot.queries.dispute_terms import Press, StepKind
from bot.settings import Settings
from bot.slack_posting import Place
from bot.views.dispute import subject_of, to_be_shown
from bot.views.dispute_notices import collection_failed, given_to_owner, told_in_thread

BEGINNINGS = frozenset({StepKind.OPENED, StepKind.REOPENED})
# By these somebody gets it to look after.
GIVING = BEGINNINGS | {StepKind.ASSIGNED}


def request(
    session: Session,
    settings: Settings,
    case: DisputeCase,
    kind: StepKind,
    press: Press,
    *,
    step_id: int | None = None,
) -> None:
    """Promise every word about one step; the thread hears of it where the bot is a member.

    Shape: `step_id` names a step of a kind that one round may have several of.
    """
    by_id, now = press.by_id, press.real_now
    if kind is StepKind.OPENED and settings.disputes_channel:
        announce.request(
            session,
            Place(settings.disputes_channel),
            to_be_shown(case.id),
            key=f"dispute:{case.id}",
            now=now,
            asked_by=by_id,
        )
    if case.channel_id is not None:
        announce.request(
            session,
            Place(case.channel_id, case.thread_ts or case.message_ts),
            told_in_thread(
                kind,
                case.id,
                by_id=by_id,
                owner_id=case.owner_id,
                is_in_part=case.disputed_minor is not None,
            ),
            key=_thread_key(case, kind, step_id),
            now=now,
            asked_by=by_id,
            is_dispensable=True,
        )
    if kind in GIVING and case.owner_id != by_id:
        announce.request(
            session,
            Place(case.owner_id),
            given_to_owner(case.id, by_id=by_id),
            key=_numbered(f"dispute:{case.id}:{case.round}:owner", step_id),
            now=now,
            asked_by=by_id,
        )
    show_anew(session, case.id, case.invoice_id, now=now)


def find_word_in_thread(
    session: Session, case: DisputeCase, kind: StepKind
) -> effects.Effect | None:
    """What has come of telling the thread of a step; None where there is no thread."""
    return effects.find(session, f"{announce.KIND}:{_thread_key(case, kind)}")


def show_anew(session: Session, case_id: int, invoice_id: str, *, now: datetime) -> None:
    """Let the posted messages about a dispute and its invoice show how it stands now."""
    subjects = [invoice_id, subject_of(case_id)]
    for announcement_id in announcements.list_live_ids(session, subjects):
        update_announcement.request(session, announcement_id, now=now)
    # What else shows the invoice among others, such as a digest, follows from that.
    tell_news(session, "invoice", [invoice_id], now=now)


def tell_of_failure(session: Session, effect: effects.Effect, *, now: datetime) -> None:
    """Tell whoever asked that Stripe's automatic collection is not as they were promised."""
    if effect.asked_by is None:
        return
    announce.request(
        session,
        Place(effect.asked_by),
        collection_failed(effect.payload["case"], effect.kind),
        key=f"{effect.key}:failed",
        now=now,
    )


def _thread_key(case: DisputeCase, kind: StepKind, step_id: int | None = None) -> str:
    return _numbered(f"dispute:{case.id}:{case.round}:{kind.value}", step_id)


def _numbered(key: str, step_id: int | None) -> str:
    return key if step_id is None else f"{key}:{step_id}"
