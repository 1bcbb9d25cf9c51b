"""Each channel's digest, at its hour in its zone: promised once per local day (P3).

The row of the day and the promise are one transaction, so a digest is promised by whoever takes the
day, and by nobody again. What it is compared with is read before, as that may take a while.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from bot.clock import real_now
from bot.database_clock import database_now
from bot.local_hours import Subject
from bot.occurrences import Taken, end
from bot.operations import post_digest
from bot.queries.digest_owing import get_owing_book
from bot.queries.digests import find_digest_of_channel, list_digests
from bot.queries.sight import sight_of_desk
from bot.runtime import Runtime


def list_subjects(session: Session, runtime: Runtime) -> Sequence[Subject]:
    """One for each channel that has a digest; days and hours are those of its own zone."""
    del runtime
    return [setup.subject for setup in list_digests(session)]


def run(runtime: Runtime, taken: Taken) -> None:
    """Promise the digest of a channel and day that was taken."""
    sight = sight_of_desk(runtime.settings, now=taken.business_at, real_now=real_now())
    with runtime.database.looking() as reading:
        setup = find_digest_of_channel(reading, taken.subject)
        book = None if setup is None else get_owing_book(reading, setup.wanted, sight=sight)
    with runtime.database.writing() as session:
        now = database_now(session, real_now())
        if setup is None or book is None:
            end(session, taken, now=now, note="It was stopped meanwhile.")
            return
        if setup.is_quiet and not book.rows:
            end(session, taken, now=now, note="Nothing past due, so nothing was posted.")
            return
        post_digest.request(
            session,
            setup,
            book,
            day=taken.day,
            is_late=taken.is_late,
            business_at=sight.now,
            now=now,
        )
        end(session, taken, now=now)
