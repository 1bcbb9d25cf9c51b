"""What follows from news in the mirror, in the transaction that takes the news; and from midnight.

A message that shows days, such as those that an invoice is late, is right until the next midnight
of the account's zone, whether anything happens to the invoice or not.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from bot import announcements
from bot.audit.deeds import Deed
from bot.audit.record import record
from bot.clock import local_day, start_of_day, zone_of
from bot.mirror.marks import find_mark, set_mark
from bot.mirror.news import NewsItem
from bot.operations import digest_pace, judge_promises, update_announcement
from bot.operations.expire_corrections import outdate
from bot.operations.judge_past_due import end_stretches
from bot.queries.digest_owing import list_late_accounts
from bot.queries.digests import list_live_posts
from bot.queries.disputes import list_case_ids
from bot.queries.sight import sight_of_desk
from bot.runtime import Runtime
from bot.views.dispute import subject_of

# Up to which business moment all midnights have been followed.
MIDNIGHTS = "midnights"
# The offsets of all zones are multiples of this, so no midnight lies in between.
BETWEEN_MIDNIGHTS = timedelta(minutes=15)
# A payment run pays many invoices at once: what comes in so long is one change of a digest.
DIGEST_PAUSE = timedelta(seconds=2)


def react(session: Session, runtime: Runtime, news: Sequence[NewsItem], *, now: datetime) -> None:
    """Do what follows from these changes, whoever made them."""
    deeds: list[Deed] = []
    for kind, reactions in REACTIONS.items():
        ids = [item.object_id for item in news if item.kind == kind]
        for reaction in reactions if ids else ():
            deeds += reaction(session, runtime, ids, now=now) or ()
    for deed in deeds:
        record(session, runtime.settings, deed, now=now)


def react_to_midnights(session: Session, *, business_at: datetime, now: datetime) -> None:
    """Let messages show the new day, where one has begun since this was asked last.

    `business_at` is by the business clock, `now` by the database's.
    """
    mark = find_mark(session, MIDNIGHTS)
    before = business_at if mark is None else mark.business_at
    if mark is not None and timedelta(0) <= business_at - before < BETWEEN_MIDNIGHTS:
        return
    since_last = timedelta(seconds=business_at.timestamp() % BETWEEN_MIDNIGHTS.total_seconds())
    set_mark(session, MIDNIGHTS, business_at=business_at - since_last, real_at=now)
    for announcement_id, name in announcements.list_days(session):
        zone = zone_of(name)
        if before < start_of_day(local_day(business_at, zone), zone):
            # In a channel with hundreds of cards this takes minutes, and payments can't wait.
            update_announcement.request(session, announcement_id, now=now, is_patient=True)


def react_to_sharing(session: Session, channel_id: str, *, now: datetime) -> None:
    """Take figures out of a channel that another organisation has joined."""
    for announcement_id in announcements.list_ids_in(session, channel_id):
        update_announcement.request(session, announcement_id, now=now)


def _update_messages(
    session: Session, runtime: Runtime, subjects: Sequence[str], *, now: datetime
) -> None:
    """Let the messages that show them show what they are now."""
    del runtime
    for announcement_id in announcements.list_live_ids(session, subjects):
        update_announcement.request(session, announcement_id, now=now)


def _update_disputes(
    session: Session, runtime: Runtime, invoice_ids: Sequence[str], *, now: datetime
) -> None:
    """Let the messages about disputes show how their invoices are now."""
    subjects = [subject_of(case_id) for case_id in list_case_ids(session, invoice_ids)]
    if subjects:
        _update_messages(session, runtime, subjects, now=now)


def _end_past_due(
    session: Session, runtime: Runtime, invoice_ids: Sequence[str], *, now: datetime
) -> None:
    """End the stretches of invoices that are not Past Due any more."""
    del now
    end_stretches(session, invoice_ids, now=runtime.clock.now())


def _judge_promises(
    session: Session, runtime: Runtime, invoice_ids: Sequence[str], *, now: datetime
) -> list[Deed]:
    """See whether what has arrived keeps a promise; what is to be recorded of it."""
    business_now = runtime.clock.now()
    return judge_promises.judge_of_invoices(
        session, runtime.settings, invoice_ids, business_now=business_now, now=now
    )


def _outdate_corrections(
    session: Session, runtime: Runtime, invoice_ids: Sequence[str], *, now: datetime
) -> None:
    """Close what waits for approval and was asked of another state of an invoice."""
    sight = sight_of_desk(runtime.settings, now=runtime.clock.now(), real_now=now)
    outdate(session, runtime.settings, invoice_ids, sight=sight)


def _update_digests_of_invoices(
    session: Session, runtime: Runtime, invoice_ids: Sequence[str], *, now: datetime
) -> None:
    """Let today's digests show what has become of invoices that are past due, or were."""
    account_ids = list_late_accounts(session, invoice_ids, at=runtime.clock.now())
    _update_digests(session, runtime, account_ids, now=now)


def _update_digests_of_accounts(
    session: Session, runtime: Runtime, account_ids: Sequence[str], *, now: datetime
) -> None:
    """The same for what people have said about accounts: a promise, a snooze, another owner."""
    _update_digests(session, runtime, [int(one) for one in account_ids], now=now)


def _update_digests(
    session: Session, runtime: Runtime, account_ids: Sequence[int], *, now: datetime
) -> None:
    if not account_ids:
        return
    after = max(DIGEST_PAUSE, digest_pace.find_wait(session, now=now))
    for message_id in list_live_posts(session, account_ids, at=runtime.clock.now()):
        if update_announcement.request(session, message_id, now=now, after=after):
            after += digest_pace.PACE


# Some give what is to be recorded of them, last of all.
REACTIONS: Mapping[str, tuple[Callable[..., list[Deed] | None], ...]] = {
    # The last ends with entries in the audit trail, and nothing may be locked after those.
    "invoice": (
        _update_messages,
        _update_disputes,
        _update_digests_of_invoices,
        _end_past_due,
        _judge_promises,
        _outdate_corrections,
    ),
    "account": (_update_digests_of_accounts,),
}
