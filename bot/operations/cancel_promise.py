"""Take a promise to pay back, as when it was recorded by mistake; its day decides from then on."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.access import Actor, Permission, acting, require_for
from bot.audit.deeds import Deed, Private, Stage, Subject
from bot.audit.record import record
from bot.clock import local_day, zone_of
from bot.database_clock import database_now
from bot.errors import NotFound, Refused
from bot.models import PromiseToPay
from bot.operations import tell_promise, write_promise
from bot.queries.promise_payments import judge_promises
from bot.queries.promise_terms import PromiseState
from bot.queries.sight import Sight
from bot.settings import Settings
from bot.views.promise_words import STATE_WORDS

KIND = "cancel_promise"


def request(
    session: Session,
    actor: Actor,
    settings: Settings,
    promise_id: int,
    *,
    why: str,
    press: str,
    sight: Sight,
) -> None:
    """Cancel it; the same press again changes nothing.

    Raises: NotFound, NotAllowed; Refused for one that has ended, or whose day is over: payments
        alone decide about that one.
    """
    found = select(PromiseToPay).where(PromiseToPay.id == promise_id).with_for_update()
    promise = session.scalars(found).one_or_none()
    if promise is None or (actor.scope is not None and promise.account_id not in actor.scope):
        raise NotFound("There is no such promise.")
    require_for(actor, Permission.RECORD_PROMISE, account_id=promise.account_id)
    if promise.cancelled_press == press:
        return
    if promise.state != PromiseState.PENDING:
        state = STATE_WORDS[PromiseState(promise.state)].lower()
        raise Refused(f"This promise is {state} already.")
    [judged] = judge_promises(session, [promise_id], now=sight.now)
    facts = judged.promise
    if local_day(sight.now, zone_of(facts.time_zone)) > facts.promised_on:
        raise Refused("The day that was promised is over: what has arrived decides, and nobody.")
    write_promise.cancel(session, promise_id, by=actor.user_id, why=why, press=press, sight=sight)
    now = database_now(session, sight.real_now)
    tell_promise.show_anew(session, facts.account_id, facts.invoice_ids, now=now)
    deed = Deed(
        KIND,
        Stage.DONE,
        acting(actor, Permission.RECORD_PROMISE, account_id=facts.account_id),
        Subject("promise", str(promise_id)),
        account_id=facts.account_id,
        invoice_id=facts.invoice_ids[0] if len(facts.invoice_ids) == 1 else None,
        details={"why": Private(why, about=actor.user_id)} if why else {},
    )
    record(session, settings, deed, now=sight.real_now)
