"""Let people know of promises and snoozes: the messages that show them, and those concerned."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from bot import announcements
from bot.access import Permission, find_actor, permissions_for
from bot.deployment import find_deployment
from bot.mirror.news import tell_news
from bot.models import LIVE, OPEN, Account, Invoice, PostedMessage
from bot.operations import announce, update_announcement
from bot.queries.promise_payments import Judged
from bot.queries.promise_terms import NOT_KEPT, PromiseState
from bot.queries.responsible import list_responsible
from bot.queries.terms import find_terms
from bot.settings import Settings
from bot.slack_posting import Place
from bot.views.promise_notices import promise_ended

# The kind of news that what is known here of an account has changed, by its id.
ACCOUNT = "account"


def tell_end(session: Session, settings: Settings, judged: Judged, *, now: datetime) -> None:
    """Tell who recorded a promise how it ended; and whoever looks after its account, if not kept.

    Where that is nobody any more, and where nobody would hear of it at all, those are told who
    stand in for an owner.
    """
    promise, state = judged.promise, judged.verdict.state
    show_anew(session, promise.account_id, promise.invoice_ids, now=now)
    if state is PromiseState.CANCELLED:
        return
    people = {promise.recorded_by}
    owner_id = find_owner(session, promise.account_id) if state in NOT_KEPT else None
    if owner_id is not None:
        people.add(owner_id)
    told = set(_those_who_may_see(session, settings, people, promise.account_id))
    if state in NOT_KEPT and (not told or owner_id not in {None, *told}):
        told |= _stand_ins(session, settings, promise.account_id)
    for person in sorted(told):
        announce.request(
            session,
            Place(person),
            promise_ended(judged),
            key=f"promise:{promise.id}:{state.value}:{person}",
            now=now,
        )


def show_anew(
    session: Session, account_id: int, invoice_ids: Collection[str], *, now: datetime
) -> None:
    """Let the posted messages about these invoices and this account show how they stand now."""
    for announcement_id in announcements.list_live_ids(session, invoice_ids):
        update_announcement.request(session, announcement_id, now=now)
    owing = select(Invoice.account_id).where(Invoice.id.in_(list(invoice_ids))).distinct()
    tell_of_accounts(session, {account_id, *session.scalars(owing)}, now=now)


def tell_of_accounts(session: Session, account_ids: Collection[int], *, now: datetime) -> None:
    """Let the digests that show these accounts show how they stand now."""
    tell_news(session, ACCOUNT, [str(one) for one in account_ids], now=now)


def show_account_anew(session: Session, account_id: int, *, now: datetime) -> None:
    """The same for the messages about all that is to be paid by an account and its companies."""
    family = select(Account.id).where(
        or_(Account.id == account_id, Account.parent_id == account_id)
    )
    shown = (
        select(PostedMessage.subject)
        .join(Invoice, Invoice.id == PostedMessage.subject)
        .where(LIVE, OPEN, Invoice.account_id.in_(family))
    )
    show_anew(session, account_id, sorted(set(session.scalars(shown))), now=now)
    tell_of_accounts(session, set(session.scalars(family)) - {account_id}, now=now)


def find_owner(session: Session, account_id: int) -> str | None:
    """Who looks after an account, by itself or by its organisation; None for nobody."""
    terms = find_terms(session, [account_id]).get(account_id)
    return None if terms is None else terms.owner_id


def _stand_ins(session: Session, settings: Settings, account_id: int) -> set[str]:
    """Who is told of an account without an owner."""
    deployment = find_deployment(session)
    if deployment is None:
        return set()
    team_id = deployment.slack_team_id
    found = list_responsible(session, settings, [account_id], team_id=team_id)
    return {one.person_id for one in found}


def _those_who_may_see(
    session: Session, settings: Settings, people: Collection[str], account_id: int
) -> Iterator[str]:
    """Those of them who may look at the account today."""
    for person in sorted(people):
        actor = find_actor(session, settings, user_id=person, team_id="")
        if actor is not None and Permission.VIEW_INVOICES in permissions_for(actor, account_id):
            yield person
